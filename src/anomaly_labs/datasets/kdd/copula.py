"""Random numbers that depend on each other, the same on any machine.

Random bits come from the stream of PCG64, which NumPy promises not to change. The normal scores
are whole numbers: their products with whole-number loadings stay far below 2**53, so that float64
is exact in any order of summation, whatever the linear algebra library.

References
----------
Nelsen, R. B. (2006). An Introduction to Copulas, 2nd edition. doi:10.1007/0-387-28678-0
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import numpy as np

from .profile import WHOLE, Group

_UNIT: Final = 1 << 12  # normal scores are counted in 1/4096
_REACH: Final = 9 * _UNIT // 2  # and cut at 4.5
_LOADING: Final = 1 << 10  # rows of loadings have about this length


class Bits:
    """Random words from a bit stream that is the same on every machine."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.PCG64(seed)

    def words(self, n: int) -> np.ndarray:
        """Return n 64-bit words."""
        return np.asarray(self._source.random_raw(n))

    def shares(self, n: int) -> np.ndarray:
        """Return n whole numbers from 0 to 65,535."""
        return self.words(-(-n // 4)).astype("<u8").view("<u2")[:n]

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to limit - 1."""
        return int(self.words(1)[0]) % limit


@cache
def _normal_tables() -> tuple[np.ndarray, np.ndarray]:
    """Return shares of normal scores (by score + _REACH), and scores of shares."""
    steps = range(-_REACH, _REACH + 1)
    below = [0.5 * (1 + math.erf(step / _UNIT / math.sqrt(2))) for step in steps]
    shares = np.array([int(share * WHOLE) for share in below], dtype=np.int64)
    scores = np.searchsorted(shares, np.arange(WHOLE) + 0.5) - _REACH
    return shares, scores.astype(np.float64)


def _scaled(loadings: np.ndarray) -> np.ndarray:
    """Return whole-number loadings whose rows have length _LOADING."""
    length = np.sqrt((loadings * loadings).sum(axis=1, keepdims=True))
    return np.asarray(np.round(loadings * _LOADING / length))


def draw(group: Group, n_rows: int, bits: Bits) -> np.ndarray:
    """Return numeric columns of new rows of a group, before `enforce`.

    Returns
    -------
    np.ndarray
        Shape (n_numeric, n_rows), int64; rates in hundredths.
    """
    block = np.repeat(group.constant[:, None], n_rows, axis=1)
    width = len(group.histograms)
    shares = bits.shares(n_rows * width).reshape(n_rows, width)
    if group.loadings is not None:
        share_of, score_of = _normal_tables()
        scores = score_of[shares] @ _scaled(group.loadings).T
        whole = (scores.astype(np.int64) + _LOADING // 2) // _LOADING
        shares = share_of[np.clip(whole, -_REACH, _REACH) + _REACH]
    for position, (column, histogram) in enumerate(group.histograms.items()):
        block[column] = histogram.at(shares[:, position].astype(np.int64))
    return block
