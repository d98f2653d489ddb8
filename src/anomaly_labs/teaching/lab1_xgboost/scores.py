"""Figures of scores and models: a ladder, ROC in steps, a search, learned vectors."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from anomaly_labs.plots.curves import unit_square
from anomaly_labs.plots.style import ALERT, ATTACK, INK, MUTED, NORMAL, PAPER, SMALL, finish


def score_ladder(
    scores: np.ndarray, y_true: np.ndarray, threshold: float, *, ax: Axes | None = None
) -> Axes:
    """Return a few rows placed by their score, with the threshold that divides them.

    Parameters
    ----------
    scores : shape (n_samples,)
        Larger is more anomalous.
    y_true : shape (n_samples,)
        1 for an attack, 0 for a normal row.
    threshold
        Rows above it raise an alert.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> ax = score_ladder(np.array([0.9, 0.2]), np.array([1, 0]), 0.5)
    >>> ax.get_title(loc="left")
    'Threshold 0.5: 1 of 1 attacks found, 0 of 1 normal rows flagged'
    """
    if ax is None:
        ax = plt.subplots(figsize=(8, 2.2))[1]
    scores, attack = np.asarray(scores, dtype=float), np.asarray(y_true) == 1
    alert = scores > threshold
    ax.axvspan(threshold, 1.03, color=ALERT, alpha=0.09, lw=0)
    ax.axvline(threshold, color=ALERT, ls="--", lw=1.5)
    looks = ((1, "^", ATTACK, attack), (0, "o", NORMAL, ~attack))
    for level, marker, colour, chosen in looks:
        ax.scatter(scores[chosen], np.full(chosen.sum(), level), s=90, marker=marker, color=colour)
    ax.set_yticks([0, 1], ["normal", "attack"])
    ax.set_ylim(-0.6, 1.6)
    ax.set_xlim(-0.03, 1.03)
    ax.grid(axis="y", visible=False)
    title = (
        f"Threshold {threshold:g}: {(attack & alert).sum()} of {attack.sum()} attacks found, "
        f"{(~attack & alert).sum()} of {(~attack).sum()} normal rows flagged"
    )
    return finish(ax, title, "score", "", note="")


def roc_steps(
    scores: np.ndarray,
    y_true: np.ndarray,
    thresholds: Sequence[float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Return a ROC curve built from one point per threshold, each point labelled with it.

    Parameters
    ----------
    scores, y_true : shape (n_samples,)
        Scores, and 1 for attacks, 0 for normal rows.
    thresholds
        Alert means ``score > threshold``.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> ax = roc_steps(np.array([0.9, 0.2]), np.array([1, 0]), [1.0, 0.5, 0.0])
    >>> ax.get_title(loc="left")
    '3 thresholds, 3 points, area 1.00'
    """
    if ax is None:
        ax = plt.subplots(figsize=(5, 4.6))[1]
    scores, attack = np.asarray(scores, dtype=float), np.asarray(y_true) == 1
    ordered = sorted(thresholds, reverse=True)
    hits = [float((scores[attack] > t).mean()) for t in ordered]
    false_alarms = [float((scores[~attack] > t).mean()) for t in ordered]
    ax.plot([0, 1], [0, 1], color=MUTED, ls=":", lw=1.2)
    ax.plot(false_alarms, hits, ls="-", marker="o", ms=7)
    ax.fill_between(false_alarms, hits, alpha=0.1, lw=0)
    for t, x, y in zip(ordered, false_alarms, hits, strict=True):
        ax.annotate(
            f"{t:g}", (x, y), xytext=(7, -13), textcoords="offset points", fontsize=SMALL, color=INK
        )
    unit_square(ax)
    ax.set_ylim(-0.09, 1.08)
    area = float(np.trapezoid(hits, false_alarms))
    title = f"{len(ordered)} thresholds, {len(ordered)} points, area {area:.2f}"
    return finish(
        ax, title, "false-alarm rate (share of normal rows)", "recall (share of attacks)", note=""
    )


