"""Set the share of anomalies in a data set."""

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

Rows = TypeVar("Rows", pd.DataFrame, pd.Series, np.ndarray)
Labels = TypeVar("Labels", pd.Series, np.ndarray)


def reduce_anomalies(X: Rows, y: Labels, *, ratio: float, seed: int = 0) -> tuple[Rows, Labels]:
    """Return all normal rows and so many anomalies that they are the share `ratio` of the result.

    The anomalies are drawn uniformly without replacement, so rare kinds may vanish. Rows keep
    their order; frames and series get a new index from 0. Categories that no row holds any more
    stay in the dtype, so `value_counts` shows them with 0 rows.

    Parameters
    ----------
    X : shape (n_samples, n_features)
        Features, as a frame or an array.
    y : shape (n_samples,)
        Names, where "normal" is normal and every other name an anomaly, or 0 and 1.
    ratio
        Wanted share of anomalies, between 0 and 1. The number of anomalies is rounded to the
        nearest whole row, and at least 1.
    seed
        The same seed draws the same rows.

    Raises
    ------
    ValueError
        If `ratio` is not between 0 and 1, there are no normal rows, fewer anomalies than `ratio`
        needs or none at all, `X` and `y` differ in length, or `y` holds other numbers than 0 and 1.

    Examples
    --------
    >>> y = np.array(["normal", "normal", "normal", "smurf", "smurf"])
    >>> X, y = reduce_anomalies(np.arange(5), y, ratio=0.25)
    >>> y.tolist()
    ['normal', 'normal', 'normal', 'smurf']
    """
    if not 0 < ratio < 1:
        raise ValueError(f"ratio={ratio!r} must lie between 0 and 1; 0.01 means one row in 100")
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows and y has {len(y)}; both must be of the same rows")
    anomalous = _anomalous(y)
    anomalies, n_normal = np.flatnonzero(anomalous), int((~anomalous).sum())
    if n_normal == 0:
        raise ValueError("y holds no normal rows, so the share of anomalies cannot be reduced")
    if anomalies.size == 0:
        raise ValueError("y holds no anomalies: every label is normal, so none can be drawn")
    wanted = max(1, round(n_normal * ratio / (1 - ratio)))
    if wanted > anomalies.size:
        raise ValueError(
            f"ratio={ratio!r} needs {wanted:,} anomalies beside {n_normal:,} normal rows, and there"
            f" are {anomalies.size:,}; the largest possible ratio is about"
            f" {anomalies.size / len(y):.3g}"
        )
    keep = ~anomalous
    keep[np.random.default_rng(seed).choice(anomalies, wanted, replace=False)] = True
    return _take(X, keep), _take(y, keep)


def in_turns(*groups: ArrayLike, size: int, seed: int = 0) -> np.ndarray:
    """Return the positions of rows drawn in turns: one of each group, and again, until enough came.

    Drawn at random, rows of the most frequent kind fill a test. In turns each group has as many as
    the others, but for those that run out.

    Parameters
    ----------
    groups
        Names of the group of each row, coarse ones first: with families and types, families take
        turns, and within a family its types.
    size
        How many rows are drawn.
    seed
        The same seed draws the same rows.

    Returns
    -------
    ndarray
        Positions in rising order.

    Raises
    ------
    ValueError
        If there are fewer rows than `size`.

    Examples
    --------
    >>> names = np.array(["neptune"] * 96 + ["nmap"] * 3 + ["land"])
    >>> names[in_turns(names, size=5)].tolist()
    ['neptune', 'neptune', 'nmap', 'nmap', 'land']
    """
    order = np.random.default_rng(seed).permutation(len(np.asarray(groups[0])))
    if not 0 <= size <= order.size:
        raise ValueError(f"size={size!r}, but there are {order.size} rows to draw from")
    for names in reversed(groups):
        turn = pd.Series(np.asarray(names).astype(str)[order])
        order = order[np.argsort(turn.groupby(turn).cumcount().to_numpy(), kind="stable")]
    return np.sort(order[:size])


def _anomalous(y: ArrayLike) -> np.ndarray:
    """Return where `y`, names or 0/1, is an anomaly."""
    labels = np.asarray(y)
    if labels.dtype.kind not in "biuf":
        missing = int(pd.isna(labels).sum())
        if missing:
            raise ValueError(f"y has {missing} missing names; drop those rows or name them")
        return np.asarray(labels != "normal", dtype=bool)
    if not ((labels == 0) | (labels == 1)).all():
        found = np.unique(labels)[:5].tolist()
        raise ValueError(f"y must hold names or 0 and 1, got the numbers {found}, ...")
    return labels.astype(bool)


def _take(rows: Rows, keep: np.ndarray) -> Rows:
    """Return the rows where `keep` is true; frames and series with a new index."""
    if isinstance(rows, np.ndarray):
        return np.compress(keep, rows, axis=0)
    return rows[keep].reset_index(drop=True)
