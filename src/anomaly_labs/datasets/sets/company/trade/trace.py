"""What the parts share: the pace of attacks, their victims, and the incident's further details."""

from __future__ import annotations

import numpy as np

from ..incident import Incident
from ..internet import WORDS, internet
from ..late import end
from ..world import DAY, World


def steps(
    rng: np.random.Generator, begin: float, number: int, pause: float, *, spread: float = 0.7
) -> np.ndarray:
    """Return the moments of events that follow each other after pauses of chance.

    Parameters
    ----------
    rng
        Draws the pauses.
    begin
        Second of the first.
    number
        How many.
    pause
        Median of the seconds between two.
    spread
        Deviation of the logarithm of the pauses.
    """
    pauses = np.exp(rng.normal(np.log(pause), spread, number))
    moments: np.ndarray = begin + np.cumsum(pauses) - pauses[0]
    return moments


def beats(
    rng: np.random.Generator, begin: float, until: float, every: float, jitter: float
) -> np.ndarray:
    """Return the moments of calls home: a fixed sleep, of which a share is drawn anew each time.

    Parameters
    ----------
    rng
        Draws the sleeps.
    begin, until
        First second, and the last one possible.
    every
        Longest sleep, in seconds.
    jitter
        Share of the sleep, below 1, by which it may be shorter.
    """
    most = int((until - begin) / (every * (1 - jitter))) + 2
    sleeps = every * (1 - jitter * rng.random(most))
    called = begin + np.cumsum(sleeps) - sleeps[0]
    moments: np.ndarray = called[called < until]
    return moments


def victims(world: World, rng: np.random.Generator, second: float, number: int = 1) -> np.ndarray:
    """Return the numbers of different people who are with the company at a moment.

    Parameters
    ----------
    world
        Gives the people.
    rng
        Draws them.
    second
        The moment.
    number
        How many, at most.
    """
    day = second // DAY
    there = (world.people["since"] <= day) & (world.people["until"] > day)
    able = np.flatnonzero(there)
    return rng.choice(able, min(number, len(able)), replace=False)


def workstation(world: World, rng: np.random.Generator, second: float) -> int:
    """Return the number of the workstation of somebody who is with the company at a moment.

    Parameters
    ----------
    world
        Gives people and hosts.
    rng
        Draws one.
    second
        The moment.
    """
    return int(world.people["host"].iloc[victims(world, rng, second)[0]])


def administrator(world: World, rng: np.random.Generator) -> str:
    """Return the second account of some administrator.

    Parameters
    ----------
    world
        Gives the people.
    rng
        Draws one.
    """
    names = world.people["admin"].to_numpy()
    return str(rng.choice(names[names != ""]))


def domain(world: World, rng: np.random.Generator) -> str:
    """Return a name that somebody registered, built as the names of other sites are.

    Parameters
    ----------
    world
        Gives the other sites.
    rng
        Draws it.
    """
    taken = internet(world).names
    while True:
        first, second = rng.choice(np.array(WORDS), 2)
        digits = str(rng.integers(2, 400)) if rng.random() < 0.15 else ""
        word = str(second if rng.random() < 0.3 else first + second)
        name = f"{word}{digits}.{str(rng.choice(taken)).rsplit('.', 1)[1]}"
        if name not in taken:
            return name


def sprayed(world: World, plan: Incident) -> np.ndarray:
    """Return the numbers of those whose passwords the incident's intruder guesses at, in turn.

    Parameters
    ----------
    world
        Gives the people.
    plan
        Says whose password is found.
    """
    rng = world.rng("trade", "sprayed")
    people = victims(world, rng, plan.spray, int(rng.integers(24, 42)))
    people = np.r_[people[people != plan.person], plan.person]
    return rng.permutation(people)


def stolen(world: World) -> str:
    """Return the administrator's account that the incident's intruder comes to use.

    Parameters
    ----------
    world
        Gives the people.
    """
    return administrator(world, world.rng("trade", "stolen"))


def calls(world: World, plan: Incident) -> np.ndarray:
    """Return the moments at which the incident's host calls home.

    Parameters
    ----------
    world
        Gives the end.
    plan
        Says when the calls begin.
    """
    rng = world.rng("trade", "calls")
    every, jitter = rng.uniform(800, 2000), rng.uniform(0.1, 0.4)
    return beats(rng, plan.beacon, end(world), every, jitter)
