"""Flows of people and of the agents on their machines, with those of servers and of odd days."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..flows import table
from ..internet import Internet, internet
from ..world import DAY, HOUR, World, moments
from . import machines, oddities

# Of a person's flows: kind of server, port, share, mean logarithms of bytes out, in and duration.
_INSIDE: Final = (
    ("proxy", 3128, 0.10, 6.6, 8.9, -1.0),
    ("directory", 53, 0.14, 4.2, 4.9, -3.6),
    ("directory", 88, 0.05, 7.3, 7.2, -3.2),
    ("directory", 389, 0.04, 6.4, 7.2, -2.4),
    ("files", 445, 0.12, 8.0, 9.4, 1.2),
    ("mail", 993, 0.07, 7.0, 9.0, 0.4),
    ("wiki", 443, 0.05, 7.0, 9.6, -0.8),
    ("payroll", 443, 0.01, 7.1, 9.0, -0.5),
    ("print", 9100, 0.02, 11.0, 5.0, 0.8),
    ("database", 5432, 0.02, 7.5, 9.0, 1.5),
)
_OUTSIDE: Final = (443, 6.9, 9.2, -0.4)


def honest(world: World) -> pd.DataFrame:
    """Return the flows of a company in which nothing bad happens, in no order.

    Parameters
    ----------
    world
        Whose people and machines they are of.
    """
    net = internet(world)
    rng = world.rng("flows", "honest")
    parts = [
        _people(rng, world, net),
        _agents(rng, world, net),
        *(layer(rng, world, net) for layer in (*machines.LAYERS, *oddities.LAYERS)),
    ]
    return pd.concat(parts, ignore_index=True)


def _people(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return what people do: servers of the company, and the web."""
    address = world.hosts["address"].to_numpy()
    mine = world.people["host"].to_numpy()
    share = np.array([row[2] for row in _INSIDE])
    rate = 26 * world.presence
    who, seconds = moments(rng, rate)
    kind = rng.choice(len(_INSIDE) + 1, len(who), p=[*share, 1 - share.sum()])
    frames = []
    for number, (server, port, _, *sizes) in enumerate(_INSIDE):
        chosen = kind == number
        servers = world.servers(server)
        usual = rng.integers(0, len(servers), len(mine))[who[chosen]]
        other = rng.integers(0, len(servers), int(chosen.sum()))
        which = np.where(rng.random(len(other)) < 0.85, usual, other)
        where = address[servers[which]]
        protocol = 2 if port == 53 else 1
        a, b, c = sizes
        frames.append(
            table(
                rng,
                world,
                seconds[chosen],
                address[mine[who[chosen]]],
                where,
                port,
                (a, b, c),
                protocol=protocol,
            )
        )
    browsing = kind == len(_INSIDE)
    return pd.concat([*frames, _browsing(rng, world, net, who[browsing], seconds[browsing])])


def _browsing(
    rng: np.random.Generator, world: World, net: Internet, who: np.ndarray, seconds: np.ndarray
) -> pd.DataFrame:
    """Return flows to sites outside."""
    address = world.hosts["address"].to_numpy()[world.people["host"]]
    sites = net.addresses[net.visits(rng, len(address), who)]
    port, *sizes = _OUTSIDE
    ports = np.where(rng.random(len(sites)) < 0.06, 80, port)
    quic = (rng.random(len(sites)) < 0.2) & (ports == 443)
    size = (sizes[0], sizes[1], sizes[2])
    protocol = np.where(quic, 2, 1)
    return table(rng, world, seconds, address[who], sites, ports, size, protocol=protocol)


def _agents(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return programs that call home at equal times: most machines have one or two of them."""
    address = world.hosts["address"].to_numpy()
    those = np.flatnonzero(world.hosts["kind"] == "workstation")
    frames = []
    for vendor in range(6):
        having = those[rng.random(len(those)) < rng.uniform(0.05, 0.5)]
        every = rng.choice([600, 900, 1800, 3600])
        home = net.addresses[rng.integers(200, len(net.addresses))]
        first = rng.uniform(0, every, len(having))
        beats = np.arange(int(world.days * DAY / every))
        seconds = (first[:, None] + every * beats[None, :]) % (world.days * DAY)
        running = _running(rng, world, having, seconds)
        seconds = (seconds + rng.normal(0, 0.02 * every, seconds.shape))[running] % (
            world.days * DAY
        )
        source = np.repeat(having, running.sum(axis=1))
        sizes = (rng.uniform(5.5, 7.5), rng.uniform(5.0, 7.5), rng.uniform(-1.5, 0.5))
        frames.append(
            table(
                rng,
                world,
                seconds,
                address[source],
                np.full(len(source), home, dtype=object),
                443 if vendor else 8443,
                sizes,
                spread=(0.15, 0.3, 0.6),
            )
        )
    return pd.concat(frames)


def _running(
    rng: np.random.Generator, world: World, those: np.ndarray, seconds: np.ndarray
) -> np.ndarray:
    """Return whether each machine is on at each moment: by day, and some at night."""
    hour = (seconds // HOUR).astype(int)
    days = hour // 24
    by_day = world.working[days] & (hour % 24 >= 7) & (hour % 24 < 19)
    never_off = (rng.random(len(those)) < 0.2)[:, None]
    found: np.ndarray = by_day | never_off
    return found
