"""Harm in key figures: failures of machines, of sensors and of services, and attacks on them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident, plan
from ..kpis import EVERY, moments_of
from ..late import moment
from ..world import DAY, HOUR, World


def _begin(world: World, rng: np.random.Generator, kind: str, by_day: float, lasts: float) -> float:
    """Return when a case begins: each kind has half days of its own, so that none hides another."""
    first, half = world.quiet_days * DAY + 4 * HOUR, DAY / 2
    blocks = np.arange((world.days * DAY - first) // half + 1)
    free = blocks[blocks != (plan(world).dip - first) // half]
    mine = world.rng("trade", "kpis").permutation(free)[list(KINDS).index(kind) :: len(KINDS)]
    room = min(lasts, half / 2)  # what lasts longer may run into the next half day
    while True:
        begin = moment(world, rng, by_day=by_day, lasts=room)
        block, since = divmod(begin - first, half)
        if block in mine and since + room <= half:
            return begin


def _touched(
    world: World, honest: pd.DataFrame, begin: float, lasts: float
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a copy of the figures of a time, and how much of it is over at each of them."""
    seconds = moments_of(world)
    begin = np.floor(begin / EVERY) * EVERY
    inside = (seconds >= begin) & (seconds < begin + lasts)
    return honest[inside].copy(), (seconds[inside] + EVERY / 2 - begin) / lasts


def _fewer(rng: np.random.Generator, counts: pd.Series, share: np.ndarray | float) -> np.ndarray:
    """Return counts of which each event stays with a given chance."""
    whole = np.round(counts.to_numpy()).astype(int)
    kept: np.ndarray = rng.binomial(whole, share).astype(float)
    return kept


def _flood(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return T1499.002 and OAT-015, a flood of requests: visitors come, pages take long."""
    lasts = rng.uniform(0.25, 2) * HOUR
    rows, over = _touched(world, honest, _begin(world, rng, "request flood", 0.5, lasts), lasts)
    ramp = np.minimum(over / rng.uniform(0.05, 0.4), 1)
    more = rng.poisson(rng.uniform(60, 500) * ramp)
    before = rows["visitors"].to_numpy()
    load = (1 + (before + more) / 260) / (1 + before / 260)
    rows["visitors"] = before + more
    rows["response_ms"] = (rows["response_ms"] * load ** rng.uniform(1, 1.8)).round(2)
    rows["orders"] = _fewer(rng, rows["orders"], 1 - rng.uniform(0.1, 0.5) * ramp)
    return rows


def _logons(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return T1110, brute force: more logons than there are people for."""
    lasts = rng.uniform(0.3, 3) * HOUR
    rows, _ = _touched(world, honest, _begin(world, rng, "logon storm", 0.4, lasts), lasts)
    rows["logons"] = rows["logons"] + rng.poisson(np.exp(rng.uniform(2, 4.6)), len(rows))
    return rows


def _failing(
    rng: np.random.Generator, world: World, honest: pd.DataFrame, begin: float, lasts: float
) -> pd.DataFrame:
    """Return figures of a time in which only a part of the orders can be paid."""
    rows, _ = _touched(world, honest, begin, lasts)
    rows["orders"] = _fewer(rng, rows["orders"], rng.uniform(0, 0.6))
    if rng.random() < 0.5:
        slower = rng.uniform(1.1, 2) * np.exp(rng.normal(0, 0.08, len(rows)))
        rows["response_ms"] = (rows["response_ms"] * slower).round(2)
    return rows


def _checkout(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return a failing checkout (T1499.004, or a partner's fault): visitors come, orders do not."""
    lasts = rng.uniform(0.5, 4) * HOUR
    return _failing(rng, world, honest, _begin(world, rng, "checkout failure", 0.8, lasts), lasts)


def _mail(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return T1534 and T1586.002, letters of a stolen mailbox: the queue grows, then drains."""
    lasts = rng.uniform(1, 5) * HOUR
    rows, over = _touched(world, honest, _begin(world, rng, "mail backlog", 0.5, lasts), lasts)
    turn, most = rng.uniform(0.4, 0.8), np.exp(rng.uniform(3.4, 6.3))
    filling = np.where(over < turn, over / turn, np.exp(-(over - turn) / 0.15))
    more = most * filling * np.exp(rng.normal(0, 0.05, len(rows)))
    rows["mail_queue"] = (rows["mail_queue"] + more).round(2)
    return rows


def _cooling(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return a loss of cooling, a fan or a filter: heat rises to a new level until it is mended."""
    lasts = rng.uniform(2, 9) * HOUR
    rows, over = _touched(world, honest, _begin(world, rng, "loss of cooling", 0.7, lasts), lasts)
    mended, slow = rng.uniform(0.6, 0.95), rng.uniform(0.1, 0.4)
    up = 1 - np.exp(-np.minimum(over, mended) / slow)
    warm = up * np.exp(-np.maximum(over - mended, 0) / 0.1)
    rows["temperature"] = (rows["temperature"] + rng.uniform(4, 18) * warm).round(2)
    return rows


def _frozen(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return a sensor that stands still (T0856 if on purpose): the last value is told again."""
    lasts = rng.uniform(1, 6) * HOUR
    rows, _ = _touched(world, honest, _begin(world, rng, "frozen sensor", 0.7, lasts), lasts)
    column = str(rng.choice(["temperature", "vibration"]))
    rows[column] = rows[column].iloc[0]
    return rows


def _bearing(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return wear of a bearing: vibration grows ever faster while it runs, warmth follows late."""
    lasts = rng.uniform(8, 24) * HOUR
    rows, over = _touched(world, honest, _begin(world, rng, "bearing wear", 0.7, lasts), lasts)
    steep = rng.uniform(2, 5)
    wear = np.expm1(steep * over) / np.expm1(steep)
    rough = 1 + rng.uniform(0.6, 2.5) * wear * np.exp(rng.normal(0, 0.15, len(rows)))
    running = np.maximum(rows["vibration"] - 1, 0)
    rows["vibration"] = (np.minimum(rows["vibration"], 1) + running * rough).round(2)
    rows["temperature"] = (rows["temperature"] + rng.uniform(0.5, 5) * wear**2).round(2)
    return rows


# Where cases meet, the earlier in this order stands: the long ones come last.
KINDS: Final = {
    "request flood": _flood,
    "logon storm": _logons,
    "checkout failure": _checkout,
    "mail backlog": _mail,
    "frozen sensor": _frozen,
    "loss of cooling": _cooling,
    "bearing wear": _bearing,
}


def incident(
    world: World, plan: Incident, rng: np.random.Generator, honest: pd.DataFrame
) -> pd.DataFrame:
    """Return the incident's figures: the shop takes few orders for an hour or two.

    Parameters
    ----------
    world
        Gives the clock.
    plan
        Says when.
    rng
        Draws the rest.
    honest
        All figures as they would be.
    """
    lasts = rng.uniform(0.8, 2.5) * HOUR
    return _failing(rng, world, honest, plan.dip, lasts).assign(kind="checkout failure")
