"""Figures of trees: a tree as boxes, many trees side by side or in a row, fitted functions."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon

from anomaly_labs.plots.style import INK, MUTED, PAPER, finish

Tree = str | tuple[str, "Tree", "Tree"]
"""A leaf's text, or (question, branch for yes, branch for no)."""

_QUESTION, _LEAF, _LINE = "#dbe7f3", "#f6e6cf", "#8a8f98"


def decision_tree(tree: Tree, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Return a drawing of a decision tree: questions in blue, answers (leaves) in sand.

    Parameters
    ----------
    tree
        ``(question, yes, no)`` with branches of the same form; a plain text is a leaf.

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
        Which tree, counted from 0.

    Raises
    ------
    ValueError
        If the model has no tree of that number.
    """
    table = booster.trees_to_dataframe()
    nodes = table[table["Tree"] == number].set_index("ID")
    if nodes.empty:
        raise ValueError(
            f"number={number!r}: the model has {table['Tree'].nunique()} trees, counted from 0"
        )
    return decision_tree(_from_nodes(nodes, f"{number}-0"), ax=ax, title=title)


def ensemble_schemes(*, ax: Axes | None = None) -> Axes:
    """Return a drawing of the two ways to combine trees: side by side, or one after another."""
    if ax is None:
        ax = plt.subplots(figsize=(8.6, 4.4))[1]
    ax.set_xlim(0, 11.6)
    ax.set_ylim(-0.25, 5.4)
    ax.set_axis_off()
    _draw_bagging(ax)
    _draw_boosting(ax)
    return finish(ax, "Two ways to make one model of many trees", note="")


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
    """
    if ax is None:
        ax = plt.subplots()[1]
    x, residuals = np.asarray(x, dtype=float), np.asarray(residuals, dtype=float)
    margin = 0.25 * float(np.ptp(x))
    low, high = float(x.min()) - margin, float(x.max()) + margin
    reach = 1.45 * float(np.abs(residuals).max())
    ax.axvspan(low, threshold, color=_QUESTION, alpha=0.6, lw=0)
    ax.axvspan(threshold, high, color=_LEAF, alpha=0.6, lw=0)
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
            fontsize=9,
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
    """
    if ax is None:
        ax = plt.subplots()[1]
    ax.scatter(x, y, s=12, color=MUTED, alpha=0.55, lw=0)
    for name, values in curves.items():
        if name == "truth":
            ax.plot(grid, values, color=INK, ls=":", lw=1.5, label=name)
        else:
            ax.plot(grid, values, lw=2, label=name)
    ax.legend(loc="upper right", fontsize=9)
    return finish(ax, title, "x", "y", note="")


def _count_leaves(tree: Tree) -> int:
    return 1 if isinstance(tree, str) else _count_leaves(tree[1]) + _count_leaves(tree[2])


def _depth(tree: Tree) -> int:
    return 0 if isinstance(tree, str) else 1 + max(_depth(tree[1]), _depth(tree[2]))


def _draw_branch(ax: Axes, tree: Tree, first_leaf: int, level: int) -> float:
    """Draw a branch whose leaves start at column `first_leaf`; return the column of its root."""
    if isinstance(tree, str):
        _box(ax, first_leaf, -level, tree, _LEAF)
        return float(first_leaf)
    question, yes, no = tree
    left = _draw_branch(ax, yes, first_leaf, level + 1)
    right = _draw_branch(ax, no, first_leaf + _count_leaves(yes), level + 1)
    middle = (left + right) / 2
    for column, word in ((left, "yes"), (right, "no")):
        ax.plot([middle, column], [-level, -level - 1], color=_LINE, ls="-", lw=1.4, zorder=1)
        ax.text(
            (middle + column) / 2,
            -level - 0.5,
            word,
            ha="center",
            va="center",
            fontsize=9,
            color=INK,
            zorder=2,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
        )
    _box(ax, middle, -level, question, _QUESTION)
    return middle


def _box(ax: Axes, x: float, y: float, text: str, colour: str) -> None:
    ax.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=10,
        zorder=3,
        bbox={"boxstyle": "round,pad=0.45", "facecolor": colour, "edgecolor": _LINE},
    )


def _from_nodes(nodes: Any, name: str) -> Tree:
    node = nodes.loc[name]
    if node["Feature"] == "Leaf":
        return f"leaf {node['Gain']:+.2f}".replace("-", "\N{MINUS SIGN}")
    question = f"{node['Feature']} < {node['Split']:g}?\ngain {node['Gain']:.2f}"
    return question, _from_nodes(nodes, node["Yes"]), _from_nodes(nodes, node["No"])


def _tree_icon(ax: Axes, x: float, y: float) -> None:
    """Draw a small tree of three questions, centred at (x, y)."""
    points = [(0.0, 0.42), (-0.3, 0.0), (0.3, 0.0), (-0.46, -0.42), (-0.14, -0.42), (0.14, -0.42)]
    points.append((0.46, -0.42))
    for parent, child in ((0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)):
        (x0, y0), (x1, y1) = points[parent], points[child]
        ax.plot([x + x0, x + x1], [y + y0, y + y1], color=_LINE, ls="-", lw=1.2, zorder=1)
    for number, (dx, dy) in enumerate(points):
        colour = _QUESTION if number < 3 else _LEAF
        ax.scatter(x + dx, y + dy, s=42, color=colour, edgecolor=_LINE, zorder=2)


def _panel(ax: Axes, left: float, head: str, below: str) -> None:
    patch = FancyBboxPatch(
        (left, 0.0), 5.3, 5.2, boxstyle="round,pad=0.12", fc="white", ec="#dedcd6"
    )
    ax.add_patch(patch)
    ax.text(left + 2.65, 4.95, head, ha="center", va="center", fontsize=11, fontweight="bold")
    ax.text(left + 2.65, 0.3, below, ha="center", va="center", fontsize=9.5, color=INK)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=MUTED))


def _draw_bagging(ax: Axes) -> None:
    left = 0.2
    _panel(ax, left, "Side by side: bagging, random forest", "each tree sees another draw of rows")
    ax.text(left + 2.65, 4.3, "training rows", ha="center", va="center", fontsize=10)
    for number in range(3):
        x = left + 0.95 + 1.7 * number
        _arrow(ax, (left + 2.65, 4.1), (x, 3.35))
        _tree_icon(ax, x, 2.75)
        _arrow(ax, (x, 2.15), (left + 2.65, 1.35))
    ax.text(left + 2.65, 1.0, "average, or majority vote", ha="center", va="center", fontsize=10)


def _draw_boosting(ax: Axes) -> None:
    left = 6.1
    _panel(
        ax, left, "One after another: boosting", "each tree is fitted to what is left unexplained"
    )
    ax.text(left + 2.65, 4.3, "training rows", ha="center", va="center", fontsize=10)
    _arrow(ax, (left + 2.2, 4.1), (left + 1.0, 3.35))
    for number in range(3):
        x = left + 0.95 + 1.7 * number
        _tree_icon(ax, x, 2.75)
        _residual_bars(ax, x, 1.75, 1.0 / (1 + number))
        _arrow(ax, (x, 1.45), (left + 2.65, 1.18))
        if number < 2:
            _arrow(ax, (x + 0.42, 2.05), (x + 1.2, 2.95))
    ax.text(left + 2.65, 0.95, "sum of all trees", ha="center", va="center", fontsize=10)


def _residual_bars(ax: Axes, x: float, y: float, size: float) -> None:
    """Draw what a tree leaves over: bars that shrink from tree to tree."""
    for number, height in enumerate((0.34, -0.22, 0.26, -0.3)):
        left = x - 0.3 + 0.17 * number
        corners = [(left, y), (left + 0.1, y), (left + 0.1, y + size * height)]
        corners.append((left, y + size * height))
        ax.add_patch(Polygon(corners, closed=True, fc="#c9656a", ec="none"))
