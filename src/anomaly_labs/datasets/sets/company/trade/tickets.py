"""Attacks and outages in tickets: what people write to the help desk when it happens."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident
from ..internet import internet
from ..late import kinds, moment
from ..tickets import PRODUCTS, TEXTS, fill, table
from ..world import HOUR, World
from .trace import administrator, sprayed, steps, victims

_LOCKED: Final = (*(TEXTS["accounts"][at] for at in (0, 3)),)
_LETTERS: Final = (
    TEXTS["mail"][1],
    "{SITE} asks me to confirm the password of {ACCOUNT}. Is that you?",
    "I clicked on a link to {SITE} and typed my password. What now?",
)
_ASKED: Final = (
    TEXTS["accounts"][1],
    "I have a new phone and cannot confirm the logon of {ACCOUNT}. Please register it today.",
    "I am on a journey and locked out. Please send a new password for {ACCOUNT} to my own mail.",
)
_LOCKED_FILES: Final = (
    "My files on {HOST} have a strange ending and do not open since {TIME}.",
    "There is a note in every folder of {HOST}, it asks for money.",
    TEXTS["software"][0],
    "I cannot open anything on {HOST}, the whole team in {OFFICE} has this.",
)
_UNPAID: Final = (
    TEXTS["shop"][0],
    TEXTS["shop"][1],
    "A customer found a payment on the card that was never made, and asks us about {SITE}.",
)
_LINE: Final = (TEXTS["network"][0], TEXTS["network"][1], TEXTS["network"][3])


def _authors(world: World, rng: np.random.Generator, second: float, number: int) -> list[str]:
    names = world.people["account"].to_numpy()[victims(world, rng, second, number)]
    return [str(name) for name in names]


def _wave(
    rng: np.random.Generator,
    world: World,
    seconds: np.ndarray,
    queue: str,
    texts: tuple[str, ...],
    given: dict[str, str] | None = None,
    *,
    authors: list[str] | None = None,
) -> pd.DataFrame:
    """Return tickets that several people write about one thing."""
    number = len(seconds)
    names = authors or _authors(world, rng, float(seconds[0]), number)
    written = [fill(rng, world, str(rng.choice(texts)), given) for _ in range(number)]
    return table(world, seconds, names, [queue] * number, written)


def _begin(world: World, rng: np.random.Generator, lasts: float) -> float:
    return moment(world, rng, by_day=0.95, lasts=lasts)


def _lockouts(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return what T1110.003 leaves: people whose accounts were locked by guesses of others."""
    number, pause = int(rng.integers(4, 10)), rng.uniform(240, 1200)
    begin = _begin(world, rng, 2 * number * pause)
    authors = _authors(world, rng, begin, number)
    seconds = steps(rng, begin, number, pause)
    texts = [fill(rng, world, str(rng.choice(_LOCKED)), {"ACCOUNT": one}) for one in authors]
    return table(world, seconds, authors, ["accounts"] * number, texts)


def _phishing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1566.002, spearphishing link: several people ask about letters of one site."""
    number, pause = int(rng.integers(3, 9)), rng.uniform(200, 2400)
    begin = _begin(world, rng, 2 * number * pause)
    site = str(rng.choice(internet(world).names[:500]))
    seconds = steps(rng, begin, number, pause)
    return _wave(rng, world, seconds, "mail", _LETTERS, {"SITE": site})


def _pretext(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1656 and T1566.004, impersonation: somebody asks for the password of another."""
    number, pause = int(rng.integers(1, 5)), rng.uniform(600, 5000)
    begin = _begin(world, rng, 2 * number * pause)
    author = _authors(world, rng, begin, 1) * number
    goal = _authors(world, rng, begin, 1)[0]
    if rng.random() < 0.5:
        goal = administrator(world, rng)
    seconds = steps(rng, begin, number, pause)
    return _wave(rng, world, seconds, "accounts", _ASKED, {"ACCOUNT": goal}, authors=author)


def _ransom(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1486, data encrypted for impact: files of one server do not open any more."""
    number, pause = int(rng.integers(3, 12)), rng.uniform(60, 600)
    begin = _begin(world, rng, 2 * number * pause)
    server = str(world.hosts["name"].iloc[int(rng.choice(world.servers("files")))])
    seconds = steps(rng, begin, number, pause)
    return _wave(rng, world, seconds, "software", _LOCKED_FILES, {"HOST": server})


def _outage(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return an outage of a line (T1498 if on purpose): an office without network, all at once."""
    number, pause = int(rng.integers(4, 14)), rng.uniform(40, 400)
    begin = _begin(world, rng, 2 * number * pause)
    people = victims(world, rng, begin, len(world.people))
    office = str(rng.choice(world.people["office"].to_numpy()))
    there = people[world.people["office"].to_numpy()[people] == office][:number]
    authors = [str(one) for one in world.people["account"].to_numpy()[there]]
    seconds = steps(rng, begin, len(authors), pause)
    return _wave(rng, world, seconds, "network", _LINE, {"OFFICE": office}, authors=authors)


def _release(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a bad release (T1195.002 if on purpose): one product fails for many."""
    number, pause = int(rng.integers(4, 12)), rng.uniform(200, 1500)
    begin = _begin(world, rng, 2 * number * pause)
    texts = (TEXTS["software"][0], TEXTS["software"][3])
    seconds = steps(rng, begin, number, pause)
    product = {"PRODUCT": str(rng.choice(PRODUCTS))}
    return _wave(rng, world, seconds, "software", texts, product)


def _payments(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return complaints of customers (OAT-012, or a failing checkout), passed on by sales."""
    number, pause = int(rng.integers(3, 9)), rng.uniform(200, 2000)
    begin = _begin(world, rng, 2 * number * pause)
    return _wave(rng, world, steps(rng, begin, number, pause), "shop", _UNPAID)


KINDS: Final = {
    "lockout wave": _lockouts,
    "phishing wave": _phishing,
    "help desk pretext": _pretext,
    "ransomware": _ransom,
    "office outage": _outage,
    "bad release": _release,
    "payment complaints": _payments,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's tickets: locked accounts next morning, later customers who cannot pay.

    Parameters
    ----------
    world
        Gives people and clock.
    plan
        Says who, and when.
    rng
        Draws the rest.
    """
    people = sprayed(world, plan)
    locked = world.people["account"].to_numpy()[people[people != plan.person]]
    authors = [str(one) for one in locked[: int(rng.integers(2, 6))]]
    morning = steps(rng, plan.entry + rng.uniform(0.7, 1.5) * HOUR, len(authors), 1200)
    texts = [fill(rng, world, str(rng.choice(_LOCKED)), {"ACCOUNT": one}) for one in authors]
    wrote = table(world, morning, authors, ["accounts"] * len(authors), texts)
    unpaid = steps(rng, plan.dip + rng.uniform(600, 2400), int(rng.integers(2, 6)), 900)
    strange = steps(rng, plan.fraud + rng.uniform(4, 6) * HOUR, int(rng.integers(1, 4)), 2500)
    return kinds(
        ("lockout wave", wrote),
        ("payment complaints", _wave(rng, world, unpaid, "shop", _UNPAID[:2])),
        ("payment complaints", _wave(rng, world, strange, "shop", _UNPAID[2:])),
    )
