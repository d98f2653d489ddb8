"""Frauds with cards: a strange merchant, a copied card, tests of stolen numbers, one big thing."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..cards import N_ACCOUNTS, N_MERCHANTS, ONLINE, amounts, distance, table, trade
from ..incident import Incident
from ..late import kinds, moment
from ..world import HOUR, World


def _victim(rng: np.random.Generator) -> int:
    return int(rng.integers(0, N_ACCOUNTS))


def _paid(
    world: World,
    rng: np.random.Generator,
    account: int,
    merchant: np.ndarray,
    seconds: np.ndarray,
    channel: np.ndarray,
    factor: float = 1.0,
) -> pd.DataFrame:
    shops = trade(world)
    who = np.full(len(merchant), account)
    amount = amounts(rng, shops, who, merchant) * factor
    seconds = seconds
    return table(world, shops, seconds, who, merchant, channel.astype("int8"), amount)


def _strange(world: World, rng: np.random.Generator, account: int, begin: float) -> pd.DataFrame:
    shops = trade(world)
    known = np.isin(np.arange(N_MERCHANTS), shops.usual[account])
    online = np.flatnonzero((ONLINE[shops.category] > 0.4) & ~known)
    number = int(rng.integers(2, 5))
    seconds = begin + np.sort(rng.uniform(0, 20, number)) * HOUR
    return _paid(world, rng, account, rng.choice(online, number), seconds, np.full(number, 3), 1.3)


def strange(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return payments at merchants that the account never used, of usual amounts."""
    return _strange(world, rng, _victim(rng), moment(world, rng, by_day=0.5, lasts=20 * HOUR))


def copied(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a copied card: paid with far away, within hours of payments at home."""
    shops, account = trade(world), _victim(rng)
    far = np.flatnonzero(distance(shops.place, shops.home[account]) >= 5)
    number = int(rng.integers(3, 7))
    seconds = (
        moment(world, rng, by_day=0.5, lasts=6 * HOUR) + np.sort(rng.uniform(0, 6, number)) * HOUR
    )
    return _paid(
        world, rng, account, rng.choice(far, number), seconds, rng.integers(1, 3, number), 1.3
    )


def tested(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return small payments by which a stolen number is tried, and one that uses it."""
    shops, account = trade(world), _victim(rng)
    online = np.flatnonzero(ONLINE[shops.category] > 0.4)
    number = int(rng.integers(3, 8))
    seconds = (
        moment(world, rng, by_day=0.4, lasts=4 * HOUR) + np.sort(rng.uniform(0, 3, number)) * HOUR
    )
    merchant = np.full(number, rng.choice(online))
    paid = _paid(world, rng, account, merchant, seconds, np.full(number, 3))
    paid.loc[paid.index[:-1], "amount"] = rng.uniform(0.6, 5, number - 1).round(2)
    return paid


def big(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return one or two large things, bought online."""
    shops, account = trade(world), _victim(rng)
    dear = np.flatnonzero(np.isin(shops.category, (1, 7)))
    number = int(rng.integers(1, 3))
    seconds = moment(world, rng, by_day=0.4, lasts=HOUR) + np.sort(rng.uniform(0, 1, number)) * HOUR
    return _paid(world, rng, account, rng.choice(dear, number), seconds, np.full(number, 3), 4.0)


KINDS: Final = {
    "strange merchant": strange,
    "copied card": copied,
    "tested number": tested,
    "big purchase": big,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the trace of the incident.

    Parameters
    ----------
    world
        Where it happens.
    plan
        Who, where and when.
    rng
        Draws the rest.
    """
    victims = rng.choice(N_ACCOUNTS, 5, replace=False)
    start = plan.fraud + rng.uniform(0, 3, 5) * HOUR
    frames = [_strange(world, rng, int(a), s) for a, s in zip(victims, start, strict=True)]
    return kinds(("strange merchant", pd.concat(frames)))
