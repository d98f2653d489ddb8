"""A time series to windows."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike


def sliding_windows(
    series: ArrayLike,
    *,
    width: int,
    step: int | None = None,
    how: Literal["all", "average", "subsample"] = "all",
) -> np.ndarray:
    """Return one row per window of a time series, ready for a classifier.

    Window i starts at value i · `step`; values at the end that fill no window are left out. A
    window becomes a row in one of three ways: "all" keeps its values, "average" keeps their mean,
    "subsample" keeps the first value. Averaging smooths noise and short peaks away; sub-sampling
    keeps values as they were and misses what happens between them.

    Parameters
    ----------
    series : shape (n_times,) or (n_times, n_channels)
        Values at equal distances in time.
    width
        Values per window.
    step
        Values from the start of one window to that of the next; by default `width`, so that
        windows do not overlap.
    how
        What is kept of each window.

    Returns
    -------
    ndarray
        A new array: "all" (n_windows, width) or (n_windows, width, n_channels); the other two
        (n_windows,) or (n_windows, n_channels).

    Raises
    ------
    ValueError
        If `series` has more than two dimensions or is shorter than `width`, `width` or `step` is
        below 1, or `how` is another word.

    Examples
    --------
    >>> load = [1, 3, 5, 7, 9, 11, 13]
    >>> sliding_windows(load, width=3).tolist()
    [[1, 3, 5], [7, 9, 11]]
    >>> sliding_windows(load, width=3, how="average").tolist()
    [3.0, 9.0]
    >>> sliding_windows(load, width=3, how="subsample").tolist()
    [1, 7]
    >>> sliding_windows(load, width=3, step=2, how="average").tolist()
    [3.0, 7.0, 11.0]
    """
    values = np.asarray(series)
    step = width if step is None else step
    if values.ndim not in (1, 2):
        raise ValueError(f"series must have one or two dimensions, got the shape {values.shape}")
    if width < 1 or step < 1:
        raise ValueError(f"width={width!r} and step={step!r} must be at least 1")
    if width > len(values):
        raise ValueError(f"width={width!r} is longer than the series of {len(values)} values")
    if how not in ("all", "average", "subsample"):
        raise ValueError(f"how={how!r} must be 'all', 'average' or 'subsample'")
    windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=0)[::step]
    if how == "average":
        return np.asarray(windows.mean(axis=-1))
    if how == "subsample":
        return windows[..., 0].copy()
    return np.moveaxis(windows, -1, 1).copy()
