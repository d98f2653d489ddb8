"""Figures of rows: in the latent space, by their residuals, in windows; and of contamination."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from anomaly_labs.plots.style import ALERT, ATTACK, INK, MARKERS, MUTED, NORMAL, finish


def latent_map(
    points: np.ndarray,
    names: Sequence[str] | pd.Series,
    *,
    top: int = 7,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Return rows as points in a plane; each name has its own colour and marker.

    Parameters
    ----------
    points : shape (n_samples, 2)
        Two coordinates per row, such as the first two principal components of the latent space.
    names : shape (n_samples,)
        Kind of each row.
    top
        So many of the most frequent names are told apart; the others are one grey group.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Examples
    --------
    >>> ax = latent_map(np.eye(3)[:, :2], ["dos", "dos", "probe"], title="Apart")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['dos', 'probe']
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.5, 4.8))[1]
    points, labels = np.asarray(points, dtype=float), pd.Series(np.asarray(names).astype(str))
    shown = list(labels.value_counts().index[:top])
    rest = ~labels.isin(shown).to_numpy()
    if rest.any():
        ax.scatter(
            points[rest, 0], points[rest, 1], s=18, color=MUTED, alpha=0.6, lw=0, label="others"
        )
    colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    for marker, colour, name in zip(MARKERS, colours, shown, strict=False):
        chosen = (labels == name).to_numpy()
        x, y = points[chosen].T
        ax.scatter(x, y, s=30, color=colour, marker=marker, alpha=0.7, lw=0, label=name)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.locator_params(nbins=5)
    return finish(ax, title, "first component", "second component")


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
    ax
        Axes to draw on; new ones by default.
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
    ax.scatter(shown[:, 0], shown[:, 1], s=9, color=NORMAL, alpha=0.3, lw=0, label="normal rows")
    ax.scatter(odd[0], odd[1], s=110, color=ATTACK, marker="^", zorder=4, label="made-up row")
    turn = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    ax.plot(*(circle * reach * spread[0]), color=INK, ls="-", label="same plain error")
    ax.plot(
        *(directions * spread @ circle * reach), color=INK, ls="--", label="same whitened error"
    )
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.set_aspect("equal", adjustable="datalim")
    ax.locator_params(nbins=5)
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
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Examples
    --------
    >>> ax = contamination_curve(pd.DataFrame({"AUC": [0.9, 0.5]}, index=[0.0, 0.5]), title="Down")
    >>> ax.lines[0].get_xdata().tolist()
    [0.0, 50.0]
    """
    if ax is None:
        ax = plt.subplots(figsize=(8, 4.2))[1]
    shares = 100 * table.index.to_numpy(dtype=float)
    for marker, name in zip(MARKERS, table.columns, strict=False):
        ax.plot(shares, table[name].to_numpy(dtype=float), marker=marker, ms=7, label=str(name))
    ax.set_xscale("symlog", linthresh=float(shares[shares > 0].min(initial=100)))
    ax.set_xticks(shares, [f"{share:g}" for share in shares])
    ax.minorticks_off()
    ax.set_ylim(-0.02, 1.04)
    ax.legend()
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
    width
        Number of values in a window.
    threshold
        Windows above it are shaded.
    axes
        Two axes, one above the other; new ones by default. The lower one is returned.
    title
        Title of the figure.

    Examples
    --------
    >>> ax = window_errors(np.arange(4), np.array([1.0, 9.0]), width=2, threshold=5, title="One")
    >>> len(ax.patches)
    1
    """
    if axes is None:
        axes = plt.subplots(2, 1, figsize=(10, 4.6), sharex=True)[1]
    upper, lower = axes
    upper.plot(np.arange(len(series)), series, color=NORMAL, lw=1.1)
    starts = np.arange(len(errors)) * width
    edges, heights = np.append(starts, starts[-1] + width), np.append(errors, errors[-1])
    lower.step(edges, heights, where="post", color=INK)
    for start in starts[np.asarray(errors) > threshold]:
        for ax in (upper, lower):
            ax.axvspan(start, start + width, color=ALERT, alpha=0.2, lw=0)
    lower.axhline(threshold, color=INK, ls="--", lw=1.2)
    finish(upper, title, "", "load")
    return finish(lower, "", "hour", "error of the window")
