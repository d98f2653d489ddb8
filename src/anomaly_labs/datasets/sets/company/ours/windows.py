"""Attacks in the counts of Windows events."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident
from ..late import kinds, moment
from ..windows import table, watched
from ..world import HOUR, World


def _spray(world: World, rng: np.random.Generator, begin: float, number: int) -> pd.DataFrame:
    who = rng.choice(world.people["account"].to_numpy(), number, replace=False)
    hour = begin / HOUR + rng.uniform(0, rng.uniform(1, 6), number)
    return table(world, hour, rng.choice(world.servers("directory"), number), who, 4625, 1)


def _lateral(
    world: World, rng: np.random.Generator, account: str, computers: np.ndarray, begin: float
) -> pd.DataFrame:
    hour = begin / HOUR + rng.uniform(0, 2, len(computers))
    frames = [table(world, hour, computers, account, 4624, rng.integers(1, 3, len(computers)))]
    for code, share in ((4672, 0.4), (4648, 0.2)):
        some = rng.random(len(computers)) < share
        frames.append(table(world, hour[some], computers[some], account, code, 1))
    return pd.concat(frames)


def _one(
    world: World, rng: np.random.Generator, code: int, account: str, computer: int, at: float
) -> pd.DataFrame:
    return table(world, np.array([at / HOUR]), np.array([computer]), account, code, 1)


def _somebody(world: World, rng: np.random.Generator) -> str:
    people = world.people
    admin = people["admin"][people["admin"] != ""].to_numpy()
    return str(rng.choice(admin if rng.random() < 0.5 else people["account"].to_numpy()))


def spray(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return one failed logon of each of many accounts, spread over hours."""
    begin = moment(world, rng, by_day=0.6, lasts=6 * HOUR)
    return _spray(world, rng, begin, int(rng.integers(12, 40)))


def lateral(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return an account on computers where it has no business."""
    computers = rng.choice(watched(world), int(rng.integers(4, 9)), replace=False)
    begin = moment(world, rng, lasts=2 * HOUR)
    return _lateral(world, rng, _somebody(world, rng), computers, begin)


def service(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a service that somebody installs, by day, as administrators do."""
    computer = int(rng.choice(watched(world)))
    at = moment(world, rng, by_day=0.9)
    return _one(world, rng, 4697, _somebody(world, rng), computer, at)


def cleared(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a log that is cleared."""
    computer = int(rng.choice(watched(world)))
    return _one(world, rng, 1102, _somebody(world, rng), computer, moment(world, rng, by_day=0.9))


def tickets(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return one account that asks for many tickets."""
    account = str(rng.choice(world.people["account"].to_numpy()))
    at = moment(world, rng) / HOUR
    directory = np.array([rng.choice(world.servers("directory"))])
    return table(world, np.array([at]), directory, account, 4769, int(rng.integers(15, 50)))


KINDS: Final = {
    "password spray": spray,
    "lateral movement": lateral,
    "service installed": service,
    "log cleared": cleared,
    "kerberoasting": tickets,
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
    account = str(world.people["account"].iloc[plan.person])
    targets = np.array(plan.targets)
    return kinds(
        ("password spray", _spray(world, rng, plan.spray, 40)),
        ("lateral movement", _lateral(world, rng, account, targets, plan.spread)),
        ("service installed", _one(world, rng, 4697, account, plan.targets[-1], plan.service)),
        ("log cleared", _one(world, rng, 1102, account, plan.targets[-1], plan.cleared)),
    )
