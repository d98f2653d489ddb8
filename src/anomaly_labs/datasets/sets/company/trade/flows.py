"""Attacks in flows, after techniques of ATT&CK."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..flows import table
from ..incident import Incident, outside
from ..late import kinds, moment
from ..world import DAY, HOUR, World
from .trace import beats, calls, steps, workstation

_PORTS: Final = (
    21,
    22,
    23,
    25,
    80,
    110,
    135,
    139,
    389,
    443,
    445,
    1433,
    3306,
    3389,
    5432,
    5900,
    5985,
    8080,
)


def _address(world: World, hosts: np.ndarray | int) -> np.ndarray:
    found: np.ndarray = world.hosts["address"].to_numpy()[hosts]
    return found


def _repeated(value: object, number: int) -> np.ndarray:
    return np.full(number, value, dtype=object)


def _scan(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1046, network service discovery: in a minute, or patiently over hours."""
    number = int(rng.integers(60, 260))
    pause = rng.uniform(0.01, 0.5) if rng.random() < 0.5 else rng.uniform(5, 60)
    begin = moment(world, rng, by_day=0.6, lasts=min(2 * number * pause, DAY))
    ports = rng.choice(_PORTS, int(rng.integers(1, 7)), replace=False)
    hosts = rng.choice(len(world.hosts), -(-number // len(ports)), replace=False)
    to, port = (part.ravel()[:number] for part in np.meshgrid(hosts, ports, indexing="ij"))
    mixed = rng.permutation(number) if rng.random() < 0.5 else np.arange(number)
    here = _repeated(_address(world, workstation(world, rng, begin)), number)
    seconds = steps(rng, begin, number, pause)
    return table(
        rng, world, seconds, here, _address(world, to[mixed]), port[mixed], (4.2, 2.6, -3.6)
    )


def _beacon(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1071.001, calls home by web protocols: sleep and jitter as implants have them."""
    every, jitter = float(rng.choice([60, 300, 600, 900, 1800, 3600])), rng.uniform(0, 0.5)
    lasts = min(rng.integers(40, 140) * every, 1.5 * DAY)
    begin = moment(world, rng, lasts=lasts)
    seconds = beats(rng, begin, begin + lasts, every, jitter)
    here = _repeated(_address(world, workstation(world, rng, begin)), len(seconds))
    port = int(rng.choice([443, 443, 443, 80, 8443, 8080]))
    sizes = (rng.uniform(5.3, 7.2), rng.uniform(4.8, 7.0), rng.uniform(-2, 0.5))
    return table(
        rng, world, seconds, here, _repeated(outside(rng), len(seconds)), port, sizes,
        spread=(0.2, 0.4, 0.5),
    )  # fmt: skip


def _exfiltration(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1048, T1567 and T1030: much at once, or equal pieces in the course of hours."""
    begin = moment(world, rng, by_day=0.5, lasts=6 * HOUR)
    if rng.random() < 0.5:
        number, pause = int(rng.integers(1, 7)), 600.0
        out, deviation, lasts = rng.uniform(19, 22.5), 0.5, 6.0
    else:
        number, pause = int(rng.integers(15, 60)), rng.uniform(120, 500)
        out, deviation, lasts = rng.uniform(13, 16), 0.05, 2.0
    here = _repeated(_address(world, workstation(world, rng, begin)), number)
    there = _repeated(outside(rng), number)
    seconds = steps(rng, begin, number, pause)
    port = int(rng.choice([443, 443, 22, 21]))
    return table(
        rng, world, seconds, here, there, port, (out, 8.5, lasts), spread=(deviation, 0.6, 0.5)
    )


def _onward(
    rng: np.random.Generator, world: World, begin: float, here: int, to: np.ndarray, pause: float
) -> pd.DataFrame:
    """Return visits of one host to others, a few flows each, by ways that administrators use."""
    ways = rng.choice([445, 135, 3389, 5985, 22], 2, replace=False)
    each = rng.integers(2, 6, len(to))
    arrive = np.repeat(steps(rng, begin, len(to), pause), each)
    seconds = arrive + rng.exponential(40, len(arrive))
    where = _address(world, np.repeat(to, each))
    source = _repeated(_address(world, here), len(where))
    return table(rng, world, seconds, source, where, rng.choice(ways, len(where)), (8.6, 9.2, 2.0))


def _lateral(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1021.001, .002 and .006: from one workstation on to others and to servers."""
    begin = moment(world, rng, lasts=4 * HOUR)
    here = workstation(world, rng, begin)
    others = np.setdiff1d(np.arange(len(world.hosts)), [here])
    to = rng.choice(others, int(rng.integers(3, 10)), replace=False)
    return _onward(rng, world, begin, here, to, rng.uniform(60, 1200))


def _mining(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1496, resource hijacking: few hosts hold a long and thin line to a pool."""
    begin = moment(world, rng, by_day=0.4, lasts=14 * HOUR)
    hosts = rng.choice(len(world.hosts), int(rng.integers(1, 5)), replace=False)
    pool, port = outside(rng), int(rng.choice([443, 3333, 4444, 5555, 14444]))
    frames = []
    for host in hosts:
        long = rng.uniform(0.5, 4) * HOUR
        seconds = steps(
            rng, begin + rng.uniform(0, HOUR), int(rng.integers(3, 10)), long, spread=0.3
        )
        here, there = _repeated(_address(world, host), len(seconds)), _repeated(pool, len(seconds))
        sizes = (np.log(9 * long), np.log(14 * long), np.log(long))
        frames.append(table(rng, world, seconds, here, there, port, sizes, spread=(0.3, 0.3, 0.3)))
    return pd.concat(frames, ignore_index=True)


def _guessing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1110.001, password guessing over the network: flows of one size to one server."""
    number, pause = int(rng.integers(60, 220)), float(np.exp(rng.uniform(-0.5, 3.5)))
    begin = moment(world, rng, by_day=0.5, lasts=2 * number * pause)
    here = _repeated(_address(world, workstation(world, rng, begin)), number)
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    there = _repeated(_address(world, int(rng.choice(servers))), number)
    seconds, port = steps(rng, begin, number, pause), int(rng.choice([22, 445, 3389, 5432]))
    return table(rng, world, seconds, here, there, port, (7.3, 7.6, 0.2), spread=(0.12, 0.12, 0.4))


def _worm(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1210, exploitation of remote services: who is infected tries others in turn."""
    begin = moment(world, rng, lasts=2 * HOUR)
    most, share = int(rng.integers(70, 230)), rng.uniform(0.05, 0.12)
    sick, seen = [(workstation(world, rng, begin), begin)], set()
    rows: list[tuple[float, int, int]] = []
    while sick and len(rows) < most:
        host, since = sick.pop(0)
        seen.add(host)
        tried = rng.choice(len(world.hosts), int(rng.integers(15, 50)), replace=False)
        when = steps(rng, since, len(tried), rng.uniform(0.5, 8))
        rows += [(float(t), host, int(to)) for t, to in zip(when, tried, strict=True) if to != host]
        caught = rng.random(len(tried)) < share
        sick += [
            (int(to), float(t) + rng.uniform(10, 200))
            for t, to in zip(when[caught], tried[caught], strict=True)
            if to not in seen
        ]
    seconds, here, to = (np.array(part) for part in zip(*rows[:most], strict=True))
    return table(
        rng, world, seconds, _address(world, here), _address(world, to), 445, (5.0, 3.6, -2.5)
    )


KINDS: Final = {
    "port scan": _scan,
    "beaconing": _beacon,
    "exfiltration": _exfiltration,
    "lateral movement": _lateral,
    "cryptomining": _mining,
    "password guessing": _guessing,
    "worm": _worm,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's flows: on to the targets, calls home, and what is carried off.

    Parameters
    ----------
    world
        Gives hosts and clock.
    plan
        Says from where to where, and when.
    rng
        Draws the rest.
    """
    seconds = calls(world, plan)
    here = _address(world, plan.host)
    sizes = (rng.uniform(5.6, 6.8), rng.uniform(5.0, 6.6), rng.uniform(-1.5, 0))
    home = table(
        rng, world, seconds, _repeated(here, len(seconds)), _repeated(plan.server, len(seconds)),
        443, sizes, spread=(0.2, 0.4, 0.5),
    )  # fmt: skip
    number = int(rng.integers(3, 9))
    taken = steps(rng, plan.dip + rng.uniform(2, 4) * HOUR, number, 900)
    loot = table(
        rng, world, taken, _repeated(here, number),
        _repeated(plan.server, number), 443, (rng.uniform(17, 19.5), 8.5, 5.0),
        spread=(0.6, 0.6, 0.5),
    )  # fmt: skip
    spread = _onward(rng, world, plan.spread, plan.host, np.array(plan.targets), 300)
    return kinds(("lateral movement", spread), ("beaconing", home), ("exfiltration", loot))
