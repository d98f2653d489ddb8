"""What each threshold costs a day."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from anomaly_labs.plots.style import MARKERS, finish
from anomaly_labs.thresholds import cost_based


def cost_curves(
    scores: np.ndarray,
    attack: np.ndarray,
    *,
    misses: Sequence[float],
    normal_a_day: float,
    attacks_a_day: float,
    ax: Axes | None = None,
) -> Axes:
    """Return the cost of a day over the threshold, a line for each cost of a missed attack.

    A false alarm costs 1. The point on each line is the threshold of the cost rule.

    Parameters
    ----------
    scores : shape (n_samples,)
        Scores of labelled rows, above 0; larger is more anomalous.
    attack : shape (n_samples,)
        0 for normal, 1 for attack.
    misses
        Costs of a missed attack.
    normal_a_day, attacks_a_day
        Connections of a day.
    ax
        Axes to draw on; new ones by default.

    Examples
    --------
    >>> scores, attack = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([0, 1, 0, 0, 1])
    >>> ax = cost_curves(scores, attack, misses=[1, 10], normal_a_day=99, attacks_a_day=1)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['a miss costs 1', 'a miss costs 10']
    """
    if ax is None:
        ax = plt.subplots(figsize=(8, 4.2))[1]
    scores, attack = np.asarray(scores, float), np.asarray(attack)
    share = attacks_a_day / (attacks_a_day + normal_a_day)
    quiet, odd = np.sort(scores[attack == 0]), np.sort(scores[attack == 1])
    cuts = np.unique(
        np.quantile(scores, np.append(np.linspace(0, 0.9, 60), 1 - np.geomspace(0.1, 1e-5, 200)))
    )

    def cost(cut: np.ndarray, miss: float) -> np.ndarray:
        alarms = 1 - np.searchsorted(quiet, cut, side="right") / quiet.size
        missed = np.searchsorted(odd, cut, side="right") / odd.size
        return np.asarray(alarms * normal_a_day + missed * attacks_a_day * miss)

    for marker, miss in zip(MARKERS, misses, strict=False):
        weight = miss * share / (1 - share) * quiet.size / odd.size  # these rows have another share
        best = cost_based(scores, attack, cost_false_alarm=1.0, cost_miss=weight)
        at = np.union1d(cuts, best) if np.isfinite(best) else cuts
        line = ax.plot(at, cost(at, miss), label=f"a miss costs {miss:g}")[0]
        if np.isfinite(best):
            ax.plot(best, cost(np.array([best]), miss), marker, color=line.get_color(), ms=10)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.legend()
    title = "The dearer a miss, the lower the cheapest threshold"
    return finish(ax, title, "threshold (logarithmic axis)", "cost of a day")
