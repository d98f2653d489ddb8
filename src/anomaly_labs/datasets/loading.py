"""`load`: the one way to get a data set, wherever it comes from."""

from __future__ import annotations

import hashlib
import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..runtime import is_fast
from .cache import (
    holds_table,
    known_key,
    read_table,
    remember_genuine,
    stamp,
    store_table,
    table_path,
)
from .catalog import Split, find_split
from .dataset import Dataset, Source
from .errors import DownloadError
from .fetch import fetch
from .files import download_folder, locate
from .parse import read_official
from .table import from_frame, to_frame

if TYPE_CHECKING:
    import pyarrow as pa

Wanted = Literal["auto", "real", "synthetic"]

FAST_ROWS = 20_000
FAST_ROWS_PER_CLASS = 20

# Modules that decide which rows are generated and how they are stored.
GENERATOR = ("catalog", "copula", "profile", "relations", "schema", "synthetic", "table")

# Set when a download failed: the next split must not wait for the network again.
_download_failed = threading.Event()


class SyntheticDataWarning(UserWarning):
    """Generated data stands in for real data that could not be had."""


def _cached_or_parsed(name: str, split: str, info: Split) -> pa.Table | None:
    """Return the real table, from the cache where its source is unchanged, or None."""
    found = locate(name, split)
    if found is None:
        # Only genuine data is ever cached, so the official checksum finds it without a source.
        return read_table(table_path(name, split, info.sha256), info.sha256, info.rows)
    key = known_key(found.path, split)
    if key is not None:
        table = read_table(table_path(name, split, key), key, info.rows)
        if table is not None:
            return table
    stamped = stamp(found.path)
    table, key = read_official(found.path, name, info)
    store_table(table_path(name, split, key), table, key)
    remember_genuine(found.path, split, key, stamped)
    return table


def _offline() -> bool:
    return os.environ.get("ANOMALY_LABS_OFFLINE", "0") not in ("", "0") or _download_failed.is_set()


def _real(name: str, split: str, info: Split) -> pa.Table:
    """Return the real table, downloaded if need be.

    Raises
    ------
    DownloadError
        If it can be found nowhere; it says what was tried.
    """
    table = _cached_or_parsed(name, split, info)
    if table is not None:
        return table
    if _offline():
        failed = _download_failed.is_set()
        reason = "an earlier download failed" if failed else "downloads are off"
        raise DownloadError(f"{info.files[0]} is not here, and {reason}")
    try:
        # Short patience: with no network the generated data must be there within 30 s.
        fetch(info.urls, download_folder() / name, info, patience=4, rounds=2, silent_rounds=1)
    except DownloadError:
        _download_failed.set()
        raise
    table = _cached_or_parsed(name, split, info)
    if table is None:
        raise DownloadError(f"{info.files[0]} was downloaded, but is not there any more")
    return table


