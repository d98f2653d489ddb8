"""Figures of the latent space: how an autoencoder is built, and where its rows end up."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from anomaly_labs.plots.style import INK, MUTED, finish

_MARKERS = "o^sDvP*X<>"


def autoencoder_scheme(
    sizes: Sequence[int], *, ax: Axes | None = None, title: str = "Squeeze, then rebuild"
) -> Axes:
    """Return a drawing of an autoencoder: layers as bars, the narrowest one is the latent space.

    Parameters
    ----------
    sizes
        Width of each layer from input to output.

    Examples
    --------
    >>> ax = autoencoder_scheme([80, 8, 80])
    >>> [text.get_text().split()[-1] for text in ax.texts if text.get_text()]
    ['input', 'latent', 'output', 'encoder', 'decoder']
    """
    if ax is None:
        ax = plt.subplots(figsize=(9, 3.2))[1]
    heights = np.log1p(np.asarray(sizes, dtype=float))
    middle = int(np.argmin(sizes))
    names = {0: "input", middle: "latent", len(sizes) - 1: "output"}
    for x, (size, height) in enumerate(zip(sizes, heights, strict=True)):
        colour = "#f6e6cf" if x == middle else "#dbe7f3"
        ax.bar(x, height, width=0.42, bottom=-height / 2, color=colour, edgecolor=MUTED)
        ax.text(x, 0, f"{size}\n{names.get(x, '')}".strip(), ha="center", va="center", fontsize=10)
    for x in range(len(sizes) - 1):
        ax.annotate("", (x + 0.74, 0), (x + 0.26, 0), arrowprops={"arrowstyle": "->", "color": INK})
    top = float(heights.max()) / 2
    for text, place in (("encoder", middle / 2), ("decoder", (middle + len(sizes) - 1) / 2)):
        ax.text(place, top + 0.35, text, ha="center", fontsize=11, fontweight="bold", color=INK)
    ax.set_xlim(-0.5, len(sizes) - 0.5)
    ax.set_ylim(-top - 0.2, top + 1.0)
    ax.set_axis_off()
    return finish(ax, title, note="")


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
    for marker, name in zip(_MARKERS, shown, strict=False):
        chosen = (labels == name).to_numpy()
        x, y = points[chosen].T
        ax.scatter(x, y, s=30, marker=marker, alpha=0.7, lw=0, label=name)
    ax.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.locator_params(nbins=5)
    return finish(ax, title, "first component", "second component")
