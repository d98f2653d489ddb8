"""One incident in the parts of the company, on one time line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.dates
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from anomaly_labs.datasets import Dataset
from anomaly_labs.plots.style import ATTACK, MUTED, SMALL, finish


def incident_line(
    parts: Mapping[str, Dataset],
    *,
    case: int = 1,
    ax: Axes | None = None,
    title: str = "One incident, seen in each part",
) -> Axes:
    """Draw when a case leaves a trace in each part, one line for a part.

    Parameters
    ----------
    parts
        Name of the part, and its rows, which must have times and cases.
    case
        Number of the case; 1 is the incident that all parts share.
    ax
        Where to draw; None makes a figure.
    title
        Above the axes.

    Returns
    -------
    Axes
        Those that were drawn into.

    Raises
    ------
    ValueError
        If a part has no cases, or the case leaves no trace in any of them.
    """
    without = [name for name, data in parts.items() if data.cases is None]
    if without:
        raise ValueError(f"{without[0]} has no cases; give parts of the generated company")
    traces = {
        name: [
            (str(kind), data.X["time"][(data.cases == case) & (data.y == kind)].to_numpy())
            for kind in data.y[data.cases == case].unique()
        ]
        for name, data in parts.items()
    }
    if not any(traces.values()):
        raise ValueError(f"case {case} leaves no trace in {', '.join(parts)}")
    ax = plt.figure(figsize=(9.5, 0.75 * len(parts) + 1)).gca() if ax is None else ax
    for row, kinds in enumerate(reversed(traces.values())):
        for place, (kind, times) in enumerate(kinds):
            height = row + 0.24 * (place - (len(kinds) - 1) / 2)
            ax.plot(times, np.full(len(times), height), "|", color=ATTACK, markersize=9)
            ax.annotate(
                kind, (times.max(), height), (6, 0), textcoords="offset points",
                va="center", fontsize=SMALL, color=MUTED,
            )  # fmt: skip
    ax.set_yticks(range(len(traces)), list(reversed(traces)))
    ax.set_ylim(-0.6, len(traces) - 0.4)
    first = min(times.min() for kinds in traces.values() for _, times in kinds)
    last = max(times.max() for kinds in traces.values() for _, times in kinds)
    ax.set_xlim(first - (last - first) * 0.03, last + (last - first) * 0.3)
    mdates: Any = matplotlib.dates
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%a %H:%M"))
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=6))
    return finish(ax, title)
