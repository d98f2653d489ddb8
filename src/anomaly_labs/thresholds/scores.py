"""What every rule does with the scores it is given: check them, and round its answer to them."""

import math

import numpy as np
from numpy.typing import ArrayLike

# Squares of larger scores overflow in sums and standard deviations.
LARGEST = 1e100


class ThresholdWarning(UserWarning):
    """A rule answered, but the scores that it was given do not carry what it promises."""


def finite_scores(
    scores: ArrayLike, rule: str, *, least: int, positive: bool = False
) -> np.ndarray:
    """Return `scores` as a one-dimensional array of their own float type after checking them.

    Parameters
    ----------
    scores : shape (n_samples,)
        Finite numbers; larger is more anomalous. Whole numbers come back as float64.
    rule
        Named in the errors.
    least
        Fewest rows with which the rule means anything.
    positive
        Whether zeros and negative scores are refused, for rules that take logarithms.

    Raises
    ------
    ValueError
        If the scores are not a flat array of numbers, too few, not finite, larger than 1e100, or
        not positive where they have to be.

    Examples
    --------
    >>> finite_scores([1, 2], "percentile", least=2)
    array([1., 2.])
    """
    values = np.asarray(scores)
    if values.ndim != 1:
        raise ValueError(
            f"{rule} needs one score per row, got the shape {values.shape}; scores.ravel() flattens"
            " a single column"
        )
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{rule} needs scores that are numbers, got {values.dtype}")
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    if values.size < least:
        raise ValueError(f"{rule} needs at least {least} scores, got {values.size}")
    bad = np.flatnonzero(~(np.abs(values.astype(np.float64)) <= LARGEST))
    if bad.size:
        raise ValueError(
            f"{rule} needs finite scores up to {LARGEST:g}, but {bad.size} of {values.size} are not"
            f" (the first is {values[bad[0]]} in row {bad[0]}, counted from 0); look for missing"
            " values"
        )
    if positive and values.min() <= 0:
        raise ValueError(
            f"{rule} with logarithms needs positive scores, got {values.min()}; use log=False or"
            " add a small constant to all scores"
        )
    return values


def in_type_of(scores: np.ndarray, threshold: float) -> float:
    """Return `threshold` rounded down to the floats that `scores` can hold.

    NumPy compares a float32 array with a Python float in float32. Rounding down leaves every
    comparison `scores > threshold` as it would be without rounding; rounding to the nearest float
    could raise an alert for a score below the threshold, or miss one above it.

    Parameters
    ----------
    scores : shape (n_samples,)
        Only their type is used.
    threshold
        Infinite ones come back unchanged.

    Examples
    --------
    >>> in_type_of(np.array([0.5], dtype=np.float16), 0.1)
    0.0999755859375
    """
    if math.isinf(threshold):
        return threshold
    limits = np.finfo(scores.dtype)
    value = scores.dtype.type(np.clip(threshold, float(limits.min), float(limits.max)))
    if float(value) > threshold:
        value = np.nextafter(value, scores.dtype.type(-np.inf))
    return float(value)


def quantile(values: np.ndarray, share: float) -> float:
    """Return the smallest of `values` with at least a `share` of them at or below it.

    Parameters
    ----------
    values : shape (n_samples,)
        At least one.
    share
        Above 0, at most 1. It counts to a millionth of a row: .07 of 100 rows are 7 of them,
        though the product of the floats is 7.000000000000001.

    Examples
    --------
    >>> quantile(np.array([40.0, 10.0, 30.0, 20.0]), 0.75)
    30.0
    """
    rank = max(1, math.ceil(round(values.size * share, 6)))
    return float(np.partition(values, rank - 1)[rank - 1])
