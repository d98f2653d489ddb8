"""Figures of Lab 4: what is still detected, and where a defence puts rows."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from anomaly_labs.plots.style import ALERT, GENERATED, INK, MARKERS, MUTED, finish


def detection_curves(table: pd.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Return the share of attacks that is still detected, against what the attacker may change.

    Parameters
    ----------
    table
        A row for each epsilon (the index), a column for each attack or defence; shares of 1.
    ax
        Axes to draw on; new ones by default.
    title
        By default it names the column that falls lowest.

    Examples
    --------
    >>> table = pd.DataFrame({"any change": [1.0, 0.1], "rules": [1.0, 0.9]}, index=[0.0, 0.5])
    >>> detection_curves(table).get_title(loc="left")
    'Least is detected under any change: 0.10'
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.5, 4.2))[1]
    ordered = table.sort_index()
    for marker, (name, values) in zip(MARKERS, ordered.items(), strict=False):
        ax.plot(ordered.index, values, marker=marker, ms=6, label=str(name))
    ax.set_ylim(-0.03, 1.05)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    lowest = ordered.min()
    default = f"Least is detected under {lowest.idxmin()}: {lowest.min():.2f}"
    return finish(ax, title or default, "epsilon, in standard deviations", "share still detected")


def projections(
    clean: np.ndarray,
    moved: np.ndarray,
    found: np.ndarray,
    *,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Return clean points of the plane, moved ones, and a line from each to where a defence put it.

    Parameters
    ----------
    clean : shape (n_clean, 2)
        Clean points of the plane.
    moved, found : shape (n_samples, 2)
        Before and after the defence, row by row.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Examples
    --------
    >>> ax = projections(np.eye(2), np.ones((1, 2)), np.zeros((1, 2)), title="Back it goes")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['clean', 'moved', 'put back']
    """
    if ax is None:
        ax = plt.subplots(figsize=(6.0, 4.4))[1]
    ax.scatter(clean[:, 0], clean[:, 1], s=10, color=MUTED, alpha=0.4, lw=0, label="clean")
    for start, end in zip(moved, found, strict=True):
        ax.plot(*zip(start, end, strict=True), color=INK, lw=0.9, ls="-", zorder=1)
    ax.scatter(moved[:, 0], moved[:, 1], s=42, marker="x", lw=1.6, color=ALERT, label="moved")
    ax.scatter(found[:, 0], found[:, 1], s=30, marker="o", color=GENERATED, label="put back")
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return finish(ax, title, "first column", "second column", note="")
