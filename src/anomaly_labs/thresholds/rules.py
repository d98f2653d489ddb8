"""All rules in one table: what each needs, and who proposed it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from anomaly_labs.thresholds.conformal import conformal_bh
from anomaly_labs.thresholds.fences import iqr, mad, mean_std
from anomaly_labs.thresholds.labelled import cost_based, f1_optimal, youden
from anomaly_labs.thresholds.mixture import gaussian_mixture
from anomaly_labs.thresholds.tails import percentile, pot

Needs = Literal[
    "normal rows",
    "normal rows and unlabelled scores",
    "unlabelled scores",
    "labelled validation set",
]


@dataclass(frozen=True)
class Rule:
    """One way from scores to a threshold.

    Parameters
    ----------
    function
        Returns the threshold. Its keyword arguments have defaults, but for the costs of
        `cost_based`.
    needs
        The positional arguments of the function: scores of normal rows; scores of normal rows,
        then of the rows to judge; unlabelled scores; or scores and labels of a validation set.
    source
        Author and year; the docstring of the function has the full reference.
    """

    function: Callable[..., float]
    needs: Needs
    source: str


RULES: dict[str, Rule] = {
    "percentile": Rule(percentile, "normal rows", "Hyndman and Fan 1996"),
    "mean_std": Rule(mean_std, "normal rows", "Shewhart 1931"),
    "pot": Rule(pot, "normal rows", "Siffer et al. 2017"),
    "conformal_bh": Rule(
        conformal_bh,
        "normal rows and unlabelled scores",
        "Bates et al. 2023; Benjamini and Hochberg 1995",
    ),
    "mad": Rule(mad, "unlabelled scores", "Iglewicz and Hoaglin 1993"),
    "iqr": Rule(iqr, "unlabelled scores", "Tukey 1977"),
    "gaussian_mixture": Rule(gaussian_mixture, "unlabelled scores", "McLachlan and Peel 2000"),
    "f1_optimal": Rule(f1_optimal, "labelled validation set", "van Rijsbergen 1979"),
    "youden": Rule(youden, "labelled validation set", "Youden 1950"),
    "cost_based": Rule(cost_based, "labelled validation set", "Elkan 2001"),
}


def table() -> pd.DataFrame:
    """Return the rules as a table to print.

    Returns
    -------
    pd.DataFrame
        One row per rule: `rule`, `needs`, `source`.

    Examples
    --------
    >>> print(table().head(3).to_string(index=False))
          rule       needs               source
    percentile normal rows Hyndman and Fan 1996
      mean_std normal rows        Shewhart 1931
           pot normal rows   Siffer et al. 2017
    """
    rows = [(name, rule.needs, rule.source) for name, rule in RULES.items()]
    return pd.DataFrame(rows, columns=["rule", "needs", "source"])
