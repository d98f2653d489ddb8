"""Fraud with cards, as banks and merchants describe it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..cards import (
    CATEGORIES,
    CHANNELS,
    N_ACCOUNTS,
    ONLINE,
    Trade,
    amounts,
    channels,
    distance,
    table,
    trade,
)
from ..incident import Incident
from ..late import kinds, moment
from ..world import DAY, HOUR, World
from .trace import steps

_RESOLD: Final = tuple(
    CATEGORIES.index(one) for one in ("electronics", "clothing", "travel", "games")
)


def _channel(name: str, number: int) -> np.ndarray:
    return np.full(number, CHANNELS.index(name), dtype="int8")


def _merchants(shops: Trade, categories: tuple[int, ...], *, online: bool) -> np.ndarray:
    """Return the numbers of merchants of some categories."""
    able = np.isin(shops.category, categories)
    return np.flatnonzero(able & (ONLINE[shops.category] > 0.4) if online else able)


def _tested(
    rng: np.random.Generator, world: World, seconds: np.ndarray, account: np.ndarray
) -> pd.DataFrame:
    """Return one small payment with each card, at one merchant."""
    shops, number = trade(world), len(account)
    merchant = np.full(number, rng.choice(np.flatnonzero(ONLINE[shops.category] > 0.4)))
    amount = np.exp(rng.normal(rng.uniform(0, 1.2), 0.3, number))
    return table(world, shops, seconds, account, merchant, _channel("online", number), amount)


def _testing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return card testing (OAT-001): one payment of next to nothing with each of many cards."""
    number, pause = int(rng.integers(12, 50)), float(np.exp(rng.uniform(0.5, 5.5)))
    begin = moment(world, rng, by_day=0.3, lasts=2 * number * pause)
    account = rng.choice(N_ACCOUNTS, number, replace=False)
    return _tested(rng, world, steps(rng, begin, number, pause), account)


def _spent(
    rng: np.random.Generator, world: World, seconds: np.ndarray, account: np.ndarray
) -> pd.DataFrame:
    """Return payments online for what can be sold again, above what is usual."""
    shops = trade(world)
    merchant = rng.choice(_merchants(shops, _RESOLD, online=True), len(account))
    amount = amounts(rng, shops, account, merchant) * rng.uniform(1.2, 4, len(account))
    channel = _channel("online", len(account))
    return table(world, shops, seconds, account, merchant, channel, amount)


