"""Attacks in logons, after techniques of ATT&CK."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..authentication import table
from ..incident import Incident, outside
from ..late import kinds, moment
from ..lines import shells
from ..world import HOUR, World
from .trace import administrator, sprayed, steps, stolen, victims


def _host(world: World, hosts: np.ndarray | int) -> np.ndarray:
    found: np.ndarray = world.hosts["name"].to_numpy()[hosts]
    return found


def _gate(world: World) -> str:
    """Return the name of the server through which one comes from outside."""
    return str(_host(world, int(world.servers("remote")[0])))


def _knocks(
    world: World,
    seconds: np.ndarray,
    account: np.ndarray | str,
    source: np.ndarray | str,
    success: bool | np.ndarray,
) -> pd.DataFrame:
    """Return logons from outside."""
    return table(
        world, seconds, account, source, _gate(world), "remote", package="VPN", success=success
    )


def _guessing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1110.001, password guessing: one account, many tries, found in the end or not."""
    number, pause = int(rng.integers(12, 60)), float(np.exp(rng.uniform(0.7, 5.5)))
    begin = moment(world, rng, by_day=0.3, lasts=2 * number * pause)
    who = world.people["account"].iloc[victims(world, rng, begin)[0]]
    success = np.zeros(number, dtype=bool)
    success[-1] = rng.random() < 0.3
    return _knocks(world, steps(rng, begin, number, pause), str(who), outside(rng), success)


