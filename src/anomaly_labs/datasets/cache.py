"""Parsed tables as Parquet files, and a note of which source files were found genuine.

Every file is written aside under a name of its own and then renamed: two processes that load the
same data at once each write a whole file, and the last one stays.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from anomaly_labs import runtime
from anomaly_labs.files import write_aside

from .contract import DataSet
from .table import Parsed, arrow_types, packed, unpacked

if TYPE_CHECKING:
    import pyarrow as pa

# Raised when tables are stored in another way. What a set changes, its `layout` says.
VERSION = 1

_KEY, _LAYOUT, _WINDOWS = "anomaly_labs", "layout", "windows"  # in the metadata of a file

GROUP_ROWS = 1 << 17  # rows of a row group: what a reader of batches holds at once


def cache_folder() -> Path:
    """Return the cache folder: $ANOMALY_LABS_CACHE or the user's cache; it may not exist yet."""
    folder = os.environ.get(runtime.CACHE)
    if folder:
        return Path(folder).expanduser()
    import pooch

    return Path(pooch.os_cache("anomaly-labs"))


def table_path(name: str, split: str, key: str) -> Path:
    """Return where the table of a source with this key is or would be."""
    return cache_folder() / f"{name}-{split}-{key[:16]}-v{VERSION}.parquet"


def write_table(path: Path, parsed: Parsed, key: str, layout: str) -> None:
    """Write rows, windows and what they were made from, or raise OSError.

    Parameters
    ----------
    path
        Where the table goes.
    parsed
        The rows and, where labels are windows, these.
    key
        Of the source: a checksum, or a name with a version.
    layout
        Of the data set.
    """
    import pyarrow.parquet as pq

    about = {_KEY: key, _LAYOUT: layout}
    if parsed.windows is not None:
        about[_WINDOWS] = packed(parsed.windows)
    table = parsed.table.replace_schema_metadata(about)
    write_aside(
        path,
        lambda aside: pq.write_table(
            table, aside, compression="zstd", write_page_checksum=True, row_group_size=GROUP_ROWS
        ),
    )


def store_table(path: Path, parsed: Parsed, key: str, layout: str) -> None:
    """Keep a table; where the folder cannot be written, warn and go on without a cache.

    Parameters
    ----------
    path, parsed, key, layout
        As for `write_table`.
    """
    try:
        write_table(path, parsed, key, layout)
    except OSError as error:
        warnings.warn(
            f"the data cannot be cached in {path.parent} ({error}), so each load parses again; "
            "set ANOMALY_LABS_CACHE to a folder that can be written",
            stacklevel=4,
        )


def read_table(path: Path, key: str, rows: int, dataset: DataSet) -> Parsed | None:
    """Return the rows of a cache file, or None where it is missing, damaged or another one.

    Parameters
    ----------
    path
        The cache file.
    key
        Of the source from which it must have been made.
    rows
        How many it must hold.
    dataset
        Whose columns it must have.
    """
    import pyarrow as pa
    import pyarrow.dataset

    if not path.is_file():
        return None
    try:
        checked = pyarrow.dataset.ParquetFileFormat(page_checksum_verification=True)
        # Arrow's own pool asks for huge pages, which a busy machine is slow to clear.
        pool = pa.system_memory_pool()
        table = pyarrow.dataset.dataset(path, format=checked).to_table(memory_pool=pool)
    except (OSError, pa.ArrowException):
        return None
    if not _genuine(table.schema, table.num_rows, key, rows, dataset):
        return None
    windows = (table.schema.metadata or {}).get(_WINDOWS.encode())
    return Parsed(table, None if windows is None else unpacked(windows))


def holds_table(path: Path, key: str, rows: int, dataset: DataSet) -> bool:
    """Return whether a cache file is what `read_table` would return, by its footer alone.

    Parameters
    ----------
    path, key, rows, dataset
        As for `read_table`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        return False
    try:
        footer = pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        return False
    return _genuine(footer.schema.to_arrow_schema(), footer.num_rows, key, rows, dataset)


def tables_of(name: str, split: str) -> list[tuple[Path, str]]:
    """Return the cache files with real rows of a split, and the key of the source of each.

    Parameters
    ----------
    name, split
        Data set and split.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = []
    pattern = glob.escape(f"{name}-{split}") + f"-{'?' * 16}-v{VERSION}.parquet"
    for path in sorted(cache_folder().glob(pattern)):
        try:
            about = pq.read_schema(path).metadata or {}
        except (OSError, pa.ArrowException):
            continue
        if _KEY.encode() in about:
            found.append((path, about[_KEY.encode()].decode()))
    return found


def _genuine(schema: pa.Schema, found: int, key: str, rows: int, dataset: DataSet) -> bool:
    about = schema.metadata or {}
    return (
        about.get(_KEY.encode()) == key.encode()
        and about.get(_LAYOUT.encode()) == dataset.layout.encode()
        and found == rows
        and dict(zip(schema.names, schema.types, strict=True)) == arrow_types(dataset.schema)
    )


def _note(source: Path, split: str) -> Path:
    name = hashlib.sha256(f"{source.resolve()}|{split}".encode()).hexdigest()[:16]
    return cache_folder() / "genuine" / f"{name}.json"


def stamp(source: Path) -> dict[str, int]:
    """Return what changes when a file changes: its size and the time of the last change."""
    stat = source.stat()
    return {"bytes": stat.st_size, "modified": stat.st_mtime_ns}


def remember_genuine(source: Path, split: str, key: str, stamped: dict[str, int]) -> None:
    """Note that this file had the checksum `key` when it was `stamped`, before it was read."""
    note = {**stamped, "key": key}
    try:
        write_aside(_note(source, split), lambda aside: aside.write_text(json.dumps(note)))
    except OSError:
        return  # store_table has said that the folder cannot be written


def known_key(source: Path, split: str) -> str | None:
    """Return the checksum that was found when this file, unchanged since, was read, or None."""
    try:
        note = json.loads(_note(source, split).read_text())
        key = note.pop("key")
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    return key if isinstance(key, str) and note == stamp(source) else None
