"""Figures of training, scores, errors and shares."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from anomaly_labs.plots.style import ALERT, FAMILIES, INK, MARKERS, MUTED, SMALL, finish

_OTHERS = ("#1b7f5c", "#a96b59", "#d6559a", "#92dadd", "#717581")


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
    ax.imshow(share, cmap="Greys", vmin=0, vmax=2.4, aspect="auto")
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
    color: str = MUTED,
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
    color
        Colour of the bars: that of attacks for what is said of attacks, else grey.

    Examples
    --------
    >>> ax = share_bars(pd.Series({"count": 0.9, "hot": 0.1}), title="One leads")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['hot', 'count']
    """
    if ax is None:
        ax = plt.subplots(figsize=(8, 0.9 + 0.3 * min(top, len(shares))))[1]
    largest = shares.sort_values(ascending=False).head(top)[::-1]
    names = [str(name) for name in largest.index]
    bars = ax.barh(names, largest.to_numpy(), height=0.65, color=color)
    ax.bar_label(bars, fmt="%.3g", padding=4, fontsize=SMALL)
    ax.margins(x=0.12)
    ax.grid(axis="y", visible=False)
    return finish(ax, title, xlabel, "")


def training_curves(
    history: Mapping[str, Sequence[float]],
    *,
    ax: Axes | None = None,
    title: str = "",
    colors: Sequence[str] = (),
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
    colors
        Colours of the lines, such as those of normal rows and of attacks.

    Examples
    --------
    >>> ax = training_curves({"loss": [3.0, 2.0], "val_loss": [3.0, 4.0]})
    >>> ax.get_title(loc="left")
    'Lowest error on held-out rows after epoch 1 of 2'
    """
    if ax is None:
        ax = plt.subplots()[1]
    called = {"loss": "training rows", "val_loss": "held-out rows"}
    looks = zip(MARKERS, [*colors, *[None] * len(history)], history.items(), strict=False)
    for marker, colour, (name, losses) in looks:
        label, epochs = called.get(name, name), np.arange(1, len(losses) + 1)
        ax.plot(epochs, losses, marker=marker, ms=4, label=label, color=colour)
    best = int(np.argmin(losses)) + 1
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(lambda error, _: f"{error:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend()
    title = title or f"Lowest error on {label} after epoch {best} of {len(losses)}"
    return finish(ax, title, "epoch", "error (logarithmic axis)")


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
        Name of the group of each row; "normal" and the families of attacks have the colours and
        the order of the course.
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
    for name, label, colour, style in _groups(names):
        width = 2.6 if name == "normal" else 1.8
        own = drawn[names == name]
        ax.ecdf(own, complementary=True, label=label, color=colour, ls=style, lw=width)
    ax.set_xscale("log")
    _upright(ax, {k: v for k, v in (thresholds or {}).items() if np.isfinite(v)})
    ax.legend()
    return finish(ax, title, xlabel, "share of the group with a higher score")


def _groups(names: np.ndarray) -> list[tuple[str, str, str, Any]]:
    """Return name, text of the legend, colour and line style of each group, in drawing order."""
    sizes = pd.Series(names).value_counts()
    free = zip(cycle(_OTHERS), cycle(("--", "-.", ":")))
    order = [name for name in FAMILIES if name in sizes]
    order += [str(name) for name in sizes.index if name not in FAMILIES]
    groups = []
    for name in order:
        colour, style = FAMILIES[name][:2] if name in FAMILIES else next(free)
        rows = f"{sizes[name]:,} row{'s' if sizes[name] != 1 else ''}"
        groups.append((name, f"{name} ({rows})", colour, style))
    return groups


def _upright(ax: Axes, lines: Mapping[str, float]) -> None:
    """Draw named thresholds, told apart by line style."""
    for style, (name, x) in zip(("--", ":", "-.", (0, (6, 1))) * 4, lines.items(), strict=False):
        ax.axvline(x, color=INK, ls=style, lw=1.5, label=f"{name}: {x:.3g}")
