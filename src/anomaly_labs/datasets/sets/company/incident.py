"""The one incident that leaves a trace in every part: who, where and when, not how it looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .world import DAY, HOUR, World

CASE = 1
"""Number of the incident among the cases of every part."""


@dataclass(frozen=True)
class Incident:
    """What the intruder takes, and when; moments are seconds after the first midnight.

    Attributes
    ----------
    outside, server
        Addresses outside: whence the intruder comes, and where what he leaves behind calls.
    person
        Number of the person whose password is found.
    host
        Number of that person's workstation, where the intruder settles.
    targets
        Numbers of the hosts to which he goes on, a server of the shop last.
    scan, scrape, spray, entry, spread, service, cleared, beacon, dip, fraud
        When each step begins: probing and copying of the web site, guessing of passwords, the
        first logon, the way to other hosts, the installing of a service, the clearing of a log,
        the first call home, the harm to the shop, and payments with stolen cards.
    """

    outside: str
    server: str
    person: int
    host: int
    targets: tuple[int, ...]
    scan: float
    scrape: float
    spray: float
    entry: float
    spread: float
    service: float
    cleared: float
    beacon: float
    dip: float
    fraud: float


def plan(world: World) -> Incident:
    """Return the incident of a world.

    Parameters
    ----------
    world
        Of at least `LEAST_DAYS` days.
    """
    rng = world.rng("incident")
    late = np.flatnonzero(world.working & (np.arange(world.days) >= world.quiet_days))
    day = late[-2] * DAY
    people = world.people
    there = (people["since"] == 0) & (people["until"] == world.days) & (people["admin"] == "")
    usual = there & people["role"].isin(("office", "engineer"))
    person = int(rng.choice(np.flatnonzero(usual)))
    shop = world.servers("shop")
    others = np.concatenate([world.servers(kind) for kind in ("files", "directory", "test")])
    targets = (*rng.choice(others, 4, replace=False), *shop)
    scrape, spray = day - 16 * HOUR, day - 5 * HOUR
    entry = day + rng.uniform(6.2, 6.9) * HOUR
    spread = day + rng.uniform(9.6, 10.2) * HOUR
    return Incident(
        outside=outside(rng),
        server=outside(rng),
        person=person,
        host=int(people["host"].iloc[person]),
        targets=tuple(int(one) for one in targets),
        scan=day - 22 * HOUR + rng.uniform(0, HOUR),
        scrape=scrape + rng.uniform(0, HOUR),
        spray=spray + rng.uniform(0, HOUR),
        entry=entry,
        spread=spread,
        service=spread + rng.uniform(0.4, 0.7) * HOUR,
        cleared=day + rng.uniform(16.5, 18.0) * HOUR,
        beacon=spread + 0.8 * HOUR,
        dip=spread + rng.uniform(0.9, 1.1) * HOUR,
        fraud=day + DAY + rng.uniform(1, 6) * HOUR,
    )


def outside(rng: np.random.Generator) -> str:
    """Return an address outside of the company, of the range kept for tests of networks.

    Parameters
    ----------
    rng
        Draws it.
    """
    return f"198.{rng.integers(18, 20)}.{rng.integers(1, 250)}.{rng.integers(1, 250)}"
