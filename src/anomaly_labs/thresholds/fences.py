"""Centre plus k times spread: mean and standard deviation, median and MAD, quartiles."""

import math
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from anomaly_labs.thresholds.scores import ThresholdWarning, finite_scores, in_type_of


def mean_std(scores_normal: ArrayLike, *, k: float = 3.0, log: bool = False) -> float:
    """Return the mean of normal scores plus `k` standard deviations.

    Needs scores of normal rows that the detector was not trained on. Where they follow a bell
    curve, k = 3 gives one false alarm in 741 normal rows. Reconstruction errors do not: a few
    large ones set mean and standard deviation, and what share of normal rows lies above is left
    to chance. Their logarithms are closer to a bell curve, so `log=True` keeps closer to the
    promise, which is a high threshold.

    Parameters
    ----------
    scores_normal : shape (n_samples,), at least 2
        Anomaly scores of normal rows only; larger is more anomalous.
    k
        Standard deviations above the mean, larger than 0.
    log
        Whether mean and standard deviation are of the logarithms; needs positive scores.

    Returns
    -------
    float
        Threshold in the unit of the scores. Where all scores are equal, it is that score.

    Raises
    ------
    ValueError
        If there are fewer than 2 scores, one is not finite, or not positive with `log=True`.

    References
    ----------
    Shewhart, W. A. (1931). Economic Control of Quality of Manufactured Product. Van Nostrand.

    Examples
    --------
    >>> mean_std([1.0, 2.0, 3.0, 2.0, 2.0], k=2)
    3.264911064067352
    """
    values = finite_scores(scores_normal, "mean_std", least=2, positive=log)
    return _fence(values, k, log, lambda x: (float(x.mean()), float(x.std())))


def mad(scores: ArrayLike, *, k: float = 3.5, log: bool = False) -> float:
    """Return the median plus `k` times the scaled median absolute deviation (MAD).

    Needs no labels: unlabelled scores of which clearly more than half are normal (normal rows
    alone will do). A quarter of attacks already moves the median, so with many of them this rule
    finds few. The MAD is scaled by 1.4826 to equal the standard deviation of a bell curve.

    Parameters
    ----------
    scores : shape (n_samples,), at least 3
        Anomaly scores; larger is more anomalous.
    k
        Scaled deviations above the median, larger than 0.
    log
        Whether median and MAD are of the logarithms; needs positive scores.

    Returns
    -------
    float
        Threshold in the unit of the scores. Where all scores are equal, it is that score.

    Warns
    -----
    ThresholdWarning
        If half of the scores are equal and others are not: the MAD is 0, and every score above
        the median is an alert.

    Raises
    ------
    ValueError
        If there are fewer than 3 scores, one is not finite, or not positive with `log=True`.

    References
    ----------
    Iglewicz, B. and Hoaglin, D. C. (1993). How to Detect and Handle Outliers. ASQC Quality Press.

    Examples
    --------
    >>> round(mad([1.0, 2.0, 3.0, 4.0, 500.0]), 4)
    8.1891
    """
    values = finite_scores(scores, "mad", least=3, positive=log)
    return _fence(
        values,
        k,
        log,
        lambda x: (float(np.median(x)), float(stats.median_abs_deviation(x, scale="normal"))),
    )


def iqr(scores: ArrayLike, *, k: float = 1.5, log: bool = False) -> float:
    """Return the upper quartile plus `k` times the interquartile range (the box plot's fence).

    Needs no labels: unlabelled scores of which clearly more than three quarters are normal
    (normal rows alone will do). With a quarter of attacks, the upper quartile is one of them.

    Parameters
    ----------
    scores : shape (n_samples,), at least 4
        Anomaly scores; larger is more anomalous.
    k
        Interquartile ranges above the upper quartile, larger than 0.
    log
        Whether the quartiles are of the logarithms; needs positive scores.

    Returns
    -------
    float
        Threshold in the unit of the scores. Where all scores are equal, it is that score.

    Warns
    -----
    ThresholdWarning
        If half of the scores are equal and others are not, so that the range is 0 and every score
        above the upper quartile is an alert.

    Raises
    ------
    ValueError
        If there are fewer than 4 scores, one is not finite, or not positive with `log=True`.

    References
    ----------
    Tukey, J. W. (1977). Exploratory Data Analysis, chapter 2. Addison-Wesley.

    Examples
    --------
    >>> iqr([1.0, 2.0, 3.0, 4.0, 500.0])
    7.0
    """
    values = finite_scores(scores, "iqr", least=4, positive=log)

    def quartiles(x: np.ndarray) -> tuple[float, float]:
        lower, upper = np.percentile(x, [25, 75])
        return float(upper), float(upper - lower)

    return _fence(values, k, log, quartiles)


def _fence(
    values: np.ndarray,
    k: float,
    log: bool,
    centre_and_spread: Callable[[np.ndarray], tuple[float, float]],
) -> float:
    """Return centre + k * spread of the scores, or of their logarithms."""
    if not 0 < k < math.inf:
        raise ValueError(f"k={k!r} must be a finite number above 0; 3 is a usual choice")
    exact = values.astype(np.float64)
    # Measured from one of the scores: where all are equal the answer is that score, not the float
    # beside it, which would make every row an alert.
    origin = float(exact[0])
    centre, spread = centre_and_spread(np.log(exact) - math.log(origin) if log else exact - origin)
    if spread == 0 and exact.min() < exact.max():
        warnings.warn(
            f"so many scores equal {origin + centre if not log else origin * math.exp(centre):.6g}"
            " that their spread is 0, and every score above is an alert; percentile on normal rows"
            " or a labelled validation set serves better",
            ThresholdWarning,
            stacklevel=3,
        )
    above = centre + k * spread
    if not log:
        return in_type_of(values, origin + above)
    with np.errstate(over="ignore"):  # a threshold that no float reaches is inf: no alert
        return in_type_of(values, float(origin * np.exp(above)))
