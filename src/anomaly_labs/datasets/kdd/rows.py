"""Rows that look like KDD99 or NSL-KDD, drawn from committed statistical profiles.

Rows are drawn from a profile of the official file: the shares of the classes and of (protocol,
service, flag), histograms of the numeric columns, their dependence, and how often rows repeat. No
row is copied from the file, but where a class has hardly any variation a generated row can be
equal to a real one. The same seed gives the same rows on any machine: all arithmetic is on whole
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from ..generated import Rows
from .copula import Bits, draw
from .profile import NUMERIC, Group, Profile, read
from .relations import enforce
from .schema import CATEGORICAL, DTYPES, FEATURES, RATES, SCHEMA, VOCABULARY

_CHUNK: Final = 1 << 16  # rows drawn at once: bounds the memory
_REDRAWS: Final = 12


def _apportion(weights: np.ndarray, n_rows: int, bits: Bits) -> np.ndarray:
    """Return whole numbers that sum to n_rows, in proportion to weights, rounded at random."""
    total = int(weights.sum())
    if total == 0 or n_rows == 0:
        return np.zeros(len(weights), dtype=np.int64)
    offset = bits.below(total)
    edges = [0, *np.cumsum(weights).tolist()]
    return np.diff(np.array([(edge * n_rows + offset) // total for edge in edges], dtype=np.int64))


def _cell_rows(profile: Profile, split: str, n_rows: int, bits: Bits) -> np.ndarray:
    """Return how many of n_rows rows fall into each cell."""
    rows = np.zeros(len(profile.cells), dtype=np.int64)
    for code, wanted in enumerate(_apportion(profile.class_rows[split], n_rows, bits)):
        members = profile.cells[:, 0] == code
        rows[members] = _apportion(profile.rows[split][members], int(wanted), bits)
    return rows


def _origins(profile: Profile, cell: np.ndarray, bits: Bits) -> np.ndarray:
    """Return for each row the row that it repeats: itself, or an earlier one of its cell.

    Repeating a row drawn among all earlier ones favours rows that were repeated before, so the
    numbers of copies have the heavy tail of a Yule-Simon distribution.
    """
    position = np.arange(len(cell))
    first = np.searchsorted(cell, cell)
    age = position - first
    copies = bits.shares(len(cell)) < profile.repeats[profile.cells[cell, 0]]
    back = (bits.words(len(cell)) >> np.uint64(33)).astype(np.int64) * age >> 31
    origin = np.where(copies & (age > 0), first + back, position)
    while True:
        earlier = origin[origin]
        if np.array_equal(earlier, origin):
            return np.asarray(origin)
        origin = earlier


class _Block:
    """Numeric columns under construction, in small types; rates in hundredths."""

    def __init__(self, profile: Profile, cell: np.ndarray, bits: Bits) -> None:
        self._profile, self._cell, self._bits = profile, cell, bits
        self.columns = [
            np.zeros(len(cell), dtype="int8" if name in RATES else DTYPES[name]) for name in NUMERIC
        ]

    def _batches(self, rows: np.ndarray) -> Iterator[tuple[Group, np.ndarray]]:
        """Yield groups with some of their rows; `rows` is sorted, hence sorted by group."""
        number = self._profile.cells[self._cell[rows], 4]
        for batch in np.split(rows, np.flatnonzero(np.diff(number)) + 1):
            for start in range(0, len(batch), _CHUNK):
                part = batch[start : start + _CHUNK]
                yield self._profile.groups[self._profile.cells[self._cell[part[0]], 4]], part

    def fill(self, rows: np.ndarray) -> None:
        """Draw the given rows (sorted positions)."""
        for group, part in self._batches(rows):
            block = draw(group, len(part), self._bits)
            enforce(block)
            for column, values in zip(self.columns, block, strict=True):
                column[part] = values

    def repeated(self) -> np.ndarray:
        """Return the sorted positions of rows that are equal to an earlier row."""
        names = self._profile.cells[:, :4]
        key = np.unique(names, axis=0, return_inverse=True)[1].ravel()
        digest = key[self._cell].astype(np.uint64)
        for column in self.columns:
            # Multiply and shift: two different rows of a million agree once in 10**7 tables.
            digest = (digest ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            digest ^= digest >> np.uint64(29)
        first = np.unique(digest, return_index=True)[1]
        again = np.ones(len(digest), dtype=bool)
        again[first] = False
        return np.flatnonzero(again)


def _numeric(
    profile: Profile, cell: np.ndarray, order: np.ndarray, bits: Bits
) -> Iterator[np.ndarray]:
    """Yield the numeric columns of rows whose cells are given (sorted), in a new order."""
    origin = _origins(profile, cell, bits)
    rows = _Block(profile, cell, bits)
    rows.fill(np.flatnonzero(origin == np.arange(len(cell))))
    if profile.distinct:
        for _ in range(_REDRAWS):
            rows.fill(rows.repeated())
    taken = origin[order]
    for column in rows.columns:
        yield column[taken]


def _frame(cells: np.ndarray, numeric: Iterator[np.ndarray]) -> pd.DataFrame:
    """Return the 41 features with their official names and types."""
    hundredths = (np.arange(101) / 100).astype(DTYPES[RATES[0]])
    columns: dict[str, object] = {}
    for name in FEATURES:
        if name in CATEGORICAL:
            codes = cells[:, 1 + CATEGORICAL.index(name)].astype(np.int8)
            columns[name] = pd.Categorical.from_codes(codes, categories=pd.Index(VOCABULARY[name]))
        else:
            values = next(numeric)
            columns[name] = hundredths[values] if name in RATES else values
    return pd.DataFrame(columns, copy=False)


def made(package: str, parts: Mapping[str, str], n_rows: int, split: str, seed: int) -> Rows:
    """Return features and labels drawn from the profile of a split.

    Parameters
    ----------
    package
        Of the data set, in whose folder the profiles lie.
    parts
        Which profile serves each split.
    n_rows, split, seed
        As for `synthesize`.
    """
    return drawn(read(package, parts[split]), split, n_rows, seed)


def drawn(profile: Profile, split: str, n_rows: int, seed: int) -> Rows:
    """Return features and labels drawn from a profile, in random order.

    Parameters
    ----------
    profile
        Of the part that the split belongs to.
    split, n_rows, seed
        As for `synthesize`.
    """
    bits = Bits(seed)
    cell = np.repeat(np.arange(len(profile.cells)), _cell_rows(profile, split, n_rows, bits))
    order = np.argsort(bits.words(n_rows), kind="stable")
    cells = profile.cells[cell[order]]
    X = _frame(cells, _numeric(profile, cell, order, bits))
    codes = cells[:, 0].astype(np.int8)
    classes = pd.Categorical.from_codes(codes, categories=pd.Index(SCHEMA.classes))
    return Rows(X, pd.Series(classes, name="label"))
