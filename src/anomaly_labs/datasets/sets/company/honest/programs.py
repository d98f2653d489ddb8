"""Logons of programs and of auditors: part of the honest logons."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..authentication import table
from ..world import DAY, HOUR, World


def _services(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return programs that log on at equal times, some of them everywhere at night."""
    host = world.hosts["name"].to_numpy()
    frames = []
    services = world.services
    columns = (services[name].to_numpy() for name in ("account", "kind", "host"))
    for number, (account, kind, place) in enumerate(zip(*columns, strict=True)):
        wide = kind in ("backup", "monitor", "updates", "inventory")
        servers = np.flatnonzero(world.hosts["kind"] != "workstation")
        targets = servers if wide else rng.choice(servers, 3, replace=False)
        every = int(rng.choice([1800, 3600])) if not wide else 4 * HOUR
        beats = np.arange(rng.uniform(0, every), world.days * DAY, every)
        seconds = np.repeat(beats, len(targets)) + rng.uniform(0, 60, len(beats) * len(targets))
        frames.append(
            table(
                world,
                seconds,
                account,
                host[place],
                host[np.tile(targets, len(beats))],
                "batch" if number % 2 else "service",
                administrative=wide,
            )
        )
    inventory = world.services[world.services["kind"] == "inventory"].iloc[0]
    nights = np.flatnonzero(world.working)[::2]
    everywhere = np.tile(np.arange(len(host)), len(nights))
    seconds = np.repeat(nights * DAY, len(host)) + rng.uniform(2, 4, len(everywhere)) * HOUR
    frames.append(
        table(
            world,
            seconds,
            inventory["account"],
            host[inventory["host"]],
            host[everywhere],
            "network",
            administrative=True,
            success=rng.random(len(everywhere)) > 0.05,
        )
    )
    return pd.concat(frames)


def _patches(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return patch days: one account logs on to all machines within hours."""
    host = world.hosts["name"].to_numpy()
    service = world.services[world.services["kind"] == "updates"].iloc[0]
    days = np.flatnonzero(world.working)[1::3]
    to = np.tile(np.arange(len(host)), len(days))
    seconds = np.repeat(days * DAY, len(host)) + rng.uniform(11, 14.5, len(to)) * HOUR
    return table(
        world,
        seconds,
        service["account"],
        host[service["host"]],
        host[to],
        "network",
        administrative=True,
        success=rng.random(len(to)) > 0.03,
    )


def _audit(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return the auditors' test of weak passwords: one wrong guess for many accounts."""
    account = world.people["account"].to_numpy()
    host = world.hosts["name"].to_numpy()
    scanner = host[world.servers("scanner")[0]]
    frames = []
    for start in (world.quiet_days * 0.4, world.quiet_days + 0.6, world.days - 1.4):
        begin = int(start) * DAY + rng.uniform(9, 15) * HOUR
        tried = rng.choice(account, 90, replace=False)
        seconds = begin + rng.uniform(0, 1.5, len(tried)) * HOUR
        to = rng.choice(host[np.flatnonzero(world.hosts["kind"] != "workstation")], len(tried))
        frames.append(
            table(
                world,
                seconds,
                tried,
                scanner,
                to,
                "network",
                package="NTLM",
                success=rng.random(len(tried)) < 0.02,
            )
        )
    return pd.concat(frames)


LAYERS: Final = (_services, _patches, _audit)
"""Each takes the random numbers and the world."""
