"""Attacks in the logons: guessing, stolen passwords, the way to other hosts, tickets."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..authentication import table
from ..incident import Incident, outside
from ..late import kinds, moment
from ..world import HOUR, World


def _spray(
    world: World, rng: np.random.Generator, sources: list[str], begin: float, number: int
) -> pd.DataFrame:
    host = world.hosts["name"].to_numpy()
    who = rng.choice(world.people["account"].to_numpy(), number, replace=False)
    seconds = begin + np.sort(rng.uniform(0, rng.uniform(1, 5), number)) * HOUR
    remote = str(host[world.servers("remote")[0]])
    source = rng.choice(np.array(sources, dtype=object), number)
    return table(world, seconds, who, source, remote, "remote", package="VPN", success=False)


def _lateral(
    world: World, rng: np.random.Generator, account: str, source: str, to: np.ndarray, begin: float
) -> pd.DataFrame:
    to = np.repeat(to, rng.integers(1, 3, len(to)))
    seconds = begin + np.sort(rng.uniform(0, 2, len(to))) * HOUR
    package = np.where(rng.random(len(to)) < 0.3, "NTLM", "Kerberos").astype(object)
    success = rng.random(len(to)) > 0.15
    return table(
        world,
        seconds,
        account,
        source,
        to.astype(object),
        "network",
        package=package,
        success=success,
    )


def spray(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return one wrong guess for each of many accounts, from a few addresses, over hours."""
    sources = [outside(rng) for _ in range(int(rng.integers(1, 8)))]
    begin = moment(world, rng, by_day=0.4, lasts=5 * HOUR)
    return _spray(world, rng, sources, begin, int(rng.integers(15, 50)))


def guessing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return guesses for one account, minutes apart, and at last the right one."""
    number = int(rng.integers(8, 40))
    begin = moment(world, rng, by_day=0.5, lasts=8 * HOUR)
    seconds = begin + np.sort(rng.uniform(0, rng.uniform(1, 8), number)) * HOUR
    person = int(rng.integers(0, len(world.people)))
    account = str(world.people["account"].iloc[person])
    host = world.hosts["name"].to_numpy()
    inside = rng.random() < 0.5
    source = str(host[rng.choice(world.servers("workstation"))]) if inside else outside(rng)
    where = str(host[world.servers("mail" if inside else "remote")[0]])
    success = np.arange(number) == number - 1
    logon, package = ("network", "NTLM") if inside else ("remote", "VPN")
    return table(world, seconds, account, source, where, logon, package=package, success=success)


def lateral(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return an account that logs on to hosts where it was never seen."""
    person = int(rng.integers(0, len(world.people)))
    people, host = world.people, world.hosts["name"].to_numpy()
    account, source = str(people["account"].iloc[person]), str(host[people["host"].iloc[person]])
    admin = str(rng.choice(people["admin"][people["admin"] != ""].to_numpy()))
    to = rng.choice(host, int(rng.integers(4, 10)), replace=False)
    who = admin if rng.random() < 0.4 else account
    frame = _lateral(world, rng, who, source, to, moment(world, rng, lasts=2 * HOUR))
    return frame.assign(administrative=who == admin)


def stolen(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return somebody else who works under an account: from a new address, on its usual servers."""
    account = str(rng.choice(world.people["account"].to_numpy()))
    host = world.hosts["name"].to_numpy()
    begin = moment(world, rng, by_day=0.2, lasts=3 * HOUR)
    remote = str(host[world.servers("remote")[0]])
    door = table(world, np.array([begin]), account, outside(rng), remote, "remote", package="VPN")
    number = int(rng.integers(5, 20))
    seconds = begin + np.sort(rng.uniform(60, rng.uniform(0.3, 3) * HOUR, number))
    places = np.concatenate([world.servers(kind) for kind in ("files", "mail", "wiki", "database")])
    used = table(world, seconds, account, remote, host[rng.choice(places, number)], "network")
    return pd.concat([door, used])


def tickets(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return one account that asks for the tickets of many services, to guess them at home."""
    person = int(rng.integers(0, len(world.people)))
    people, host = world.people, world.hosts["name"].to_numpy()
    number = int(rng.integers(10, 24))
    seconds = moment(world, rng, lasts=HOUR) + np.sort(
        rng.uniform(0, rng.uniform(60, 2400), number)
    )
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    to = host[rng.choice(servers, number)]
    account, source = str(people["account"].iloc[person]), str(host[people["host"].iloc[person]])
    return table(world, seconds, account, source, to, "network")


KINDS: Final = {
    "password spray": spray,
    "guessing": guessing,
    "lateral movement": lateral,
    "stolen account": stolen,
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
    host, account = world.hosts["name"].to_numpy(), str(world.people["account"].iloc[plan.person])
    remote, own = str(host[world.servers("remote")[0]]), str(host[plan.host])
    guesses = _spray(world, rng, [plan.outside], plan.spray, 40)
    door = table(
        world, np.array([plan.entry]), account, plan.outside, remote, "remote", package="VPN"
    )
    seat = table(world, np.array([plan.entry + 300]), account, remote, own, "remote")
    way = _lateral(world, rng, account, own, host[list(plan.targets)], plan.spread)
    return kinds(
        ("password spray", guesses),
        ("stolen account", pd.concat([door, seat])),
        ("lateral movement", way),
    )
