"""Whether a network of a learner rebuilds rows, and whether its errors make the score."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from anomaly_labs import probes

COPY: Final = 0.005  # an `own_part` below it is a copy: networks of the course have 0.07 to 0.21
AFFINE: Final = 0.003  # a `probes.affine_gap` below it is a matrix: networks have 0.009 to 0.06
TINY: Final = 1e-12
Matrix = Callable[[pd.DataFrame], Any]  # raw rows to numbers: a learner's function


def shuffled(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns were shuffled, each by itself: no row fits together any more.

    What treats each column by itself, such as a copy at another scale, makes the same errors on
    it; what rebuilds rows makes larger ones.

    Parameters
    ----------
    table
        Rows of normal traffic.

    Examples
    --------
    >>> shuffled(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})).to_dict("list")
    {'a': [3, 2, 1], 'b': [1, 3, 2]}
    """
    columns = enumerate(table)
    return pd.DataFrame({c: table[c].sample(frac=1, random_state=i).array for i, c in columns})


def own_part(rows: np.ndarray, rebuilt: np.ndarray) -> float:
    """Return the share of the rebuilt rows' squares that is no scaled copy of the rows.

    Parameters
    ----------
    rows, rebuilt
        What went into a network and what came out, of one shape ``(n, k)``.

    Returns
    -------
    float
        0 where each row, or each column, is rebuilt as a multiple of itself; 1 at most.

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0], [2.0, 3.0]])
    >>> round(own_part(rows, 0.9 * rows), 9), round(own_part(rows, rows[:, ::-1]), 2)
    (0.0, 0.02)
    """
    products, squares = rows * rebuilt, rows**2
    total = max(float((rebuilt**2).sum()), TINY)
    shares = []
    for axis in (0, 1):
        factor = products.sum(axis, keepdims=True) / np.maximum(
            squares.sum(axis, keepdims=True), TINY
        )
        shares.append(float(((rebuilt - factor * rows) ** 2).sum()) / total)
    return min(shares)


def agreement(score: Matrix, to_matrix: Matrix, reconstruct: Matrix, rows: pd.DataFrame) -> float:
    """Return how well a score ranks rows as the errors of a network do.

    Parameters
    ----------
    score
        Makes one number for each of n raw rows, larger for more anomalous.
    to_matrix, reconstruct
        What goes into the network, and what comes out: matrices of one shape ``(n, k)``.
    rows
        Raw rows, shape ``(n, 41)``.

    Returns
    -------
    float
        The larger one of Spearman's correlations with the mean square and with the mean absolute
        error, from -1 to 1; 0 where no network rebuilt them: `own_part` is below `COPY`, or
        `probes.affine_gap`, of more rows than twice the columns, below `AFFINE`.

    Examples
    --------
    >>> rows = pd.DataFrame(np.eye(3))
    >>> network = lambda X: np.array([[0, 1, 0], [0, 1, 0], [0, 0, 0]])
    >>> agreement(lambda X: [5, 0, 1], np.asarray, network, rows)
    1.0
    >>> agreement(lambda X: [5, 0, 1], np.asarray, np.asarray, rows)
    0.0
    """
    scores, before, after = (np.asarray(f(rows), float) for f in (score, to_matrix, reconstruct))
    enough = len(before) > 2 * before.shape[1]
    if own_part(before, after) < COPY or (enough and probes.affine_gap(before, after) < AFFINE):
        return 0.0
    wrong = np.abs(before - after)
    ranks = pd.DataFrame({"scores": scores, "squares": (wrong**2).mean(1), "plain": wrong.mean(1)})
    ranks = ranks.rank()
    if (ranks.nunique() < 2).any():
        return 0.0
    return float(ranks.corr().to_numpy()[0, 1:].max())