def _takeover(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return account takeover and cashing out (OAT-012): one account buys at strange merchants."""
    number = int(rng.integers(2, 9))
    pause = float(np.exp(rng.uniform(4.5, 8.5)))
    begin = moment(world, rng, by_day=0.4, lasts=2 * number * pause)
    account = np.full(number, rng.integers(0, N_ACCOUNTS))
    return _spent(rng, world, steps(rng, begin, number, pause), account)


def _skimming(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return skimmed cards: all paid at one merchant before; cash is drawn around midnight."""
    shops = trade(world)
    copied = int(rng.integers(0, len(shops.merchant)))
    known = np.flatnonzero((shops.usual == copied).any(axis=1))
    able = known if len(known) >= 4 else np.arange(N_ACCOUNTS)
    cards = rng.choice(able, min(int(rng.integers(4, 11)), len(able)), replace=False)
    each = rng.integers(1, 4, len(cards))
    account = np.repeat(cards, each)
    nights = np.arange(world.quiet_days + 1, world.days)
    middle = rng.choice(nights) * DAY  # limits by day are drawn before and after midnight
    seconds = middle + rng.uniform(-1.2, 1.2, len(account)) * HOUR
    merchant = rng.choice(rng.choice(len(shops.merchant), 3, replace=False), len(account))
    amount = rng.choice([100, 200], len(account), p=(0.3, 0.7)).astype(float)
    return table(world, shops, seconds, account, merchant, _channel("atm", len(account)), amount)


def _lost(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a lost or stolen card: taps below the limit, in shops near each other."""
    shops = trade(world)
    number, pause = int(rng.integers(4, 13)), rng.uniform(240, 1500)
    begin = moment(world, rng, by_day=0.6, lasts=2 * number * pause)
    account = int(rng.integers(0, N_ACCOUNTS))
    daily = tuple(CATEGORIES.index(one) for one in ("grocery", "fuel", "pharmacy", "clothing"))
    able = _merchants(shops, daily, online=False)
    far = distance(shops.place[able], np.full(len(able), shops.home[account]))
    near = able[np.argsort(far + rng.uniform(0, 2, len(able)))[:8]]
    amount = rng.uniform(18, 50, number)
    return table(
        world, shops, steps(rng, begin, number, pause), np.full(number, account),
        rng.choice(near, number), _channel("contactless", number), amount,
    )  # fmt: skip


def _bust_out(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a bust-out: the owner himself raises what he pays from day to day, and goes."""
    shops = trade(world)
    number, lasts = int(rng.integers(8, 26)), rng.uniform(1.2, 2.2) * DAY
    begin = moment(world, rng, by_day=0.7, lasts=lasts)
    account = np.full(number, rng.integers(0, N_ACCOUNTS))
    merchant = rng.choice(_merchants(shops, _RESOLD, online=False), number)
    over = np.sort(rng.random(number))
    hour = ((begin + over * lasts) // DAY) * DAY + rng.normal(15, 3, number).clip(7, 23) * HOUR
    seconds = np.where(hour < begin, begin + rng.uniform(0, 3, number) * HOUR, hour)
    amount = amounts(rng, shops, account, merchant) * np.exp(over * rng.uniform(0.7, 2.2))
    return table(world, shops, seconds, account, merchant, channels(rng, shops, merchant), amount)


def _counterfeit(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a counterfeit card: it is shown far from where its owner lives."""
    shops = trade(world)
    number, pause = int(rng.integers(2, 7)), rng.uniform(600, 5000)
    begin = moment(world, rng, by_day=0.7, lasts=2 * number * pause)
    account = int(rng.integers(0, N_ACCOUNTS))
    shown = tuple(CATEGORIES.index(one) for one in ("electronics", "clothing", "fuel", "grocery"))
    able = _merchants(shops, shown, online=False)
    far = distance(shops.place[able], np.full(len(able), shops.home[account]))
    there = able[far >= np.quantile(far, 0.7)]
    town = shops.place[rng.choice(there)]
    near = able[
        np.argsort(distance(shops.place[able], np.full(len(able), town)), kind="stable")[:6]
    ]
    who, merchant = np.full(number, account), rng.choice(near, number)
    amount = amounts(rng, shops, who, merchant) * rng.uniform(1, 2.5)
    seconds = steps(rng, begin, number, pause)
    return table(world, shops, seconds, who, merchant, _channel("chip", number), amount)


def _collusion(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a merchant in league: stolen cards pay there, just below a limit of his."""
    shops = trade(world)
    number, lasts = int(rng.integers(8, 30)), rng.uniform(2, 30) * HOUR
    begin = moment(world, rng, by_day=0.6, lasts=lasts)
    account = rng.choice(N_ACCOUNTS, number, replace=False)
    merchant = np.full(number, rng.integers(0, len(shops.merchant)))
    limit = float(rng.choice([100, 150, 250, 500]))
    amount = limit * (1 - rng.beta(1, 12, number))
    seconds = begin + rng.uniform(0, lasts, number)
    return table(world, shops, seconds, account, merchant, channels(rng, shops, merchant), amount)


KINDS: Final = {
    "card testing": _testing,
    "account takeover": _takeover,
    "skimming": _skimming,
    "lost or stolen card": _lost,
    "bust-out": _bust_out,
    "counterfeit card": _counterfeit,
    "merchant collusion": _collusion,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's payments: cards from the shop are tried, and some of them used.

    Parameters
    ----------
    world
        Gives the clock.
    plan
        Says when.
    rng
        Draws the rest.
    """
    cards = rng.choice(N_ACCOUNTS, int(rng.integers(12, 30)), replace=False)
    tried = steps(rng, plan.fraud, len(cards), rng.uniform(5, 90))
    good = rng.random(len(cards)) < 0.45
    good[0] = True
    each = rng.integers(1, 4, int(good.sum()))
    used = cards[good].repeat(each)
    seconds = tried[good].repeat(each) + rng.uniform(0.5, 9, len(used)) * HOUR
    return kinds(
        ("card testing", _tested(rng, world, tried, cards)),
        ("account takeover", _spent(rng, world, seconds, used)),
    )
