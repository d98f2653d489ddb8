"""Figures of trees: a tree as boxes, the residuals that it splits, the functions that it fits."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from anomaly_labs.plots.style import INK, MUTED, PAPER, SMALL, finish

Tree = str | tuple[str, "Tree", "Tree"]
"""A leaf's text, or (question, branch for yes, branch for no)."""

QUESTION, LEAF, LINE = "#dbe7f3", "#f6e6cf", "#8a8f98"
"""Fill of questions, fill of leaves, and the lines between them."""


def decision_tree(tree: Tree, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Return a drawing of a decision tree: questions in blue, answers (leaves) in sand.

    Parameters
    ----------
    tree
        ``(question, yes, no)`` with branches of the same form; a plain text is a leaf.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Examples
    --------
    >>> ax = decision_tree(("age < 15?", "+2.0", "-1.0"), title="One question")
    >>> sorted(t.get_text() for t in ax.texts)
    ['+2.0', '-1.0', 'age < 15?', 'no', 'yes']
    """
    if ax is None:
        ax = plt.subplots()[1]
    leaves = _count_leaves(tree)
    depth = _depth(tree)
    ax.set_xlim(-0.62, leaves - 0.38)
    ax.set_ylim(-depth - 0.35, 0.35)
    ax.set_axis_off()
    _draw_branch(ax, tree, 0, 0)
    return finish(ax, title, note="")


def booster_tree(booster: Any, *, number: int = 0, ax: Axes | None = None, title: str = "") -> Axes:
    """Return a drawing of one tree of a trained XGBoost model, with its gains and leaf values.

    Parameters
    ----------
    booster
        A trained ``xgboost.Booster`` with numeric features.
    number
        Number of the tree, counted from 0.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Raises
    ------
    ValueError
        If the model has no tree of that number.

    Examples
    --------
    >>> import xgboost as xgb
    >>> rows = xgb.DMatrix(np.array([[0.0], [1.0]]), [0.0, 1.0], feature_names=["count"])
    >>> booster = xgb.train({"min_child_weight": 0}, rows, num_boost_round=1)
    >>> any("count < " in text.get_text() for text in booster_tree(booster).texts)
    True
    """
    table = booster.trees_to_dataframe()
    nodes = table[table["Tree"] == number].set_index("ID")
    if nodes.empty:
        raise ValueError(
            f"number={number!r}: the model has {table['Tree'].nunique()} trees, counted from 0"
        )
    return decision_tree(_from_nodes(nodes, f"{number}-0"), ax=ax, title=title)


def split_residuals(
    x: np.ndarray,
    residuals: np.ndarray,
    threshold: float,
    *,
    gain: float,
    ax: Axes | None = None,
    xlabel: str = "dosage (mg)",
) -> Axes:
    """Return residuals as bars from zero, cut in two groups at `threshold`.

    Parameters
    ----------
    x, residuals : shape (n_samples,)
        Feature and what is left to explain.
    threshold
        Rows below it go to the left child.
    gain
        Stands in the title.
    ax
        Axes to draw on; new ones by default.
    xlabel
        Label of the horizontal axis.

    Examples
    --------
    >>> ax = split_residuals(np.array([10, 20]), np.array([-1, 2]), 15, gain=4.5)
    >>> ax.get_title(loc="left")
    'Split at 15: gain 4.50'
    """
    if ax is None:
        ax = plt.subplots()[1]
    x, residuals = np.asarray(x, dtype=float), np.asarray(residuals, dtype=float)
    margin = 0.25 * float(np.ptp(x))
    low, high = float(x.min()) - margin, float(x.max()) + margin
    reach = 1.45 * float(np.abs(residuals).max())
    ax.axvspan(low, threshold, color=QUESTION, alpha=0.6, lw=0)
    ax.axvspan(threshold, high, color=LEAF, alpha=0.6, lw=0)
    ax.axvline(threshold, color=INK, ls="--", lw=1.2)
    ax.axhline(0, color=MUTED, lw=1)
    ax.vlines(x, 0, residuals, color=INK, lw=2)
    ax.scatter(x, residuals, s=52, color=INK, zorder=3)
    for left, top in zip(x, residuals, strict=True):
        ax.annotate(
            f"{top:+g}".replace("-", "\N{MINUS SIGN}"),
            (left, top),
            xytext=(0, 9 if top > 0 else -9),
            textcoords="offset points",
            ha="center",
            va="bottom" if top > 0 else "top",
            fontsize=SMALL,
        )
    ax.set_xlim(low, high)
    ax.set_ylim(-reach, reach)
    ax.grid(False)
    return finish(ax, f"Split at {threshold:g}: gain {gain:.2f}", xlabel, "residual", note="")


def fitted_function(
    x: np.ndarray,
    y: np.ndarray,
    grid: np.ndarray,
    curves: Mapping[str, np.ndarray],
    *,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Return training points with one or more fitted functions drawn over them.

    Parameters
    ----------
    x, y : shape (n_samples,)
        Training points.
    grid : shape (n_grid,)
        Where the functions were evaluated, ascending.
    curves
        Name of each function and its values on `grid`; one named "truth" is drawn as a dotted line.
    ax
        Axes to draw on; new ones by default.
    title
        Title of the figure.

    Examples
    --------
    >>> x = np.array([0.0, 1.0])
    >>> ax = fitted_function(x, x, x, {"one tree": x}, title="Steps")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['one tree']
    """
    if ax is None:
        ax = plt.subplots()[1]
    ax.scatter(x, y, s=12, color=MUTED, alpha=0.55, lw=0)
    for name, values in curves.items():
        if name == "truth":
            ax.plot(grid, values, color=INK, ls=":", lw=1.5, label=name)
        else:
            ax.plot(grid, values, lw=2, label=name)
    ax.legend(loc="upper right")
    return finish(ax, title, "x", "y", note="")


def _count_leaves(tree: Tree) -> int:
    return 1 if isinstance(tree, str) else _count_leaves(tree[1]) + _count_leaves(tree[2])


def _depth(tree: Tree) -> int:
    return 0 if isinstance(tree, str) else 1 + max(_depth(tree[1]), _depth(tree[2]))


def _draw_branch(ax: Axes, tree: Tree, first_leaf: int, level: int) -> float:
    """Draw a branch whose leaves start at column `first_leaf`; return the column of its root."""
    if isinstance(tree, str):
        _box(ax, first_leaf, -level, tree, LEAF)
        return float(first_leaf)
    question, yes, no = tree
    left = _draw_branch(ax, yes, first_leaf, level + 1)
    right = _draw_branch(ax, no, first_leaf + _count_leaves(yes), level + 1)
    middle = (left + right) / 2
    for column, word in ((left, "yes"), (right, "no")):
        ax.plot([middle, column], [-level, -level - 1], color=LINE, ls="-", lw=1.4, zorder=1)
        ax.text(
            (middle + column) / 2,
            -level - 0.5,
            word,
            ha="center",
            va="center",
            fontsize=SMALL,
            color=INK,
            zorder=2,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
        )
    _box(ax, middle, -level, question, QUESTION)
    return middle


def _box(ax: Axes, x: float, y: float, text: str, colour: str) -> None:
    ax.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        zorder=3,
        bbox={"boxstyle": "round,pad=0.45", "facecolor": colour, "edgecolor": LINE},
    )


def _from_nodes(nodes: Any, name: str) -> Tree:
    node = nodes.loc[name]
    if node["Feature"] == "Leaf":
        return f"leaf {node['Gain']:+.2f}".replace("-", "\N{MINUS SIGN}")
    question = f"{node['Feature']} < {node['Split']:g}?\ngain {node['Gain']:.2f}"
    return question, _from_nodes(nodes, node["Yes"]), _from_nodes(nodes, node["No"])
