"""Two bell curves fitted to unlabelled scores, and the score where they cross."""

import math
import warnings

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats
from sklearn.mixture import GaussianMixture

from anomaly_labs.thresholds.scores import ThresholdWarning, finite_scores, in_type_of

# Ashman, Bird and Zepf (1994): two bell curves are cleanly apart when their means differ by more
# than twice their root mean square standard deviation.
CLEAN_SEPARATION = 2.0
SKEWED = 1.0


def gaussian_mixture(
    scores_unlabelled: ArrayLike, *, log: bool | None = None, seed: int = 0
) -> float:
    """Return the score at which a row is as likely normal as anomalous, from two bell curves.

    Needs no labels: unlabelled scores of normal rows and many attacks together, such as a day of
    traffic. A mixture of two normal distributions is fitted, the one with the larger mean taken
    for the attacks. It is the only rule here that gets better with more attacks; where they are
    few, they are no component of their own, and where the scores of normal rows have two humps,
    it finds those.

    Parameters
    ----------
    scores_unlabelled : shape (n_samples,), at least 10
        Anomaly scores; larger is more anomalous.
    log
        Whether the curves are fitted to the logarithms; needs positive scores. None: where all
        scores are positive and skewed (skewness above 1), as reconstruction errors are.
    seed
        Seed of the fit's start.

    Returns
    -------
    float
        Threshold in the unit of the scores; `inf` (no alert) where there are no two components.

    Warns
    -----
    ThresholdWarning
        If the components do not separate: one curve explains the scores as well (by the Bayesian
        information criterion), or the means are less than two standard deviations apart, or one
        curve covers the other's mean. Then the answer is `inf`.

    Raises
    ------
    ValueError
        If there are fewer than 10 scores, one is not finite, or not positive with `log=True`.

    References
    ----------
    McLachlan, G. and Peel, D. (2000). Finite Mixture Models. Wiley.
    https://doi.org/10.1002/0471721182

    Ashman, K. M., Bird, C. M. and Zepf, S. E. (1994). Detecting bimodality in astronomical
    datasets. Astronomical Journal 108, 2348-2361. https://doi.org/10.1086/117248

    Examples
    --------
    >>> normal, attacks = np.linspace(0, 2, 90), np.linspace(8, 10, 30)
    >>> 2 < gaussian_mixture(np.concatenate([normal, attacks])) < 8
    True
    """
    values = finite_scores(scores_unlabelled, "gaussian_mixture", least=10, positive=bool(log))
    exact = values.astype(np.float64)
    unit = float(np.abs(exact).max()) or 1.0
    exact /= unit  # the squares and cubes below would vanish for very small scores
    if log is None:
        log = bool(exact.min() > 0 and exact.std() > 0 and stats.skew(exact) > SKEWED)
    if log:
        exact = np.log(exact)
    shift, scale = float(exact.mean()), float(exact.std()) or 1.0
    cut, reason = _crossing(((exact - shift) / scale)[:, np.newaxis], seed)
    if reason:
        warnings.warn(
            f"gaussian_mixture finds no two components: {reason}; nothing is selected. Use a rule"
            " for normal rows, or label some rows",
            ThresholdWarning,
            stacklevel=2,
        )
        return math.inf
    threshold = shift + scale * cut
    return in_type_of(values, unit * (math.exp(threshold) if log else threshold))


def _crossing(column: np.ndarray, seed: int) -> tuple[float, str]:
    """Return where two components are equally likely, or infinity and why there is no such point.

    Parameters
    ----------
    column : shape (n_samples, 1)
        Standardised scores.
    seed
        Seed of the fit's start.
    """
    if column.min() == column.max():
        return math.inf, "all scores are equal"
    one = GaussianMixture(1).fit(column)
    two = GaussianMixture(2, max_iter=1000, random_state=seed).fit(column)
    if two.bic(column) >= one.bic(column):
        return math.inf, "one bell curve explains the scores as well as two"
    means, variances = two.means_.ravel(), two.covariances_.ravel()
    separation = abs(means[0] - means[1]) / math.sqrt(variances.mean())
    if separation <= CLEAN_SEPARATION:
        return math.inf, (
            f"the means are {separation:.1f} standard deviations apart, and more than"
            f" {CLEAN_SEPARATION:g} are needed"
        )
    upper = int(means.argmax())

    def surplus(score: float) -> float:
        return float(two.predict_proba([[score]])[0, upper]) - 0.5

    if not surplus(means.min()) < 0 < surplus(means.max()):
        return math.inf, "one bell curve covers the mean of the other"
    return float(optimize.brentq(surplus, means.min(), means.max())), ""
