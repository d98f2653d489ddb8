"""What machines do by themselves, and what people rarely do: part of the honest flows."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..flows import table
from ..internet import Internet
from ..world import DAY, HOUR, World, moments


def _servers(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return what servers do by themselves: mail goes out, the shop asks its database."""
    address = world.hosts["address"].to_numpy()
    hour = np.arange(world.hours) % 24
    wave = 0.4 + 0.6 * np.exp(-(((hour - 14) / 5) ** 2))
    pairs = [
        ("shop", "database", 5432, 60.0, (7.0, 8.6, -2.5)),
        ("web", "shop", 8080, 40.0, (6.8, 8.8, -1.8)),
        ("build", "files", 445, 6.0, (9.5, 9.0, 1.5)),
        ("mail", "directory", 53, 90.0, (4.3, 4.9, -3.5)),
    ]
    frames = []
    for here, there, port, rate, sizes in pairs:
        sources = world.servers(here)
        who, seconds = moments(rng, np.tile(rate * wave, (len(sources), 1)))
        to = rng.choice(world.servers(there), len(who))
        frames.append(
            table(
                rng,
                world,
                seconds,
                address[sources[who]],
                address[to],
                port,
                sizes,
                protocol=2 if port == 53 else 1,
            )
        )
    mail = world.servers("mail")
    who, seconds = moments(rng, 35 * wave[None, :])
    sites = rng.choice(len(net.weights), len(who), p=net.weights)
    frames.append(
        table(rng, world, seconds, address[mail[who]], net.addresses[sites], 25, (8.6, 5.8, 0.3))
    )
    return pd.concat(frames)


def _backup(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return the nightly copies: few flows, many bytes; some machines only now and then."""
    address = world.hosts["address"].to_numpy()
    server = world.servers("backup")[0]
    sources = np.flatnonzero((world.hosts["kind"] != "workstation") & (world.hosts.index != server))
    laptops = rng.choice(world.servers("workstation"), 40, replace=False)
    sources = np.concatenate([sources, laptops])
    often = np.where(np.isin(sources, laptops), 0.4, 0.97)
    days, who = np.nonzero(rng.random((world.days, len(sources))) < often)
    flows = rng.poisson(3, len(who)) + 1
    seconds = np.repeat(days * DAY, flows) + rng.uniform(1, 4.5, int(flows.sum())) * HOUR
    source = np.repeat(sources[who], flows)
    where = np.full(len(source), address[server], dtype=object)
    return table(
        rng, world, seconds, address[source], where, 873, (16.0, 8.0, 4.0), spread=(1.6, 1, 1)
    )


def _monitor(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return the monitor's questions to each server, every five minutes."""
    address = world.hosts["address"].to_numpy()
    targets = np.flatnonzero(world.hosts["kind"] != "workstation")
    beats = np.arange(0, world.days * DAY, 600)
    seconds = np.repeat(beats, len(targets)) + rng.uniform(0, 20, len(beats) * len(targets))
    to = np.tile(targets, len(beats))
    here = np.full(len(to), address[world.servers("monitor")[0]], dtype=object)
    ping = rng.random(len(to)) < 0.5
    port = np.where(ping, 0, 161)
    return table(
        rng,
        world,
        seconds,
        here,
        address[to],
        port,
        (4.4, 4.6, -4),
        protocol=np.where(ping, 0, 2),
        spread=(0.1, 0.3, 0.7),
    )


def _audit(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return the auditors' scanner: once in the quiet days, twice later, an hour or two each."""
    address = world.hosts["address"].to_numpy()
    here = address[world.servers("scanner")[0]]
    starts = [world.quiet_days * 0.4, world.quiet_days + 0.6, world.days - 1.4]
    frames = []
    for start in starts:
        begin = int(start) * DAY + rng.uniform(9, 15) * HOUR
        targets = rng.choice(len(address), 150, replace=False)
        ports = np.array([22, 80, 135, 139, 443, 445, 3389, 5985, 8080])
        to = np.repeat(targets, rng.integers(2, 8, len(targets)))
        seconds = begin + np.sort(rng.uniform(0, 1.5, len(to))) * HOUR
        source = np.full(len(to), here, dtype=object)
        frames.append(
            table(
                rng, world, seconds, source, address[to], rng.choice(ports, len(to)), (4.3, 3.0, -3)
            )
        )
    return pd.concat(frames)


def _updates(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return the fetching of updates on each second day, by all machines in a few hours."""
    address = world.hosts["address"].to_numpy()
    days = np.flatnonzero(world.working)[1::3]
    machines = np.tile(np.arange(len(address)), len(days))
    flows = rng.poisson(2.0, len(machines))
    source = np.repeat(machines, flows)
    begin = np.repeat(np.repeat(days * DAY, len(address)), flows)
    seconds = begin + rng.uniform(11, 14.5, len(source)) * HOUR
    where = np.full(len(source), address[world.servers("updates")[0]], dtype=object)
    return table(rng, world, seconds, address[source], where, 8530, (7.2, 14.5, 3.0))


LAYERS: Final = (_servers, _backup, _monitor, _audit, _updates)
"""Each takes the random numbers, the world and the sites outside."""
