"""The company: its people, machines, addresses and calendar, before anything happens in it.

One seed is one world. Every part draws from a stream of random numbers of its own, so that a part
made alone has the same rows as one made beside the others.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

START: Final = np.datetime64("2026-03-02T00:00:00", "ms")
"""Midnight of the first day, a Monday."""

HOUR: Final = 3600
DAY: Final = 24 * HOUR
HOLIDAY: Final = 4
"""Day on which the company is closed, the first Friday."""

OFFICES: Final = ("north", "south", "harbour")
ROLES: Final = ("office", "sales", "engineer", "admin", "shift")
_ROLE_SHARES: Final = (0.56, 0.14, 0.16, 0.04, 0.10)
N_PEOPLE: Final = 240
SERVERS: Final = (
    *(
        "directory",
        "directory",
        "mail",
        "files",
        "files",
        "files",
        "web",
        "web",
        "shop",
        "database",
    ),
    *("database", "backup", "build", "print", "monitor", "remote", "proxy", "updates", "wiki"),
    *("payroll", "scanner", "inventory", "test", "test"),
)
SERVICES: Final = ("backup", "monitor", "updates", "inventory", "database", "build", "mail", "shop")
_SYLLABLES: Final = tuple(a + b for a in "bdfghklmnprstvz" for b in "aeiou")


@dataclass(frozen=True, eq=False)
class World:
    """Who and what is there.

    Attributes
    ----------
    seed, days
        As asked for.
    people
        A row each: account, role, office, host (its number), start (hour at which the day begins),
        level (how busy), since and until (days; newcomers and leavers), admin (second account of
        an administrator, or "").
    hosts
        A row each: name, address, kind ("workstation" or one of `SERVERS`), office.
    services
        A row each: account, kind, host (its number).
    """

    seed: int
    days: int
    people: pd.DataFrame
    hosts: pd.DataFrame
    services: pd.DataFrame

    def rng(self, *stream: str) -> np.random.Generator:
        """Return the random numbers of a stream, from their beginning.

        Parameters
        ----------
        stream
            Its name: the part, and the layer in it.
        """
        return stream_of(self.seed, *stream)

    @property
    def hours(self) -> int:
        """Number of hours."""
        return 24 * self.days

    @cached_property
    def working(self) -> np.ndarray:
        """Whether each day is a working day."""
        day = np.arange(self.days)
        return (day % 7 < 5) & (day != HOLIDAY)

    @cached_property
    def quiet_days(self) -> int:
        """First days without any attack, three fifths of all."""
        return int(0.6 * self.days)

    @cached_property
    def presence(self) -> np.ndarray:
        """How active each person is in each hour, shape (people, hours); 1 is a busy hour."""
        rng = self.rng("world", "presence")
        hour = np.arange(24)[None, :]
        start = self.people["start"].to_numpy()[:, None]
        since = (hour - start) % 24  # hours after the person's day began
        shape = np.where(since < 8.5, 1.0, 0.0) * (1 - 0.5 * (np.abs(since - 4) < 0.6))
        shape += 0.12 * np.exp(-np.abs(since - 8.5) / 1.5) + 0.004
        there = self._days_there(rng)
        level = self.people["level"].to_numpy()[:, None, None]
        return (level * there[:, :, None] * shape[:, None, :]).reshape(len(self.people), -1)

    def _days_there(self, rng: np.random.Generator) -> np.ndarray:
        """Return how far each person works on each day: shifts go on at weekends."""
        people, day = self.people, np.arange(self.days)
        usual = np.where(self.working, 1.0, 0.03)[None, :]
        shift = (people["role"] == "shift").to_numpy()[:, None]
        usual = np.where(shift, np.where(self.working, 0.75, 0.6), usual)
        absent = rng.random((len(people), self.days)) < 0.06
        away = rng.integers(0, 3 * self.days, len(people))[:, None]  # a third are on leave once
        absent |= (day >= away) & (day < away + 4)
        employed = (day >= people["since"].to_numpy()[:, None]) & (
            day < people["until"].to_numpy()[:, None]
        )
        there: np.ndarray = usual * ~absent * employed
        return there

    def servers(self, kind: str) -> np.ndarray:
        """Return the numbers of the hosts of a kind.

        Parameters
        ----------
        kind
            One of `SERVERS`, or "workstation".
        """
        return np.flatnonzero(self.hosts["kind"].to_numpy() == kind)

    def time(self, seconds: np.ndarray) -> np.ndarray:
        """Return moments, given as seconds after the first midnight, as times.

        Parameters
        ----------
        seconds
            Shape (n_samples,).
        """
        return START + (np.asarray(seconds) * 1000).astype("int64").astype("timedelta64[ms]")


def stream_of(seed: int, *stream: str) -> np.random.Generator:
    """Return the generator of a named stream of a seed.

    Parameters
    ----------
    seed
        From 0 on.
    stream
        Its name, in parts.
    """
    return np.random.default_rng([seed, zlib.crc32("/".join(stream).encode())])


def moments(rng: np.random.Generator, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return row and second of events that come by chance at given rates.

    Parameters
    ----------
    rng
        Draws them.
    rates
        Expected events, shape (rows, hours).

    Returns
    -------
    tuple
        The row of each event, and its second after the first midnight, both of shape (n_events,),
        in order of rows.
    """
    counts = rng.poisson(rates)
    rows, hours = np.nonzero(counts)
    repeats = counts[rows, hours]
    seconds = (np.repeat(hours, repeats) + rng.random(int(repeats.sum()))) * HOUR
    return np.repeat(rows, repeats), seconds


