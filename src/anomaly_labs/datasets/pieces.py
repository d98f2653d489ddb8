"""Row groups of Parquet files: what `Batches` read at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Piece(NamedTuple):
    """A row group of a file, and the place of its first row in the whole table."""

    path: Path
    group: int
    first: int
    rows: int


def opened(path: Path) -> Any:
    """Return a Parquet file, to be used as a context, that checks what it reads."""
    import pyarrow.parquet as pq

    # Without pre-buffering a row group is read when its turn comes, not the whole file ahead.
    return pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True)


def pieces_of(paths: list[Path]) -> tuple[Piece, ...]:
    """Return the row groups of files that hold a table one after the other."""
    import pyarrow.parquet as pq

    found: list[Piece] = []
    first = 0
    for path in paths:
        footer = pq.read_metadata(path)
        for group in range(footer.num_row_groups):
            rows = footer.row_group(group).num_rows
            found.append(Piece(path, group, first, rows))
            first += rows
    return tuple(found)


def runs(pieces: Iterable[Piece]) -> Iterator[tuple[Path, list[int], int]]:
    """Yield file, neighbouring row groups and the place of their first row."""
    run: list[Piece] = []
    for piece in pieces:
        if run and (piece.path, piece.group) != (run[-1].path, run[-1].group + 1):
            yield run[0].path, [known.group for known in run], run[0].first
            run = []
        run.append(piece)
    if run:
        yield run[0].path, [known.group for known in run], run[0].first
