"""The official rows of a split: from the cache, from files that are here, or downloaded."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from anomaly_labs import runtime
from anomaly_labs.errors import ChecksumError, DataFormatError, DownloadError

from .cache import (
    known_key,
    read_table,
    remember_genuine,
    stamp,
    store_table,
    table_path,
    tables_of,
)
from .contract import Split, joined
from .fetch import fetch
from .files import Location, download_folder, locate, missing
from .parse import read_official
from .sets import find
from .table import Parsed

# Set when a download failed: the next split must not wait for the network again.
_download_failed = threading.Event()

# A table, and the key of its source.
Keyed = tuple[Parsed, str]


def official_rows(name: str, split: str, info: Split) -> Keyed:
    """Return the real table of a split and its key, downloaded if need be.

    Parameters
    ----------
    name, split, info
        What is wanted.

    Raises
    ------
    DownloadError
        If it can be found nowhere; it says what was tried.
    """
    found = locate(name, split)
    near: Exception | None = None
    if found is not None:
        try:
            return _known(name, split, info, found) or _parsed(name, split, info, found)
        except (DataFormatError, ChecksumError) as error:
            if found.exact:
                raise
            near = error  # a similar name: genuine rows may be elsewhere
    table = _without_source(name, split, info)
    if table is not None:
        return table
    try:
        _download(name, split)
    except DownloadError:
        if near is not None:
            raise near from None
        raise
    found = locate(name, split)
    if found is None:
        raise DownloadError(f"{named(info)} was downloaded, but is not there any more")
    return _parsed(name, split, info, found)


def _known(name: str, split: str, info: Split, found: Location) -> Keyed | None:
    """Return the cached table of files that did not change since they were read, or None."""
    key = _known_key(info, found)
    if key is None:
        return None
    table = read_table(table_path(name, split, key), key, info.rows, find(name).of(split))
    return None if table is None else (table, key)


def _known_key(info: Split, found: Location) -> str | None:
    pairs = zip(found.paths, info.files, strict=True)
    keys = [known_key(path, file.names[0]) for path, file in pairs]
    known = [key for key in keys if key is not None]
    return joined(known) if len(known) == len(keys) else None


def _parsed(name: str, split: str, info: Split, found: Location) -> Keyed:
    """Return the table of files, which is stored, and their key."""
    dataset = find(name).of(split)
    stamped = [stamp(path) for path in found.paths]
    table, proofs = read_official(found.paths, dataset, split)
    key = joined([proof.key for proof in proofs])
    store_table(table_path(name, split, key), table, key, dataset.layout)
    for path, file, proof, one in zip(found.paths, info.files, proofs, stamped, strict=True):
        remember_genuine(path, file.names[0], proof.key, one)
    return table, key


def _without_source(name: str, split: str, info: Split) -> Keyed | None:
    """Return a table that was read from files which are not here any more, or None."""
    for path, key in _stored(name, split, info):
        table = read_table(path, key, info.rows, find(name).of(split))
        if table is not None:
            return table, key
    return None


def _stored(name: str, split: str, info: Split) -> list[tuple[Path, str]]:
    """Return where a table would lie whose source is not here; the official one comes first."""
    found = [] if info.key is None else [(table_path(name, split, info.key), info.key)]
    if not all(file.text_sha256 for file in info.files):
        found += tables_of(name, split)
    return found


def _offline() -> bool:
    return os.environ.get(runtime.OFFLINE, "0") not in ("", "0") or _download_failed.is_set()


def _download(name: str, split: str) -> None:
    """Get the files of a split that are not here.

    Raises
    ------
    DownloadError
        If one of them cannot be had.
    """
    for file in missing(name, split):
        if not file.urls:
            raise DownloadError(f"{file.names[0]} is not here, and it cannot be downloaded")
        if _offline():
            failed = _download_failed.is_set()
            reason = "an earlier download failed" if failed else "downloads are off"
            raise DownloadError(f"{file.names[0]} is not here, and {reason}")
        folder = download_folder() / name
        try:
            # Short patience: with no network the generated data must be there within 30 s.
            fetch(file.urls, folder, file, patience=4, rounds=2, silent_rounds=1)
        except DownloadError:
            _download_failed.set()
            raise


def named(info: Split) -> str:
    """Return the official file names of a split, for a sentence.

    Parameters
    ----------
    info
        The split.
    """
    return " and ".join(file.names[0] for file in info.files)
