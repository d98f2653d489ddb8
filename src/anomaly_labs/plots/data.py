"""Figures that show data before any model: marked points and class counts."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from anomaly_labs.plots.style import FAMILIES, PAPER, SMALL, finish


def class_counts(y: pd.Series, family: pd.Series, *, ax: Axes | None = None) -> Axes:
    """Return the rows of each class as bars on a logarithmic axis, coloured by attack family.

    Parameters
    ----------
    y : shape (n_rows,)
        Class of each row.
    family : shape (n_rows,)
        `normal`, `dos`, `probe`, `r2l` or `u2r`, row by row.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> y = pd.Series(["normal", "smurf", "smurf"])
    >>> ax = class_counts(y, y.replace("smurf", "dos"))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['smurf', 'normal']
    """
    counts = y.astype(str).value_counts()
    family_of = dict(zip(y.astype(str), family.astype(str), strict=True))
    ax = ax or plt.subplots(figsize=(8.4, 1.4 + 0.24 * len(counts)))[1]
    for row, (name, count) in enumerate(counts.items()):
        colour, _, hatch = FAMILIES[family_of[str(name)]]
        ax.barh(row, count, color=colour, hatch=hatch, edgecolor=PAPER, linewidth=0)
        ax.annotate(
            f"{count:,}",
            (count, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
        )
    ax.set_yticks(range(len(counts)), [str(name) for name in counts.index])
    ax.set_ylim(len(counts) - 0.3, -0.7)
    ax.set_xscale("log")
    ax.set_xlim(0.8, float(counts.max()) * 6)
    ax.grid(visible=False, axis="y")
    seen = [name for name in FAMILIES if name in set(family_of.values())]
    looks = [Patch(facecolor=FAMILIES[n][0], hatch=FAMILIES[n][2], edgecolor=PAPER) for n in seen]
    ax.legend(looks, seen, loc="lower right", title="family")
    top = min(3, len(counts))
    share = counts.head(top).sum() / counts.sum()
    title = f"The {top} largest of {len(counts)} classes hold {100 * share:.1f} % of the rows"
    return finish(ax, title, "rows (logarithmic axis)", "class")
