"""What a desk of analysts gets from scores: so many alerts a day, so many cases found, how soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

DAY = pd.Timedelta("1D")


@dataclass(frozen=True)
class Desk:
    """What was found within a budget of alerts a day, on the average over the order of ties.

    Attributes
    ----------
    found
        A row for each case: the chance that it was found, and the hours from its first event to
        the first alert about it (NaN where there was none).
    alerts
        Alerts that were raised a day.
    precision
        Share of the alerts that were about a case.
    events
        Share of the events that belong to a case.
    """

    found: pd.DataFrame
    alerts: float
    precision: float
    events: float

    @property
    def recall(self) -> float:
        """Share of the cases that were found."""
        return float(self.found["chance"].mean())

    @property
    def hours(self) -> float:
        """Median time to detection of the cases that were found at all."""
        return float(self.found["hours"].median())

    def precision_at(self, prevalence: float) -> float:
        """Return the precision if another share of the events belonged to cases.

        Parameters
        ----------
        prevalence
            That share, above 0 and below 1; the chances of alert of both kinds stay as they are.
        """
        right = self.precision / self.events * prevalence
        wrong = (1 - self.precision) / (1 - self.events) * (1 - prevalence)
        return float(right / (right + wrong)) if right + wrong else float("nan")


def desk(
    scores: np.ndarray,
    *,
    times: np.ndarray,
    cases: np.ndarray,
    entities: np.ndarray | None = None,
    budget: int = 50,
    draws: int = 20,
    seed: int = 0,
) -> Desk:
    """Return what a desk that reads `budget` alerts a day finds by these scores.

    All events of one entity within an hour are one alert, with the largest of their scores; it is
    about a case if one of them is. Each
    day the alerts with the largest scores are read; among equal ones chance decides, and what is
    returned is the mean over `draws` of such orders. Events with a score of minus infinity never
    raise an alert.

    Parameters
    ----------
    scores : shape (n_events,)
        Larger is more anomalous.
    times : shape (n_events,)
        When, as datetime64.
    cases : shape (n_events,)
        Number of the case, 0 for honest events.
    entities : shape (n_events,), optional
        Of whom or what; without them each event is an alert.
    budget
        Alerts a day.
    draws
        Orders of equal scores.
    seed
        Of these orders.

    Raises
    ------
    ValueError
        If the arrays have different lengths, a score is NaN, no event belongs to a case, or the
        budget is below 1.

    Examples
    --------
    >>> times = np.array(["2026-03-02T10", "2026-03-02T11", "2026-03-02T12"], "datetime64[s]")
    >>> result = desk(np.array([1.0, 3.0, 2.0]), times=times, cases=np.array([0, 7, 0]), budget=1)
    >>> result.recall, result.precision
    (1.0, 1.0)
    """
    table = _alerts(scores, times, cases, entities, budget)
    start = pd.Series(np.asarray(times)).groupby(np.asarray(cases)).min()
    numbers = [case for case in start.index if case]
    times_found = pd.Series(0, index=numbers)
    hours: list[pd.Series] = []
    right = total = 0
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        order = np.lexsort((rng.random(len(table)), -table["score"].to_numpy()))
        read = table.iloc[order].groupby("day", sort=False).head(budget)
        hits = read[read["case"] > 0]
        first = hits.groupby("case")["time"].min()
        times_found[first.index] += 1
        hours.append((first - start.reindex(first.index)).dt.total_seconds() / 3600)
        right, total = right + len(hits), total + len(read)
    days = (table["day"].max() - table["day"].min()) / DAY + 1
    waited = pd.concat(hours).groupby(level=0).mean().reindex(numbers)
    found = pd.DataFrame(
        {"case": numbers, "chance": times_found.to_numpy() / draws, "hours": waited.to_numpy()}
    )
    return Desk(
        found,
        alerts=total / draws / days,
        precision=right / total if total else float("nan"),
        events=float((np.asarray(cases) > 0).mean()),
    )


def _alerts(
    scores: np.ndarray,
    times: np.ndarray,
    cases: np.ndarray,
    entities: np.ndarray | None,
    budget: int,
) -> pd.DataFrame:
    """Return one row for each alert that could be raised."""
    scores, times, cases = np.asarray(scores, dtype=float), np.asarray(times), np.asarray(cases)
    if not len(scores) == len(times) == len(cases):
        raise ValueError(
            f"scores, times and cases have {len(scores)}, {len(times)} and {len(cases)} values; "
            "give one of each for every event"
        )
    if np.isnan(scores).any():
        raise ValueError("a score is NaN; give -inf to what shall never raise an alert")
    if budget < 1:
        raise ValueError(f"budget={budget} must be at least 1 alert a day")
    if not (cases > 0).any():
        raise ValueError("no event belongs to a case; there is nothing to find")
    frame = pd.DataFrame({"score": scores, "time": times, "case": cases})
    frame = frame[frame["score"] > -np.inf]
    frame["day"] = frame["time"].dt.floor("D")
    if entities is None:
        return frame
    frame["entity"] = np.asarray(entities)[np.asarray(scores) > -np.inf]
    frame["hour"] = frame["time"].dt.floor("h")
    # Who reads the alert sees the whole hour, and a case that has a part in it.
    frame["time"] = frame["time"].where(frame["case"] > 0, frame["hour"] + pd.Timedelta("1h"))
    grouped = frame.groupby(["entity", "hour"], sort=False)
    return grouped.agg(
        score=("score", "max"), time=("time", "min"), case=("case", "max"), day=("day", "first")
    )


def interval(
    values: Sequence[float], *, level: float = 0.9, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the bootstrap interval of a mean over draws.

    Parameters
    ----------
    values
        One figure for each draw of a world, or each seed.
    level
        Of the interval.
    draws
        Samples with repetition.
    seed
        Of the samples.

    Raises
    ------
    ValueError
        If there are fewer than two values.

    Examples
    --------
    >>> low, high = interval([0.4, 0.5, 0.6, 0.5])
    >>> bool(0.4 <= low < 0.5 < high <= 0.6)
    True
    """
    known = np.asarray(values, dtype=float)
    if len(known) < 2:
        raise ValueError(f"{len(known)} values give no interval; draw at least two worlds")
    rng = np.random.default_rng(seed)
    means = known[rng.integers(0, len(known), (draws, len(known)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
