"""How many trees become one model: side by side, or one after another."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon

from anomaly_labs.plots.style import ALERT, INK, MUTED, SMALL, finish
from anomaly_labs.teaching.lab1_xgboost.trees import LEAF, LINE, QUESTION


def ensemble_schemes(*, ax: Axes | None = None) -> Axes:
    """Return a drawing of the two ways to combine trees: side by side, or one after another.

    Parameters
    ----------
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> ensemble_schemes().get_title(loc="left")
    'Two ways to make one model of many trees'
    """
    if ax is None:
        ax = plt.subplots(figsize=(8.6, 4.4))[1]
    ax.set_xlim(0, 11.6)
    ax.set_ylim(-0.25, 5.4)
    ax.set_axis_off()
    _draw_bagging(ax)
    _draw_boosting(ax)
    return finish(ax, "Two ways to make one model of many trees", note="")


def _tree_icon(ax: Axes, x: float, y: float) -> None:
    """Draw a small tree of three questions, centred at (x, y)."""
    points = [(0.0, 0.42), (-0.3, 0.0), (0.3, 0.0), (-0.46, -0.42), (-0.14, -0.42), (0.14, -0.42)]
    points.append((0.46, -0.42))
    for parent, child in ((0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)):
        (x0, y0), (x1, y1) = points[parent], points[child]
        ax.plot([x + x0, x + x1], [y + y0, y + y1], color=LINE, ls="-", lw=1.2, zorder=1)
    for number, (dx, dy) in enumerate(points):
        colour = QUESTION if number < 3 else LEAF
        ax.scatter(x + dx, y + dy, s=42, color=colour, edgecolor=LINE, zorder=2)


def _panel(ax: Axes, left: float, head: str, below: str) -> None:
    patch = FancyBboxPatch(
        (left, 0.0), 5.3, 5.2, boxstyle="round,pad=0.12", fc="white", ec="#dedcd6"
    )
    ax.add_patch(patch)
    ax.text(left + 2.65, 4.95, head, ha="center", va="center", fontweight="bold")
    ax.text(left + 2.65, 0.3, below, ha="center", va="center", fontsize=SMALL, color=INK)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=MUTED))


def _draw_bagging(ax: Axes) -> None:
    left = 0.2
    _panel(ax, left, "Side by side: bagging, random forest", "each tree sees another draw of rows")
    ax.text(left + 2.65, 4.3, "training rows", ha="center", va="center")
    for number in range(3):
        x = left + 0.95 + 1.7 * number
        _arrow(ax, (left + 2.65, 4.1), (x, 3.35))
        _tree_icon(ax, x, 2.75)
        _arrow(ax, (x, 2.15), (left + 2.65, 1.35))
    ax.text(left + 2.65, 1.0, "average, or majority vote", ha="center", va="center")


def _draw_boosting(ax: Axes) -> None:
    left = 6.1
    _panel(
        ax, left, "One after another: boosting", "each tree is fitted to what is left unexplained"
    )
    ax.text(left + 2.65, 4.3, "training rows", ha="center", va="center")
    _arrow(ax, (left + 2.2, 4.1), (left + 1.0, 3.35))
    for number in range(3):
        x = left + 0.95 + 1.7 * number
        _tree_icon(ax, x, 2.75)
        _residual_bars(ax, x, 1.75, 1.0 / (1 + number))
        _arrow(ax, (x, 1.45), (left + 2.65, 1.18))
        if number < 2:
            _arrow(ax, (x + 0.42, 2.05), (x + 1.2, 2.95))
    ax.text(left + 2.65, 0.95, "sum of all trees", ha="center", va="center")


def _residual_bars(ax: Axes, x: float, y: float, size: float) -> None:
    """Draw what a tree leaves over: bars that shrink from tree to tree."""
    for number, height in enumerate((0.34, -0.22, 0.26, -0.3)):
        left = x - 0.3 + 0.17 * number
        corners = [(left, y), (left + 0.1, y), (left + 0.1, y + size * height)]
        corners.append((left, y + size * height))
        ax.add_patch(Polygon(corners, closed=True, fc=ALERT, alpha=0.7, ec="none"))
