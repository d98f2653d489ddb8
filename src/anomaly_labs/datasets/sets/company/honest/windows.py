"""Windows events of people, programs and upkeep, some of which look like an attack."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..windows import table, watched
from ..world import World

# Code: share of the hours at work in which it comes, and how often then, for people and for
# programs; the shape of a day is invented, the captures that exist are minutes long.
_PEOPLE: Final = {
    4624: (0.55, 3.0),
    4634: (0.50, 3.0),
    4648: (0.03, 1.2),
    4672: (0.04, 1.5),
    4688: (0.60, 14.0),
    4689: (0.55, 12.0),
    4656: (0.20, 15.0),
    4663: (0.15, 10.0),
    4768: (0.10, 1.3),
    4769: (0.30, 3.0),
    4776: (0.05, 1.3),
    4625: (0.02, 1.4),
    5140: (0.15, 3.0),
    4799: (0.02, 1.2),
}
_PROGRAMS: Final = {
    4624: (0.70, 6.0),
    4634: (0.65, 6.0),
    4627: (0.50, 5.0),
    4672: (0.60, 4.0),
    4688: (0.60, 25.0),
    4689: (0.60, 22.0),
    4703: (0.30, 10.0),
    5156: (0.80, 120.0),
    5158: (0.70, 90.0),
    4769: (0.20, 5.0),
    4670: (0.05, 2.0),
    4799: (0.05, 2.0),
}
_AT_SERVER: Final = (4624, 4634, 4625, 4672, 4768, 4769, 4776, 4648, 5140, 4663)


def honest(world: World) -> pd.DataFrame:
    """Return the counts of a company in which nothing bad happens, in no order.

    Parameters
    ----------
    world
        Whose people and machines they are of.
    """
    rng = world.rng("windows", "honest")
    layers = (
        _people,
        _programs,
        _visitors,
        _forgotten,
        _helpers,
        _software,
        _joiners,
        _upkeep,
        _audit,
    )
    return pd.concat([layer(rng, world) for layer in layers], ignore_index=True)


def _counted(
    rng: np.random.Generator,
    world: World,
    computer: np.ndarray,
    account: np.ndarray,
    activity: np.ndarray,
    codes: dict[int, tuple[float, float]],
) -> pd.DataFrame:
    """Return counts of pairs of computer and account whose activity by hour is given."""
    frames = []
    for code, (share, mean) in codes.items():
        level = rng.lognormal(0, 0.6, len(computer))[:, None]
        there = rng.random(activity.shape) < share * np.minimum(activity, 1.5)
        pair, hour = np.nonzero(there)
        count = 1 + rng.poisson(mean * (level * activity)[pair, hour])
        frames.append(table(world, hour, computer[pair], account[pair], code, count))
    return pd.concat(frames)


def _people(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return what people cause on their own workstations."""
    owner = np.flatnonzero(np.isin(world.people["host"], watched(world)))
    account = world.people["account"].to_numpy()[owner]
    computer = world.people["host"].to_numpy()[owner]
    return _counted(rng, world, computer, account, world.presence[owner], _PEOPLE)


