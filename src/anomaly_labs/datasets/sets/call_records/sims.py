"""Who owns a SIM and how it is used: people, firms, machines, and boxes that resell calls."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

HONEST: Final = pd.DataFrame(
    # share; calls a day: mean and deviation of the logarithm; share of incoming calls: a and b of a
    # beta law; people called, smallest and largest; share of calls to strangers; how far it moves;
    # share of the day's hours that are those of work; how alike the hours are; answered; length
    [
        ("person", 0.66, 0.9, 0.8, 5.0, 5.0, 3, 30, 0.08, 0.75, 0.2, 0.0, 0.72, 4.2),
        ("quiet person", 0.08, -0.6, 0.7, 3.0, 4.0, 1, 6, 0.10, 0.5, 0.2, 0.0, 0.70, 4.4),
        ("business", 0.09, 2.1, 0.7, 4.0, 4.0, 20, 250, 0.25, 0.7, 0.8, 0.0, 0.70, 4.3),
        ("courier", 0.03, 2.7, 0.5, 1.2, 9.0, 8, 30, 0.80, 1.0, 0.7, 0.0, 0.62, 3.4),
        ("seller", 0.02, 2.4, 0.6, 1.0, 12.0, 5, 20, 0.85, 0.3, 0.6, 0.0, 0.50, 4.2),
        ("newcomer", 0.05, 1.6, 0.8, 2.0, 4.0, 3, 60, 0.15, 0.75, 0.2, 0.0, 0.70, 4.3),
        ("visitor", 0.03, 1.0, 0.7, 1.5, 6.0, 3, 15, 0.45, 1.0, 0.3, 0.0, 0.66, 3.9),
        ("machine", 0.02, 1.6, 1.0, 0.4, 9.0, 1, 4, 0.00, 0.0, 0.0, 1.0, 0.90, 3.2),
        ("gateway of a firm", 0.02, 3.2, 0.5, 1.0, 14.0, 60, 400, 0.50, 0.0, 0.8, 0.0, 0.62, 4.3),
    ],
    columns=[
        *("kind", "share", "rate", "rate_spread", "in_a", "in_b", "friends_low", "friends_high"),
        *("strangers", "mobile", "work", "flat", "answered", "length"),
    ],
)
"""Kinds of honest SIMs; shares sum to 1."""

BOXES: Final = pd.DataFrame(
    [
        ("classic", 3.9, 0.35, 0.5, 99.0, 1, 2, 1.00, 0.0, 0.1, 0.45, 0.55, 4.6),
        ("rotating", 3.3, 0.4, 0.5, 60.0, 1, 2, 1.00, 0.0, 0.1, 0.45, 0.55, 4.6),
        ("mobile", 3.0, 0.4, 1.0, 30.0, 1, 2, 1.00, 1.0, 0.1, 0.2, 0.55, 4.6),
    ],
    columns=[
        *("kind", "rate", "rate_spread", "in_a", "in_b", "friends_low", "friends_high"),
        *("strangers", "mobile", "work", "flat", "answered", "length"),
    ],
)
"""Strategies of boxes when they do nothing to seem human."""

STRATEGIES: Final = tuple(BOXES["kind"])


def honest(rng: np.random.Generator, number: int, days: int) -> pd.DataFrame:
    """Return honest SIMs: a row each, with what its calls are drawn from.

    Parameters
    ----------
    rng
        Draws them.
    number
        How many.
    days
        Of the table; newcomers and visitors are there for a part of them.
    """
    which = rng.choice(len(HONEST), number, p=HONEST["share"])
    sims = _drawn(rng, HONEST, which)
    kind = sims["kind"].to_numpy()
    first = np.where(kind == "newcomer", rng.integers(1, days - 1, number), 0)
    stays = np.where(kind == "visitor", rng.integers(2, 9, number), days)
    first = np.where(kind == "visitor", rng.integers(0, days - 1, number), first)
    sims["first"], sims["last"] = first, np.minimum(first + stays, days)
    device = np.arange(number)
    pairs = rng.random(number) < 0.12  # two SIMs in one telephone
    device[1:][pairs[1:]] = device[:-1][pairs[1:]]
    firm = np.flatnonzero(kind == "gateway of a firm")
    sims["device"], sims["site"] = device, -1
    groups = firm[: len(firm) // 4 * 4].reshape(-1, 4)
    sims.loc[groups.ravel(), "device"] = np.repeat(device[groups[:, 0]], 4)
    sims.loc[groups.ravel(), "site"] = np.repeat(np.arange(len(groups)), 4)
    sims["box"] = 0
    return sims


def boxes(
    rng: np.random.Generator, number: int, days: int, mimicry: float, devices: int
) -> pd.DataFrame:
    """Return the SIMs of boxes; the more they mimic, the more they are drawn as a person's are.

    Parameters
    ----------
    rng
        Draws them.
    number
        How many SIMs.
    days
        Of the table.
    mimicry
        From 0, crude, to 1, drawn as a person's SIM in all that a call record shows.
    devices
        Devices that there are already.
    """
    if not number:
        return _drawn(rng, BOXES, np.zeros(0, dtype=int)).assign(
            first=0, last=0, device=0, site=0, box=0
        )
    size = min(max(2, number // 6), 40)
    box = np.arange(number) // size
    which = rng.integers(0, len(BOXES), int(box.max()) + 1)[box]
    crude = _drawn(rng, BOXES, which)
    person = _drawn(rng, HONEST, np.zeros(number, dtype=int))
    sims = crude.copy()
    for column in ("rate", "incoming", "strangers", "mobile", "work", "flat", "answered", "length"):
        sims[column] = (1 - mimicry) * crude[column] + mimicry * person[column]
    sims["friends"] = np.where(rng.random(number) < mimicry, person["friends"], crude["friends"])
    life = np.select(
        [which == 0, which == 1],
        [rng.integers(4, days + 1, number), rng.integers(1, 4, number)],
        rng.integers(5, days + 1, number),
    )
    life = np.where(rng.random(number) < mimicry, days, np.minimum(life, days))
    sims["first"] = (rng.random(number) * (days - life + 1)).astype(int)
    sims["last"] = sims["first"] + life
    shared = devices + box * size + np.arange(number) % np.maximum(size // 4, 1)
    own = (which == 2) | (rng.random(number) < mimicry)
    sims["device"] = np.where(own, devices + number + np.arange(number), shared)
    sims["site"] = 10_000 + box
    sims["box"] = box + 1
    return sims


def _drawn(rng: np.random.Generator, kinds: pd.DataFrame, which: np.ndarray) -> pd.DataFrame:
    row = kinds.iloc[which].reset_index(drop=True)
    number = len(row)
    low, high = row["friends_low"].to_numpy(), row["friends_high"].to_numpy()
    return pd.DataFrame(
        {
            "kind": row["kind"],
            "rate": np.exp(rng.normal(row["rate"].to_numpy(), row["rate_spread"].to_numpy())),
            "incoming": rng.beta(row["in_a"].to_numpy(), row["in_b"].to_numpy()),
            "friends": rng.integers(low, high + 1, number),
            **{
                name: row[name]
                for name in ("strangers", "mobile", "work", "flat", "answered", "length")
            },
        }
    )
