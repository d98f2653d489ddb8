"""Log lines of sessions, programs, mistyped passwords and the shop at work."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..incident import outside
from ..lines import filled, shells, table
from ..web import season
from ..world import DAY, HOUR, World, moments


def honest(world: World) -> pd.DataFrame:
    """Return the lines of a company in which nothing bad happens, in no order.

    Parameters
    ----------
    world
        Whose servers write them.
    """
    rng = world.rng("lines", "honest")
    layers = (_sessions, _programs, _typing, _noise, _shop, _slow, _errors)
    return pd.concat([layer(rng, world) for layer in layers], ignore_index=True)


def _sessions(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return what engineers and administrators do: key accepted, opened, closed."""
    people, address = world.people, world.hosts["address"].to_numpy()
    able = np.flatnonzero(people["role"].isin(("engineer", "admin")))
    who, seconds = moments(rng, 0.9 * world.presence[able])
    person = able[who]
    own = people["admin"].to_numpy()[person]
    name = np.where(own != "", own, people["account"].to_numpy()[person])
    host = rng.choice(shells(world), len(who))
    source, port = address[people["host"].to_numpy()[person]], rng.integers(32768, 61000, len(who))
    way = np.where(rng.random(len(who)) < 0.85, "publickey", "password")
    lasts = rng.lognormal(6.5, 1.3, len(who))
    frames = [
        table(
            world,
            seconds,
            host,
            "sshd",
            filled("Accepted {} for {} from {} port {} ssh2", way, name, source, port),
        ),
        table(
            world,
            seconds + 0.1,
            host,
            "sshd",
            filled("pam_unix(sshd:session): session opened for user {} by (uid=0)", name),
        ),
        table(
            world,
            np.minimum(seconds + lasts, world.days * DAY - 1),
            host,
            "sshd",
            filled("pam_unix(sshd:session): session closed for user {}", name),
        ),
    ]
    return pd.concat(frames)


def _programs(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return programs that log on at equal times."""
    address = world.hosts["address"].to_numpy()
    frames = []
    few = world.services[world.services["kind"].isin(("backup", "monitor", "build"))]
    for account, place in zip(few["account"], few["host"].to_numpy(), strict=True):
        every = int(rng.choice([1800, 3600]))
        beats = np.arange(rng.uniform(0, every), world.days * DAY, every)
        host = rng.choice(shells(world), len(beats))
        port = rng.integers(32768, 61000, len(beats))
        text = filled(
            f"Accepted publickey for {account} from {address[place]} port {{}} ssh2", port
        )
        frames.append(table(world, beats + rng.uniform(0, 20, len(beats)), host, "sshd", text))
    return pd.concat(frames)


def _typing(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return mistyped passwords, and names that do not exist."""
    people, address = world.people, world.hosts["address"].to_numpy()
    able = np.flatnonzero(people["role"].isin(("engineer", "admin")))
    who, seconds = moments(rng, 0.06 * world.presence[able])
    runs = rng.geometric(0.5, len(who))
    who, seconds = np.repeat(able[who], runs), np.repeat(seconds, runs)
    seconds = seconds + rng.uniform(0, 60, len(seconds))
    name = people["account"].to_numpy()[who]
    wrong = rng.random(len(who)) < 0.15
    name = np.where(wrong, "invalid user " + np.char.replace(name.astype(str), "a", ""), name)
    source, port = address[people["host"].to_numpy()[who]], rng.integers(32768, 61000, len(who))
    host = rng.choice(shells(world), len(who))
    text = filled("Failed password for {} from {} port {} ssh2", name, source, port)
    return table(world, seconds, host, "sshd", text)


def _noise(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return programs that only knock: the monitor's, and hosts that lose their line."""
    address = world.hosts["address"].to_numpy()
    monitor = address[world.servers("monitor")[0]]
    hosts = shells(world)
    beats = np.arange(0, world.days * DAY, 1200)
    host = np.tile(hosts, len(beats))
    seconds = np.repeat(beats, len(hosts)) + rng.uniform(0, 5, len(host))
    port = rng.integers(32768, 61000, len(host))
    knock = filled("Connection closed by " + monitor + " port {} [preauth]", port)
    lost, when = moments(rng, np.full((len(hosts), world.hours), 0.05))
    far = rng.choice(address, len(lost))
    broken = filled(
        "Read error from remote host {} port {}: Connection reset by peer",
        far,
        rng.integers(32768, 61000, len(lost)),
    )
    return pd.concat(
        [
            table(world, seconds, host, "sshd", knock),
            table(world, when, hosts[lost], "sshd", broken),
        ]
    )


def _shop(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return what the application says of its everyday work."""
    shop = world.servers("shop")[0]
    _, seconds = moments(rng, 60 * season(world)[None, :])
    number = len(seconds)
    kind = rng.choice(4, number, p=(0.45, 0.3, 0.15, 0.1))
    customer = rng.integers(10000, 99999, number)
    addresses = np.array([outside(rng) for _ in range(3000)], dtype=object)
    address = rng.choice(addresses, number)
    order, amount = (
        rng.integers(10**6, 10**7, number),
        np.exp(rng.normal(3.8, 0.9, number)).round(2),
    )
    templates = (
        "INFO login ok customer={} from={}",
        "INFO order accepted id={} amount={:.2f}",
        "INFO password reset mailed customer={} from={}",
        "WARN login refused customer={} from={}",
    )
    frames = []
    for place, template in enumerate(templates):
        chosen = kind == place
        values = (order, amount) if place == 1 else (customer, address)
        text = filled(template, *(column[chosen] for column in values))
        frames.append(table(world, seconds[chosen], np.full(len(text), shop), "shop", text))
    return pd.concat(frames)


def _slow(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return slow questions to the database; many come while reports are made at night."""
    shop = world.servers("shop")[0]
    rate = 1.5 * season(world) + 25 * (np.arange(world.hours) % 24 == 3)
    _, seconds = moments(rng, rate[None, :])
    names = rng.choice(
        np.array(["orders", "customers", "items", "stock"], dtype=object), len(seconds)
    )
    lasted = np.exp(rng.normal(7, 0.6, len(seconds))).astype(int)
    text = filled("WARN slow query {} ms table={}", lasted, names)
    return table(world, seconds, np.full(len(text), shop), "shop", text)


def _errors(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return errors, which come in heaps: a partner is down, a release is bad."""
    shop = world.servers("shop")[0]
    heaps = rng.poisson(1.5 * world.days)
    begin = rng.uniform(0, world.days * DAY - HOUR, heaps)
    each = rng.geometric(0.08, heaps)
    which = np.repeat(np.arange(heaps), each)
    seconds = begin[which] + rng.exponential(300, len(which))
    kind = rng.integers(0, 3, heaps)[which]
    number = rng.integers(10**5, 10**6, len(which))
    templates = np.array(
        [
            "ERROR timeout calling payments id={}",
            "ERROR template missing part=item id={}",
            "ERROR invalid input field=quantity id={}",
        ],
        dtype=object,
    )
    text = np.array(
        [templates[k].format(n) for k, n in zip(kind, number, strict=True)], dtype=object
    )
    return table(
        world, np.minimum(seconds, world.days * DAY - 1), np.full(len(text), shop), "shop", text
    )
