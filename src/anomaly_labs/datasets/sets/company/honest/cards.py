"""Payments of people who own their cards, journeys and runs of small ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..cards import (
    CHANNELS,
    N_ACCOUNTS,
    N_MERCHANTS,
    ONLINE,
    PAST_DAYS,
    SIDE,
    Trade,
    amounts,
    channels,
    table,
    trade,
)
from ..world import DAY, HOLIDAY, HOUR, World


def honest(world: World) -> pd.DataFrame:
    """Return the payments of people who own their cards, in no order.

    Parameters
    ----------
    world
        Of which they are.
    """
    rng = world.rng("cards", "honest")
    shops = trade(world)
    days = PAST_DAYS + world.days
    day = np.arange(days) - PAST_DAYS
    season = np.where(day % 7 >= 5, 1.3, 0.9) * np.where(day == HOLIDAY, 1.5, 1.0)
    counts = rng.poisson(shops.activity[:, None] * season[None, :])
    account, of_day = np.nonzero(counts)
    repeats = counts[account, of_day]
    account, of_day = np.repeat(account, repeats), np.repeat(of_day, repeats)
    number = len(account)
    late = rng.random(number) < shops.night[account]
    hour = np.where(late, rng.uniform(0, 6, number), rng.normal(14.5, 3.6, number).clip(6, 23.9))
    seconds = (of_day - PAST_DAYS) * DAY + hour * HOUR
    merchant = shops.usual[account, (15 * rng.random(number) ** 1.8).astype(int)]
    new = rng.random(number) < 0.08
    share = shops.popularity / shops.popularity.sum()
    merchant[new] = rng.choice(N_MERCHANTS, int(new.sum()), p=share)
    merchant = _journeys(rng, shops, account, of_day, merchant, days)
    channel = channels(rng, shops, merchant)
    amount = amounts(rng, shops, account, merchant)
    amount *= np.where(rng.random(number) < 0.004, rng.uniform(3, 9, number), 1)  # a new fridge
    amount = np.where(channel == 0, rng.choice([20, 50, 100, 200], number), amount)
    paid = table(world, shops, seconds, account, merchant, channel, amount)
    return pd.concat([paid, _small_ones(rng, world, shops)], ignore_index=True)


def _journeys(
    rng: np.random.Generator,
    shops: Trade,
    account: np.ndarray,
    day: np.ndarray,
    merchant: np.ndarray,
    days: int,
) -> np.ndarray:
    """Return merchants with those of holidays and of commuting: a third go away for days."""
    begin = np.where(rng.random(N_ACCOUNTS) < 0.35, rng.integers(0, days, N_ACCOUNTS), 10**6)
    length = rng.integers(1, 6, N_ACCOUNTS)
    goal = rng.integers(0, SIDE**2, N_ACCOUNTS)
    away = (day >= begin[account]) & (day < (begin + length)[account])
    order = np.argsort(shops.place, kind="stable")
    first = np.searchsorted(shops.place[order], np.arange(SIDE**2))
    count = np.bincount(shops.place, minlength=SIDE**2)
    there = goal[account]
    chosen = away & (count[there] > 0)
    pick = first[there] + (rng.random(len(account)) * np.maximum(count[there], 1)).astype(int)
    moved: np.ndarray = np.where(chosen, order[np.minimum(pick, N_MERCHANTS - 1)], merchant)
    return moved


def _small_ones(rng: np.random.Generator, world: World, shops: Trade) -> pd.DataFrame:
    """Return runs of small payments online: songs, parking, games."""
    days = PAST_DAYS + world.days
    runs = rng.poisson(0.004 * N_ACCOUNTS * days)
    account = rng.integers(0, N_ACCOUNTS, runs)
    online = np.flatnonzero(ONLINE[shops.category] > 0.4)
    merchant = rng.choice(online, runs)
    begin = rng.uniform(-PAST_DAYS * DAY, world.days * DAY - 2 * HOUR, runs)
    each = rng.integers(3, 9, runs)
    which = np.repeat(np.arange(runs), each)
    seconds = begin[which] + rng.uniform(0, 1.5, len(which)) * HOUR
    channel = np.full(len(which), CHANNELS.index("online"), dtype="int8")
    amount = rng.uniform(0.5, 6, len(which))
    return table(world, shops, seconds, account[which], merchant[which], channel, amount)
