"""Drawings of networks: an autoencoder, and the kinds of networks on one page."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from anomaly_labs.plots.style import INK, MUTED, SMALL, finish

_KINDS: Final = (
    (
        "Dense (feed-forward)",
        "a row of columns, in layers\nof weighted sums: Labs 1 to 4",
        (4, 4, 2),
        "all",
    ),
    ("Autoencoder", "a row, squeezed and\nrebuilt: this lab", (5, 3, 1, 3, 5), "all"),
    ("Convolutional", "pictures, signals:\nneighbours go together", (7, 5, 3), "near"),
    ("Recurrent (LSTM, GRU)", "a sequence, one step\nafter the other", (5, 5), "chain"),
    ("Transformer", "a sequence: each part looks\nat every other (attention)", (5, 5), "all"),
    (
        "Generative pair (GAN)",
        "noise in, generated rows out,\nand a discriminator: Lab 3",
        (2, 4, 4, 1),
        "all",
    ),
)


def autoencoder_scheme(
    sizes: Sequence[int], *, ax: Axes | None = None, title: str = "Squeeze, then rebuild"
) -> Axes:
    """Return a drawing of an autoencoder: layers as bars, the narrowest one is the latent space.

    Parameters
    ----------
    sizes
        Width of each layer from input to output.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

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
        ax.text(
            x, 0, f"{size}\n{names.get(x, '')}".strip(), ha="center", va="center", fontsize=SMALL
        )
    for x in range(len(sizes) - 1):
        ax.annotate("", (x + 0.74, 0), (x + 0.26, 0), arrowprops={"arrowstyle": "->", "color": INK})
    top = float(heights.max()) / 2
    for text, place in (("encoder", middle / 2), ("decoder", (middle + len(sizes) - 1) / 2)):
        ax.text(place, top + 0.35, text, ha="center", fontweight="bold", color=INK)
    ax.set_xlim(-0.5, len(sizes) - 0.5)
    ax.set_ylim(-top - 0.2, top + 1.0)
    ax.set_axis_off()
    return finish(ax, title, note="")


def network_map(*, fig_width: float = 9.5) -> Axes:
    """Return six kinds of networks as small drawings, each with what it is made for.

    Parameters
    ----------
    fig_width
        Width of the figure in inches.

    Examples
    --------
    >>> ax = network_map()
    >>> len(ax.figure.axes)
    6
    """
    axes = plt.subplots(2, 3, figsize=(fig_width, 5.8), gridspec_kw={"hspace": 0.12})[1]
    for ax, (name, text, sizes, links) in zip(axes.flat, _KINDS, strict=True):
        _layers(ax, sizes, links)
        ax.text(0.5, -0.08, text, ha="center", va="top", transform=ax.transAxes, fontsize=SMALL)
        ax.set_axis_off()
        finish(ax, name, note="")
    first: Axes = axes.flat[0]
    return first


def _layers(ax: Axes, sizes: Sequence[int], links: str) -> None:
    """Draw layers from left to right; a chain also leads down within its second layer."""
    places = [[(x, y - (size - 1) / 2) for y in range(size)][::-1] for x, size in enumerate(sizes)]
    for before, after in pairwise(places):
        for i, start in enumerate(before):
            for j, end in enumerate(after):
                near = 0 <= i - j <= len(before) - len(after)
                if links == "all" or (links == "near" and near) or (links == "chain" and i == j):
                    ax.plot(*np.transpose([start, end]), color=MUTED, lw=0.8, ls="-", zorder=1)
    if links == "chain":
        for start, end in pairwise(places[-1]):
            ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.6})
    for layer in places:
        x, y = np.transpose(layer)
        ax.scatter(x, y, s=90, color="#dbe7f3", edgecolor=INK, zorder=2)
    ax.set_xlim(-0.6, len(sizes) - 0.4)
    ax.set_ylim(-3.6, 3.6)