def accounts(rng: np.random.Generator, number: int, prefix: str = "") -> np.ndarray:
    """Return different names of eight letters, none of which says who it is.

    Parameters
    ----------
    rng
        Draws them.
    number
        How many.
    prefix
        What they begin with; the rest is cut to eight letters.
    """
    words = rng.choice(np.array(_SYLLABLES), (4 * number, 4))
    names = pd.unique(pd.Series(["".join(word) for word in words]).str[: 8 - len(prefix)])
    return np.array([prefix + name for name in names[:number]], dtype=object)


def build(seed: int, days: int) -> World:
    """Return the world of a seed.

    Parameters
    ----------
    seed
        From 0 on.
    days
        How many days, from 5 on.
    """
    rng = stream_of(seed, "world")
    people = _people(rng, days)
    hosts = _hosts(rng, people)
    kinds = hosts["kind"].to_numpy()
    owners = [int(np.flatnonzero(kinds == kind)[0]) for kind in SERVICES]
    services = pd.DataFrame(
        {"account": accounts(rng, len(SERVICES), "svc_"), "kind": SERVICES, "host": owners}
    )
    people["host"] = np.flatnonzero(kinds == "workstation")[: len(people)]
    return World(seed, days, people, hosts, services)


def _people(rng: np.random.Generator, days: int) -> pd.DataFrame:
    role = rng.choice(len(ROLES), N_PEOPLE, p=_ROLE_SHARES)
    usual = np.array([8.0, 7.0, 9.0, 8.0, 21.0])[role]
    early = (role == ROLES.index("shift")) & (rng.random(N_PEOPLE) < 0.5)
    start = np.where(early, 5.0, usual) + rng.normal(0, 0.8, N_PEOPLE)
    since, until = np.zeros(N_PEOPLE, dtype=int), np.full(N_PEOPLE, days)
    moved = rng.permutation(N_PEOPLE)
    since[moved[:10]] = rng.integers(1, days, 10)
    until[moved[10:18]] = rng.integers(2, days + 1, 8)
    is_admin = role == ROLES.index("admin")
    admin = np.where(is_admin, accounts(rng, N_PEOPLE, "adm_"), "")
    return pd.DataFrame(
        {
            "account": accounts(rng, N_PEOPLE),
            "role": np.array(ROLES, dtype=object)[role],
            "office": rng.choice(np.array(OFFICES, dtype=object), N_PEOPLE, p=(0.5, 0.3, 0.2)),
            "start": start % 24,
            "level": rng.lognormal(0, 0.35, N_PEOPLE),
            "since": since,
            "until": until,
            "admin": admin,
        }
    )


def _hosts(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    spare = 12  # meeting rooms
    kinds = np.array(["workstation"] * (len(people) + spare) + list(SERVERS), dtype=object)
    office = np.concatenate([people["office"], rng.choice(OFFICES, spare + len(SERVERS))])
    numbers = rng.choice(9000, len(kinds), replace=False) + 1000
    prefix = np.where(kinds == "workstation", "wks-", "srv-")
    last = rng.choice(250 * 250, len(kinds), replace=False)
    part = pd.Index(OFFICES).get_indexer(office) + 1
    return pd.DataFrame(
        {
            "name": [f"{one}{number}" for one, number in zip(prefix, numbers, strict=True)],
            "address": [
                f"10.{p}.{low // 250 + 1}.{low % 250 + 1}"
                for p, low in zip(part, last, strict=True)
            ],
            "kind": kinds,
            "office": office,
        }
    )