def _spraying(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1110.003, password spraying: one password for all, a pause, then the next one."""
    number, rounds = int(rng.integers(15, 36)), int(rng.integers(1, 3))
    pause, wait = rng.uniform(1, 40), rng.uniform(0.6, 3) * HOUR
    begin = moment(world, rng, by_day=0.4, lasts=rounds * (wait + 2 * number * pause))
    people = victims(world, rng, begin, number)
    tried = world.people["account"].to_numpy()[np.tile(people, rounds)]
    first = begin + wait * np.arange(rounds)
    seconds = np.concatenate([steps(rng, one, number, pause) for one in first])
    homes = np.array([outside(rng) for _ in range(rng.integers(1, 4))], dtype=object)
    success = rng.random(len(tried)) < 0.015
    return _knocks(world, seconds, tried, rng.choice(homes, len(tried)), success)


def _stuffing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1110.004, credential stuffing: leaked pairs, each from another rented address."""
    number = int(rng.integers(12, 34))
    pause = rng.uniform(30, 500)
    begin = moment(world, rng, by_day=0.4, lasts=2 * number * pause)
    tries = rng.integers(1, 3, number)
    people = np.repeat(victims(world, rng, begin, number), tries)
    source = np.array([outside(rng) for _ in range(number)], dtype=object).repeat(tries)
    seconds = steps(rng, begin, number, pause).repeat(tries) + rng.uniform(0, 5, len(people))
    accounts = world.people["account"].to_numpy()[people]
    return _knocks(world, seconds, accounts, source, rng.random(len(people)) < 0.03)


def _entry(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1078, T1133 and T1621: a stolen account comes in, after prompts that were denied."""
    begin = moment(world, rng, by_day=0.35, lasts=4 * HOUR)
    person = int(victims(world, rng, begin)[0])
    who = str(world.people["account"].iloc[person])
    denied = int(rng.integers(0, 9))
    knocking = steps(rng, begin, denied + 1, rng.uniform(20, 120))
    opened = np.arange(denied + 1) == denied
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    to = _host(world, rng.choice(servers, int(rng.integers(2, 8)), replace=False))
    onward = steps(rng, knocking[-1] + rng.uniform(60, 1500), len(to), rng.uniform(60, 900))
    # Who comes from home goes on from the gate, or from the own workstation by remote desktop.
    here = (
        _gate(world)
        if rng.random() < 0.5
        else str(_host(world, int(world.people["host"].iloc[person])))
    )
    inside = table(world, onward, who, here, to, "network", success=rng.random(len(to)) < 0.8)
    entered = _knocks(world, knocking, who, outside(rng), opened)
    return pd.concat([entered, inside], ignore_index=True)


def _hashes(
    rng: np.random.Generator, world: World, seconds: np.ndarray, who: str, here: int, to: np.ndarray
) -> pd.DataFrame:
    """Return logons with an administrator's hash instead of his password."""
    return table(
        world, seconds, who, str(_host(world, here)), _host(world, to), "network", package="NTLM",
        administrative=True, success=rng.random(len(to)) < 0.85,
    )  # fmt: skip


def _pass_the_hash(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1550.002, pass the hash: an administrator's account from somebody else's host."""
    begin = moment(world, rng, lasts=HOUR)
    here = int(world.people["host"].iloc[victims(world, rng, begin)[0]])
    others = np.setdiff1d(np.arange(len(world.hosts)), [here])
    to = rng.choice(others, int(rng.integers(4, 18)), replace=False)
    seconds = steps(rng, begin, len(to), rng.uniform(3, 150))
    return _hashes(rng, world, seconds, administrator(world, rng), here, to)


def _remote(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1021.001 and T1021.004, remote services: from host to host, one after the other."""
    begin = moment(world, rng, by_day=0.5, lasts=8 * HOUR)
    person = victims(world, rng, begin)[0]
    hops = int(rng.integers(2, 7))
    secure = rng.random() < 0.5
    able = shells(world) if secure else np.arange(len(world.hosts))
    way = np.r_[world.people["host"].iloc[person], rng.choice(able, hops, replace=False)]
    seconds = steps(rng, begin, hops, rng.uniform(180, 3000))
    who = str(world.people["account"].iloc[person])
    if rng.random() < 0.3:
        who = administrator(world, rng)
    return table(
        world, seconds, who, _host(world, way[:-1]), _host(world, way[1:]), "remote",
        package="SSH" if secure else "Kerberos", administrative=who.startswith("adm_"),
        success=rng.random(hops) < 0.9,
    )  # fmt: skip


def _service(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1078.002, domain accounts: a program's account is used by hand."""
    begin = moment(world, rng, lasts=3 * HOUR)
    here = int(world.people["host"].iloc[victims(world, rng, begin)[0]])
    service = world.services.iloc[int(rng.integers(0, len(world.services)))]
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    to = rng.choice(servers, int(rng.integers(2, 8)), replace=False)
    seconds = steps(rng, begin, len(to), rng.uniform(60, 1200))
    logon = str(rng.choice(["remote", "network", "network"]))
    return table(
        world, seconds, str(service["account"]), str(_host(world, here)), _host(world, to), logon,
        administrative=service["kind"] in ("backup", "monitor", "updates", "inventory"),
        success=rng.random(len(to)) < 0.85,
    )  # fmt: skip


KINDS: Final = {
    "password guessing": _guessing,
    "password spraying": _spraying,
    "credential stuffing": _stuffing,
    "stolen remote access": _entry,
    "pass the hash": _pass_the_hash,
    "remote services": _remote,
    "service account misuse": _service,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's logons: guesses, the way in, and the ways on.

    Parameters
    ----------
    world
        Gives people, hosts and clock.
    plan
        Says who, from where to where, and when.
    rng
        Draws the rest.
    """
    people, names = sprayed(world, plan), world.people["account"].to_numpy()
    who, home = str(names[plan.person]), str(_host(world, plan.host))
    guessed = steps(rng, plan.spray, len(people), rng.uniform(8, 50))
    guesses = _knocks(world, guessed, names[people], plan.outside, people == plan.person)
    entered = plan.entry + np.r_[0, rng.uniform(1.5, 2.5) * HOUR]
    entry = _knocks(world, entered, who, plan.outside, True)
    seat = table(world, entered + rng.uniform(60, 400, 2), who, _gate(world), home, "remote")
    targets = np.array(plan.targets)
    arrive = steps(rng, plan.spread, len(targets), 300)
    to, let_in = _host(world, targets), rng.random(len(targets)) < 0.7
    looked = table(world, arrive, who, home, to, "network", success=let_in)
    back = arrive + rng.uniform(120, 900, len(targets))
    owned = _hashes(rng, world, back, stolen(world), plan.host, targets).assign(success=True)
    return kinds(
        ("password spraying", guesses),
        ("stolen remote access", pd.concat([entry, seat])),
        ("remote services", looked),
        ("pass the hash", owned),
    )
