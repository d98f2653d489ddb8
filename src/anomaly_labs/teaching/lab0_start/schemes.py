"""Drawings that show no data: the Stuxnet story and the map of the course's methods."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from anomaly_labs.plots.style import ALERT, INK, MUTED, SMALL, finish

_ROTOR_STAGES = (
    ("runs as set", 3.0, 1064),
    ("15 min", 1.2, 1410),
    ("about 27 days", 3.0, 1064),
    ("50 min", 1.2, 2),
    ("about 27 days,\nthen again", 3.0, 1064),
)
"""Stage, drawn width, frequency in hertz (Falliere, O Murchu and Chien 2011)."""

_LABEL_COLUMNS = ("no labels", "normal rows only", "labelled attacks")
_METHODS = (
    (0, 0, "Isolation forest", "Lab 2, on normal rows", "anomalies are few and\neasy to cut off"),
    (1, 0, "Mahalanobis distance", "Lab 2", "normal is one cloud"),
    (2, 0, "Boosted trees", "Lab 1", "tomorrow's attacks look\nlike yesterday's"),
    (1, 1, "Autoencoder", "Lab 2", "normal compresses well,\nattacks do not"),
    (1, 2, "GAN and BiGAN", "Lab 3", "the generator has learned\nall of normal"),
    (2, 2, "Defense-GAN", "Lab 4", "clean data lies on what\nthe generator can make"),
)
_COSTS = ("seconds", "a minute", "minutes,\nand care")


_FIELDS = (
    ("artificial intelligence", "a program answers", '"over 100 logins an hour: alert"'),
    ("machine learning", "the rule is learned from rows", "boosted trees, isolation forest"),
    ("deep learning", "many layers learn their own features", "autoencoder, GAN"),
)
"""Name, what it means, examples: each field lies in the one before."""


def learning_fields(*, ax: Axes | None = None) -> Axes:
    """Return three nested boxes: artificial intelligence, machine learning, deep learning.

    Parameters
    ----------
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> [text.get_text() for text in learning_fields().texts][3]
    'machine learning'
    """
    ax = ax or plt.subplots(figsize=(7.0, 3.6))[1]
    for level, (name, meaning, example) in enumerate(_FIELDS):
        corner, width, height = (level, 0.4 * level), 14.0 - 2 * level, 8.4 - 2.8 * level
        box = FancyBboxPatch(
            corner,
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.3",
            facecolor=("#ffffff", "#e3edf7", "#c3d9ee")[level],
            edgecolor=MUTED,
        )
        ax.add_patch(box)
        top = corner[1] + height
        ax.text(7, top - 0.7, name, ha="center", va="center", fontweight="bold")
        ax.text(7, top - 1.4, meaning, ha="center", va="center")
        ax.text(7, top - 2.0, example, ha="center", va="center", fontsize=SMALL, color=MUTED)
    ax.set_xlim(-0.3, 14.3)
    ax.set_ylim(-0.3, 8.7)
    ax.set_axis_off()
    return finish(ax, "Who writes the rule: a person, or the rows?", note="")


def rotor_story(*, ax: Axes | None = None) -> Axes:
    """Return the frequency that Stuxnet set for the drives, and what a monitor was shown.

    Time is not to scale. The monitor shows the last value from before the attack: the controller's
    own logic is suspended and no longer refreshes it.

    Parameters
    ----------
    ax
        Axes to draw on; new ones by default.

    References
    ----------
    Falliere, O Murchu, Chien (2011), W32.Stuxnet Dossier, version 1.4, Symantec.
    Langner (2013), To Kill a Centrifuge.

    Examples
    --------
    >>> sorted(set(rotor_story().lines[0].get_ydata().tolist()))
    [2, 1064, 1410]
    """
    ax = ax or plt.subplots(figsize=(9.0, 4.0))[1]
    edges = np.cumsum([0.0] + [width for _, width, _ in _ROTOR_STAGES])
    hertz = [frequency for _, _, frequency in _ROTOR_STAGES]
    ax.step(
        edges,
        [*hertz, hertz[-1]],
        where="post",
        color=ALERT,
        linestyle="-",
        label="the drive is told",
    )
    ax.plot(
        edges[[0, -1]],
        [1064, 1064],
        color=INK,
        linestyle=(0, (2, 2)),
        linewidth=2.4,
        label="the monitor shows",
    )
    for left, right, (name, _, frequency) in zip(edges, edges[1:], _ROTOR_STAGES, strict=False):
        below = frequency == 1064
        ax.annotate(
            name,
            ((left + right) / 2, frequency),
            xytext=(0, -8 if below else 8),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=SMALL,
            color=INK if below else ALERT,
        )
    ax.set_yticks([2, 1064, 1410])
    ax.set_xticks([])
    ax.set_ylim(-80, 1620)
    ax.set_xlim(edges[0], edges[-1])
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 0.12))
    title = "The drive is told to change speed; the monitor shows an ordinary day"
    return finish(ax, title, "time (not to scale)", "frequency (Hz)", note="")


def method_map(*, ax: Axes | None = None) -> Axes:
    """Return the methods of the course by the labels they need, what they assume and their cost.

    Parameters
    ----------
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> [label.get_text() for label in method_map().get_xticklabels()]
    ['no labels', 'normal rows only', 'labelled attacks']
    """
    ax = ax or plt.subplots(figsize=(9.0, 4.8))[1]
    for column, row, name, lab, assumption in _METHODS:
        box = FancyBboxPatch(
            (column - 0.44, row - 0.36),
            0.88,
            0.72,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=("#ececec", "#dfe9f5", "#fbe3d3")[column],
            edgecolor=MUTED,
            linewidth=0.9,
        )
        ax.add_patch(box)
        ax.text(column, row - 0.2, name, ha="center", va="center", fontweight="bold")
        ax.text(column, row + 0.05, assumption, ha="center", va="center", fontsize=SMALL)
        ax.text(
            column + 0.41, row + 0.32, lab, ha="right", va="bottom", fontsize=SMALL, color=MUTED
        )
    ax.set_xticks(range(3), _LABEL_COLUMNS)
    ax.set_yticks(range(3), _COSTS)
    ax.set_xlim(-0.5, 2.5)
    ax.set_ylim(2.5, -0.5)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    title = "Each method buys its answer with labels, an assumption, or time"
    return finish(ax, title, "labels you need for training", "training time", note="")
