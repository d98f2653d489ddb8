"""What a learner may move: a threshold, the share of attacks, the reach of an attacker."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator

from anomaly_labs.plots.style import ATTACK, INK, MUTED, NORMAL, finish
from anomaly_labs.teaching import live

RATES = (0.2, 0.1, 0.05, 0.03, 0.02, 0.015, 0.01, 0.007, 0.005, 0.003, 0.002, 0.001, 0.0005)
SHARES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def threshold(
    scores: np.ndarray,
    is_attack: np.ndarray,
    *,
    share: float,
    per_day: int = 100_000,
    minutes: float = 5.0,
    wage: float = 40.0,
    loss: float = 100.0,
) -> None:
    """Show what a threshold costs in a day, with a slider for the threshold.

    Parameters
    ----------
    scores : shape (n_samples,)
        Larger is more anomalous.
    is_attack : shape (n_samples,)
        1 for attacks, 0 for normal rows.
    share
        Of attacks among the connections of a day.
    per_day
        Connections a day.
    minutes
        An analyst's time for one alert.
    wage
        Cost of an analyst's hour.
    loss
        Cost of an attack that is missed.
    """
    normal, attacks = scores[is_attack == 0], scores[is_attack == 1]
    limits = np.unique(np.quantile(normal, 1 - np.asarray(RATES)))
    days = pd.DataFrame({"threshold": limits})
    days["false alarms"] = [per_day * (1 - share) * float((normal > at).mean()) for at in limits]
    found = np.asarray([float((attacks > at).mean()) for at in limits])
    days["attacks found"] = per_day * share * found
    days["hours"] = (days["false alarms"] + days["attacks found"]) * minutes / 60
    days["cost of hours"] = days["hours"] * wage
    days["cost of misses"] = per_day * share * (1 - found) * loss

    def draw(number: int, ax: Axes) -> Axes:
        return day_of_alerts(days, number, ax=ax)

    live.slider(
        draw,
        range(len(days)),
        start=len(days) // 2,
        label="threshold",
        form=lambda number: f"{limits[number]:.3g}",
    )


def day_of_alerts(days: pd.DataFrame, number: int, *, ax: Axes) -> Axes:
    """Return the cost of a day over the threshold, with one threshold marked and told in numbers.

    Parameters
    ----------
    days
        A row for each threshold: threshold, false alarms, attacks found, hours, cost of hours,
        cost of misses.
    number
        The row that is marked.
    ax
        Axes to draw on.

    Examples
    --------
    >>> import matplotlib.figure
    >>> days = pd.DataFrame({"threshold": [1.0, 2.0], "false alarms": [90.0, 9.0],
    ...     "attacks found": [10.0, 6.0], "hours": [8.0, 1.2], "cost of hours": [320.0, 40.0],
    ...     "cost of misses": [0.0, 400.0]})
    >>> ax = day_of_alerts(days, 1, ax=matplotlib.figure.Figure().subplots())
    >>> " ".join(ax.get_title(loc="left").split())
    'Threshold 2: 15 alerts a day (9 false), 1 analyst hours, cost 440'
    """
    row, at = days.iloc[number], days["threshold"]
    analysts, missed = days["cost of hours"], days["cost of misses"]
    ax.fill_between(at, analysts, color=MUTED, lw=0, alpha=0.6, label="analysts' time")
    ax.fill_between(
        at, analysts, analysts + missed, color=ATTACK, lw=0, alpha=0.7, label="missed attacks"
    )
    cost = row["cost of hours"] + row["cost of misses"]
    ax.vlines(row["threshold"], 0, cost, color=INK, lw=1.5)
    ax.plot(row["threshold"], cost, "o", ms=9, color=INK, label="the threshold")
    if at.min() > 0:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
        ax.xaxis.set_minor_locator(LogLocator(subs=(2, 5)))
        ax.xaxis.set_minor_formatter(lambda x, _: f"{x:g}")
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper center", ncols=3, bbox_to_anchor=(0.5, -0.15))
    alerts = row["false alarms"] + row["attacks found"]
    title = (
        f"Threshold\u00a0{row['threshold']:.3g}: {alerts:,.0f}\u00a0alerts\u00a0a\u00a0day "
        f"({row['false alarms']:,.0f}\u00a0false), {row['hours']:,.0f}\u00a0analyst\u00a0hours, "
        f"cost\u00a0{cost:,.0f}"
    )
    return finish(ax, title, "threshold on the score", "cost of a day")


def share(recall: float, false_alarm_rate: float) -> None:
    """Show the precision of one detector, with a slider for the share of attacks.

    Parameters
    ----------
    recall
        Share of the attacks that it finds.
    false_alarm_rate
        Share of the normal rows of which it gives an alert.
    """

    def draw(value: float, ax: Axes) -> Axes:
        return precision_curve(recall, false_alarm_rate, value, ax=ax)

    live.slider(
        draw, SHARES, start=0.01, label="share of attacks", form=lambda value: f"{100 * value:g} %"
    )


def precision_curve(recall: float, false_alarm_rate: float, value: float, *, ax: Axes) -> Axes:
    """Return the precision of one detector over the share of attacks, with one share marked.

    Parameters
    ----------
    recall, false_alarm_rate
        What the detector does with attacks, and with normal rows.
    value
        The share that is marked.
    ax
        Axes to draw on.

    Examples
    --------
    >>> import matplotlib.figure
    >>> ax = precision_curve(0.9, 0.01, 0.001, ax=matplotlib.figure.Figure().subplots())
    >>> " ".join(ax.get_title(loc="left").split())
    'At 0.1 % attacks, 8 of 100 alerts are attacks'
    """
    at = np.geomspace(min(SHARES), max(SHARES), 200)
    ax.plot(at, _precision(recall, false_alarm_rate, at), color=INK, ls="-")
    here = float(_precision(recall, false_alarm_rate, np.asarray(value)))
    ax.vlines(value, 0, here, color=ATTACK, lw=7, label="attacks among the alerts")
    ax.vlines(value, here, 1, color=NORMAL, lw=7, label="false alarms among them")
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda x, _: f"{100 * x:g} %")
    ax.set_ylim(0, 1.02)
    ax.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, -0.15))
    title = f"At {100 * value:g} % attacks, {100 * here:.0f} of 100 alerts are attacks"
    return finish(ax, title, "share of attacks in the traffic", "precision", note="")


def epsilon(rows: pd.DataFrame, scores: Sequence[float], *, limit: float, most: int = 10) -> None:
    """Show one row as an attacker moves it, with a slider for how far she may.

    Parameters
    ----------
    rows
        The row at each epsilon (the index, from 0 on), a column for each feature.
    scores
        The detector's score of each.
    limit
        A score above it is an alert.
    most
        How many columns are shown: those that move most.
    """
    told = dict(zip(rows.index, scores, strict=True))

    def draw(value: float, ax: Axes) -> Axes:
        return moved_row(rows, value, told[value], limit=limit, most=most, ax=ax)

    values = list(rows.index)
    live.slider(
        draw,
        values,
        start=values[len(values) // 2],
        label="epsilon",
        form=lambda value: f"{value:g}",
        figsize=(8.0, 4.6),
    )


def moved_row(
    rows: pd.DataFrame, value: float, score: float, *, limit: float, most: int, ax: Axes
) -> Axes:
    """Return the columns of one row that move most, before and after, and what is said of it.

    Parameters
    ----------
    rows
        The row at each epsilon (the index, from 0 on), a column for each feature.
    value
        The epsilon that is shown.
    score
        The detector's score at this epsilon.
    limit
        A score above it is an alert.
    most
        How many columns are shown.
    ax
        Axes to draw on.

    Examples
    --------
    >>> import matplotlib.figure
    >>> rows = pd.DataFrame({"bytes": [0.0, 1.0], "count": [2.0, 1.5]}, index=[0.0, 1.0])
    >>> axes = matplotlib.figure.Figure(figsize=(8, 4)).subplots()
    >>> ax = moved_row(rows, 1.0, 0.2, limit=0.5, most=2, ax=axes)
    >>> " ".join(ax.get_title(loc="left").split())
    'Epsilon 1: score 0.2, no alert'
    """
    largest = (rows - rows.iloc[0]).abs().max().sort_values(ascending=False)
    names = list(largest.index[:most])[::-1]
    before, after = rows.iloc[0][names], rows.loc[value][names]
    places = np.arange(len(names))
    ax.hlines(places, before, after, color=MUTED, lw=2)
    ax.plot(before, places, "o", ms=7, color=INK, ls="", label="as it was sent")
    ax.plot(after, places, "D", ms=7, color=ATTACK, ls="", label="as the attacker moved it")
    ax.set_yticks(places, [str(name) for name in names])
    spread = rows[names].to_numpy()
    margin = 0.05 * (spread.max() - spread.min() or 1.0)
    ax.set_xlim(spread.min() - margin, spread.max() + margin)
    ax.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, -0.13))
    said = "alert" if score > limit else "no alert"
    title = f"Epsilon {value:g}: score {score:.2g}, {said}"
    return finish(ax, title, "value, in standard deviations")


def _precision(recall: float, false_alarm_rate: float, value: np.ndarray) -> np.ndarray:
    hits = value * recall
    return np.asarray(hits / np.maximum(hits + (1 - value) * false_alarm_rate, 1e-12))
