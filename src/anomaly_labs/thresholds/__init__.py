"""Scores to a threshold, one function per rule; an alert is a score above the threshold.

Each docstring says what its rule needs, and `RULES` says it for all of them. A threshold is chosen
on rows that the detector was not trained on, and never on the rows that it is judged by. A rule
that selects nothing returns `inf`; one that cannot keep its promise with the scores given says so
by a `ThresholdWarning` or a `ValueError`.
"""

from anomaly_labs.thresholds.conformal import conformal_bh, conformal_p_values
from anomaly_labs.thresholds.fences import iqr, mad, mean_std
from anomaly_labs.thresholds.labelled import cost_based, f1_optimal, youden
from anomaly_labs.thresholds.mixture import gaussian_mixture
from anomaly_labs.thresholds.rules import RULES, Needs, Rule, table
from anomaly_labs.thresholds.scores import ThresholdWarning
from anomaly_labs.thresholds.tails import percentile, pot

__all__ = [
    "RULES",
    "Needs",
    "Rule",
    "ThresholdWarning",
    "conformal_bh",
    "conformal_p_values",
    "cost_based",
    "f1_optimal",
    "gaussian_mixture",
    "iqr",
    "mad",
    "mean_std",
    "percentile",
    "pot",
    "table",
    "youden",
]
