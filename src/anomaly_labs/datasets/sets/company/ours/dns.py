"""Attacks in the questions for names: generated domains, data hidden in names."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..dns import HEX, table, words
from ..incident import Incident
from ..internet import WORDS, internet
from ..late import end, kinds, moment
from ..world import HOUR, World

_SYLLABLES: Final = np.array([a + b for a in "bcdfghklmnprstv" for b in "aeiou"])


def _letters(rng: np.random.Generator, number: int) -> np.ndarray:
    found: np.ndarray = words(rng, number, 8, 14) + rng.choice(
        np.array([".com", ".net", ".org"], dtype=object), number
    )
    return found


def _syllables(rng: np.random.Generator, number: int) -> np.ndarray:
    names = ["".join(rng.choice(_SYLLABLES, int(rng.integers(4, 6)))) for _ in range(number)]
    found: np.ndarray = np.array(names, dtype=object) + rng.choice(
        np.array([".com", ".io"], dtype=object), number
    )
    return found


def _pairs(rng: np.random.Generator, number: int) -> np.ndarray:
    first, second = rng.choice(np.array(WORDS, dtype=object), (2, number))
    found: np.ndarray = (
        first + second + rng.choice(np.array([".net", ".org"], dtype=object), number)
    )
    return found


def _asked(
    world: World, rng: np.random.Generator, host: int, names: np.ndarray, seconds: np.ndarray
) -> pd.DataFrame:
    keep = seconds < end(world)
    names, seconds = names[keep], seconds[keep]
    code = np.where(rng.random(len(names)) < 0.85, "NXDOMAIN", "NOERROR").astype(object)
    return table(world, seconds, np.full(len(names), host), names, code=code)


def _generated(
    world: World, rng: np.random.Generator, host: int, begin: float, hours: float, family: int
) -> pd.DataFrame:
    rounds = max(int(hours * rng.uniform(0.5, 2)), 2)
    each = rng.integers(2, 7, rounds)
    names = (_letters, _syllables, _pairs)[family](rng, int(each.sum()))
    start = begin + np.sort(rng.uniform(0, hours, rounds)) * HOUR
    seconds = np.repeat(start, each) + rng.uniform(0, 40, len(names))
    return _asked(world, rng, host, names, seconds)


def _workstation(world: World, rng: np.random.Generator) -> int:
    return int(rng.choice(world.people["host"].to_numpy()))


def letters(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return domains of random letters, a few an hour, most of which do not exist."""
    hours = rng.uniform(2, 10)
    begin = moment(world, rng, lasts=3 * HOUR)
    return _generated(world, rng, _workstation(world, rng), begin, hours, 0)


def syllables(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return domains that can be pronounced."""
    hours = rng.uniform(2, 10)
    begin = moment(world, rng, lasts=3 * HOUR)
    return _generated(world, rng, _workstation(world, rng), begin, hours, 1)


def pairs(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return domains of two words, as honest ones are."""
    hours = rng.uniform(2, 10)
    begin = moment(world, rng, lasts=3 * HOUR)
    return _generated(world, rng, _workstation(world, rng), begin, hours, 2)


def tunnel(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return data that leave in the names of hosts below one domain."""
    number = int(rng.integers(20, 70))
    begin = moment(world, rng, by_day=0.6, lasts=5 * HOUR)
    seconds = begin + np.sort(rng.uniform(0, rng.uniform(0.5, 5), number)) * HOUR
    labels = words(rng, number, 20, 32, HEX)
    home = ".t." + str(rng.choice(internet(world).names))
    kind = rng.choice(np.array(["TXT", "A"], dtype=object), number)
    host = np.full(number, _workstation(world, rng))
    return table(world, seconds, host, labels + home, type=kind)


KINDS: Final = {
    "random domains": letters,
    "pronounceable domains": syllables,
    "domains of two words": pairs,
    "tunnel": tunnel,
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
    hours = (end(world) - plan.beacon) / HOUR
    return kinds(("random domains", _generated(world, rng, plan.host, plan.beacon, hours, 0)))