def generator_key() -> str:
    """Return a key that changes with the generator's code and profiles."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (*(here / f"{name}.py" for name in GENERATOR), *sorted(here.glob("profiles/*"))):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _synthetic(name: str, split: str, info: Split) -> pa.Table:
    """Return as many generated rows as the real split has; always the same ones."""
    key = generator_key()
    path = table_path(name, f"{split}-synthetic", key)
    table = read_table(path, key, info.rows)
    if table is None:
        from .synthetic import synthesize

        data = synthesize(name, info.rows, split=split, seed=0)
        table = from_frame(data.X, data.y, name)
        store_table(path, table, key)
    return table


def fast_rows(codes: np.ndarray) -> np.ndarray:
    """Return the positions of a sample that keeps up to 20 rows of every class, in file order."""
    rng = np.random.default_rng(0)
    order = rng.permutation(len(codes))
    by_class = order[np.argsort(codes[order], kind="stable")]
    sorted_codes = codes[by_class]
    place_in_class = np.arange(len(codes)) - np.searchsorted(sorted_codes, sorted_codes)
    kept = by_class[place_in_class < FAST_ROWS_PER_CLASS]
    others = order[~np.isin(order, kept)]
    return np.sort(np.concatenate([kept, others[: FAST_ROWS - len(kept)]]))


def _dataset(table: pa.Table, name: str, split: str, source: Source) -> Dataset:
    rows = table.num_rows
    if not is_fast() or rows <= FAST_ROWS:
        X, y = to_frame(table, name)
        return Dataset(X, y, name, split, source)
    sample = fast_rows(table.column("label").to_numpy())
    X, y = to_frame(table.take(sample), name)
    return Dataset(X, y, name, split, source, total_rows=rows)


def load(
    name: str,
    *,
    split: str | None = None,
    source: Wanted = "auto",
) -> Dataset:
    """Return a data set: real rows where they can be had, generated ones otherwise.

    Looked for in this order: the folder ``$ANOMALY_LABS_DATA``, the project's ``data/``, the
    cache, the official download, and last the generator, with a warning. The first load parses
    and caches, later ones take a fraction of a second. In fast mode (``ANOMALY_LABS_FAST=1``) a
    fixed sample of at most 20,000 rows comes back, with up to 20 rows of every class.

    Parameters
    ----------
    name
        "kdd99" or "nsl_kdd".
    split
        "10_percent", "full" or "test" of KDD99; "train", "train_20", "test" or "test_21" of
        NSL-KDD. None takes the first named.
    source
        "real" and "synthetic" ask for one; "auto" prefers real rows.

    Returns
    -------
    Dataset
        With `X` of shape (rows, 41), `y` of shape (rows,), and where they come from.

    Raises
    ------
    ValueError
        If there is no such data set, split or source.
    DataFormatError, ChecksumError
        If a data file is there but is damaged or not the official one (both are ValueError).
    FileNotFoundError
        If real data is asked for and cannot be had, or ``ANOMALY_LABS_DATA`` is not a folder.

    Examples
    --------
    >>> data = load("nsl_kdd", split="test_21", source="synthetic")
    >>> data.X.shape, data.source
    ((11850, 41), 'synthetic')
    """
    split, info = _checked(name, split, source)
    if source != "synthetic":
        try:
            return _dataset(_real(name, split, info), name, split, "real")
        except DownloadError as error:
            _go_without_real(error, name, split, source)
    return _dataset(_synthetic(name, split, info), name, split, "synthetic")


def table_file(name: str, split: str | None, source: Wanted) -> tuple[Path, Source]:
    """Return the cache file with the rows that `load` would return, and whether they are real.

    Raises
    ------
    ValueError, FileNotFoundError
        As `load` does.
    OSError
        If the cache folder cannot be written.
    """
    split, info = _checked(name, split, source)
    if source != "synthetic":
        try:
            return _filed(name, split, info, lambda: _real(name, split, info), real=True), "real"
        except DownloadError as error:
            _go_without_real(error, name, split, source)
    made = _filed(name, split, info, lambda: _synthetic(name, split, info), real=False)
    return made, "synthetic"


def _filed(name: str, split: str, info: Split, make: Callable[[], pa.Table], *, real: bool) -> Path:
    """Return the cache file of a table, which is made and stored where it is missing."""
    for attempt in range(2):
        key: str | None = generator_key()
        if real:
            found = locate(name, split)
            key = info.sha256 if found is None else known_key(found.path, split)
        path = table_path(name, split if real else f"{split}-synthetic", key or "")
        if key is not None and holds_table(path, key, info.rows):
            return path
        if attempt == 0:
            make()
    raise OSError(
        f"a stream reads from the cache, but {path.parent} cannot be written; "
        "set ANOMALY_LABS_CACHE to a folder that can"
    )


def _checked(name: str, split: str | None, source: Wanted) -> tuple[str, Split]:
    """Return the name of the split and its official file, after a look at all arguments."""
    if source not in ("auto", "real", "synthetic"):
        raise ValueError(f'source={source!r} must be "auto", "real" or "synthetic"')
    return find_split(name, split)


def _go_without_real(error: DownloadError, name: str, split: str, source: Wanted) -> None:
    """Warn that rows will be generated, or raise where real ones are asked for."""
    info = find_split(name, split)[1]
    mend = (
        f"put {info.files[0]} (also .gz or .zip) into a folder and let ANOMALY_LABS_DATA name it, "
        "or run `anomaly-labs data download`"
    )
    if source == "real":
        raise FileNotFoundError(f"no real data for {name}/{split}: {error}; {mend}") from error
    warnings.warn(
        f"{name}/{split} is GENERATED data, not real traffic: {error}. For real data, {mend}",
        SyntheticDataWarning,
        stacklevel=3,
    )
