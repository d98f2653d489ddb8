"""Figures of reconstruction errors: training, scores, residuals, contamination, windows."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from anomaly_labs.plots.style import ALERT, INK, MUTED, finish

_MARKERS = "o^sDvP*X<>"
_OUTLINES = ("-", "-", "--", "-.", (0, (6, 1)), (0, (1, 1)))


def training_curves(
    history: Mapping[str, Sequence[float]], *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Return errors by epoch, such as the loss on training rows and on rows held out.

    Parameters
    ----------
    history
        One number per epoch for each name. "loss" and "val_loss" are called training rows and
        held-out rows, any other name stays as it is.
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
    for marker, (name, losses) in zip(_MARKERS, history.items(), strict=False):
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


def residual_cloud(
    residuals: pd.DataFrame, *, ax: Axes | None = None, title: str = "", reach: float = 4.0
) -> Axes:
    """Return residuals in two columns, a circle of equal length, an ellipse of equal distance.

    Circle and ellipse go through one point, `reach` standard deviations from the origin in the
    direction in which the residuals vary least: the plain error calls all rows on the circle
    equally odd, the whitened one all rows on the ellipse.

    Parameters
    ----------
    residuals : shape (n_samples, 2)
        Differences (row minus reconstruction) of normal rows in two columns.
    title
        By default it says which share of the rows lies outside the circle, and outside the
        ellipse.
    reach
        Distance of the point, in standard deviations.

    Examples
    --------
    >>> cloud = pd.DataFrame({"a": [0.0, 1.0, -1.0, 2.0], "b": [0.0, 1.1, -1.0, 1.9]})
    >>> ax = residual_cloud(cloud)
    >>> ax.get_title(loc="left").replace(chr(10), " ")
    'Normal rows further out than the triangle: 75.0% by the circle, 0.0% by the ellipse'
    """
    if ax is None:
        ax = plt.subplots(figsize=(6.4, 5))[1]
    values = residuals.to_numpy(dtype=float)
    variances, directions = np.linalg.eigh(values.T @ values / len(values) + 1e-9 * np.eye(2))
    spread = np.sqrt(variances)
    odd = reach * spread[0] * directions[:, 0]
    outside_circle = np.linalg.norm(values, axis=1) > reach * spread[0]
    outside_ellipse = np.linalg.norm(values @ directions / spread, axis=1) > reach
    shown = values[np.linspace(0, len(values) - 1, min(len(values), 2_000)).astype(int)]
    ax.scatter(shown[:, 0], shown[:, 1], s=9, color=MUTED, alpha=0.35, lw=0, label="normal rows")
    ax.scatter(odd[0], odd[1], s=110, color=ALERT, marker="^", zorder=4, label="one more row")
    turn = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    ax.plot(*(circle * reach * spread[0]), label="same plain error")
    ax.plot(*(directions * spread @ circle * reach), label="same whitened error")
    ax.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.set_aspect("equal", adjustable="datalim")
    title = title or (
        f"Normal rows further out than the triangle: {outside_circle.mean():.1%} by the circle, "
        f"{outside_ellipse.mean():.1%} by the ellipse"
    )
    first, second = residuals.columns
    return finish(ax, title, f"residual of {first}", f"residual of {second}")


def contamination_curve(table: pd.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Return figures of merit against the share of anomalies among the training rows.

    The horizontal axis is linear up to the smallest share above zero and logarithmic from there.

    Parameters
    ----------
    table
        One row per experiment: its index is the share (0 to 1), each column one figure (0 to 1).

    Examples
    --------
    >>> ax = contamination_curve(pd.DataFrame({"AUC": [0.9, 0.5]}, index=[0.0, 0.5]), title="Down")
    >>> ax.lines[0].get_xdata().tolist()
    [0.0, 50.0]
    """
    if ax is None:
        ax = plt.subplots(figsize=(8, 4.2))[1]
    shares = 100 * table.index.to_numpy(dtype=float)
    for marker, name in zip(_MARKERS, table.columns, strict=False):
        ax.plot(shares, table[name].to_numpy(dtype=float), marker=marker, ms=7, label=str(name))
    ax.set_xscale("symlog", linthresh=float(shares[shares > 0].min(initial=100)))
    ax.set_xticks(shares, [f"{share:g}" for share in shares])
    ax.minorticks_off()
    ax.set_ylim(-0.02, 1.04)
    ax.legend(fontsize=9)
    return finish(ax, title, "attacks among the training rows (%)", "figure on the test rows")


def window_errors(
    series: np.ndarray,
    errors: np.ndarray,
    *,
    width: int,
    threshold: float,
    axes: Sequence[Axes] | None = None,
    title: str = "",
) -> Axes:
    """Return a series above the error of each of its windows; windows over `threshold` are shaded.

    Parameters
    ----------
    series : shape (n_times,)
        One value per hour.
    errors : shape (n_windows,)
        Error of window i, which starts at value i * `width`.
    threshold
        Windows above it are shaded.
    axes
        Two axes, one above the other; new ones by default. The lower one is returned.

    Examples
    --------
    >>> ax = window_errors(np.arange(4), np.array([1.0, 9.0]), width=2, threshold=5, title="One")
    >>> len(ax.patches)
    1
    """
    if axes is None:
        axes = plt.subplots(2, 1, figsize=(10, 4.6), sharex=True)[1]
    upper, lower = axes
    upper.plot(np.arange(len(series)), series, lw=1.1)
    starts = np.arange(len(errors)) * width
    lower.step(np.append(starts, starts[-1] + width), np.append(errors, errors[-1]), where="post")
    for start in starts[np.asarray(errors) > threshold]:
        for ax in (upper, lower):
            ax.axvspan(start, start + width, color=ALERT, alpha=0.2, lw=0)
    lower.axhline(threshold, color=INK, ls="--", lw=1.2)
    finish(upper, title, "", "load")
    return finish(lower, "", "hour", "error of the window")


def _upright(ax: Axes, lines: Mapping[str, float]) -> None:
    """Draw named thresholds, told apart by line style."""
    for style, (name, x) in zip(("--", ":", "-.", (0, (6, 1))) * 4, lines.items(), strict=False):
        ax.axvline(x, color=INK, ls=style, lw=1.5, label=f"{name}: {x:.3g}")
