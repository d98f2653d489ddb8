"""Where the tail of normal scores begins: counted, or fitted to the peaks over a threshold."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from anomaly_labs.thresholds.scores import finite_scores, in_type_of, quantile

FEWEST_PEAKS = 10


def percentile(scores_normal: ArrayLike, *, q: float = 95.0) -> float:
    """Return the score above which at most `100 - q` percent of the normal scores lie.

    Needs scores of normal rows that the detector was not trained on. As long as tomorrow's normal
    traffic is like these rows, `100 - q` percent of it will be false alarms, whatever the shape
    of the scores.

    Parameters
    ----------
    scores_normal : shape (n_samples,), at least 100 / (100 - q)
        Anomaly scores of normal rows only; larger is more anomalous.
    q
        In percent, above 1 and below 100: 99 allows one false alarm per hundred normal rows.

    Returns
    -------
    float
        One of the scores: the smallest that keeps to the share, ties included.

    Raises
    ------
    ValueError
        If `q` is out of range (.95 for 95 is a usual slip), a score is not finite, or the scores
        are so few that `100 - q` percent of them are less than one row.

    References
    ----------
    Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages, definition 1.
    The American Statistician 50(4), 361-365. https://doi.org/10.1080/00031305.1996.10473566

    Examples
    --------
    >>> percentile([10.0, 20.0, 30.0, 40.0], q=75)
    30.0
    """
    if not 1 < q < 100:
        raise ValueError(
            f"q={q!r} must lie between 1 and 100; it is in percent, so 95 leaves 5 % above"
        )
    least = math.ceil(round(100 / (100 - q), 6))
    values = finite_scores(scores_normal, f"percentile with q={q!r}", least=least)
    return quantile(values, q / 100)


def pot(scores_normal: ArrayLike, *, risk: float = 0.01, initial: float = 0.98) -> float:
    """Return the score that a normal row exceeds with probability `risk`, from a fitted tail.

    Needs scores of normal rows that the detector was not trained on. A generalised Pareto
    distribution is fitted to the peaks over the `initial` quantile (peaks over threshold, POT).
    It can reach risks for which there are too few rows to count, such as one in a million; that
    is extrapolation, and only as good as the tail is smooth.

    Parameters
    ----------
    scores_normal : shape (n_samples,)
        Anomaly scores of normal rows only; larger is more anomalous. At least 10 must lie above
        the initial quantile, and some hundreds are better.
    risk
        Wanted share of false alarms among normal rows, above 0 and below `1 - initial`.
    initial
        Share of the scores below the tail, between 0 and 1.

    Returns
    -------
    float
        Threshold in the unit of the scores, above the initial quantile.

    Raises
    ------
    ValueError
        If `risk` or `initial` is out of range, a score is not finite, or fewer than 10 scores (or
        not more than a share of `risk`) lie above the initial quantile, because the rows are too
        few or tied.

    References
    ----------
    Siffer, A., Fouque, P.-A., Termier, A. and Largouet, C. (2017). Anomaly detection in streams
    with extreme value theory. KDD 2017, 1067-1075. https://doi.org/10.1145/3097983.3098144

    Examples
    --------
    >>> scores = -np.log(np.linspace(1e-3, 1, 1000))  # exponential: P(score > 4.6) = .01
    >>> round(pot(scores, risk=0.01, initial=0.9), 1)
    4.5
    """
    if not 0 < initial < 1:
        raise ValueError(f"initial={initial!r} must lie between 0 and 1; 0.98 is a usual choice")
    if not 0 < risk < 1 - initial:
        raise ValueError(
            f"risk={risk!r} must lie between 0 and 1 - initial = {1 - initial:.6g}: the tail that"
            " is fitted has to hold more rows than the alerts; lower initial"
        )
    values = finite_scores(scores_normal, "pot", least=FEWEST_PEAKS)
    exact = values.astype(np.float64)
    start = quantile(exact, initial)
    peaks = exact[exact > start] - start
    if peaks.size < FEWEST_PEAKS or peaks.size <= risk * exact.size:
        needed = max(FEWEST_PEAKS, math.floor(risk * exact.size) + 1)
        raise ValueError(
            f"pot fits the tail above the initial quantile {start:.6g}, but only {peaks.size} of"
            f" {exact.size} scores lie there (others may be tied with it) and {needed} are needed;"
            " give more normal rows, lower initial, or use percentile"
        )
    # In units of their mean: the fit starts from fixed values and stops at a fixed tolerance.
    unit = float(peaks.mean())
    shape, _, scale = stats.genpareto.fit(peaks / unit, floc=0)
    excess = float(stats.genpareto.isf(risk * exact.size / peaks.size, shape, scale=scale))
    return in_type_of(values, start + unit * excess)
