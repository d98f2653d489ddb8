"""Attacks in the log lines: guesses, a key from elsewhere, orders that are probed."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident, outside
from ..late import kinds, moment
from ..lines import filled, shells, table
from ..world import HOUR, World


def _guesses(
    world: World, rng: np.random.Generator, source: str, host: np.ndarray, seconds: np.ndarray
) -> pd.DataFrame:
    people = world.people["account"].to_numpy()
    name = rng.choice(people, len(seconds)).astype(str)
    wrong = rng.random(len(seconds)) < 0.2
    name = np.where(wrong, "invalid user " + np.char.replace(name, "a", ""), name)
    port = rng.integers(32768, 61000, len(seconds))
    text = filled("Failed password for {} from " + source + " port {} ssh2", name, port)
    return table(world, seconds, host, "sshd", text)


def _entered(
    world: World, rng: np.random.Generator, account: str, source: str, host: int, at: float
) -> pd.DataFrame:
    port = rng.integers(32768, 61000)
    text = np.array(
        [
            f"Accepted password for {account} from {source} port {port} ssh2",
            f"pam_unix(sshd:session): session opened for user {account} by (uid=0)",
            f"pam_unix(sshd:session): session closed for user {account}",
        ],
        dtype=object,
    )
    seconds = at + np.array([0, 0.1, rng.uniform(60, 2000)])
    return table(world, seconds, np.full(3, host), "sshd", text)


def guessing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return guesses from one host inside, on a few servers."""
    number = int(rng.integers(6, 20))
    seconds = (
        moment(world, rng, by_day=0.6, lasts=3 * HOUR) + np.sort(rng.uniform(0, 2, number)) * HOUR
    )
    source = str(rng.choice(world.hosts["address"].to_numpy()[world.people["host"]]))
    host = rng.choice(rng.choice(shells(world), 3), number)
    return _guesses(world, rng, source, host, seconds)


def entered(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a password that is accepted from a machine that is not its owner's."""
    people = world.people
    account = str(rng.choice(people["account"][people["role"] == "engineer"].to_numpy()))
    source = str(rng.choice(world.hosts["address"].to_numpy()[people["host"]]))
    host = int(rng.choice(shells(world)))
    return _entered(world, rng, account, source, host, moment(world, rng, by_day=0.5, lasts=HOUR))


def orders(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return logins to the shop with lists of passwords: many customers from few addresses."""
    number = int(rng.integers(12, 40))
    seconds = (
        moment(world, rng, by_day=0.4, lasts=2 * HOUR) + np.sort(rng.uniform(0, 2, number)) * HOUR
    )
    address = rng.choice(np.array([outside(rng) for _ in range(6)], dtype=object), number)
    word = np.where(rng.random(number) < 0.06, "INFO login ok", "WARN login refused")
    text = filled("{} customer={} from={}", word, rng.integers(10000, 99999, number), address)
    return table(world, seconds, np.full(number, world.servers("shop")[0]), "shop", text)


KINDS: Final = {"guessing": guessing, "strange logon": entered, "credential stuffing": orders}


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
    source = str(world.hosts["address"].to_numpy()[plan.host])
    account = str(world.people["account"].iloc[plan.person])
    host = np.full(4, plan.targets[-1])
    tries = _guesses(world, rng, source, host, plan.spread + np.sort(rng.uniform(0, 1200, 4)))
    way = _entered(world, rng, account, source, plan.targets[-1], plan.spread + 1300)
    return kinds(("guessing", tries), ("strange logon", way))
