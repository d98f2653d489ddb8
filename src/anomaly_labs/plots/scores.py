"""Figures of training, scores, errors and shares."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from anomaly_labs.plots.style import ALERT, ATTACK, INK, MARKERS, NORMAL, finish

_OUTLINES = ("-", "-", "--", "-.", (0, (6, 1)), (0, (1, 1)))


def confusion_matrix(table: pd.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Return a confusion matrix as a grid of counts; colour is each row's share.

    Classes have one order in every figure, that of `evaluation.confusion`: "normal" first, the
    others by name.

    Parameters
    ----------
    table
        Rows are true classes, columns predicted ones; as `evaluation.confusion` gives it.
    ax
        Axes to draw on; new ones by default.
    title
        By default it says how many rows are off the diagonal.

    Examples
    --------
    >>> names = ["normal", "attack"]
    >>> ax = confusion_matrix(pd.DataFrame([[8, 1], [0, 9]], index=names, columns=names))
    >>> ax.get_title(loc="left")
    '1 error in 18 rows'
    """
    if {*table.index} == {*table.columns}:
        order = sorted(table.index, key=lambda name: (str(name) != "normal", str(name)))
        table = table.loc[order, order]
    if ax is None:
        ax = plt.subplots(figsize=(1.6 + 1.1 * table.shape[1], 1.5 + 0.75 * table.shape[0]))[1]
    counts = table.to_numpy()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=2.4, aspect="auto")
    for (i, j), count in np.ndenumerate(counts):
        weight = "bold" if i == j else "normal"
        colour = ALERT if i != j and count else INK
        ax.text(j, i, f"{count:,}", ha="center", va="center", color=colour, fontweight=weight)
    ax.set_xticks(range(table.shape[1]), [str(name) for name in table.columns])
    ax.set_yticks(range(table.shape[0]), [str(name) for name in table.index])
    ax.grid(False)
    ax.tick_params(length=0)
    errors = int(counts.sum() - np.trace(counts))
    told = f"{errors:,} error{'s' if errors != 1 else ''} in {counts.sum():,} rows"
    return finish(ax, title or told, "predicted", "true class")


def share_bars(
    shares: pd.Series,
    *,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "share",
    top: int = 12,
) -> Axes:
    """Return horizontal bars of named figures, largest on top, with their values written.

    Parameters
    ----------
    shares
        One figure per name, such as feature importance or recall per class.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.
    xlabel
        Label of the horizontal axis.
    top
        How many of the largest are drawn.

    Examples
    --------
    >>> ax = share_bars(pd.Series({"count": 0.9, "hot": 0.1}), title="One leads")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['hot', 'count']
    """
    if ax is None:
        ax = plt.subplots(figsize=(8, 0.9 + 0.3 * min(top, len(shares))))[1]
    largest = shares.sort_values(ascending=False).head(top)[::-1]
    bars = ax.barh([str(name) for name in largest.index], largest.to_numpy(), height=0.65)
    ax.bar_label(bars, fmt="%.3g", padding=4, fontsize=9)
    ax.margins(x=0.12)
    ax.grid(axis="y", visible=False)
    return finish(ax, title, xlabel, "")