def _programs(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return what each computer does under its own account, by day and by night."""
    computer = watched(world)
    account = np.array(
        [name.replace("-", "") + "$" for name in world.hosts["name"].to_numpy()[computer]],
        dtype=object,
    )
    hour = np.arange(world.hours)
    day = 0.35 + 0.65 * world.working[hour // 24] * np.exp(-(((hour % 24 - 13) / 4.5) ** 2))
    activity = np.tile(day, (len(computer), 1))
    return _counted(rng, world, computer, account, activity, _PROGRAMS)


def _visitors(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return what people cause on servers; each server has its circle."""
    codes = {code: _PEOPLE[code] for code in _AT_SERVER if code != 4672}
    accounts = world.people["account"].to_numpy()
    frames = []
    for server in np.flatnonzero(world.hosts["kind"] != "workstation"):
        everybody = world.hosts["kind"].iloc[server] == "directory"
        size = len(accounts) if everybody else int(rng.integers(10, 60))
        circle = rng.choice(len(accounts), size, replace=False)
        activity = world.presence[circle] * (0.5 if everybody else 0.25)
        computer = np.full(size, server)
        frames.append(_counted(rng, world, computer, accounts[circle], activity, codes))
    return pd.concat(frames)


def _forgotten(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return failed logons after weekends and holidays: many accounts in one hour."""
    after = np.flatnonzero(np.r_[True, ~world.working[:-1]] & world.working)
    directory = world.servers("directory")
    accounts = world.people["account"].to_numpy()
    frames = []
    for day in after:
        who = rng.choice(accounts, int(rng.integers(14, 30)), replace=False)
        hour = day * 24 + rng.choice([7, 8, 9], len(who), p=(0.25, 0.6, 0.15))
        count = rng.geometric(0.45, len(who))
        frames.append(table(world, hour, rng.choice(directory, len(who)), who, 4625, count))
    return pd.concat(frames)


def _helpers(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return administrators on machines that are not theirs, with all their rights."""
    admins = np.flatnonzero(world.people["admin"] != "")
    names = world.people["admin"].to_numpy()[admins]
    where = watched(world)
    pair, hour = np.nonzero(rng.random((len(admins), world.hours)) < 0.5 * world.presence[admins])
    visits = rng.geometric(0.45, len(pair))
    who, hour = np.repeat(pair, visits), np.repeat(hour, visits)
    computer = rng.choice(where, len(who))
    frames = [
        table(world, hour, computer, names[who], code, 1 + rng.poisson(mean, len(who)))
        for code, mean in ((4624, 0.8), (4672, 0.8), (4634, 0.6))
    ]
    some = rng.random(len(who)) < 0.4
    frames.append(table(world, hour[some], computer[some], names[who][some], 4648, 1))
    return pd.concat(frames)


def _software(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return services that are installed: a few a day by hand, on patch days everywhere."""
    where = watched(world)
    updates = world.services["account"].to_numpy()[world.services["kind"] == "updates"][0]
    admins = world.people["admin"].to_numpy()
    admins = admins[admins != ""]
    frames = []
    for number, day in enumerate(np.flatnonzero(world.working)):
        hand = int(rng.poisson(2.5))
        hour = day * 24 + rng.integers(8, 18, hand)
        by_owner = rng.random(hand) < 0.4  # engineers may install on their own machines
        computer = rng.choice(where, hand)
        owner = _owner(world, computer, rng.choice(admins, hand))
        account = np.where(by_owner, owner, rng.choice(admins, hand))
        frames.append(table(world, hour, computer, account, 4697, 1 + rng.poisson(0.2, hand)))
        if number % 3 == 1:
            part = where[rng.random(len(where)) < 0.8]
            hour = day * 24 + rng.integers(11, 15, len(part))
            count = 1 + rng.poisson(0.6, len(part))
            frames.append(table(world, hour, part, updates, 4697, count))
    return pd.concat(frames)


def _owner(world: World, computer: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Return the account of the owner of each computer, or what is given where nobody owns it."""
    owners = dict(zip(world.people["host"], world.people["account"], strict=True))
    pairs = zip(computer, otherwise, strict=True)
    return np.array([owners.get(int(one), other) for one, other in pairs], dtype=object)


def _joiners(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return accounts that are made for newcomers, and members added to groups."""
    directory = world.servers("directory")
    admins = world.people["admin"].to_numpy()
    admins = admins[admins != ""]
    since = world.people["since"].to_numpy()
    days = np.r_[since[since > 0], rng.integers(0, world.days, 8)]
    hour = days * 24 + rng.integers(8, 16, len(days))
    frames = [
        table(world, hour, rng.choice(directory, len(days)), rng.choice(admins, len(days)), code, 1)
        for code in (4720, 4728)
    ]
    return pd.concat(frames)


def _upkeep(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return logs that are cleared on purpose, and the nightly inventory's tickets."""
    where = watched(world)
    admins = world.people["admin"].to_numpy()
    admins = admins[admins != ""]
    number = int(rng.poisson(0.9 * world.days)) + 2
    hour = rng.integers(0, world.days, number) * 24 + rng.integers(7, 19, number)
    computer = rng.choice(where, number)
    owner = _owner(world, computer, rng.choice(admins, number))
    account = np.where(rng.random(number) < 0.3, owner, rng.choice(admins, number))
    frames = [table(world, hour, computer, account, 1102, 1)]
    inventory = world.services["account"].to_numpy()[world.services["kind"] == "inventory"][0]
    nights = np.flatnonzero(world.working)[::2] * 24 + rng.integers(2, 4)
    directory = np.full(len(nights), world.servers("directory")[0])
    frames.append(
        table(world, nights, directory, inventory, 4769, rng.integers(30, 220, len(nights)))
    )
    # People who open a share with many servers behind it ask for many tickets at once.
    accounts = world.people["account"].to_numpy()
    busy = int(rng.poisson(2.5 * world.days))
    hour = rng.choice(np.flatnonzero(world.working), busy) * 24 + rng.integers(8, 18, busy)
    frames.append(
        table(
            world,
            hour,
            rng.choice(world.servers("directory"), busy),
            rng.choice(accounts, busy),
            4769,
            rng.integers(8, 45, busy),
        )
    )
    return pd.concat(frames)


def _audit(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return the auditors' wrong guesses: many accounts in an hour or two, on three days."""
    directory = world.servers("directory")
    accounts = world.people["account"].to_numpy()
    frames = []
    for start in (world.quiet_days * 0.4, world.quiet_days + 0.6, world.days - 1.4):
        who = rng.choice(accounts, 90, replace=False)
        hour = int(start) * 24 + rng.integers(9, 11, len(who))
        frames.append(table(world, hour, rng.choice(directory, len(who)), who, 4625, 1))
    return pd.concat(frames)
