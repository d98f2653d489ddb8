"""Attacks in the flows: calls home, the way to other hosts, uploads, slow scans, spam."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..flows import table
from ..incident import Incident, outside
from ..internet import internet
from ..late import end, kinds, moment
from ..world import HOUR, World


def _host(world: World, rng: np.random.Generator) -> str:
    return str(rng.choice(world.hosts["address"].to_numpy()[world.people["host"]]))


def _beacon(
    world: World, rng: np.random.Generator, source: str, server: str, begin: float, hours: float
) -> pd.DataFrame:
    every = rng.uniform(900, 3600)
    number = max(int(hours * HOUR / every), 6)
    seconds = begin + np.cumsum(every * rng.uniform(0.75, 1.25, number))
    seconds = seconds[seconds < end(world)]
    sizes = (rng.uniform(5.6, 7.4), rng.uniform(5.2, 7.4), rng.uniform(-1.4, 0.4))
    here, there = (np.full(len(seconds), one, dtype=object) for one in (source, server))
    return table(rng, world, seconds, here, there, 443, sizes, spread=(0.15, 0.3, 0.6))


def _lateral(
    world: World, rng: np.random.Generator, source: str, targets: np.ndarray, begin: float
) -> pd.DataFrame:
    to = np.repeat(targets, rng.integers(1, 4, len(targets)))
    seconds = begin + np.sort(rng.uniform(0, 2, len(to))) * HOUR
    port = rng.choice([445, 135, 3389, 5985], len(to), p=(0.5, 0.1, 0.2, 0.2))
    here = np.full(len(to), source, dtype=object)
    return table(rng, world, seconds, here, to.astype(object), port, (8.3, 8.8, 1.6))


def beacon(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return calls home, at nearly equal times, in the sizes of ordinary agents."""
    hours = rng.uniform(6, 30)
    begin = moment(world, rng, lasts=8 * HOUR)
    return _beacon(world, rng, _host(world, rng), outside(rng), begin, hours)


def lateral(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return the way from a workstation to some other hosts."""
    address = world.hosts["address"].to_numpy()
    targets = rng.choice(address, int(rng.integers(4, 10)), replace=False)
    return _lateral(world, rng, _host(world, rng), targets, moment(world, rng, lasts=2 * HOUR))


def upload(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return data that leave the company in portions, to a site that others visit as well."""
    number = int(rng.integers(4, 15))
    begin = moment(world, rng, by_day=0.5, lasts=10 * HOUR)
    seconds = begin + np.sort(rng.uniform(0, rng.uniform(1, 9), number)) * HOUR
    here = np.full(number, _host(world, rng), dtype=object)
    there = np.full(number, rng.choice(internet(world).addresses), dtype=object)
    return table(rng, world, seconds, here, there, 443, (16.5, 8, 4.0), spread=(1.0, 0.8, 0.8))


def scan(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a slow search for a port on many hosts."""
    number = int(rng.integers(25, 90))
    begin = moment(world, rng, lasts=3 * HOUR)
    seconds = begin + np.sort(rng.uniform(0, rng.uniform(0.3, 3), number)) * HOUR
    here = np.full(number, _host(world, rng), dtype=object)
    to = rng.choice(world.hosts["address"].to_numpy(), number, replace=False)
    port = int(rng.choice([22, 80, 443, 445, 3389]))
    return table(rng, world, seconds, here, to, port, (4.3, 3.0, -3.0))


def spam(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return mail that a workstation sends by itself."""
    number = int(rng.integers(25, 90))
    begin = moment(world, rng, lasts=4 * HOUR)
    seconds = begin + np.sort(rng.uniform(0, rng.uniform(0.5, 4), number)) * HOUR
    here = np.full(number, _host(world, rng), dtype=object)
    there = rng.choice(internet(world).addresses, number)
    port = np.where(rng.random(number) < 0.5, 587, 25)
    return table(rng, world, seconds, here, there, port, (8.0, 5.7, 0.0))


KINDS: Final = {
    "beacon": beacon,
    "lateral movement": lateral,
    "upload": upload,
    "scan": scan,
    "spam": spam,
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
    address = world.hosts["address"].to_numpy()
    source = str(address[plan.host])
    hours = (end(world) - plan.beacon) / HOUR
    way = _lateral(world, rng, source, address[list(plan.targets)], plan.spread)
    calls = _beacon(world, rng, source, plan.server, plan.beacon, hours)
    return kinds(("lateral movement", way), ("beacon", calls))
