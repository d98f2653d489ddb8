"""Attacks in questions to name servers: families that make names, tunnels, and ATT&CK."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..dns import HEX, LETTERS, table, words
from ..incident import Incident
from ..internet import WORDS, internet
from ..late import kinds, moment
from ..world import DAY, HOUR, World
from .trace import beats, calls, domain, steps, victims, workstation

_BASE32: Final = np.array(list("abcdefghijklmnopqrstuvwxyz234567"))
_BASE36: Final = np.array(list("abcdefghijklmnopqrstuvwxyz0123456789"))

# Least and most letters, of which, and endings: as descriptions of families have them.
_FAMILIES: Final = (
    (5, 11, LETTERS, ("com", "net", "org", "info", "biz")),  # as Conficker
    (7, 21, LETTERS, ("com", "net", "org", "biz", "ru", "top")),  # as Necurs
    (8, 19, LETTERS, ("com",)),  # as Ramnit
    (20, 28, _BASE36, ("com", "net", "org", "biz")),  # as the newer GameOver Zeus
    (32, 32, HEX, ("info", "org", "com")),  # as Bamital
    (12, 16, LETTERS, ("com", "net", "io")),  # as Cryptolocker
)


def _hosts(host: int, seconds: np.ndarray) -> np.ndarray:
    return np.full(len(seconds), host)


def _tunnel(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1071.004 and T1572, a tunnel: a line of its own through long names."""
    number, pause = int(rng.integers(70, 230)), float(np.exp(rng.uniform(-2.3, 1.8)))
    begin = moment(world, rng, lasts=2 * number * pause)
    home, letters = domain(world, rng), _BASE32 if rng.random() < 0.6 else HEX
    labels = int(rng.integers(1, 4))
    least, most = int(rng.integers(18, 40)), int(rng.integers(42, 61))
    parts = [words(rng, number, least, most, letters) for _ in range(labels)]
    query = np.array([".".join(row) + "." + home for row in zip(*parts, strict=True)], dtype=object)
    kind = rng.choice(np.array([str(rng.choice(["TXT", "A", "MX"])), "TXT"], dtype=object), number)
    seconds = steps(rng, begin, number, pause)
    return table(world, seconds, _hosts(workstation(world, rng, begin), seconds), query, type=kind)


