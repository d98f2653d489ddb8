"""Rows that look like KDD99 or NSL-KDD, drawn from committed statistical profiles.

The same seed gives the same rows on any machine: all arithmetic is on whole numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from .catalog import find_split
from .copula import Bits, draw
from .dataset import Dataset
from .profile import NUMERIC, PARTS, Group, Profile, read
from .relations import enforce
from .schema import CATEGORICAL, CLASSES, DTYPES, FEATURES, RATES, VOCABULARY

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


class _Rows:
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
    rows = _Rows(profile, cell, bits)
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


def rows(
    profile: Profile, name: str, split: str, n_rows: int, seed: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Return features and labels drawn from a profile, in random order."""
    bits = Bits(seed)
    cell = np.repeat(np.arange(len(profile.cells)), _cell_rows(profile, split, n_rows, bits))
    order = np.argsort(bits.words(n_rows), kind="stable")
    cells = profile.cells[cell[order]]
    X = _frame(cells, _numeric(profile, cell, order, bits))
    codes = cells[:, 0].astype(np.int8)
    classes = pd.Categorical.from_codes(codes, categories=pd.Index(CLASSES[name]))
    return X, pd.Series(classes, name="label")


def whole_number(value: int, name: str, least: int) -> int:
    """Return the value as int.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is below `least`.
    """
    if isinstance(value, bool):
        raise TypeError(f"{name}={value!r} must be a whole number, not True or False")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r} must be a whole number; write int(...)") from None
    if number < least:
        raise ValueError(f"{name}={value!r} must be at least {least}")
    return number


def synthesize(name: str, n_rows: int, *, split: str | None = None, seed: int = 0) -> Dataset:
    """Return generated rows that stand in for a split of a data set.

    Rows are drawn from a profile of the official file: the shares of the classes and of
    (protocol, service, flag), histograms of the numeric columns, their dependence, and how often
    rows repeat. No row is copied from the file, but where a class has hardly any variation a
    generated row can be equal to a real one. With n_rows as in the official file every class
    has its official number of rows; with fewer, rare classes come by chance.

    Parameters
    ----------
    name
        Data set, "kdd99" or "nsl_kdd".
    n_rows
        Number of rows, from 1 on.
    split
        As for `load`; each has its own classes and shares ("full" takes its class shares from
        the official counts and all else from "10_percent").
    seed
        Other seeds give other rows; the same seed gives the same rows on any machine.

    Returns
    -------
    Dataset
        With source "synthetic"; rows in random order.

    Raises
    ------
    TypeError
        If `n_rows` or `seed` is not a whole number.
    ValueError
        If there is no such data set or split, `n_rows` is below 1 or `seed` below 0.

    Examples
    --------
    >>> data = synthesize("nsl_kdd", 1000, split="test", seed=1)
    >>> data.X.shape, data.source
    ((1000, 41), 'synthetic')
    >>> data.y.equals(synthesize("nsl_kdd", 1000, split="test", seed=1).y)
    True
    """
    split, _ = find_split(name, split)
    n_rows = whole_number(n_rows, "n_rows", 1)
    seed = whole_number(seed, "seed", 0)
    X, y = rows(read(PARTS[name, split]), name, split, n_rows, seed)
    return Dataset(X, y, name, split, "synthetic")
