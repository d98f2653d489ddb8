"""Tables larger than memory: batches of rows, read from the cache as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from anomaly_labs.errors import DataFormatError

from ..runtime import is_fast
from . import fast
from .catalog import find_split
from .contract import Source
from .dataset import KIND
from .loading import Wanted, table_file
from .parts import generated_parts
from .pieces import Piece, opened, pieces_of, runs
from .sets import find
from .steps import Placed, Step, drawn, mapped
from .synthetic import whole_number
from .table import to_frame

Batch = tuple[Any, Any]

BATCH_ROWS: Final = 1 << 18


@dataclass(frozen=True, repr=False, eq=False)
class Batches:
    """Rows of a data set as batches `(X, y)`; only one batch is in memory at a time.

    Made by `batches`. Each iteration reads the table from its beginning. A batch has at most
    `batch_rows` rows; the index of `X` and `y` is the place of a row in the whole table.

    Attributes
    ----------
    name, split, source
        As of a `Dataset`.
    n_rows
        Number of rows; None once a function was mapped or rows were divided.
    batch_rows
        Largest number of rows of a batch.
    """

    name: str
    split: str
    source: Source
    n_rows: int | None
    batch_rows: int
    _pieces: tuple[Piece, ...]
    _kept: np.ndarray | None = None  # places of fast mode's sample, ascending
    _steps: tuple[Step, ...] = ()
    _divisions: int = 0

    def __iter__(self) -> Iterator[Batch]:
        for X, y in self._read():
            rows: Placed = (X, y, X.index.to_numpy())
            for step in self._steps:
                if len(rows[0]):
                    rows = step(*rows)
            if len(rows[0]):
                yield rows[:2]

    def __repr__(self) -> str:
        count = "an unknown number of" if self.n_rows is None else f"{self.n_rows:,}"
        batches = f"batches of {self.batch_rows:,}"
        return f"{self.name}/{self.split}: {count} rows in {batches}, {KIND[self.source]}"

    def map(self, function: Callable[[Any, Any], Batch]) -> Batches:
        """Return batches that go through a function as they are read.

        Parameters
        ----------
        function
            Takes X and y of a batch, returns both. They may have fewer rows than came; a batch
            without rows is left out.

        Examples
        --------
        >>> flows = batches("nsl_kdd", n_rows=50, batch_rows=20)
        >>> [X.shape for X, y in flows.map(lambda X, y: (X[["count"]], y))]
        [(20, 1), (20, 1), (10, 1)]
        """
        return replace(self, n_rows=None, _steps=(*self._steps, mapped(function)))

    def divide(self, share: float, *, seed: int = 0) -> tuple[Batches, Batches]:
        """Return two `Batches`, the second with about `share` of the rows, the first with the rest.

        Each row is drawn by its place in the table, whatever the size of the batches. Both
        read the whole table, so what is costly is mapped after the division.

        Parameters
        ----------
        share
            Between 0 and 1.
        seed
            Other seeds draw other rows.

        Raises
        ------
        ValueError
            If `share` is not between 0 and 1; and, on reading, if a mapped function has dropped
            rows and their index, so that no place is known.

        Examples
        --------
        >>> train, test = batches("nsl_kdd", n_rows=50).divide(0.2)
        >>> sum(len(y) for X, y in train) + sum(len(y) for X, y in test)
        50
        """
        if not 0 < share < 1:
            raise ValueError(f"share={share!r} must lie between 0 and 1; 0.1 holds out a tenth")
        whole_number(seed, "seed", 0)
        draw = f"{seed}/{self._divisions}"  # the same seed draws anew in what is divided again
        first, second = (
            replace(
                self,
                n_rows=None,
                _steps=(*self._steps, drawn(share, draw, chosen=chosen)),
                _divisions=self._divisions + 1,
            )
            for chosen in (False, True)
        )
        return first, second

    def blocks(self, n: int) -> list[Batches]:
        """Return at most `n` `Batches` that share the rows out, each spread over the whole table.

        Row groups of the files (131,072 rows) are dealt in turn, so that each row is read for one
        block only. There are as many blocks as row groups at most.

        Parameters
        ----------
        n
            Number of blocks, from 1 on.

        Examples
        --------
        >>> len(batches("nsl_kdd", n_rows=50).blocks(3))
        1
        """
        n = min(whole_number(n, "n", 1), len(self._pieces))
        if n == 1:
            return [self]
        return [replace(self, n_rows=None, _pieces=self._pieces[i::n]) for i in range(n)]

    @property
    def rows_read(self) -> int:
        """Rows of the files that an iteration reads, before anything is mapped or divided."""
        return sum(piece.rows for piece in self._pieces)

    def _read(self) -> Iterator[Batch]:
        import pyarrow as pa

        for path, groups, first in runs(self._pieces):
            with opened(path) as file:
                try:
                    for batch in file.iter_batches(self.batch_rows, row_groups=groups):
                        place = first
                        first += batch.num_rows
                        yield self._framed(pa.Table.from_batches([batch]), place)
                except (OSError, pa.ArrowException) as error:
                    raise DataFormatError(
                        f"{path} is damaged ({error}); remove it, and it is made again"
                    ) from error
            pa.default_memory_pool().release_unused()

    def _framed(self, table: Any, first: int) -> Batch:
        """Return X and y of a batch that begins at place `first`; fast mode keeps its sample."""
        if self._kept is not None:
            start, stop = np.searchsorted(self._kept, [first, first + table.num_rows])
            table = table.take(self._kept[start:stop] - first)
            first = int(start)
        X, y, *_ = to_frame(table, find(self.name).of(self.split).schema)
        X.index = pd.RangeIndex(first, first + len(X))
        if y is not None:
            y.index = X.index
        return X, y


def batches(
    name: str,
    *,
    split: str | None = None,
    source: Wanted = "auto",
    n_rows: int | None = None,
    seed: int = 0,
    batch_rows: int = BATCH_ROWS,
) -> Batches:
    """Return a data set that is read batch by batch, for tables larger than memory.

    Without `n_rows` the rows are those of `load`, in the same order, fast mode included. With it
    they are generated, in parts of a million rows that are made once and kept in the cache (about
    10 MB each); a longer table begins with the parts of a shorter one.

    Parameters
    ----------
    name, split, source
        As for `load`.
    n_rows
        Number of generated rows; None for the rows of the split. At most 20,000 in fast mode.
    seed
        Of generated rows; other seeds give other rows.
    batch_rows
        Largest number of rows of a batch.

    Raises
    ------
    ValueError
        As `load`; and if `n_rows` comes with source "real", or a number is out of range.
    TypeError
        If a number is not whole.
    FileNotFoundError
        As `load`.
    OSError
        If the cache folder cannot be written.

    Examples
    --------
    >>> flows = batches("kdd99", split="full", n_rows=1000, batch_rows=300)
    >>> flows
    kdd99/full: 1,000 rows in batches of 300, generated data (not real traffic)
    >>> [len(X) for X, y in flows]
    [300, 300, 300, 100]
    """
    batch_rows = whole_number(batch_rows, "batch_rows", 1)
    seed = whole_number(seed, "seed", 0)
    split = find_split(name, split)[0]
    kept = None
    if n_rows is None:
        path, found = table_file(name, split, source)
        pieces = pieces_of([path])
        rule = find(name).fast
        if is_fast() and rule is not None and pieces[-1].first + pieces[-1].rows > fast.ROWS:
            with opened(path) as file:
                kept = rule.keep(file.read(list(rule.columns)), fast.ROWS)
    else:
        n_rows = whole_number(n_rows, "n_rows", 1)
        if source == "real":
            raise ValueError(f'n_rows={n_rows} are generated rows; leave source="real" out')
        found = "synthetic"
        n_rows = min(n_rows, fast.ROWS) if is_fast() else n_rows
        pieces = pieces_of(generated_parts(name, split, n_rows, seed))
    total = sum(piece.rows for piece in pieces) if kept is None else len(kept)
    return Batches(name, split, found, total, batch_rows, pieces, kept)
