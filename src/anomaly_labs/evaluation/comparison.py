"""Several detectors under one rule: what each finds, and at how many false alarms."""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from anomaly_labs.evaluation.figures import labelled_scores, ranking, recall_by_class

FALSE_ALARMS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
"""The false-alarm rates at which a curve is read unless it is told others."""

Rule = Callable[..., float] | float
Scores = tuple[ArrayLike, ArrayLike]


class Comparison:
    """Detectors cut by one and the same rule, judged on rows that carry attack names.

    A threshold decides more than a model does: two detectors that were cut by different rules
    cannot be compared. So there is one rule for all, and it knows no attack labels. Test labels
    serve for the figures alone.

    Parameters
    ----------
    rule
        A rule of `thresholds` for scores of normal rows (`percentile`, `pot`, ...) or for these
        and the rows to judge (`conformal_bh`). A number cuts one detector at that score; it means
        something else to each detector, so it is refused for two.
    scores
        By detector the scores of held-out normal rows and of the test rows.
    names
        Attack name of each test row, or "normal".
    known
        Attack types that training held; all other types are new.
    families
        Family of each test row, for recall by family; by default each name is one.
    options
        Options of the rule, such as ``{"q": 99.0}``.

    Attributes
    ----------
    rule
        What the rule is called, options included.
    thresholds
        The threshold of each detector.

    Raises
    ------
    TypeError
        If `rule` is neither a function nor a number, or needs labels.
    ValueError
        If two rules or a number for two detectors are given, there is no detector, the rows of
        scores, names and families differ, or a score is not finite.

    Examples
    --------
    >>> def largest(scores_normal):
    ...     return max(scores_normal)
    >>> names = ["normal", "normal", "smurf", "worm"]
    >>> held, test = [0.1, 0.3], [0.2, 0.4, 0.9, 0.1]
    >>> both = Comparison(largest, {"trees": (held, test)}, names=names, known=["smurf"])
    >>> both.table()[["false_alarms", "recall_known", "recall_new"]].round(2).to_dict("records")
    [{'false_alarms': 0.5, 'recall_known': 1.0, 'recall_new': 0.0}]
    """

    def __init__(
        self,
        rule: Rule,
        scores: Mapping[str, Scores],
        *,
        names: ArrayLike,
        known: Collection[str],
        families: ArrayLike | None = None,
        options: Mapping[str, float] | None = None,
    ) -> None:
        self.rule = _called(rule, options or {}, list(scores))
        self._names = np.asarray(names).astype(str)
        self._families = self._names if families is None else np.asarray(families).astype(str)
        if self._families.shape != self._names.shape:
            raise ValueError(
                f"families have the shape {self._families.shape} and names {self._names.shape};"
                " both must describe the same rows"
            )
        normal = self._names == "normal"
        new = ~np.isin(self._names, sorted(str(name) for name in known))
        self._groups = {"known": ~normal & ~new, "new": ~normal & new}
        self._held = {name: np.asarray(held) for name, (held, _) in scores.items()}
        self._test = {name: labelled_scores(~normal, test)[1] for name, (_, test) in scores.items()}
        self.thresholds = {
            name: _cut(rule, options or {}, self._held[name], self._test[name]) for name in scores
        }

    def table(self) -> pd.DataFrame:
        """Return one row per detector: what the rule promised, what it gave, what was found.

        Returns
        -------
        DataFrame
            threshold; held_out, the share of the held-out normal rows above it, which is what
            the rule promises; tied, the share of them at exactly this score (a rule cannot divide
            those); largest_tie, the largest share of them with one and the same score, wherever it
            lies; false_alarms, the share of the normal test rows above it; recall of all
            attacks, of known and of new types (not a number where there are none) and
            macro_recall, the mean of the families' recalls; accuracy; auc.
        """
        rows = {name: self._row(name) for name in self.thresholds}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("detector")

    def _row(self, name: str) -> dict[str, float]:
        held, test, threshold = self._held[name], self._test[name], self.thresholds[name]
        alerts, normal = test > threshold, self._names == "normal"
        return {
            "threshold": threshold,
            "held_out": _mean(held > threshold),
            "tied": _mean(held == threshold),
            "largest_tie": float(np.unique(held, return_counts=True)[1].max() / held.size),
            "false_alarms": float(alerts[normal].mean()),
            "recall": float(alerts[~normal].mean()),
            **{f"recall_{group}": _mean(alerts[rows]) for group, rows in self._groups.items()},
            "macro_recall": float(self.by_family()[name].mean()),
            "accuracy": float((alerts != normal).mean()),
            "auc": float(ranking(~normal, test)["auc"]),
        }

    def by_family(self) -> pd.DataFrame:
        """Return the recall of each family (rows, the largest first) by detector (columns)."""
        found = {
            name: recall_by_class(self._families, self._test[name] > threshold).set_index("class")
            for name, threshold in self.thresholds.items()
        }
        columns = {name: table["recall"] for name, table in found.items()}
        return pd.DataFrame(columns).reindex(next(iter(found.values())).index)

    def at_false_alarms(self, rates: Sequence[float] = FALSE_ALARMS) -> pd.DataFrame:
        """Return the recall of each detector where it raises at most so many false alarms.

        The threshold of each rate comes from the normal *test* rows, which nobody has on the day.
        So this compares what the rankings are worth; it is no way to choose a threshold.

        Parameters
        ----------
        rates
            Shares of the normal test rows, from 0 up to, not including, 1.

        Returns
        -------
        DataFrame
            One row per detector and rate: detector, false_alarms (the wanted rate), recall,
            recall_known, recall_new, macro_recall.
        """
        rows = []
        for name, test in self._test.items():
            quiet = np.sort(test[self._names == "normal"])[::-1]
            for rate in rates:
                if not 0 <= rate < 1:
                    raise ValueError(f"the false-alarm rate {rate!r} must be at least 0, below 1")
                alerts = test > quiet[int(round(rate * quiet.size, 6))]
                by_family = recall_by_class(self._families, alerts)
                rows.append(
                    {"detector": name, "false_alarms": rate}
                    | {"recall": alerts[self._names != "normal"].mean()}
                    | {f"recall_{group}": _mean(alerts[r]) for group, r in self._groups.items()}
                    | {"macro_recall": by_family["recall"].mean()}
                )
        return pd.DataFrame(rows)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _called(rule: Rule, options: Mapping[str, float], detectors: Sequence[str]) -> str:
    """Return what a rule is called, or raise where it is not one rule for these detectors."""
    if not detectors:
        raise ValueError("a comparison needs the scores of at least one detector")
    if isinstance(rule, Mapping | list | tuple):
        raise ValueError(
            f"{len(rule)} rules came for {', '.join(detectors)}: detectors that are cut by"
            " different rules cannot be compared; give one rule for all"
        )
    if isinstance(rule, int | float):
        if len(detectors) > 1:
            raise ValueError(
                f"rule={rule!r} is a score, which means something else to each of"
                f" {', '.join(detectors)}; give a rule of thresholds, such as percentile"
            )
        return f"score above {rule:g}"
    if not callable(rule):
        raise TypeError(f"rule={rule!r} must be a rule of thresholds, such as percentile")
    if len(_positional(rule)) > 1 and _positional(rule)[1] != "scores_new":
        raise TypeError(
            f"{rule.__name__} takes {' and '.join(_positional(rule))}, so it needs attack labels;"
            " a comparison takes rules that need none, such as percentile"
        )
    return ", ".join([rule.__name__, *(f"{key}={value:g}" for key, value in options.items())])


def _positional(rule: Callable[..., float]) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in inspect.signature(rule).parameters.values() if p.kind in kinds]


def _cut(rule: Rule, options: Mapping[str, float], held: np.ndarray, test: np.ndarray) -> float:
    if isinstance(rule, int | float):
        return float(rule)
    given = (held, test) if len(_positional(rule)) > 1 else (held,)
    return float(rule(*given, **options))
