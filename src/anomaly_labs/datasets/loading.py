"""`load`: the one way to get a data set, wherever it comes from."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Literal

from anomaly_labs.errors import DownloadError

from ..runtime import is_fast
from . import fast, synthetic
from .cache import (
    holds_table,
    read_table,
    store_table,
    table_path,
)
from .catalog import find_split
from .contract import Source, Split
from .dataset import Dataset
from .files import project_data_folder
from .real import named, official_rows
from .sets import find
from .synthetic import generator
from .table import Parsed, from_frame, to_frame

Wanted = Literal["auto", "real", "synthetic"]


class SyntheticDataWarning(UserWarning):
    """Generated data stands in for real data that could not be had."""


def generator_key(name: str) -> str:
    """Return a key that changes with the version of a set's generator, and with nothing else.

    Parameters
    ----------
    name
        Data set.
    """
    text = f"{name}: version {generator(name).version} of the generator"
    return hashlib.sha256(text.encode()).hexdigest()


def _synthetic(name: str, split: str, info: Split) -> Parsed:
    """Return as many generated rows as the real split has; always the same ones."""
    key, dataset = generator_key(name), find(name).of(split)
    path = table_path(name, f"{split}-synthetic", key)
    table = read_table(path, key, info.rows, dataset)
    if table is None:
        table = made(name, info.rows, split, 0)
        store_table(path, table, key, dataset.layout)
    return table


def made(name: str, n_rows: int, split: str, seed: int) -> Parsed:
    """Return generated rows as they are stored.

    Parameters
    ----------
    name, n_rows, split, seed
        As for `synthesize`.
    """
    rows = None if generator(name).options else n_rows
    data = synthetic.synthesize(name, rows, split=split, seed=seed)
    schema = find(name).of(split).schema
    return Parsed(from_frame(data.X, data.y, schema, data.cases), data.windows)


def _dataset(parsed: Parsed, name: str, split: str, source: Source, *, verified: bool) -> Dataset:
    table, windows = parsed
    dataset = find(name).of(split)
    rows, total = table.num_rows, None
    if is_fast() and dataset.fast is not None and rows > fast.ROWS:
        columns = table.select(list(dataset.fast.columns))
        table, total = table.take(dataset.fast.keep(columns, fast.ROWS)), rows
    X, y, _, cases = to_frame(table, dataset.schema)
    return Dataset(X, y, name, split, source, windows, cases, total_rows=total, verified=verified)


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
    large set comes back smaller, as suits it: of KDD99 and NSL-KDD a fixed sample of at most
    20,000 rows, with up to 20 rows of every class.

    Parameters
    ----------
    name
        One of `names()`, such as "kdd99" or "nsl_kdd".
    split
        "10_percent", "full" or "test" of KDD99; "train", "train_20", "test" or "test_21" of
        NSL-KDD; `describe` names those of any set. None takes the first named.
    source
        "real" and "synthetic" ask for one; "auto" prefers real rows.

    Returns
    -------
    Dataset
        With `X` of shape (rows, columns), `y` of shape (rows,) or None, and where they come from.

    Raises
    ------
    ValueError
        If there is no such data set, split or source, or no generator for "synthetic".
    DataFormatError, ChecksumError
        If a data file is there but is damaged or not the official one (both are ValueError).
    FileNotFoundError
        If real data is asked for, or the set has no generator, and the files cannot be had; or
        ``ANOMALY_LABS_DATA`` is not a folder.

    Examples
    --------
    >>> data = load("nsl_kdd", split="test_21", source="synthetic")
    >>> data.X.shape, data.source
    ((11850, 41), 'synthetic')
    """
    split, info = _checked(name, split, source)
    if source != "synthetic":
        try:
            table, key = official_rows(name, split, info)
            return _dataset(table, name, split, info.source, verified=key == info.key)
        except DownloadError as error:
            _go_without_real(error, name, split, source)
    return _dataset(_synthetic(name, split, info), name, split, "synthetic", verified=True)


def table_file(name: str, split: str | None, source: Wanted) -> tuple[Path, Source]:
    """Return the cache file with the rows that `load` would return, and whether they are real.

    Parameters
    ----------
    name, split, source
        As for `load`.

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
            key = official_rows(name, split, info)[1]
            return _filed(table_path(name, split, key), key, name, split, info.rows), info.source
        except DownloadError as error:
            _go_without_real(error, name, split, source)
    key = generator_key(name)
    path = table_path(name, f"{split}-synthetic", key)
    if not holds_table(path, key, info.rows, find(name).of(split)):
        _synthetic(name, split, info)
    return _filed(path, key, name, split, info.rows), "synthetic"


def _filed(path: Path, key: str, name: str, split: str, rows: int) -> Path:
    """Return a cache file, which must be there."""
    if holds_table(path, key, rows, find(name).of(split)):
        return path
    raise OSError(
        f"batches are read from the cache, but {path.parent} cannot be written; "
        "set ANOMALY_LABS_CACHE to a folder that can"
    )


def _checked(name: str, split: str | None, source: Wanted) -> tuple[str, Split]:
    """Return the name of the split and what it is, after a look at all arguments."""
    if source not in ("auto", "real", "synthetic"):
        raise ValueError(f'source={source!r} must be "auto", "real" or "synthetic"')
    split, info = find_split(name, split)
    if source == "synthetic":
        generator(name)
    return split, info


def _go_without_real(error: DownloadError, name: str, split: str, source: Wanted) -> None:
    """Warn that rows will be generated, or raise where real ones are asked for or needed."""
    info = find_split(name, split)[1]
    if not info.files:
        if source == "real":
            raise FileNotFoundError(f"{name}/{split} has no official file; it is generated")
        return
    files = named(info)
    place = "data/, or into a folder that" if project_data_folder() else "a folder that"
    mend = f"put {files} (also .gz or .zip) into {place} ANOMALY_LABS_DATA names"
    if all(file.urls for file in info.files):
        mend += ", or run `anomaly-labs data download`"
    if source == "real":
        raise FileNotFoundError(f"no real data for {name}/{split}: {error}; {mend}") from error
    if find(name).generator is None:
        raise FileNotFoundError(
            f"{name}/{split} cannot be loaded, and {name} has no generator: {error}; {mend}"
        ) from error
    warnings.warn(
        f"{name}/{split} is GENERATED data, not real traffic: {error}. For real data, {mend}",
        SyntheticDataWarning,
        stacklevel=3,
    )
