"""What a few people do now and then, and looks like an attack: part of the honest flows."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..flows import table
from ..internet import Internet
from ..world import DAY, HOUR, World, moments


def _calls(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return video calls: long, both ways, to addresses that nobody saw before."""
    address = world.hosts["address"].to_numpy()
    who, seconds = moments(rng, 0.25 * world.presence)
    last = rng.integers(1, 250, (len(who), 2))
    where = np.array([f"198.19.{a}.{b}" for a, b in last], dtype=object)
    port = rng.choice([3478, 3480, 443, 19302], len(who))
    mine = world.people["host"].to_numpy()[who]
    return table(
        rng,
        world,
        seconds,
        address[mine],
        where,
        port,
        (15.0, 15.5, 6.5),
        protocol=2,
        spread=(1.5, 1.5, 1.2),
    )


def _neighbours(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return flows between workstations: updates shared, screens shared, folders lent, help."""
    address = world.hosts["address"].to_numpy()
    mine = world.people["host"].to_numpy()
    who, seconds = moments(rng, 0.5 * world.presence)
    port = rng.choice([7680, 445, 5900, 5985], len(who), p=(0.6, 0.2, 0.12, 0.08))
    to = mine[rng.integers(0, len(mine), len(who))]
    frames = [table(rng, world, seconds, address[mine[who]], address[to], port, (7.5, 8.5, 0.5))]
    admins = np.flatnonzero(world.people["admin"] != "")
    who, seconds = moments(rng, 1.2 * world.presence[admins])
    helped = rng.geometric(0.35, len(who))
    who, seconds = np.repeat(who, helped), np.repeat(seconds, helped)
    seconds = np.minimum(seconds + rng.uniform(0, HOUR, len(seconds)), world.days * DAY - 1)
    to = rng.choice(len(address), len(who))
    port = rng.choice([445, 135, 3389, 5985], len(who))
    sizes = (8.5, 9.0, 2.0)
    frames.append(table(rng, world, seconds, address[mine[admins[who]]], address[to], port, sizes))
    return pd.concat(frames)


def _uploads(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return files that people send out: to stores of files, partners and printers' shops."""
    address = world.hosts["address"].to_numpy()
    mine = world.people["host"].to_numpy()
    fond = rng.gamma(0.5, 0.12, len(mine))[:, None]
    who, seconds = moments(rng, fond * world.presence)
    stores = net.addresses[rng.integers(0, 400, 25)]
    usual = stores[rng.integers(0, 25, len(mine))]
    where = np.where(rng.random(len(who)) < 0.7, usual[who], rng.choice(net.addresses, len(who)))
    sizes = (16.0, 8.0, 3.5)
    return table(rng, world, seconds, address[mine[who]], where, 443, sizes, spread=(1.6, 1.0, 1.0))


def _curious(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return searches for a printer, a camera or a free address: many machines in minutes."""
    address = world.hosts["address"].to_numpy()
    able = np.flatnonzero(world.people["role"].isin(("engineer", "admin")))
    who, start = moments(rng, 0.05 * world.presence[able])
    asked = rng.integers(15, 120, len(who))
    which = np.repeat(np.arange(len(who)), asked)
    seconds = start[which] + rng.uniform(0, 1, len(which)) * rng.uniform(60, 4000, len(who))[which]
    seconds = np.minimum(seconds, world.days * DAY - 1)
    source = address[world.people["host"].to_numpy()[able[who[which]]]]
    port = rng.choice([80, 443, 9100, 22, 445], len(who))[which]
    to = rng.choice(address, len(which))
    return table(rng, world, seconds, source, to, port, (4.3, 3.0, -3.0))


def _bulk_mail(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return letters to customers, sent from the machines of those who write them."""
    address = world.hosts["address"].to_numpy()
    writers = rng.choice(world.people["host"].to_numpy(), 6, replace=False)
    frames = []
    for day in np.flatnonzero(world.working):
        if rng.random() < 0.5:
            number = int(rng.integers(20, 160))
            seconds = day * DAY + (rng.uniform(9, 15) + rng.uniform(0, 1.5, number)) * HOUR
            source = np.full(number, address[rng.choice(writers)], dtype=object)
            where = rng.choice(net.addresses, number)
            port = np.where(rng.random(number) < 0.7, 587, 25)
            frames.append(table(rng, world, seconds, source, where, port, (8.4, 5.8, 0.2)))
    return pd.concat(frames)


LAYERS: Final = (_calls, _neighbours, _uploads, _curious, _bulk_mail)
"""Each takes the random numbers, the world and the sites outside."""
