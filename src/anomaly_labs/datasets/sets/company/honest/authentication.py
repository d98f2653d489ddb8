"""Logons of people: days, servers, mistakes, administrators, work from elsewhere."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..authentication import table
from ..incident import outside
from ..world import DAY, World, moments
from . import programs

# A person's network logons: kind of server and its share.
_USES: Final = (
    ("files", 0.38),
    ("mail", 0.22),
    ("wiki", 0.12),
    ("proxy", 0.12),
    ("print", 0.06),
    ("directory", 0.06),
    ("payroll", 0.02),
    ("database", 0.02),
)


def honest(world: World) -> pd.DataFrame:
    """Return the logons of a company in which nothing bad happens, in no order.

    Parameters
    ----------
    world
        Whose people and machines they are of.
    """
    rng = world.rng("authentication", "honest")
    layers = (_days, _network, _mistakes, _admins, _remote, _stale)
    return pd.concat(
        [layer(rng, world) for layer in (*layers, *programs.LAYERS)], ignore_index=True
    )


def _names(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    people = world.people
    return people["account"].to_numpy(), people["host"].to_numpy(), world.hosts["name"].to_numpy()


def _seats(rng: np.random.Generator, world: World, who: np.ndarray) -> np.ndarray:
    """Return the host at which each person sits: mostly the own one, now and then another."""
    mine = world.people["host"].to_numpy()[who]
    others = rng.choice(world.servers("workstation"), len(who))
    elsewhere: np.ndarray = np.where(rng.random(len(who)) < 0.03, others, mine)
    return elsewhere


def _days(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return the first logon of a day and the unlocking after each break."""
    account, _, host = _names(world)
    who, seconds = moments(rng, 0.9 * world.presence)
    seats = host[_seats(rng, world, who)]
    day = (seconds // DAY).astype(int)
    order = np.lexsort((seconds, who))
    first = np.zeros(len(who), dtype=bool)
    keys = (who * world.days + day)[order]
    first[order] = np.r_[True, keys[1:] != keys[:-1]]
    return table(
        world, seconds, account[who], seats, seats, np.where(first, "interactive", "unlock")
    )


def _network(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return logons to servers; each person has usual ones and tries others."""
    account, _, host = _names(world)
    who, seconds = moments(rng, 9 * world.presence)
    share = np.array([share for _, share in _USES])
    kind = rng.choice(len(_USES), len(who), p=share / share.sum())
    place = np.empty(len(who), dtype=int)
    for number, (server, _) in enumerate(_USES):
        chosen = kind == number
        servers = world.servers(server)
        usual = rng.integers(0, len(servers), len(account))[who[chosen]]
        any_one = rng.integers(0, len(servers), int(chosen.sum()))
        place[chosen] = servers[np.where(rng.random(len(any_one)) < 0.9, usual, any_one)]
    package = np.where(rng.random(len(who)) < 0.07, "NTLM", "Kerberos").astype(object)
    return table(
        world,
        seconds,
        account[who],
        host[_seats(rng, world, who)],
        host[place],
        "network",
        package=package,
        success=rng.random(len(who)) > 0.004,
    )


def _mistakes(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return mistyped passwords, in runs; after weekends and holidays passwords are forgotten."""
    account, _, host = _names(world)
    after = np.r_[False, ~world.working[:-1]] & world.working
    rate = world.presence * (0.06 + 0.25 * np.repeat(after, 24))
    who, seconds = moments(rng, rate)
    runs = rng.geometric(0.45, len(who))
    who, seconds = np.repeat(who, runs), np.repeat(seconds, runs)
    seconds = seconds + rng.uniform(0, 90, len(seconds))
    seats = host[_seats(rng, world, who)]
    return table(world, seconds, account[who], seats, seats, "interactive", success=False)


def _admins(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return administrators at work: on servers, and helping on many workstations."""
    _, mine, host = _names(world)
    admins = np.flatnonzero(world.people["admin"] != "")
    names = world.people["admin"].to_numpy()
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    frames = []
    for rate, targets, logon in (
        (3.0, servers, "remote"),
        (1.6, world.servers("workstation"), "network"),
    ):
        who, seconds = moments(rng, rate * world.presence[admins])
        person = admins[who]
        to = rng.choice(targets, len(who))
        ssh = (logon == "remote") & (rng.random(len(who)) < 0.4)
        frames.append(
            table(
                world,
                seconds,
                names[person],
                host[mine[person]],
                host[to],
                logon,
                package=np.where(ssh, "SSH", "Kerberos").astype(object),
                administrative=True,
                success=rng.random(len(who)) > 0.03,
            )
        )
    return pd.concat(frames)


def _remote(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return logons from home and from journeys, at other hours and from changing addresses."""
    account, _, host = _names(world)
    fond = rng.beta(0.5, 3, len(account)) * np.where(world.people["role"] == "sales", 3, 1)
    evening = np.tile(np.exp(-(((np.arange(24) - 20) / 2.0) ** 2)), world.days)
    rate = fond[:, None] * (0.10 * world.presence + 0.12 * evening[None, :])
    who, seconds = moments(rng, rate)
    homes = np.array([outside(rng) for _ in range(len(account))], dtype=object)
    away = np.array([outside(rng) for _ in range(300)], dtype=object)
    source = np.where(rng.random(len(who)) < 0.75, homes[who], rng.choice(away, len(who)))
    to = np.full(len(who), host[world.servers("remote")[0]], dtype=object)
    return table(
        world,
        seconds,
        account[who],
        source,
        to,
        "remote",
        package="VPN",
        success=rng.random(len(who)) > 0.09,
    )


def _stale(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return programs with an old password: they fail for a day or two, until somebody mends it."""
    account, mine, host = _names(world)
    people = rng.choice(len(account), 6, replace=False)
    frames = []
    for person in people:
        begin = rng.uniform(0, world.days - 1) * DAY
        end = min(begin + rng.uniform(0.3, 2) * DAY, world.days * DAY)
        seconds = np.arange(begin, end, rng.choice([300, 900, 1800]))
        here = host[mine[person]] if rng.random() < 0.6 else outside(rng)
        mail = host[world.servers("mail")[0]]
        frames.append(
            table(
                world,
                seconds,
                account[person],
                here,
                mail,
                "network",
                package="NTLM",
                success=False,
            )
        )
    return pd.concat(frames)
