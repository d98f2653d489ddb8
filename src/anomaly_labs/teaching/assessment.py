"""The figure of the assessment: a learner's two detectors at equal false alarms."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from anomaly_labs import datasets, plots, thresholds
from anomaly_labs.evaluation import Comparison
from anomaly_labs.teaching.comparison import bands

SUPERVISED, NORMAL_ONLY = "supervised", "normal rows only"
ALARMS = 0.05


def at_equal_alarms(scores: Mapping[str, ArrayLike], y: pd.Series, known: ArrayLike) -> Comparison:
    """Return the detectors, cut where each raises at most one false alarm in twenty.

    The threshold comes from the normal rows of the test, so this compares, and chooses nothing.

    Parameters
    ----------
    scores
        Scores of the test rows by detector.
    y : shape (n_samples,)
        Names of the test rows.
    known
        Attack types that training held.

    Examples
    --------
    >>> y = pd.Series(["normal"] * 40 + ["smurf"])
    >>> same = at_equal_alarms({"trees": range(41)}, y, ["smurf"])
    >>> float(same.table()["false_alarms"].iloc[0])
    0.05
    """
    quiet = (y == "normal").to_numpy()
    judged = {name: np.asarray(values, float) for name, values in scores.items()}
    return Comparison(
        thresholds.percentile,
        {name: (values[quiet], values) for name, values in judged.items()},
        names=y,
        known=np.asarray(known).astype(str).tolist(),
        families=datasets.attack_family(y),
        options={"q": 100 * (1 - ALARMS)},
    )


def two_rankings(scores: Mapping[str, ArrayLike], y: pd.Series, known: ArrayLike) -> Axes:
    """Return the right one of two panels: recall over false alarms, known types and new types.

    Parameters
    ----------
    scores
        Scores of the test rows, under "supervised" and "normal rows only".
    y : shape (n_samples,)
        Names of the test rows.
    known
        Attack types that training held.

    Examples
    --------
    >>> y = pd.Series(["normal"] * 40 + ["smurf", "mscan"])
    >>> both = {"supervised": np.arange(42) / 42, "normal rows only": range(42)}
    >>> two_rankings(both, y, ["smurf"]).get_title(loc="left").split()[0]
    'New'
    """
    equal = at_equal_alarms(scores, y, known)
    sure = np.asarray(scores[SUPERVISED], float)
    half = Comparison(0.5, {SUPERVISED: (sure, sure)}, names=y, known=np.asarray(known).tolist())
    course = bands("nsl").replace({"detector": {"XGBoost": SUPERVISED, "autoencoder": NORMAL_ONLY}})
    left, right = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True)[1]
    plots.recall_over_alarms(equal, "known", bands=course, marks=[half, equal], ax=left)
    return plots.recall_over_alarms(equal, "new", bands=course, marks=[half, equal], ax=right)
