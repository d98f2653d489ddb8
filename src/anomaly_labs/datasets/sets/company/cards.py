"""Card payments: account, merchant, channel, place and amount, with the weeks before as history."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .founding import accounts
from .world import World

CHANNELS: Final = ("atm", "chip", "contactless", "online")
CATEGORIES: Final = (
    "clothing",
    "electronics",
    "fuel",
    "games",
    "grocery",
    "pharmacy",
    "restaurant",
    "travel",
)
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "account": "string",
    "merchant": "string",
    "category": "category",
    "channel": "category",
    "postcode": "int16",
    "amount": "float64",
}
SCHEMA: Final = Schema(COLUMNS, {"category": CATEGORIES, "channel": CHANNELS})

PAST_DAYS: Final = 40
"""Days of payments before the first midnight, all honest."""
N_ACCOUNTS: Final = 2000
N_MERCHANTS: Final = 500
SIDE: Final = 10
"""Postcodes lie on a map of 10 by 10."""

_MEAN: Final = np.array([4.0, 4.9, 3.7, 2.6, 3.4, 3.0, 3.2, 5.4])
_DEVIATION: Final = np.array([0.7, 0.9, 0.35, 0.7, 0.6, 0.6, 0.55, 0.8])
ONLINE: Final = np.array([0.45, 0.6, 0.0, 0.95, 0.08, 0.1, 0.15, 0.75])


@dataclass(frozen=True)
class Trade:
    """Who pays and who is paid.

    Attributes
    ----------
    account, home, wealth, night, activity
        Of each account: name, postcode, level of its amounts, share of payments at night, payments
        a day.
    merchant, category, place, popularity
        Of each merchant: name, place in `CATEGORIES`, postcode, how often it is chosen.
    usual
        The fifteen merchants of each account, shape (N_ACCOUNTS, 15).
    """

    account: np.ndarray
    home: np.ndarray
    wealth: np.ndarray
    night: np.ndarray
    activity: np.ndarray
    merchant: np.ndarray
    category: np.ndarray
    place: np.ndarray
    popularity: np.ndarray
    usual: np.ndarray


def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return how far postcodes are from each other, in fields of the map.

    Parameters
    ----------
    one, other
        Postcodes, of one shape.
    """
    found: np.ndarray = np.hypot(one // SIDE - other // SIDE, one % SIDE - other % SIDE)
    return found


@lru_cache(maxsize=4)
def trade(world: World) -> Trade:
    """Return accounts and merchants of a world.

    Parameters
    ----------
    world
        Gives the seed.
    """
    rng = world.rng("cards", "trade")
    category = rng.integers(0, len(CATEGORIES), N_MERCHANTS)
    place = rng.integers(0, SIDE**2, N_MERCHANTS)
    popularity = rng.zipf(1.6, N_MERCHANTS).clip(max=60).astype(float)
    home = rng.integers(0, SIDE**2, N_ACCOUNTS)
    near = np.exp(-distance(place[None, :], home[:, None]) / 1.5)
    far = 0.02 * (ONLINE[category] > 0.4)
    weight = popularity[None, :] * (near + far[None, :])
    # The largest of weights with Gumbel noise are a draw without repetition.
    noisy = np.log(weight) + rng.gumbel(size=weight.shape)
    return Trade(
        account=accounts(rng, N_ACCOUNTS, "c_"),
        home=home,
        wealth=rng.normal(0, 0.35, N_ACCOUNTS),
        night=rng.beta(1, 8, N_ACCOUNTS),
        activity=rng.gamma(3, 0.5, N_ACCOUNTS),
        merchant=accounts(rng, N_MERCHANTS, "m_"),
        category=category,
        place=place,
        popularity=popularity,
        usual=np.argsort(-noisy, axis=1)[:, :15],
    )


def table(
    world: World,
    shops: Trade,
    seconds: np.ndarray,
    account: np.ndarray,
    merchant: np.ndarray,
    channel: np.ndarray,
    amount: np.ndarray,
) -> pd.DataFrame:
    """Return payments; one online has the postcode of the account's home.

    Parameters
    ----------
    world
        Gives the clock.
    shops
        Names and places.
    seconds, account, merchant, channel, amount
        Of each payment: when, numbers of account and merchant, place in `CHANNELS`, and how much.
    """
    online = channel == CHANNELS.index("online")
    return pd.DataFrame(
        {
            "time": world.time(seconds),
            "account": pd.array(shops.account[account], dtype="str"),
            "merchant": pd.array(shops.merchant[merchant], dtype="str"),
            "category": pd.Categorical.from_codes(
                shops.category[merchant], categories=pd.Index(CATEGORIES)
            ),
            "channel": pd.Categorical.from_codes(channel, categories=pd.Index(CHANNELS)),
            "postcode": np.where(online, shops.home[account], shops.place[merchant]).astype(
                "int16"
            ),
            "amount": np.maximum(amount, 0.5).round(2),
        }
    )


def amounts(
    rng: np.random.Generator, shops: Trade, account: np.ndarray, merchant: np.ndarray
) -> np.ndarray:
    """Return what accounts usually pay at merchants.

    Parameters
    ----------
    rng
        Draws it.
    shops
        Categories and levels.
    account, merchant
        Their numbers.
    """
    kind = shops.category[merchant]
    found: np.ndarray = np.exp(rng.normal(_MEAN[kind] + shops.wealth[account], _DEVIATION[kind]))
    return found


def channels(rng: np.random.Generator, shops: Trade, merchant: np.ndarray) -> np.ndarray:
    """Return how merchants are usually paid, as places in `CHANNELS`.

    Parameters
    ----------
    rng
        Draws it.
    shops
        Categories.
    merchant
        Their numbers.
    """
    online = rng.random(len(merchant)) < ONLINE[shops.category[merchant]]
    card = np.where(rng.random(len(merchant)) < 0.55, 2, 1)
    return np.where(online, 3, np.where(rng.random(len(merchant)) < 0.05, 0, card)).astype("int8")
