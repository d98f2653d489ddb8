"""Probes: what a finished model says about rows that were chosen for it.

No probe trains. Each calls a function at most once, with all its rows together, so that it can be
somebody else's in another process.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

Function = Callable[[np.ndarray], Any]  # shape (n, k) in, shape (n, m) out

TINY: Final = 1e-12
SAME: Final = 2e-5  # of a spread: 500 rows more or less of 10,000 move a mean by 2e-3 of it
ENOUGH: Final = 8  # columns; by chance one in a hundred has a mean that small
SOME: Final = 1_000  # rows: more of them tell no more and cost CPU seconds
BLOCK: Final = 7_000  # rows: what a grader takes in one answer is limited


def jacobian_ranks(
    function: Function, rows: np.ndarray, *, step: float = 0.01, tolerance: float = 0.01
) -> np.ndarray:
    """Return the rank of a function's Jacobian at each of some rows.

    The narrowest layer of a network bounds it, whatever the other layers and activations are. It
    does not bound the rank of many outputs together: a decoder bends them out of any plane.

    Parameters
    ----------
    function
        Called once, with ``2 n k`` rows; it may compute in float32.
    rows : shape (n, k)
        Where to look; each of the k columns is moved by itself.
    step
        How far each column is moved, both ways.
    tolerance
        Singular values below this share of the largest one do not count.

    Returns
    -------
    ndarray
        Shape ``(n,)``. At a kink of a network a rank may come out too large: look at the median.
        Sixty Keras encoders of ten activations, with and without batch normalisation, in float32:
        no median above the width of the narrowest layer; a dead relu lowers it.

    Examples
    --------
    >>> weights = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> narrow = lambda X: np.tanh(np.tanh(X @ weights).sum(axis=1, keepdims=True) * [1, 2, 3])
    >>> jacobian_ranks(narrow, np.zeros((2, 3))).tolist()
    [1, 1]
    """
    sizes = np.linalg.svd(_slopes(function, rows, step), compute_uv=False)
    ranks: np.ndarray = (sizes > tolerance * sizes[:, :1] + TINY).sum(axis=1)
    return ranks


def input_rank(
    function: Function, rows: np.ndarray, *, step: float = 0.01, tolerance: float = 0.03
) -> int:
    """Return in how many directions of its input a function changes anywhere.

    This is at most the width of the first layer of a network: it tells that layer from the others.

    Parameters
    ----------
    function
        Called once, with ``2 n k`` rows; it may compute in float32.
    rows : shape (n, k)
        Where to look; each of the k columns is moved by itself.
    step
        How far each column is moved, both ways.
    tolerance
        Singular values below this share of the largest one do not count. Thirty Keras encoders with
        three units in the first layer have a fourth one of .002 at most, with sixteen of .22 at
        least.

    Examples
    --------
    >>> first = np.array([[1.0], [3.0], [5.0]])
    >>> wide = lambda X: np.tanh(X @ first + np.arange(4.0))
    >>> input_rank(wide, np.random.default_rng(0).normal(size=(9, 3)))
    1
    """
    slopes = _slopes(function, rows, step)
    sizes = np.linalg.svd(slopes.transpose(1, 0, 2).reshape(slopes.shape[1], -1), compute_uv=False)
    return int((sizes > tolerance * sizes[0] + TINY).sum())


def _slopes(function: Function, rows: np.ndarray, step: float) -> np.ndarray:
    """Return what moving each column by itself changes, shape (n, k, m)."""
    rows = np.asarray(rows, float)
    n, k = rows.shape
    moves = step * np.concatenate([np.eye(k), -np.eye(k)])
    moved = (rows[:, None, :] + moves).reshape(-1, k)
    values = np.asarray(function(moved), float).reshape(n, 2, k, -1)
    slopes: np.ndarray = values[:, 0] - values[:, 1]
    return slopes


def output_rank(outputs: Any, *, tolerance: float = 1e-3) -> int:
    """Return in how many directions some outputs differ.

    For an encoder with a last layer that is linear this is at most the width of its narrowest
    layer; a last activation bends the outputs into more directions (see `jacobian_ranks`).

    Parameters
    ----------
    outputs : shape (n, m)
        What a function made of n rows, more than m.
    tolerance
        Singular values below this share of the largest one do not count.

    Examples
    --------
    >>> output_rank([[1, 2, 3], [2, 4, 3], [3, 6, 3], [4, 8, 3]])
    1
    """
    values = np.asarray(outputs, float)
    sizes = np.linalg.svd(values - values.mean(axis=0), compute_uv=False)
    return int((sizes > tolerance * sizes[0] + TINY).sum())


def bend(function: Function, rows: np.ndarray) -> float:
    """Return how far a function of rows is from an affine one: 0 for PCA and for ``0.9 * X``.

    For an affine map f((a + b) / 2) is (f(a) + f(b)) / 2; the value is the root mean square of the
    difference over that of f(a) - f(b), for neighbours a, b among the rows. Twenty Keras encoders
    in float32 have 0.07 to 0.53 on normal rows (0.07 with sigmoid), a matrix 6e-8.

    Parameters
    ----------
    function
        Called once, with ``2 n - 1`` rows.
    rows : shape (n, k)
        Rows that are far from each other; near ones do not meet a kink.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 3))
    >>> round(bend(lambda X: 0.9 * X + 1, rows), 9), round(bend(np.abs, rows), 1)
    (0.0, 0.6)
    """
    rows = np.asarray(rows, float)
    n = len(rows)
    values = np.asarray(function(np.concatenate([rows, (rows[1:] + rows[:-1]) / 2])), float)
    one, other, middle = values[: n - 1], values[1:n], values[n:]
    away = ((middle - (one + other) / 2) ** 2).mean() / max(((one - other) ** 2).mean(), TINY)
    return float(np.sqrt(away))


def affine_gap(before: Any, after: Any) -> float:
    """Return the share of the spread of `after` that no affine map of `before` gives.

    0 for PCA, for any other matrix and for a copy. Nothing is called, so it also tells of a network
    whose rows cannot be moved freely.

    Parameters
    ----------
    before, after : shape (n, k) and (n, m)
        What went in and what came out, for some hundred rows more than there are columns; the
        first `SOME` are looked at.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(50, 3))
    >>> round(affine_gap(rows, rows @ np.ones((3, 2)) + 1), 9), round(affine_gap(rows, rows**2), 1)
    (0.0, 0.8)
    """
    before, after = (np.asarray(values, float)[:SOME] for values in (before, after))
    known, wanted = before - before.mean(axis=0), after - after.mean(axis=0)
    left = wanted - known @ np.linalg.lstsq(known, wanted, rcond=1e-6)[0]
    return float((left**2).sum() / max((wanted**2).sum(), TINY))


def fitted_on(
    encode: Callable[[pd.DataFrame], Any], tables: Mapping[str, pd.DataFrame]
) -> str | None:
    """Return on which of some tables an encoder was fitted that standardises its columns.

    On the rows that it was fitted on, and on no others, such columns have a mean of 0 (columns
    that are cut off apart). An encoder that does not standardise gives nothing away.

    Parameters
    ----------
    encode
        Called with all rows of the tables, each one once, some thousand at a time.
    tables
        Name to raw rows; index labels say which rows of two tables are the same.

    Returns
    -------
    str or None
        The name of the first table with the most such columns; None where there are fewer than
        `ENOUGH`.

    Examples
    --------
    >>> seen = pd.DataFrame({name: [1.0, 2.0, 4.0, 9.0] for name in "abcdefgh"})
    >>> new = pd.DataFrame({name: [2.0, 7.0] for name in "abcdefgh"}, index=[4, 5])
    >>> scale = lambda X: (X - seen.mean()) / seen.std()
    >>> fitted_on(scale, {"training": seen, "both": pd.concat([seen, new])})
    'training'
    """
    every = pd.concat(list(tables.values()))
    every = every[~every.index.duplicated()]
    parts = [_numbers(encode(every[i : i + BLOCK])) for i in range(0, len(every), BLOCK)]
    values, counts = np.concatenate(parts), {}
    for name, table in tables.items():
        part = values[every.index.get_indexer(table.index)]
        means, spreads = part.mean(axis=0), part.std(axis=0)
        counts[name] = int(((np.abs(means) < SAME * spreads) & (spreads > TINY)).sum())
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= ENOUGH else None


def _numbers(table: Any) -> np.ndarray:
    """Return the columns of numbers of a matrix or table."""
    kept = table.select_dtypes(["number", "bool"]) if isinstance(table, pd.DataFrame) else table
    return np.asarray(kept, float)


def contrast(usual: Any, odd: Any) -> float:
    """Return how often an odd row has a larger number than a usual one: 0.5 where neither has.

    With errors of a network: near 1 where it never saw the like of the odd rows, near or below 0.5
    where it learned them too. It is the AUC (Mann and Whitney's statistic).

    Parameters
    ----------
    usual, odd : shape (n,) and (m,)
        Errors or scores of rows of both kinds.

    Examples
    --------
    >>> contrast([1, 2, 3], [2, 4, 5])
    0.8333333333333334
    """
    usual, odd = np.asarray(usual, float), np.asarray(odd, float)
    ranks = pd.Series(np.concatenate([odd, usual])).rank().to_numpy()[: len(odd)]
    return float((ranks.mean() - (len(odd) + 1) / 2) / len(usual))
