"""Thresholds from a labelled validation set: the best by F1, by Youden's J, or by cost."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from anomaly_labs.evaluation import labelled_scores


def youden(scores: ArrayLike, y_true: ArrayLike) -> float:
    """Return the threshold with the largest recall minus false-alarm rate (Youden's J).

    Needs a labelled validation set with normal rows and anomalies. Both classes weigh the same,
    however rare the anomalies are, so at a low prevalence expect many false alarms per hit.

    Parameters
    ----------
    scores : shape (n_samples,)
        Anomaly scores of validation rows; larger is more anomalous.
    y_true : shape (n_samples,)
        0 for normal, 1 for anomaly.

    Returns
    -------
    float
        In the unit of the scores, halfway between two neighbouring scores. The highest one where
        several are equally good; `inf` (no alert) where none beats chance.

    Raises
    ------
    ValueError
        If the lengths differ, a score is not finite, or one of the classes is absent.

    References
    ----------
    Youden, W. J. (1950). Index for rating diagnostic tests. Cancer 3(1), 32-35.
    https://doi.org/10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3

    Examples
    --------
    >>> youden([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1])
    2.5
    """
    # J times both class sizes: whole numbers, so equally good thresholds tie exactly.
    return _best(scores, y_true, lambda tp, fp, pos, neg: tp * neg - fp * pos)


def f1_optimal(scores: ArrayLike, y_true: ArrayLike) -> float:
    """Return the threshold with the largest F1, the harmonic mean of precision and recall.

    Needs a labelled validation set with the same share of anomalies as the traffic to come: F1
    depends on it.

    Parameters
    ----------
    scores : shape (n_samples,)
        Anomaly scores of validation rows; larger is more anomalous.
    y_true : shape (n_samples,)
        0 for normal, 1 for anomaly.

    Returns
    -------
    float
        In the unit of the scores, halfway between two neighbouring scores. The highest one where
        several are equally good; `-inf` where it is best to flag every row.

    Raises
    ------
    ValueError
        If the lengths differ, a score is not finite, or one of the classes is absent.

    References
    ----------
    van Rijsbergen, C. J. (1979). Information Retrieval, 2nd ed., chapter 7. Butterworths.

    Examples
    --------
    >>> f1_optimal([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1])
    1.5
    """
    return _best(scores, y_true, lambda tp, fp, pos, neg: 2 * tp / (tp + fp + pos))


def cost_based(
    scores: ArrayLike, y_true: ArrayLike, *, cost_false_alarm: float, cost_miss: float
) -> float:
    """Return the threshold at which false alarms and misses cost least together.

    Needs a labelled validation set with the same share of anomalies as the traffic to come: the
    rarer they are, the more of the cost is false alarms. Only the ratio of the two costs matters.

    Parameters
    ----------
    scores : shape (n_samples,)
        Anomaly scores of validation rows; larger is more anomalous.
    y_true : shape (n_samples,)
        0 for normal, 1 for anomaly.
    cost_false_alarm
        Cost of one alert on a normal row, above 0, in any unit (minutes of an analyst, euros).
    cost_miss
        Cost of one anomaly without an alert, above 0, in the same unit.

    Returns
    -------
    float
        In the unit of the scores, halfway between two neighbouring scores. The highest one where
        several are equally cheap; `inf` where it is cheapest to raise no alert, `-inf` where it
        is cheapest to flag every row.

    Raises
    ------
    ValueError
        If a cost is not above 0, the lengths differ, a score is not finite, or one of the classes
        is absent.

    References
    ----------
    Elkan, C. (2001). The foundations of cost-sensitive learning. IJCAI 2001, 973-978.

    Examples
    --------
    >>> scores, attack = [1.0, 2.0, 3.0, 4.0, 5.0], [0, 1, 0, 0, 1]
    >>> cost_based(scores, attack, cost_false_alarm=1, cost_miss=10)
    1.5
    >>> cost_based(scores, attack, cost_false_alarm=10, cost_miss=1)
    4.5
    """
    for name, cost in [("cost_false_alarm", cost_false_alarm), ("cost_miss", cost_miss)]:
        if not 0 < cost < math.inf:
            raise ValueError(f"{name}={cost!r} must be a finite number above 0")
    # What the alerts save over raising none: a miss for each hit, less the false alarms.
    return _best(
        scores,
        y_true,
        lambda tp, fp, pos, neg: tp * float(cost_miss) - fp * float(cost_false_alarm),
    )


def _best(
    scores: ArrayLike,
    y_true: ArrayLike,
    figure: Callable[[np.ndarray, np.ndarray, int, int], np.ndarray],
) -> float:
    """Return the highest threshold that maximises `figure(tp, fp, anomalies, normals)`."""
    labels, values = labelled_scores(y_true, scores)
    order = np.argsort(values)[::-1]
    values, labels = values[order], labels[order]
    # Cut k flags the k highest distinct scores; rows of equal score are flagged together.
    last_of_tie = np.append(np.flatnonzero(values[:-1] > values[1:]), values.size - 1)
    flagged = np.concatenate([[0], last_of_tie + 1])
    tp = np.concatenate([[0], np.cumsum(labels, dtype=np.int64)[last_of_tie]])
    anomalies = int(tp[-1])
    best = int(np.argmax(figure(tp, flagged - tp, anomalies, labels.size - anomalies)))
    return _below_cut(values[last_of_tie], best)


def _below_cut(distinct: np.ndarray, count: int) -> float:
    """Return the threshold that flags exactly the first `count` of the descending scores."""
    if count == 0:
        return float("inf")
    if count == distinct.size:
        return float("-inf")
    lower, upper = distinct[count], distinct[count - 1]
    # Halved before the sum, which could overflow, and rounded to the scores' own type: NumPy
    # compares a float32 array with a Python float in float32.
    middle = distinct.dtype.type(float(lower) / 2 + float(upper) / 2)
    return float(middle if lower <= middle < upper else lower)
