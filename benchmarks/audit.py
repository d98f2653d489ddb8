"""What gives attacks away before any model: single columns, their pairs, rules of the trade.

A world is frozen only when nobody can point at length, name, number or order of a row and be right,
and when rules of the trade find a part of the cases and no more.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from anomaly_labs.datasets.sets.company import rules
from anomaly_labs.datasets.sets.company.founding import build
from anomaly_labs.datasets.sets.company.rules.scores import unseen
from anomaly_labs.datasets.sets.company.world import DAY
from anomaly_labs.evaluation.desk import desk

BUDGET: Final = {"kpis": 3, "tickets": 10}
"""Alerts a day where a part has no more than some dozens of hours or tickets a day; else 50."""
ACCIDENTS: Final = ("length", "name", "number", "order")
"""What must say nothing of a row: kinds of columns, as `columns` names them."""
_PAIRED: Final = 6  # columns whose pairs are looked at


def quiet_rows(frame: pd.DataFrame, days: int) -> np.ndarray:
    """Return whether each row lies in the days in which nothing bad happens."""
    world = build(0, days)
    early: np.ndarray = (
        frame["time"] < world.time(np.array([world.quiet_days * DAY]))[0]
    ).to_numpy()
    return early


def columns(frame: pd.DataFrame, quiet: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
    """Return scores that single columns give, by kind and name of the column.

    Parameters
    ----------
    frame
        Rows of a part, without kind and case.
    quiet
        Whether each lies in the quiet days.
    """
    found: dict[tuple[str, str], np.ndarray] = {}
    for name in frame.columns:
        values = frame[name]
        if name == "time":
            found["column", "hour"] = values.dt.hour.to_numpy(dtype=float)
        elif values.dtype.kind in "ifb":
            found["column", name] = values.to_numpy(dtype=float)
        else:
            text = values.astype("str")
            digits = pd.to_numeric(text.str.replace(r"\D", "", regex=True).str[-6:]).fillna(0)
            # Among texts of one form only: a person's name and a computer's are no accident.
            form = text.str.replace(r"\d+", "0", regex=True).str.replace("[a-z]+", "a", regex=True)
            place = pd.Series(np.unique(text.to_numpy(dtype=str), return_inverse=True)[1])
            found["rarity", name] = unseen(frame, quiet, name)
            found["length", name] = text.str.len().to_numpy(dtype=float)
            for kind, value in (("name", place), ("number", digits)):
                found[kind, name] = value.groupby(form.to_numpy()).rank(pct=True).to_numpy()
    second = frame["time"].dt.floor("s")
    found["order", "in a second"] = second.groupby(second).cumcount().to_numpy(dtype=float)
    return found


def audited(
    frame: pd.DataFrame, cases: np.ndarray, part: str, *, days: int, draws: int = 5
) -> pd.DataFrame:
    """Return how far columns, their pairs and rules of the trade find the cases of a part.

    Parameters
    ----------
    frame
        Rows of the part in order of time, without kind and case.
    cases
        Number of the case of each row.
    part
        Its name.
    days
        How many days the world has.
    draws
        Orders of equal scores, for the desk.

    Returns
    -------
    pd.DataFrame
        A row for each score: kind ("column", "rarity", "pair", "rule" or one of `ACCIDENTS`), name,
        auc, ap and recall, the share of cases found within the budget of alerts a day. Columns
        and pairs are taken in their better sign.
    """
    quiet = quiet_rows(frame, days)
    late = ~quiet
    times, whose = frame["time"].to_numpy()[late], cases[late]
    entity = frame[rules.entity_of(part)].astype("str").to_numpy()[late]
    bad = whose > 0

    def row(kind: str, name: str, scores: np.ndarray, *, signed: bool = False) -> dict[str, object]:
        known = np.where(np.isfinite(scores), scores, np.nan)
        filled = np.where(np.isnan(known), np.nanmin(known, initial=0) - 1, known)
        turned = not signed and roc_auc_score(bad, filled) < 0.5
        sign = -1 if turned else 1
        budget = BUDGET.get(part, 50)
        shown = desk(
            np.where(np.isnan(known), -np.inf, sign * filled),
            times=times, cases=whose, entities=entity, budget=budget, draws=draws,
        )  # fmt: skip
        auc, ap = roc_auc_score(bad, sign * filled), average_precision_score(bad, sign * filled)
        return {"kind": kind, "name": name, "auc": auc, "ap": ap, "recall": shown.recall}

    singles = {key: scores[late] for key, scores in columns(frame, quiet).items()}
    rows = [row(kind, name, scores) for (kind, name), scores in singles.items()]
    ranked = {key: pd.Series(scores).rank().to_numpy() for key, scores in singles.items()}
    far = {key: roc_auc_score(bad, scores) - 0.5 for key, scores in ranked.items()}
    best = sorted(far, key=lambda key: -abs(far[key]))[:_PAIRED]
    for one, other in combinations(best, 2):
        both = ranked[one] * np.sign(far[one]) + ranked[other] * np.sign(far[other])
        rows.append(row("pair", f"{one[1]} and {other[1]}", both))
    for name, rule in rules.RULES[part].items():
        scores = np.asarray(rule(frame, quiet), dtype=float)[late]
        rows.append(row("rule", name, scores, signed=True))
    return pd.DataFrame(rows)