def _slow(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1048.003, exfiltration by small pieces: a name every few minutes, for hours."""
    number, pause = int(rng.integers(30, 100)), rng.uniform(120, 1200)
    begin = moment(world, rng, by_day=0.5, lasts=min(number * pause, 1.5 * DAY))
    least = int(rng.integers(8, 24))
    label = words(rng, number, least, least + int(rng.integers(0, 9)), HEX)
    seconds = steps(rng, begin, number, pause, spread=0.4)
    host = _hosts(workstation(world, rng, begin), seconds)
    return table(world, seconds, host, label + "." + domain(world, rng))


def _walked(
    rng: np.random.Generator, world: World, begin: float, pause: float, names: np.ndarray
) -> pd.DataFrame:
    """Return a list of names that is tried until one is found, which seldom happens."""
    seconds = steps(rng, begin, len(names), pause)
    code = np.full(len(names), "NXDOMAIN", dtype=object)
    if rng.random() < 0.3:
        code[-1] = "NOERROR"
    host = _hosts(workstation(world, rng, begin), seconds)
    return table(world, seconds, host, names, code=code)


def _letters(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1568.002, names made of letters by chance, of one family."""
    number, pause = int(rng.integers(30, 150)), float(np.exp(rng.uniform(-1.5, 5)))
    begin = moment(world, rng, by_day=0.6, lasts=2 * number * pause)
    least, most, letters, endings = _FAMILIES[rng.integers(len(_FAMILIES))]
    ending = rng.choice(np.array(endings, dtype=object), number)
    return _walked(
        rng, world, begin, pause, words(rng, number, least, most, letters) + "." + ending
    )


def _dictionary(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1568.002, names made of two or three words, as Suppobox and Matsnu have them."""
    number, pause = int(rng.integers(15, 86)), float(np.exp(rng.uniform(-0.5, 5.5)))
    begin = moment(world, rng, by_day=0.6, lasts=2 * number * pause)
    drawn = rng.choice(np.array(WORDS, dtype=object), (number, int(rng.choice([2, 2, 3]))))
    mark, ending = str(rng.choice(["", "", "-"])), str(rng.choice([".net", ".com"]))
    names = np.array([mark.join(row) + ending for row in drawn], dtype=object)
    return _walked(rng, world, begin, pause, names)


def _beacon(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1071.004 and T1573, calls home: one name at regular times."""
    every, jitter = float(rng.choice([120, 300, 600, 900, 1800])), rng.uniform(0, 0.5)
    lasts = min(rng.integers(30, 90) * every, 1.5 * DAY)
    begin = moment(world, rng, lasts=lasts)
    seconds = beats(rng, begin, begin + lasts, every, jitter)
    name = str(rng.choice(["", "", "www.", "api.", "cdn.", "static."])) + domain(world, rng)
    return table(world, seconds, _hosts(workstation(world, rng, begin), seconds), name)


def _sweep(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1018, discovery of remote systems: the names of all addresses of a subnet."""
    number, pause = int(rng.integers(50, 200)), float(np.exp(rng.uniform(-3, 2.5)))
    begin = moment(world, rng, lasts=2 * number * pause)
    host = workstation(world, rng, begin)
    known = set(world.hosts["address"])
    subnet = str(rng.choice(world.hosts["address"].to_numpy())).rsplit(".", 1)[0]
    addresses = [f"{subnet}.{last}" for last in range(1, number + 1)]
    if rng.random() < 0.4:
        addresses = [str(one) for one in rng.permutation(addresses)]
    query = [".".join(reversed(one.split("."))) + ".in-addr.arpa" for one in addresses]
    code = np.array(["NOERROR" if one in known else "NXDOMAIN" for one in addresses], dtype=object)
    seconds = steps(rng, begin, number, pause)
    return table(
        world, seconds, _hosts(host, seconds), np.array(query, dtype=object), type="PTR", code=code
    )


def _twisted(rng: np.random.Generator, name: str) -> str:
    """Return a name that the eye takes for another."""
    word, _, ending = name.rpartition(".")
    at = int(rng.integers(1, len(word) - 1)) if len(word) > 2 else 0
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    doubled, hyphen = word[:at] + word[at] + word[at:], word + "-login"
    digits = word.replace("l", "1").replace("o", "0")
    alike = [swapped, doubled, digits, hyphen, word.replace("m", "rn")]
    other = [one for one in alike if one != word]
    return f"{rng.choice(other)}.{ending if rng.random() < 0.6 else 'com'}"


def _alike(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1566.002 and T1583.001, a link in a letter to a name like that of a known site."""
    begin = moment(world, rng, by_day=0.95, lasts=3 * HOUR)
    people = victims(world, rng, begin, int(rng.integers(2, 9)))
    name = _twisted(rng, str(internet(world).names[rng.integers(0, 150)]))
    each = rng.integers(1, 4, len(people))
    read = begin + rng.exponential(0.6 * HOUR, len(people))
    seconds = read.repeat(each) + rng.uniform(0, 20, int(each.sum()))
    host = world.people["host"].to_numpy()[people].repeat(each)
    below = rng.choice(np.array(["", "www.", "login."], dtype=object), len(host), p=(0.5, 0.3, 0.2))
    kind = rng.choice(
        np.array(["A", "AAAA", "HTTPS"], dtype=object), len(host), p=(0.6, 0.25, 0.15)
    )
    return table(world, seconds, host, below + name, type=kind)


KINDS: Final = {
    "dns tunnel": _tunnel,
    "slow dns exfiltration": _slow,
    "random name generation": _letters,
    "dictionary name generation": _dictionary,
    "beaconing": _beacon,
    "reverse lookup sweep": _sweep,
    "look-alike domain": _alike,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's questions: for the name of the server, before most calls home.

    Parameters
    ----------
    world
        Gives hosts and clock.
    plan
        Says which host, and when.
    rng
        Draws the rest.
    """
    called = calls(world, plan)
    seconds = called[rng.random(len(called)) < 0.9] - rng.uniform(0.02, 0.3)
    name = domain(world, rng)
    home = table(world, seconds, _hosts(plan.host, seconds), name)
    number = int(rng.integers(12, 40))
    when = steps(rng, plan.dip + rng.uniform(1, 2) * HOUR, number, rng.uniform(60, 400))
    label = words(rng, number, 16, 30, HEX)
    slow = table(world, when, _hosts(plan.host, when), label + "." + name)
    return kinds(("beaconing", home), ("slow dns exfiltration", slow))
