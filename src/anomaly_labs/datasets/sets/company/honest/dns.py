"""Questions of people, programs and the mail server, some of them long or for nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..dns import HEX, table, words
from ..internet import Internet, internet
from ..world import DAY, HOUR, World, moments


def honest(world: World) -> pd.DataFrame:
    """Return the questions of a company in which nothing bad happens, in no order.

    Parameters
    ----------
    world
        Whose people and machines ask.
    """
    net = internet(world)
    rng = world.rng("dns", "honest")
    layers = (_people, _inside, _content, _probes, _mail, _agents, _mistakes)
    return pd.concat([layer(rng, world, net) for layer in layers], ignore_index=True)


def _typed(rng: np.random.Generator, number: int) -> np.ndarray:
    return rng.choice(np.array(["A", "AAAA", "HTTPS"], dtype=object), number, p=(0.55, 0.3, 0.15))


def _people(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return what browsing asks for: sites, and hosts below them."""
    mine = world.people["host"].to_numpy()
    who, seconds = moments(rng, 22 * world.presence)
    names = net.names[net.visits(rng, len(mine), who)]
    below = np.array(["", "www.", "api.", "cdn.", "img.", "login.", "static."], dtype=object)
    prefix = rng.choice(below, len(who), p=(0.2, 0.36, 0.12, 0.1, 0.1, 0.05, 0.07))
    return table(world, seconds, mine[who], prefix + names, type=_typed(rng, len(who)))


def _inside(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return names of the company itself, and the services that Windows looks for."""
    host = world.hosts["name"].to_numpy()
    mine = world.people["host"].to_numpy()
    who, seconds = moments(rng, 10 * world.presence)
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    names = host[rng.choice(servers, len(who))] + ".corp.example"
    service = rng.random(len(who)) < 0.15
    names = np.where(service, "_ldap._tcp.dc._msdcs.corp.example", names)
    kind = np.where(service, "SRV", "A").astype(object)
    return table(world, seconds, mine[who], names, type=kind)


def _content(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return names that content networks and trackers make: long, and never the same twice."""
    mine = world.people["host"].to_numpy()
    who, seconds = moments(rng, 2.2 * world.presence)
    number = len(who)
    labels = words(rng, number, 8, 22, HEX)
    homes = np.array(
        [
            f".{a}.{b}"
            for a, b in zip(
                rng.choice(["edge", "cdn", "e2", "trk"], 40),
                net.names[rng.integers(20, 400, 40)],
                strict=True,
            )
        ],
        dtype=object,
    )
    return table(world, seconds, mine[who], labels + homes[rng.integers(0, 40, number)])


def _probes(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return the three random words that a browser asks for at its start: none of them exists."""
    mine = world.people["host"].to_numpy()
    fond = (rng.random(len(mine)) < 0.5)[:, None]
    who, seconds = moments(rng, 0.35 * world.presence * fond)
    who, seconds = np.repeat(who, 3), np.repeat(seconds, 3)
    names = words(rng, len(who), 7, 15)
    suffix = np.where(rng.random(len(who)) < 0.6, "", ".corp.example")
    return table(world, seconds, mine[who], names + suffix.astype(object), code="NXDOMAIN")


def _mail(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return what the mail server asks: who sends, and who is known for spam."""
    mail = world.servers("mail")[0]
    hour = np.arange(world.hours) % 24
    _, seconds = moments(rng, 60 * (0.4 + np.exp(-(((hour - 13) / 5) ** 2)))[None, :])
    number = len(seconds)
    parts = rng.integers(1, 255, (number, 4))
    reverse = np.array([f"{a}.{b}.{c}.{d}" for a, b, c, d in parts], dtype=object)
    which = rng.choice(4, number, p=(0.35, 0.2, 0.25, 0.2))
    sites = net.names[rng.choice(len(net.names), number, p=net.weights)]
    label = words(rng, number, 6, 12)
    query = np.select(
        [which == 0, which == 1, which == 2],
        [reverse + ".list.senders.example", reverse + ".in-addr.arpa", sites],
        label + "._domainkey." + sites,
    )
    kind = np.select([which == 0, which == 1, which == 2], ["A", "PTR", "MX"], "TXT").astype(object)
    missing = (which < 2) & (rng.random(number) < 0.7)
    code = np.where(missing, "NXDOMAIN", "NOERROR").astype(object)
    return table(world, seconds, np.full(number, mail), query, type=kind, code=code)


def _agents(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return programs that ask for the same name at equal times; one hides data in names."""
    machines = world.servers("workstation")
    frames = []
    for vendor in range(6):
        having = machines[rng.random(len(machines)) < rng.uniform(0.05, 0.4)]
        every = int(rng.choice([900, 1800, 3600]))
        beats = np.arange(0, world.days * DAY, every)
        seconds = (rng.uniform(0, every, len(having))[:, None] + beats[None, :]).ravel()
        host = np.repeat(having, len(beats))
        hour = (seconds % DAY) // HOUR
        on = (
            (hour >= 7)
            & (hour < 19)
            & world.working[np.minimum(seconds // DAY, world.days - 1).astype(int)]
        )
        seconds, host = seconds[on], host[on]
        home = net.names[rng.integers(300, 1500)]
        if vendor == 0:  # a virus scanner that asks its maker about files, by names of 32 letters
            query = words(rng, len(seconds), 32, 32, HEX) + ".q." + home
            frames.append(table(world, seconds, host, query, type="TXT"))
        else:
            frames.append(
                table(world, seconds, host, np.full(len(seconds), "agent." + home, dtype=object))
            )
    return pd.concat(frames)


def _mistakes(rng: np.random.Generator, world: World, net: Internet) -> pd.DataFrame:
    """Return mistyped names, old names that are gone, and short failures of a server."""
    mine = world.people["host"].to_numpy()
    who, seconds = moments(rng, 0.5 * world.presence)
    names = net.names[net.visits(rng, len(mine), who)].astype(str)
    place = rng.integers(1, 4, len(who))
    pairs = zip(names, place, strict=True)
    wrong = np.array([name[:at] + name[at + 1 :] for name, at in pairs], dtype=object)
    code = np.where(rng.random(len(who)) < 0.9, "NXDOMAIN", "SERVFAIL").astype(object)
    mistyped = table(world, seconds, mine[who], wrong, code=code)
    forgotten = rng.choice(len(world.hosts), 15)
    host, seconds = moments(rng, np.full((15, world.hours), 2.0))
    gone = np.array(
        [f"srv-{number}.corp.example" for number in rng.integers(1000, 9999, 15)], dtype=object
    )
    return pd.concat(
        [mistyped, table(world, seconds, forgotten[host], gone[host], code="NXDOMAIN")]
    )
