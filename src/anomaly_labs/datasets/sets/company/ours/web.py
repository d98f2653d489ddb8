"""Attacks on the shop's web server: probing, guessing, copying, spam, tampering."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident, outside
from ..late import kinds, moment
from ..web import BROWSERS, PAGES, PRODUCTS, SITE, STATIC, table
from ..world import HOUR, World

_PROBES: Final = (
    "/wp-login.php",
    "/admin",
    "/.env",
    "/xmlrpc.php",
    "/backup.zip",
    "/login",
    "/old/catalogue.html",
    "/config.php",
    "/api/health",
    "/.git/config",
    "/server-status",
    "/index.php?p=12",
    "/robots.txt",
    "/sitemap.xml",
    "/admin/login",
    "/test",
)
_TAMPERED: Final = (
    "/search?q=lamp'",
    "/search?q=chair%27+or+1=1",
    "/item/1001?size=9999",
    "/search?q=../../etc",
    "/cart?id=-1",
    "/search?q=%3Cb%3E",
    "/item/1002?ref=1+union+select",
)


def _agent(rng: np.random.Generator) -> str:
    return str(rng.choice(BROWSERS))


def _cover(
    world: World, rng: np.random.Generator, address: str, agent: str, begin: float
) -> pd.DataFrame:
    """Return pages and files that an intruder looks at, to seem a visitor."""
    number = int(rng.integers(3, 14))
    seconds = begin + np.cumsum(rng.exponential(15, number))
    path = rng.choice(np.array([*PRODUCTS[:60], *PAGES, *STATIC], dtype=object), number)
    return table(rng, world, seconds, address, path, agent, referrer=SITE + "/")


def _probe(
    world: World, rng: np.random.Generator, address: str, begin: float, number: int, pause: float
) -> pd.DataFrame:
    agent = _agent(rng)
    seconds = begin + np.cumsum(rng.exponential(pause, number))
    path = rng.choice(np.array(_PROBES, dtype=object), number, replace=number > len(_PROBES))
    there = np.isin(path, ("/login", "/api/health", "/robots.txt", "/sitemap.xml"))
    asked = table(rng, world, seconds, address, path, agent, status=np.where(there, 200, 404))
    return pd.concat([asked, _cover(world, rng, address, agent, begin)])


def _copy(
    world: World, rng: np.random.Generator, address: str, begin: float, number: int, pause: float
) -> pd.DataFrame:
    agent = _agent(rng)
    seconds = begin + np.cumsum(rng.exponential(pause, number))
    first = int(rng.integers(0, len(PRODUCTS) - number)) if number < len(PRODUCTS) else 0
    path = np.array(PRODUCTS[first : first + number], dtype=object)
    seconds = seconds[: len(path)]
    return table(rng, world, seconds, address, path, agent)


def probing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a search for weak places, slow, between ordinary pages."""
    begin = moment(world, rng, by_day=0.4, lasts=HOUR)
    return _probe(world, rng, outside(rng), begin, int(rng.integers(6, 25)), rng.uniform(3, 90))


def guessing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return guessed passwords, from several addresses, some tries from each."""
    begin = moment(world, rng, by_day=0.4, lasts=3 * HOUR)
    frames = []
    for _ in range(int(rng.integers(2, 9))):
        number, address, agent = int(rng.integers(3, 9)), outside(rng), _agent(rng)
        start = begin + rng.uniform(0, 2.5) * HOUR
        seconds = start + np.cumsum(rng.exponential(20, number))
        status = np.where(rng.random(number) < 0.05, 302, 401)
        tries = table(
            rng,
            world,
            seconds,
            address,
            "/login",
            agent,
            method="POST",
            status=status,
            referrer=SITE + "/login",
            size=6.5,
        )
        frames += [tries, _cover(world, rng, address, agent, start - 60)]
    return pd.concat(frames)


def copying(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return a copy of the catalogue, item after item, in the manner of price comparers."""
    begin = moment(world, rng, by_day=0.4, lasts=2 * HOUR)
    return _copy(world, rng, outside(rng), begin, int(rng.integers(40, 160)), rng.uniform(2, 20))


def comments(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return comments that advertise."""
    begin = moment(world, rng, by_day=0.5, lasts=HOUR)
    number, address, agent = int(rng.integers(4, 14)), outside(rng), _agent(rng)
    seconds = begin + np.cumsum(rng.exponential(60, number))
    page = rng.choice(np.array(PRODUCTS[:60], dtype=object), number)
    sent = table(
        rng,
        world,
        seconds,
        address,
        "/comment",
        agent,
        method="POST",
        status=302,
        referrer=SITE + page,
        size=6.5,
    )
    return pd.concat([sent, _cover(world, rng, address, agent, begin)])


def tampering(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return questions with something in them that is meant for the database."""
    begin = moment(world, rng, by_day=0.5, lasts=HOUR)
    number, address, agent = int(rng.integers(4, 14)), outside(rng), _agent(rng)
    seconds = begin + np.cumsum(rng.exponential(40, number))
    path = rng.choice(np.array(_TAMPERED, dtype=object), number)
    status = np.where(rng.random(number) < 0.3, 404, 200)
    asked = table(rng, world, seconds, address, path, agent, status=status, referrer=SITE + "/")
    return pd.concat([asked, _cover(world, rng, address, agent, begin)])


KINDS: Final = {
    "probing": probing,
    "guessing": guessing,
    "copying": copying,
    "comment spam": comments,
    "tampering": tampering,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the trace of the incident.

    Parameters
    ----------
    world
        Where it happens.
    plan
        Who, where and when.
    rng
        Draws the rest.
    """
    return kinds(
        ("probing", _probe(world, rng, plan.outside, plan.scan, 20, 40)),
        ("copying", _copy(world, rng, plan.outside, plan.scrape, 120, 6)),
    )
