"""What people write while something is wrong; they do not know it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident
from ..internet import internet
from ..late import kinds, moment
from ..tickets import PRODUCTS, TEXTS, fill, table
from ..world import HOUR, World


def _written(
    world: World,
    rng: np.random.Generator,
    seconds: np.ndarray,
    queue: str,
    template: str,
    given: dict[str, str],
) -> pd.DataFrame:
    who = [str(one) for one in rng.choice(world.people["account"].to_numpy(), len(seconds))]
    texts = [fill(rng, world, template, given) for _ in seconds]
    return table(world, seconds, who, [queue] * len(seconds), texts)


def locked(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return people whose accounts were locked by guesses."""
    number = int(rng.integers(3, 9))
    seconds = (
        moment(world, rng, by_day=1, lasts=3 * HOUR) + np.sort(rng.uniform(0, 3, number)) * HOUR
    )
    return _written(world, rng, seconds, "accounts", TEXTS["accounts"][0], {})


def bait(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return people who got the same strange message."""
    number = int(rng.integers(3, 8))
    seconds = (
        moment(world, rng, by_day=1, lasts=3 * HOUR) + np.sort(rng.uniform(0, 3, number)) * HOUR
    )
    site = str(rng.choice(internet(world).names))
    return _written(world, rng, seconds, "mail", TEXTS["mail"][1], {"SITE": site})


def admin(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return people whom a program asks for an administrator, on one machine after the other."""
    number = int(rng.integers(3, 7))
    seconds = (
        moment(world, rng, by_day=1, lasts=4 * HOUR) + np.sort(rng.uniform(0, 4, number)) * HOUR
    )
    product = str(rng.choice(PRODUCTS))
    return _written(world, rng, seconds, "software", TEXTS["software"][3], {"PRODUCT": product})


def fails(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return people who hear from customers that the shop takes no money."""
    number = int(rng.integers(2, 5))
    start = moment(world, rng, by_day=1, lasts=2 * HOUR)
    seconds = start + np.sort(rng.uniform(0, 2, number)) * HOUR
    return _written(world, rng, seconds, "shop", TEXTS["shop"][0], {})


KINDS: Final = {
    "accounts locked": locked,
    "bait": bait,
    "asks for an administrator": admin,
    "shop fails": fails,
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
    morning = plan.entry + 1.5 * HOUR + np.sort(rng.uniform(0, 2, 6)) * HOUR
    asked = _written(world, rng, morning, "accounts", TEXTS["accounts"][0], {})
    later = plan.dip + np.sort(rng.uniform(0.2, 1.5, 3)) * HOUR
    slow = _written(world, rng, later, "shop", TEXTS["shop"][0], {})
    return kinds(("accounts locked", asked), ("shop fails", slow))