def training_curves(
    history: Mapping[str, Sequence[float]], *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Return errors by epoch, such as the loss on training rows and on rows held out.

    Parameters
    ----------
    history
        One number per epoch for each name. "loss" and "val_loss" are called training rows and
        held-out rows, any other name stays as it is.
    ax
        Axes to draw on; new ones by default.
    title
        By default it names the epoch with the lowest number in the last series.

    Examples
    --------
    >>> ax = training_curves({"loss": [3.0, 2.0], "val_loss": [3.0, 4.0]})
    >>> ax.get_title(loc="left")
    'Lowest error on held-out rows after epoch 1 of 2'
    """
    if ax is None:
        ax = plt.subplots()[1]
    called = {"loss": "training rows", "val_loss": "held-out rows"}
    for marker, (name, losses) in zip(MARKERS, history.items(), strict=False):
        label = called.get(name, name)
        ax.plot(np.arange(1, len(losses) + 1), losses, marker=marker, ms=4, label=label)
    best = int(np.argmin(losses)) + 1
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
    title = title or f"Lowest error on {label} after epoch {best} of {len(losses)}"
    return finish(ax, title, "epoch", "error (logarithmic axis)")


def score_histograms(
    scores: np.ndarray,
    groups: Sequence[str] | pd.Series,
    *,
    thresholds: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "anomaly score (logarithmic axis)",
) -> Axes:
    """Return one outline per group: the share of its rows at each score, both axes logarithmic.

    A thin tail of the largest group may hold more rows than a small group: on a logarithmic
    axis it stays visible.

    Parameters
    ----------
    scores : shape (n_samples,)
        Larger is more anomalous. Scores of zero or less are drawn at the left edge.
    groups : shape (n_samples,)
        Name of the group of each row; the most frequent is drawn first.
    thresholds
        Named thresholds, drawn as upright lines; infinite ones are left out.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.
    xlabel
        Label of the horizontal axis.

    Examples
    --------
    >>> ax = score_histograms(np.array([1.0, 2.0, 9.0]), ["normal", "normal", "dos"], title="Apart")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['normal (2 rows)', 'dos (1 row)']
    """
    if ax is None:
        ax = plt.subplots(figsize=(9, 4.2))[1]
    scores, names = np.asarray(scores, dtype=float), np.asarray(groups).astype(str)
    positive = scores[scores > 0]
    lowest = float(positive.min()) if positive.size else 1.0
    logs = np.log10(np.maximum(scores, lowest))
    bins = np.linspace(logs.min(), logs.max() + 1e-9, 61)
    sizes = pd.Series(names).value_counts()
    for style, (name, rows) in zip(cycle(_OUTLINES), sizes.items(), strict=False):
        label = f"{name} ({rows:,} row{'s' if rows != 1 else ''})"
        heights = np.histogram(logs[names == name], bins)[0] / rows
        filled = name == "normal"
        ax.stairs(heights, 10**bins, fill=filled, alpha=0.75, lw=1.8, ls=style, label=label)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(0.5 / sizes.max(), 3)
    _upright(ax, {k: v for k, v in (thresholds or {}).items() if np.isfinite(v)})
    ax.legend(fontsize=9)
    return finish(ax, title, xlabel, "share of the group's rows (logarithmic)")


def score_curves(
    scores: np.ndarray,
    groups: Sequence[str] | pd.Series,
    *,
    thresholds: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    title: str = "",
    xlabel: str = "anomaly score (logarithmic axis)",
) -> Axes:
    """Return one line per group: the share of its rows with a higher score than the one below it.

    A threshold anywhere is an upright line: where it meets the line of normal rows is its
    false-alarm rate, where it meets the others what it finds of them.

    Parameters
    ----------
    scores : shape (n_samples,)
        Larger is more anomalous. Scores of zero or less are drawn at the left edge.
    groups : shape (n_samples,)
        Name of the group of each row; "normal" and "attack" have the colours of the course.
    thresholds
        Named thresholds, drawn as upright lines; infinite ones are left out.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.
    xlabel
        Label of the horizontal axis.

    Examples
    --------
    >>> ax = score_curves(np.array([1.0, 2.0, 9.0]), ["normal", "normal", "dos"], title="Apart")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['normal (2 rows)', 'dos (1 row)']
    """
    if ax is None:
        ax = plt.subplots(figsize=(9, 4.2))[1]
    scores, names = np.asarray(scores, dtype=float), np.asarray(groups).astype(str)
    positive = scores[scores > 0]
    drawn = np.maximum(scores, float(positive.min()) if positive.size else 1.0)
    sizes = pd.Series(names).value_counts()
    sizes = sizes.sort_index(key=lambda index: index != "normal", kind="stable")
    colours = iter([ATTACK, "#ffa90e", "#832db6", "#6b5b3e", "#a96b59", "#717581"] * len(sizes))
    for style, (name, rows) in zip(cycle(_OUTLINES), sizes.items(), strict=False):
        label = f"{name} ({rows:,} row{'s' if rows != 1 else ''})"
        colour = NORMAL if name == "normal" else next(colours)
        width = 2.6 if name == "normal" else 1.8
        own = drawn[names == name]
        ax.ecdf(own, complementary=True, label=label, color=colour, ls=style, lw=width)
    ax.set_xscale("log")
    _upright(ax, {k: v for k, v in (thresholds or {}).items() if np.isfinite(v)})
    ax.legend()
    return finish(ax, title, xlabel, "share of the group with a higher score")


def _upright(ax: Axes, lines: Mapping[str, float]) -> None:
    """Draw named thresholds, told apart by line style."""
    for style, (name, x) in zip(("--", ":", "-.", (0, (6, 1))) * 4, lines.items(), strict=False):
        ax.axvline(x, color=INK, ls=style, lw=1.5, label=f"{name}: {x:.3g}")
