"""Conformal p-values, and the threshold that bounds the share of false alarms among the alerts."""

import math
import warnings

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from anomaly_labs.thresholds.scores import ThresholdWarning, finite_scores, in_type_of


def conformal_p_values(scores_calibration: ArrayLike, scores_new: ArrayLike) -> np.ndarray:
    """Return for each new score how usual it would be for a normal row, between 0 and 1.

    Needs scores of normal rows that the detector was not trained on. The p-value is the share of
    calibration scores at or above the new one, the new one counted in: a normal row gets a
    p-value of .01 or less in at most one of hundred cases. The smallest p-value there is, is
    1 / (n_calibration + 1).

    Parameters
    ----------
    scores_calibration : shape (n_calibration,), at least 1
        Anomaly scores of normal rows only; larger is more anomalous.
    scores_new : shape (n_new,), at least 1
        Anomaly scores of the rows to judge.

    Returns
    -------
    np.ndarray
        Shape (n_new,), float64.

    Raises
    ------
    ValueError
        If one of the two holds no scores, or a score is not finite.

    References
    ----------
    Bates, S., Candes, E., Lei, L., Romano, Y. and Sesia, M. (2023). Testing for outliers with
    conformal p-values. Annals of Statistics 51(1), 149-178. https://doi.org/10.1214/22-AOS2244

    Examples
    --------
    >>> conformal_p_values([1.0, 2.0, 3.0, 4.0], [9.0, 4.0, 2.5])
    array([0.2, 0.4, 0.6])
    """
    calibration, new = _both(scores_calibration, scores_new)
    ordered = np.sort(calibration)
    below = np.searchsorted(ordered, new, side="left")
    return np.asarray((ordered.size - below + 1) / (ordered.size + 1), dtype=np.float64)


def conformal_bh(
    scores_calibration: ArrayLike, scores_new: ArrayLike, *, fdr: float = 0.05
) -> float:
    """Return the threshold at which at most a share `fdr` of the alerts is false, on average.

    Needs scores of normal rows that the detector was not trained on, and the unlabelled scores of
    the rows to judge, all at once. The Benjamini-Hochberg procedure on conformal p-values picks
    the most alerts for which the expected share of false ones (false discovery rate) stays
    within `fdr`. It adapts: the rarer the attacks, the higher the threshold.

    Parameters
    ----------
    scores_calibration : shape (n_calibration,)
        Anomaly scores of normal rows only; larger is more anomalous.
    scores_new : shape (n_new,), at least 1
        Anomaly scores of the rows to judge.
    fdr
        Wanted bound on the false discovery rate, between 0 and 1.

    Returns
    -------
    float
        One of the calibration scores; `inf` (no alert) where nothing is selected.

    Warns
    -----
    ThresholdWarning
        If nothing is selected because the calibration set is too small. The smallest p-value is
        1 / (n_calibration + 1), and of n_new rows k can be selected only when it is at most
        fdr * k / n_new. The warning says how many calibration rows are needed.

    Raises
    ------
    ValueError
        If `fdr` is out of range, one of the two holds no scores, or a score is not finite.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300. https://doi.org/10.1111/j.2517-6161.1995.tb02031.x

    Bates, S., Candes, E., Lei, L., Romano, Y. and Sesia, M. (2023). Testing for outliers with
    conformal p-values. Annals of Statistics 51(1), 149-178. https://doi.org/10.1214/22-AOS2244

    Examples
    --------
    >>> conformal_bh(np.arange(100.0), [3.0, 50.0, 120.0, 130.0], fdr=0.1)
    99.0
    """
    if not 0 < fdr < 1:
        raise ValueError(f"fdr={fdr!r} must lie between 0 and 1; 0.05 is a usual choice")
    calibration, new = _both(scores_calibration, scores_new)
    p_values = conformal_p_values(calibration, new)
    # A p-value equal to its bound counts, and in floats 1 / 10 * 3 is above 0.3.
    selected = p_values[stats.false_discovery_control(p_values) <= fdr * (1 + 1e-12)]
    if selected.size == 0:
        _warn_if_too_small(calibration.size, new.size, int((new > calibration.max()).sum()), fdr)
        return math.inf
    # A new score is selected when at most this many calibration scores are not below it.
    allowed = round(float(selected.max()) * (calibration.size + 1)) - 1
    return in_type_of(new, float(np.sort(calibration)[-1 - allowed]))


def _both(scores_calibration: ArrayLike, scores_new: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return calibration and new scores, checked."""
    return (
        finite_scores(scores_calibration, "the conformal rule (calibration)", least=1),
        finite_scores(scores_new, "the conformal rule (rows to judge)", least=1),
    )


def _warn_if_too_small(n_calibration: int, n_new: int, above_all: int, fdr: float) -> None:
    """Warn, where nothing was selected, if a larger calibration set could have changed that."""
    smallest = 1 / (n_calibration + 1)
    if above_all == 0 and smallest <= fdr:
        return
    bound = fdr * above_all / n_new if above_all else fdr
    needed = math.ceil(round(1 / bound, 6)) - 1
    warnings.warn(
        f"nothing is selected, because the calibration set is too small: with {n_calibration} rows"
        f" the smallest p-value is {smallest:.2g}; {above_all} of {n_new} new scores are above all"
        f" of them, and fdr={fdr:g} asks for {bound:.2g} or less; it takes at least {needed}"
        " calibration rows, or a larger fdr, or a detector that lifts more attacks above the"
        " normal rows",
        ThresholdWarning,
        stacklevel=3,
    )
