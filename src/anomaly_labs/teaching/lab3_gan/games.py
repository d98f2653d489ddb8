"""Figures of games: networks against each other, and what rarity costs."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from anomaly_labs.plots.style import GENERATED, INK, MARKERS, MUTED, finish
from anomaly_labs.teaching.lab3_gan.collapse import share_at_one

Moment = tuple[np.ndarray, np.ndarray]
"""Generated numbers, and the discriminator's probability of "real" on a grid."""


def game_moments(
    grid: np.ndarray,
    real: np.ndarray,
    moments: Mapping[str, Moment],
    *,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Return one panel per moment: real and generated numbers, and what the discriminator says.

    Parameters
    ----------
    grid : shape (n_points,)
        Where the discriminator is asked.
    real : shape (n_samples,)
        Real numbers. Numbers outside the grid are counted at its ends.
    moments
        By title: the generated numbers, and the discriminator's probability of "real" on the grid.
    axes
        Axes to draw on, one for each moment; new ones by default.

    Examples
    --------
    >>> numbers, half = np.zeros(10), np.full(3, 0.5)
    >>> panels = game_moments(np.arange(3.0), np.ones(10), {"start": (numbers, half)})
    >>> [panel.get_title(loc="left") for panel in panels]
    ['start']
    """
    if axes is None:
        size = (2.8 * len(moments) + 0.6, 3.2)
        axes = list(plt.subplots(1, len(moments), figsize=size, sharey=True, squeeze=False)[1][0])
    edges = np.linspace(grid.min(), grid.max(), 41)
    for ax, (title, (generated, belief)) in zip(axes, moments.items(), strict=True):
        ax.stairs(_shares(real, edges), edges, fill=True, color=MUTED, alpha=0.4, label="real")
        ax.stairs(
            _shares(generated, edges), edges, color=GENERATED, linewidth=1.8, label="generated"
        )
        ax.plot(grid, belief, color=INK, linestyle="--", label="D: P(real)")
        ax.set_ylim(0, 1.25)
        finish(ax, title, "number", "share, probability" if ax is axes[0] else "", note="")
    axes[0].legend(loc="upper left")
    return list(axes)


def _shares(numbers: np.ndarray, edges: np.ndarray) -> np.ndarray:
    counts = np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)[0]
    return np.asarray(counts / len(numbers))


def player_paths(
    paths: Mapping[str, pd.DataFrame], *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Return the paths of two players in the plane of their choices, with the equilibrium.

    Parameters
    ----------
    paths
        By name: a table with the columns "x" and "y", a row for each step from the start.
    ax
        Axes to draw on; new ones by default.
    title
        By default it says how far from (0, 0) each path ends.

    Examples
    --------
    >>> path = pd.DataFrame({"x": [1.0, 0.0], "y": [0.0, 0.5]})
    >>> player_paths({"repaired": path}).get_title(loc="left").split(": ")[1]
    'repaired 0.5'
    """
    if ax is None:
        ax = plt.subplots(figsize=(5.6, 5.0))[1]
    for name, path in paths.items():
        line = ax.plot(path["x"], path["y"], label=name, linewidth=1.2)[0]
        ax.plot(path["x"].iloc[-1], path["y"].iloc[-1], "s", ms=7, color=line.get_color())
    first = next(iter(paths.values()))
    ax.plot(first["x"].iloc[0], first["y"].iloc[0], "o", color=INK, ms=7, label="start")
    ax.plot(0, 0, "*", color=INK, ms=13, label="equilibrium")
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    ends = [f"{name} {np.hypot(*path[['x', 'y']].iloc[-1]):.2g}" for name, path in paths.items()]
    title = title or "Distance from the equilibrium at the end: " + ", ".join(ends)
    return finish(ax, title, "x, chosen by player 1", "y, chosen by player 2", note="")


def generated_points(
    real: np.ndarray, generated: np.ndarray, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Return real points of the plane in grey, and over them those that a generator makes.

    Parameters
    ----------
    real, generated : shape (n_samples, 2)
        Points of the plane: real ones, and what a generator makes.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Examples
    --------
    >>> ax = generated_points(np.eye(2), np.zeros((1, 2)), title="Nothing learned")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['real', 'generated']
    """
    if ax is None:
        ax = plt.subplots(figsize=(4.4, 4.2))[1]
    ax.scatter(real[:, 0], real[:, 1], s=12, color=MUTED, alpha=0.5, lw=0, label="real")
    if len(generated):
        x, y = generated[:, 0], generated[:, 1]
        ax.scatter(x, y, s=16, marker="x", lw=0.8, alpha=0.7, color=GENERATED, label="generated")
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    return finish(ax, title, "first column", "second column", note="")


def collapse_looks(
    real: np.ndarray, looks: Mapping[int, np.ndarray], *, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Return one panel per look at what a generator makes; its title says how many lie at one mode.

    Parameters
    ----------
    real : shape (n_samples, 2)
        Real points of the plane.
    looks
        By round: the generated points.
    axes
        Axes to draw on, one for each look; new ones by default.

    Examples
    --------
    >>> panels = collapse_looks(np.eye(2), {100: np.full((4, 2), [2.0, 0.0])})
    >>> panels[0].get_title(loc="left")
    'Round 100: 100% at one'
    """
    if axes is None:
        size = (2.7 * len(looks), 3.3)
        axes = list(plt.subplots(1, len(looks), figsize=size, squeeze=False)[1][0])
    for ax, (step, points) in zip(axes, looks.items(), strict=True):
        title = f"Round {step:,}: {share_at_one(points):.0%} at one"
        generated_points(real, points, ax=ax, title=title)
        ax.set_aspect("equal", adjustable="box")
        ax.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4))
        ax.set_ylabel("second column" if ax is axes[0] else "")
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.3), ncols=2).set_visible(ax is axes[0])
    return list(axes)


def rarity_curves(
    table: pd.DataFrame, *, ax: Axes | None = None, title: str = "", ylabel: str = "AUC"
) -> Axes:
    """Return a figure of merit of several methods against the share of anomalies.

    Parameters
    ----------
    table
        A row for each share of anomalies (the index, above 0), a column for each method.
    ax
        Axes to draw on; new ones by default.
    title
        By default it names the method that loses most between the largest and smallest share.
    ylabel
        Label of the vertical axis.

    Examples
    --------
    >>> table = pd.DataFrame({"trees": [0.7, 0.9], "distance": [0.8, 0.8]}, index=[0.01, 0.5])
    >>> rarity_curves(table).get_title(loc="left")
    'Where anomalies are rare, trees loses most: 0.200'
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.5, 4.2))[1]
    ordered = table.sort_index()
    for marker, (name, values) in zip(MARKERS, ordered.items(), strict=False):
        ax.plot(ordered.index, values, marker=marker, ms=6, label=str(name))
    ax.set_xscale("log")
    ax.set_xticks(ordered.index, [f"{100 * share:.2g} %" for share in ordered.index])
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    lost = ordered.iloc[-1] - ordered.iloc[0]
    worst = f"Where anomalies are rare, {lost.idxmax()} loses most: {lost.max():.3f}"
    return finish(ax, title or worst, "anomalies among the training rows", ylabel)
