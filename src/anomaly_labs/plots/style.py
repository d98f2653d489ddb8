"""The look of every figure of the course."""

import textwrap
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from cycler import Cycler, cycler
from matplotlib.axes import Axes

NOTES = {"real": "", "excerpt": "excerpt of real data", "synthetic": "generated data"}
"""What a figure says when the rows behind it come from the generator."""

MADE_UP = "made-up numbers"
"""What a figure says whose numbers are invented to make an idea visible."""

PAPER = "#fbfaf7"
INK = "#2b2d33"
MUTED = "#6b6f78"
ALERT = "#b3261e"
"""Background, text, secondary text, and the one colour kept for what is wrong."""

NORMAL = "#3f90da"
ATTACK = "#e76300"
"""The colours of normal rows and of attacks, in every figure; nothing else has them."""

GENERATED = "#7a21dd"
"""The colour of what a generator makes."""

FAMILIES: dict[str, tuple[str, Any, str]] = {
    "normal": (NORMAL, "-", ""),
    "attack": (ATTACK, "-", ""),
    "dos": (ATTACK, "-", ""),
    "probe": ("#ffa90e", "--", "///"),
    "r2l": ("#832db6", "-.", "..."),
    "u2r": ("#6b5b3e", (0, (6, 1)), "xxx"),
}
"""Colour, line style and hatch of each family of rows, in the order in which they are drawn."""

_COLOURS = (
    "#832db6",
    "#1b7f5c",
    "#a96b59",
    "#ffa90e",
    "#d6559a",
    "#b9ac70",
    "#92dadd",
    "#bd1f01",
    "#717581",
    "#94a4a2",
)

SMALL = 9.0
"""The size of type beside points, in legends and notes; all other text has the course's own."""

MARKERS = "o^sDvP*X<>"
"""Markers of lines and groups, in this order."""

_LINE_STYLES = ("-", "--", "-.", ":", (0, (6, 1)), (0, (1, 2)), (0, (6, 1, 1, 1, 1, 1)))
_state = {"source": "real"}


def _cycle() -> "Cycler[str, Any]":
    styles = [_LINE_STYLES[i % len(_LINE_STYLES)] for i in range(len(_COLOURS))]
    return cycler(color=_COLOURS) + cycler(linestyle=styles)


_LOOK: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": _cycle(),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.facecolor": PAPER,
    "figure.figsize": (8.0, 4.2),
    "font.size": 11.0,
    "grid.color": "#dedcd6",
    "grid.linewidth": 0.7,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.title_fontsize": SMALL,
    "lines.linewidth": 1.8,
    "savefig.facecolor": PAPER,
    "savefig.transparent": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
}


def use_course_style(source: str = "real") -> None:
    """Make every later figure light, readable and told apart by line style as well as colour.

    Parameters
    ----------
    source
        `"real"`, `"excerpt"` or `"synthetic"`, usually `data.source`; with the last two every
        figure carries a note that says so, such as "generated data".

    Raises
    ------
    ValueError
        If `source` is none of them.

    Examples
    --------
    >>> use_course_style(source="real")
    >>> mpl.rcParams["font.size"]
    11.0
    """
    if source not in NOTES:
        raise ValueError(
            f"source={source!r} must be 'real', 'excerpt' or 'synthetic'; pass the source of your "
            "data set"
        )
    _state["source"] = source
    _draw_once()
    plt.rcParams.update(_LOOK)


def _draw_once() -> None:
    """Leave out what a notebook does not show: after each cell pyplot draws for a screen, too."""
    backend = mpl.get_backend()
    if "inline" in backend:
        plt.switch_backend(backend)  # pyplot sets its hook at the first figure, else after this
        plt.uninstall_repl_displayhook()


def finish(
    ax: Axes, title: str, xlabel: str = "", ylabel: str = "", *, note: str | None = None
) -> Axes:
    """Return `ax` with a title that says the finding, axes with units, and a note on the source.

    Parameters
    ----------
    ax
        The axes that a plot function has drawn on.
    title
        The finding in a sentence; wrapped to the width of the axes. A line break stays one.
    xlabel, ylabel
        What is drawn and in which unit.
    note
        Small text along the right edge. By default "generated data" when the style was set with
        `source="synthetic"`, "excerpt of real data" with "excerpt", else nothing; `""` for a
        drawing that shows no data.

    Examples
    --------
    >>> import matplotlib.figure
    >>> ax = finish(mpl.figure.Figure().subplots(), "Most rows are attacks", "class", "rows")
    >>> ax.get_title(loc="left")
    'Most rows are attacks'
    """
    ax.set_title(_wrap(ax, title), loc="left")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if note is None:
        note = NOTES[_state["source"]]
    if note:
        ax.annotate(
            note,
            xy=(1.0, 0.0),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            rotation=90,
            va="bottom",
            ha="left",
            fontsize=SMALL,
            fontweight="bold",
            color=ALERT,
        )
    return ax


def _wrap(ax: Axes, title: str) -> str:
    """Break a title into lines of like length; a bold letter is about 0.58 of its size wide."""
    figure = ax.get_figure()
    if figure is None:
        return title
    spec = ax.get_subplotspec()
    beside = spec is not None and spec.get_gridspec().ncols > 1
    wider = 1.13 if beside else 1.0  # the layout narrows the gaps between panels
    inches = wider * ax.get_position().width * figure.bbox.width / figure.dpi
    letters = max(20, int(inches * 72 / (float(mpl.rcParams["font.size"]) * 0.62)))
    return "\n".join(line for part in title.split("\n") for line in _even(part, letters))


def _even(text: str, letters: int) -> list[str]:
    lines = textwrap.wrap(text, letters)
    for narrower in range(letters - 1, 0, -1):
        even = textwrap.wrap(text, narrower)
        if len(even) > len(lines):
            break
        lines = even
    return lines