def model_selection(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Return the error of the best model so far against the share of the training time spent.

    Parameters
    ----------
    table
        One row per model in the order they were tried, with columns "seconds" and "error".
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> ax = model_selection(pd.DataFrame({"seconds": [1.0, 2.0], "error": [0.3, 0.1]}))
    >>> ax.lines[0].get_ydata().tolist()
    [0.3, 0.1]
    """
    if ax is None:
        ax = plt.subplots()[1]
    spent = table["seconds"].cumsum().to_numpy()
    errors = table["error"].to_numpy()
    ax.step(spent, np.minimum.accumulate(errors), where="post", label="best so far")
    ax.plot(spent, errors, "o", color=INK, ms=7, label="this model")
    for number, point in enumerate(zip(spent, errors, strict=True), 1):
        ax.annotate(f" {number}", point, xytext=(5, 4), textcoords="offset points", fontsize=SMALL)
    ax.set_xlim(0, 1.12 * spent[-1])
    ax.margins(y=0.2)
    ax.legend()
    ax.axvline(spent[-1] / 2, color=MUTED, ls=":", lw=1.2)
    in_half = errors[spent <= spent[-1] / 2]
    half = f"an error of {in_half.min():.2g}" if len(in_half) else "no model"
    title = f"Half of the time brings {half}, all of it {errors.min():.2g}"
    return finish(ax, title, "seconds of training, added up", "validation error (log loss)")


def f1_by_rows(f1: pd.Series, rows: pd.Series, *, ax: Axes | None = None) -> Axes:
    """Return the F1 of each class against its training rows, the weak classes named.

    Parameters
    ----------
    f1
        F1 of each class.
    rows
        Its rows in training, of the same index.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> names = ["normal", "spy"]
    >>> ax = f1_by_rows(pd.Series([1.0, 0.2], names), pd.Series([10_000, 2], names))
    >>> [text.get_text() for text in ax.texts][:1]
    ['spy']
    """
    if ax is None:
        ax = plt.subplots()[1]
    weak = f1 < 0.8
    ax.axhline(0.8, color=MUTED, ls=":", lw=1.2)
    for marker, colour, chosen in (("o", INK, ~weak), ("D", ALERT, weak)):
        ax.scatter(rows[chosen], f1[chosen], s=46, color=colour, marker=marker)
    height = 1.0
    for name in f1[weak].sort_values(ascending=False).index:
        height = min(height - 0.07, f1[name])  # labels stand below each other
        ax.annotate(
            str(name),
            (rows[name], f1[name]),
            (1.5 * rows[weak].max(), height),
            va="center",
            fontsize=SMALL,
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.7},
        )
    ax.set_xscale("log")
    ax.set_ylim(-0.04, 1.06)
    title = f"{weak.sum()} of {len(f1)} classes stay below an F1 of 0.8"
    if weak.any():
        title += f"; none of them has more than {rows[weak].max():,} training rows"
    return finish(ax, title, "training rows of the class (logarithmic axis)", "F1")


def vector_map(
    points: np.ndarray,
    names: Sequence[str],
    *,
    weights: np.ndarray | None = None,
    values: np.ndarray | None = None,
    label_top: int = 14,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Return learned vectors as points in a plane, the heaviest of them named.

    Parameters
    ----------
    points : shape (n_names, 2)
        Two coordinates for each name, such as the first two principal components.
    names
        Name of each point.
    weights : shape (n_names,)
        How many rows stand behind each name: the size of its point, and which are named.
    values : shape (n_names,)
        The share of attacks: circles of normal rows up to one half, triangles of attacks above.
    label_top
        How many of the heaviest names are written.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Examples
    --------
    >>> ax = vector_map(np.eye(2), ["tcp", "udp"], title="protocol_type")
    >>> [text.get_text() for text in ax.texts[:2]]
    ['tcp', 'udp']
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.5, 4.6))[1]
    points = np.asarray(points, dtype=float)
    weights = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    size = 22 + 130 * np.sqrt(weights / max(weights.max(), 1.0))
    shares = np.full(len(points), np.nan) if values is None else np.asarray(values, dtype=float)
    hostile = shares > 0.5
    looks = (("^", ATTACK, "mostly attacks", hostile), ("o", NORMAL, "mostly normal", ~hostile))
    for marker, colour, label, chosen in looks:
        x, y = points[chosen].T
        ax.scatter(x, y, s=size[chosen], marker=marker, color=colour, label=label, ec=INK, lw=0.5)
    for number in np.argsort(-weights, kind="stable")[:label_top]:
        x, y = points[number]
        left = x < np.median(points[:, 0])
        ax.annotate(
            str(names[number]),
            (x, y),
            xytext=(-9 if left else 9, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=SMALL,
            path_effects=[withStroke(linewidth=2.5, foreground=PAPER)],
        )
    if values is not None:
        ax.legend()
    ax.margins(0.15)
    ax.locator_params(nbins=4)
    return finish(ax, title, "first component", "second component")
