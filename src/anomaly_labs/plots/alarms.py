"""Recall over false alarms, of several detectors."""

from collections.abc import Sequence
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from anomaly_labs.evaluation import Comparison
from anomaly_labs.plots.style import INK, MARKERS, MUTED, finish

Types = Literal["known", "new"]

LOOKS = {
    "XGBoost": ("#832db6", "-"),
    "autoencoder": ("#1b7f5c", "--"),
    "BiGAN": ("#a96b59", "-."),
    "Mahalanobis": ("#717581", ":"),
}
"""Colour and dashes of the detectors that the course compares."""

_RATES = np.geomspace(0.001, 0.5, 120).tolist()


def recall_over_alarms(
    comparison: Comparison,
    types: Types,
    *,
    bands: pd.DataFrame | None = None,
    marks: Sequence[Comparison] = (),
    afford: float = 0.01,
    ax: Axes | None = None,
) -> Axes:
    """Return the recall of each detector over its false alarms, on a logarithmic axis.

    The lines go over all thresholds, so they say what the rankings are worth. A point is what one
    rule made of a ranking.

    Parameters
    ----------
    comparison
        The detectors.
    types
        "known" or "new": which attack types are drawn.
    bands
        Detector, types, false_alarms, low and high of several seeds, drawn as areas, as
        `teaching.comparison.bands` gives them.
    marks
        Comparisons whose points are drawn, each with a marker of its own.
    afford
        The false-alarm rate that a dotted upright line shows, and the title reads.
    ax
        Axes to draw on; new ones by default.

    Raises
    ------
    ValueError
        If `types` is another word.

    Examples
    --------
    >>> from anomaly_labs.thresholds import percentile
    >>> names, held = ["normal"] * 100 + ["worm"], np.arange(100.0)
    >>> scores = {"trees": (held, np.append(held, 98.5))}
    >>> both = Comparison(percentile, scores, names=names, known=[])
    >>> print(*recall_over_alarms(both, "new").get_title(loc="left").split())
    New types at 1 % false alarms: trees 1.00
    """
    if types not in ("known", "new"):
        raise ValueError(f"types={types!r} must be 'known' or 'new'")
    if ax is None:
        ax = plt.subplots(figsize=(6, 4.4))[1]
    curves = comparison.at_false_alarms(_RATES)
    looks = _looks(list(comparison.thresholds))
    for name, (colour, style) in looks.items():
        rows = curves[curves["detector"] == name]
        ax.plot(rows["false_alarms"], rows[f"recall_{types}"], color=colour, ls=style, label=name)
        if bands is not None and name in set(bands["detector"]):
            area = bands[(bands["detector"] == name) & (bands["types"] == types)]
            rates, low, high = (area[column] for column in ("false_alarms", "low", "high"))
            ax.fill_between(rates, low, high, color=colour, alpha=0.2, lw=0)
    for marker, marked in zip(MARKERS, marks, strict=False):
        _mark(ax, marked, types, looks, marker)
    ax.axvline(afford, color=MUTED, ls=":", lw=1.2)
    ax.set_xscale("log")
    ax.set_xlim(_RATES[0], _RATES[-1])
    ax.set_ylim(-0.02, 1.04)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:.3g}"))
    ax.legend(loc="best")
    read = comparison.at_false_alarms([afford]).set_index("detector")[f"recall_{types}"]
    found = ", ".join(f"{name}\u00a0{value:.2f}" for name, value in read.items())
    title = f"{types.capitalize()} types at {100 * afford:g}\u00a0% false alarms:\n{found}"
    return finish(ax, title, "false alarms (share of normal rows, logarithmic)", "recall")


def _looks(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return colour and line style by detector; those of the course have their own."""
    free = [look for name, look in LOOKS.items() if name not in names]
    return {name: LOOKS[name] if name in LOOKS else free.pop(0) for name in names}


def _mark(
    ax: Axes, marked: Comparison, types: Types, looks: dict[str, tuple[str, str]], marker: str
) -> None:
    for name, row in marked.table().iterrows():
        place = max(row["false_alarms"], _RATES[0]), row[f"recall_{types}"]
        ax.plot(*place, marker, color=looks[str(name)][0], mec=INK, ms=9, ls="none")
    ax.plot([], [], marker, color="none", mec=INK, ms=8, label=marked.rule)
