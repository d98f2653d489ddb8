"""Which rows fast mode keeps: some of every class, or whole sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .contract import LABEL

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 20_000
ROWS_PER_CLASS = 20


@dataclass(frozen=True)
class Fast:
    """Which rows fast mode keeps, as the set needs it.

    Attributes
    ----------
    columns
        The stored columns by which it is decided.
    keep
        Takes a table of these columns and the largest number of rows, returns the places that
        stay, ascending.
    """

    columns: tuple[str, ...]
    keep: Callable[[pa.Table, int], np.ndarray]


def sample(codes: np.ndarray, limit: int) -> np.ndarray:
    """Return the positions of a sample that keeps up to 20 rows of every class, in file order.

    Parameters
    ----------
    codes : shape (n_rows,)
        Class of each row.
    limit
        Number of rows to keep.
    """
    rng = np.random.default_rng(0)
    order = rng.permutation(len(codes))
    by_class = order[np.argsort(codes[order], kind="stable")]
    sorted_codes = codes[by_class]
    place_in_class = np.arange(len(codes)) - np.searchsorted(sorted_codes, sorted_codes)
    kept = by_class[place_in_class < ROWS_PER_CLASS]
    others = order[~np.isin(order, kept)]
    return np.sort(np.concatenate([kept, others[: limit - len(kept)]]))


def _by_class(table: pa.Table, limit: int) -> np.ndarray:
    return sample(table.column(LABEL).to_numpy(), limit)


# A fixed sample of rows with up to 20 of every class: for rows that do not depend on each other.
BY_CLASS = Fast((LABEL,), _by_class)


def sessions(column: str) -> Fast:
    """Return the rule that keeps whole sessions, drawn at random, as many as fit.

    Parameters
    ----------
    column
        The stored column whose equal values are a session: a user, an address, a host.
    """

    def keep(table: pa.Table, limit: int) -> np.ndarray:
        codes = np.unique(table.column(column).to_numpy(), return_inverse=True)[1].ravel()
        lengths = np.bincount(codes)
        order = np.random.default_rng(0).permutation(len(lengths))
        fit = np.cumsum(lengths[order]) <= limit
        fit[0] = True  # at least one, however long
        return np.flatnonzero(np.isin(codes, order[fit]))

    return Fast((column,), keep)
