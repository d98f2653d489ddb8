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
        found: np.ndarray = (day % 7 < 5) & (day != HOLIDAY)
        return found

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
        found: np.ndarray = (level * there[:, :, None] * shape[:, None, :]).reshape(
            len(self.people), -1
        )
        return found

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
