"""Attacks in the counts of Windows events, after techniques of ATT&CK."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident
from ..late import kinds, moment
from ..windows import table, watched
from ..world import HOUR, World
from .trace import administrator, sprayed, stolen, victims


def _servers(world: World) -> np.ndarray:
    return np.flatnonzero(world.hosts["kind"] != "workstation")


def _hour(world: World, rng: np.random.Generator, by_day: float, hours: float) -> int:
    return int(moment(world, rng, by_day=by_day, lasts=hours * HOUR) // HOUR)


def _seat(world: World, rng: np.random.Generator, hour: int) -> tuple[int, str]:
    """Return a watched workstation and the account of its owner."""
    day = hour // 24
    people = world.people
    there = (people["since"] <= day) & (people["until"] > day)
    able = np.flatnonzero(there & np.isin(people["host"], watched(world)))
    person = int(rng.choice(able))
    return int(people["host"].iloc[person]), str(people["account"].iloc[person])


def _rows(
    rng: np.random.Generator,
    world: World,
    hour: np.ndarray,
    computer: np.ndarray,
    account: np.ndarray | str,
    codes: dict[int, float],
) -> pd.DataFrame:
    """Return a row for each code, whose counts have the given means and are 1 at least."""
    frames = [
        table(world, hour, computer, account, code, 1 + rng.poisson(mean, len(hour)))
        for code, mean in codes.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _sprayed(
    rng: np.random.Generator, world: World, hour: np.ndarray, accounts: np.ndarray, code: int
) -> pd.DataFrame:
    directory = rng.choice(world.servers("directory"), len(accounts))
    return table(world, hour, directory, accounts, code, 1 + rng.poisson(0.15, len(accounts)))


def _spraying(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1110.003, password spraying: wrong passwords of many, in an hour or in a night."""
    hours = int(rng.choice([1, 1, 2, 8]))
    begin = _hour(world, rng, 0.4, hours)
    people = victims(world, rng, begin * HOUR, int(rng.integers(18, 50)))
    hour = begin + rng.integers(0, hours, len(people))
    accounts = world.people["account"].to_numpy()[people]
    code = 4776 if rng.random() < 0.3 else 4625
    return _sprayed(rng, world, hour, accounts, code)


def _kerberoasting(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1558.003, kerberoasting: tickets for all services at once, or a few each hour."""
    slow = rng.random() < 0.4
    hours = int(rng.integers(4, 9)) if slow else 1
    begin = _hour(world, rng, 0.7, hours)
    who = str(world.people["account"].iloc[victims(world, rng, begin * HOUR)[0]])
    directory = np.full(hours, rng.choice(world.servers("directory")))
    mean = rng.uniform(4, 12) if slow else rng.uniform(20, 120)
    return _rows(rng, world, begin + np.arange(hours), directory, who, {4769: mean})


def _accounts(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1136.002 and T1098, an account is made and put into groups."""
    begin = _hour(world, rng, 0.4, 2)
    directory = int(rng.choice(world.servers("directory")))
    who = administrator(world, rng)
    codes = {4720: 0.2, 4728: 0.7, 4672: 0.5}
    chosen = {code: codes[code] for code in codes if code != 4672 or rng.random() < 0.5}
    return _rows(rng, world, np.array([begin]), np.array([directory]), who, chosen)


def _installing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1569.002 and T1021.002, services installed over the network on several hosts."""
    begin = _hour(world, rng, 0.6, 3)
    hosts = rng.choice(watched(world), int(rng.integers(2, 8)), replace=False)
    hour = begin + np.sort(rng.integers(0, int(rng.integers(1, 4)), len(hosts)))
    codes = {4697: 0.1, 4624: 0.6, 4672: 0.5, 5140: 1.0}
    return _rows(rng, world, hour, hosts, administrator(world, rng), codes)


def _clearing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1070.001, clear Windows event logs: here and there, or on several hosts at once."""
    begin = _hour(world, rng, 0.5, 2)
    if rng.random() < 0.5:
        host, who = _seat(world, rng, begin)
        hosts = np.array([host])
    else:
        hosts = rng.choice(_servers(world), int(rng.integers(1, 5)), replace=False)
        who = administrator(world, rng)
    hour = begin + rng.integers(0, 2, len(hosts))
    return _rows(rng, world, hour, hosts, who, {1102: 0.1})


def _ransom(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1486, data encrypted for impact: one account touches all files of a share."""
    hours = int(rng.integers(1, 5))
    begin = _hour(world, rng, 0.3, hours)
    who = str(world.people["account"].iloc[victims(world, rng, begin * HOUR)[0]])
    servers = rng.choice(world.servers("files"), int(rng.integers(1, 3)), replace=False)
    computer, hour = np.tile(servers, hours), np.repeat(begin + np.arange(hours), len(servers))
    files = float(np.exp(rng.uniform(5.0, 8.3)))
    return _rows(rng, world, hour, computer, who, {4663: files, 4656: files, 5140: 3.0})


def _dumping(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1003.001 and T1069, credentials read from memory, after a look at the groups."""
    begin = _hour(world, rng, 0.8, 2)
    host, who = _seat(world, rng, begin)
    hour, computer = np.array([begin]), np.array([host])
    codes = {4672: 0.5, 4703: 1.5, 4656: 4.0, 4663: 3.0, 4799: 2.0, 4688: 12.0, 4648: 0.5}
    chosen = {code: mean for code, mean in codes.items() if rng.random() < 0.7}
    return _rows(rng, world, hour, computer, who, chosen or {4703: 1.5})


KINDS: Final = {
    "password spraying": _spraying,
    "kerberoasting": _kerberoasting,
    "account manipulation": _accounts,
    "service execution": _installing,
    "log clearing": _clearing,
    "ransomware": _ransom,
    "credential dumping": _dumping,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's counts: guesses, services on the targets, and logs cleared.

    Parameters
    ----------
    world
        Gives people, hosts and clock.
    plan
        Says who, where and when.
    rng
        Draws the rest.
    """
    people = sprayed(world, plan)
    wrong = world.people["account"].to_numpy()[people[people != plan.person]]
    guesses = _sprayed(rng, world, np.full(len(wrong), plan.spray // HOUR), wrong, 4625)
    targets, who = np.array(plan.targets), stolen(world)
    arrived = np.full(len(targets), plan.spread // HOUR)
    visits = _rows(rng, world, arrived, targets, who, {4624: 1.0, 4672: 0.8, 5140: 1.5})
    some = targets[np.r_[rng.random(len(targets) - 1) < 0.6, True]]
    installed = _rows(rng, world, np.full(len(some), plan.service // HOUR), some, who, {4697: 0.1})
    cleared = _rows(rng, world, np.full(len(some), plan.cleared // HOUR), some, who, {1102: 0.0})
    pairs = [
        ("password spraying", guesses),
        ("service execution", pd.concat([visits, installed])),
        ("log clearing", cleared),
    ]
    if plan.host in watched(world):
        own = str(world.people["account"].iloc[plan.person])
        here, hour = np.array([plan.host]), np.array([plan.entry + 2 * HOUR]) // HOUR
        codes = {4703: 1.0, 4656: 4.0, 4663: 3.0, 4688: 14.0}
        pairs.append(("credential dumping", _rows(rng, world, hour, here, own, codes)))
    return kinds(*pairs)
