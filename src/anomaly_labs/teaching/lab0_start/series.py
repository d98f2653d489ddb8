"""Figures before any model: marked points, hours of a week, days on top, windows."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from anomaly_labs.plots.style import ALERT, INK, MADE_UP, MUTED, NORMAL, PAPER, SMALL, finish


def lettered_points(
    points: np.ndarray, letters: Mapping[str, int], *, title: str, ax: Axes | None = None
) -> Axes:
    """Return a scatter of two measurements with some points circled and lettered.

    Parameters
    ----------
    points : shape (n_points, 2)
        Two measurements of each point.
    letters
        Letter to row number of `points`.
    title
        What the figure asks or finds.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> ax = lettered_points(np.eye(2), {"A": 1}, title="Which one?")
    >>> [text.get_text() for text in ax.texts][:1]
    ['A']
    """
    ax = ax or plt.subplots(figsize=(6.4, 4.4))[1]
    ax.scatter(points[:, 0], points[:, 1], s=18, alpha=0.55, linewidths=0, color=NORMAL)
    for letter, row in letters.items():
        x, y = points[row]
        ax.scatter([x], [y], s=170, facecolors="none", edgecolors=INK, linewidths=1.4, zorder=4)
        ax.scatter([x], [y], s=26, color=INK, zorder=4)
        ax.annotate(
            letter,
            (x, y),
            xytext=(-20, 8),
            textcoords="offset points",
            fontweight="bold",
        )
    ax.margins(0.08)
    return finish(ax, title, "packets per second", "kilobytes per second", note=MADE_UP)


def hourly_series(load: np.ndarray, *, limits: tuple[float, float], ax: Axes | None = None) -> Axes:
    """Return the hours of all days in one row, between two limits that hold for every hour.

    Parameters
    ----------
    load : shape (n_days, 24)
        Requests per second, one row per day.
    limits
        Lower and upper global limit, in requests per second.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> ax = hourly_series(np.ones((2, 24)), limits=(0.0, 2.0))
    >>> len(ax.lines[0].get_xdata())
    48
    """
    ax = ax or plt.subplots(figsize=(9.0, 3.6))[1]
    low, high = limits
    days = np.arange(load.size) / 24
    ax.plot(days, load.ravel(), color=NORMAL, linewidth=1.5)
    for limit, name, shift in ((high, "upper limit", 3), (low, "lower limit", -12)):
        ax.axhline(limit, color=MUTED, linestyle="--", linewidth=1.2)
        ax.annotate(
            name,
            (0.0, limit),
            xytext=(2, shift),
            textcoords="offset points",
            fontsize=SMALL,
            color=MUTED,
        )
    ax.set_xticks(np.arange(len(load)), [str(day) for day in range(len(load))])
    ax.set_xlim(0, len(load))
    ax.margins(y=0.12)
    outside = int(((load < low) | (load > high)).sum())
    count = {0: "No hour leaves", 1: "One hour leaves"}.get(outside, f"{outside} hours leave")
    title = f"{count} the global limits. Which hour is odd?"
    return finish(ax, title, "time (days)", "requests per second", note=MADE_UP)


def hours_on_top(load: np.ndarray, *, limit: float, ax: Axes | None = None) -> Axes:
    """Return every day drawn over the same 24 hours, the odd hours marked with their day.

    Parameters
    ----------
    load : shape (n_days, 24)
        Requests per second, one row per day.
    limit
        An hour is odd if it lies further than this from the median of the same hour, in requests
        per second.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> load = np.ones((3, 24))
    >>> load[1, 4] = 9.0
    >>> ax = hours_on_top(load, limit=5.0)
    >>> ax.texts[0].get_text()
    'day 1, hour 4'
    """
    ax = ax or plt.subplots(figsize=(9.0, 3.8))[1]
    hours = np.arange(24)
    usual = np.median(load, axis=0)
    odd = np.abs(load - usual) > limit
    for day in load:
        ax.plot(hours, day, color=MUTED, linestyle="-", linewidth=0.9, alpha=0.45)
    ax.plot(hours, usual, color=NORMAL, linestyle="-", linewidth=2.4, label="median of the hour")
    rows, columns = np.nonzero(odd)
    ax.scatter(columns, load[rows, columns], s=70, color=ALERT, marker="D", zorder=4)
    for day, hour in zip(rows, columns, strict=True):
        ax.annotate(
            f"day {day}, hour {hour}",
            (hour, load[day, hour]),
            xytext=(10, 6),
            textcoords="offset points",
            color=ALERT,
            fontweight="bold",
        )
    ax.set_xticks(range(0, 24, 3))
    ax.set_xlim(0, 23)
    ax.legend(loc="lower right")
    title = (
        "Beside the same hour of other days, the odd hour stands out"
        if odd.any()
        else "No hour differs from the same hour of the other days"
    )
    return finish(ax, title, "hour of the day", "requests per second", note=MADE_UP)


def windows(
    series: np.ndarray, width: int, *, unit: str = "megabit/s", ax: Axes | None = None
) -> Axes:
    """Return a series with its window averages and its sub-sample (the first value of each window).

    Parameters
    ----------
    series : shape (n_seconds,)
        One value per second; an incomplete last window is left out.
    width
        Seconds per window.
    unit
        Unit of the values.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> ax = windows(np.arange(20.0), 10)
    >>> ax.lines[1].get_ydata().tolist()
    [0.0, 10.0]
    """
    ax = ax or plt.subplots(figsize=(9.0, 3.8))[1]
    blocks = series[: len(series) // width * width].reshape(-1, width)
    starts = np.arange(len(blocks)) * width
    ax.plot(np.arange(len(series)), series, color=MUTED, linestyle="-", linewidth=1.1, label="raw")
    ax.plot(
        starts,
        blocks[:, 0],
        color="#832db6",
        marker="o",
        markersize=8,
        markerfacecolor=PAPER,
        markeredgewidth=1.8,
        linestyle="none",
        label=f"one value in {width}",
        zorder=4,
    )
    ax.hlines(
        blocks.mean(axis=1),
        starts,
        starts + width,
        colors=INK,
        linewidth=3.2,
        label=f"mean of {width} s",
        zorder=3,
    )
    ax.legend(loc="upper left", ncol=3)
    ax.set_xlim(-1, len(series))
    ax.set_ylim(0, float(series.max()) * 1.3)
    peak = blocks[blocks.max(axis=1).argmax()]
    title = (
        f"A peak of {peak.max():.0f} {unit}: {peak.mean():.0f} in the mean of its window, "
        f"{peak[0]:.0f} in the sub-sample"
    )
    return finish(ax, title, "time (s)", unit, note=MADE_UP)
