"""Who asks the shop's web server for pages and means no harm: people, programs, watchers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..incident import outside
from ..web import BOTS, BROWSERS, OLD, PAGES, PRODUCTS, PROGRAMS, SITE, STATIC, season, table
from ..world import DAY, World, moments


def honest(world: World) -> pd.DataFrame:
    """Return the requests of visitors and programs that mean no harm, in no order.

    Parameters
    ----------
    world
        Whose shop it is.
    """
    rng = world.rng("web", "honest")
    layers = (_visitors, _logins, _bots, _readers, _apps, _monitors, _offices)
    return pd.concat([layer(rng, world) for layer in layers], ignore_index=True)


def _clients(rng: np.random.Generator, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return addresses and programs of a number of visitors."""
    addresses = np.array([outside(rng) for _ in range(number)], dtype=object)
    weights = rng.dirichlet(np.full(len(BROWSERS), 0.6))
    return addresses, rng.choice(np.array(BROWSERS, dtype=object), number, p=weights)


def _products(rng: np.random.Generator, number: int) -> np.ndarray:
    weights = 1 / np.arange(1, len(PRODUCTS) + 1) ** 0.8
    return rng.choice(np.array(PRODUCTS, dtype=object), number, p=weights / weights.sum())


def _visitors(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return people: pages one after the other, and what these need and was not kept."""
    addresses, agents = _clients(rng, 5000)
    _, start = moments(rng, 55 * season(world)[None, :])
    pages = np.minimum(rng.geometric(0.2, len(start)), 60)
    visit = np.repeat(np.arange(len(start)), pages)
    first = np.r_[0, np.cumsum(pages)[:-1]]
    since = np.cumsum(rng.lognormal(3.1, 1.0, len(visit)))
    seconds = start[visit] + since - since[first][visit]
    shown, gone = _shown(rng, len(visit))
    landing = np.zeros(len(visit), dtype=bool)
    landing[first] = True
    whence = np.array(["-", "https://search.example/", "https://news.example/"], dtype=object)
    before = np.concatenate([np.array(["-"], dtype=object), shown[:-1]])
    referrer = np.where(landing, rng.choice(whence, len(visit)), SITE + before)
    person = rng.integers(0, 5000, len(start))[visit]
    who, program, status = addresses[person], agents[person], np.where(gone, 404, 200)
    page = table(rng, world, seconds, who, shown, program, referrer=referrer, status=status)
    # A third come back with everything kept; browsers also ask whether a file has changed.
    kept = (rng.random(len(start)) < 0.35)[visit]
    needed = np.where(landing, rng.integers(4, 9, len(visit)), rng.poisson(0.6, len(visit)))
    of = np.repeat(np.arange(len(visit)), np.where(kept, 0, needed))
    path = rng.choice(np.array(STATIC, dtype=object), len(of))
    status = np.where(rng.random(len(of)) < 0.15, 304, 200)
    at, since_page = seconds[of] + rng.exponential(0.4, len(of)), SITE + shown[of]
    static = table(
        rng, world, at, who[of], path, program[of], referrer=since_page, status=status, size=9.5
    )
    return pd.concat([page, static])


def _shown(rng: np.random.Generator, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pages that are looked at, and which of them are no more."""
    others = rng.choice(np.array(PAGES, dtype=object), number)
    shown = np.where(rng.random(number) < 0.62, _products(rng, number), others)
    gone = rng.random(number) < 0.012
    shown[gone] = rng.choice(np.array(OLD, dtype=object), int(gone.sum()))
    return shown, gone


def _logins(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return logins, orders and questions; who forgot a password tries several times."""
    addresses, agents = _clients(rng, 2500)
    _, seconds = moments(rng, 14 * season(world)[None, :])
    who = rng.integers(0, 2500, len(seconds))
    forgot = rng.random(len(who)) < 0.06
    tries = np.where(forgot, rng.geometric(0.25, len(who)), 1)
    which = np.repeat(np.arange(len(who)), tries)
    path = rng.choice(
        np.array(["/login", "/cart/add", "/order", "/comment", "/search"], dtype=object),
        len(who),
        p=(0.3, 0.36, 0.14, 0.05, 0.15),
    )
    path = np.where(forgot, "/login", path)[which]
    failed = forgot[which] & (rng.random(len(which)) < 0.8)
    return table(
        rng,
        world,
        seconds[which] + np.cumsum(rng.uniform(5, 25, len(which))) % 300,
        addresses[who[which]],
        path,
        agents[who[which]],
        method="POST",
        status=np.where(failed, 401, 302),
        referrer=np.where(path == "/login", SITE + "/login", SITE + "/cart").astype(object),
        size=6.5,
    )


def _walks(
    rng: np.random.Generator,
    world: World,
    clients: int,
    a_day: float,
    pages: float,
    pause: float,
    agents: tuple[str, ...],
) -> pd.DataFrame:
    """Return programs that walk through the site and fetch no pictures."""
    addresses = np.array([outside(rng) for _ in range(clients)], dtype=object)
    agent = rng.choice(np.array(agents, dtype=object), clients)
    who, start = moments(rng, np.full((clients, world.hours), a_day / 24))
    asked = rng.geometric(1 / pages, len(who))
    visit = np.repeat(np.arange(len(who)), asked)
    wait = rng.exponential(pause, len(visit))
    since = np.cumsum(wait)
    first = np.r_[0, np.cumsum(asked)[:-1]]
    seconds = (start[visit] + since - since[first][visit]) % (world.days * DAY)
    path = _products(rng, len(visit))
    other = rng.random(len(visit))
    path = np.where(other < 0.2, rng.choice(np.array(PAGES, dtype=object), len(visit)), path)
    path = np.where(other > 0.97, rng.choice(np.array(OLD, dtype=object), len(visit)), path)
    status = np.where((other > 0.97) & (rng.random(len(visit)) < 0.8), 404, 200)
    return table(rng, world, seconds, addresses[who[visit]], path, agent[who[visit]], status=status)


def _bots(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return search engines, which say what they are, and price comparers, which do not."""
    return pd.concat(
        [
            _walks(rng, world, 12, 6, 40, 8, BOTS),
            _walks(rng, world, 25, 1.5, 60, 4, BROWSERS[:6]),
            _walks(rng, world, 60, 2, 2, 20, BROWSERS),
        ]
    )


def _readers(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return readers of news and old bookmarks that ask for what has long gone."""
    clients = 80
    addresses = np.array([outside(rng) for _ in range(clients)], dtype=object)
    agent = rng.choice(np.array((*PROGRAMS[2:5], *BROWSERS[:4]), dtype=object), clients)
    mine = rng.choice(np.array(OLD, dtype=object), (clients, 3))
    who, seconds = moments(
        rng, np.repeat(rng.gamma(1, 0.15, clients)[:, None], world.hours, axis=1)
    )
    path = mine[who, rng.integers(0, 3, len(who))]
    status = np.where(path == "/robots.txt", 200, 404)
    return table(rng, world, seconds, addresses[who], path, agent[who], status=status)


def _apps(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return the shop's own app and partners' programs: the same few addresses of an interface."""
    addresses, _ = _clients(rng, 900)
    agent = rng.choice(np.array(PROGRAMS, dtype=object), 900, p=(0.45, 0.4, 0.03, 0.05, 0.02, 0.05))
    _, start = moments(rng, 25 * season(world)[None, :])
    who = rng.integers(0, 900, len(start))
    calls = rng.geometric(0.15, len(start))
    visit = np.repeat(np.arange(len(start)), calls)
    seconds = start[visit] + rng.exponential(40, len(visit))
    path = np.char.add("/api", _products(rng, len(visit)).astype(str)).astype(object)
    other = rng.choice(
        np.array(["/api/login", "/api/cart", "/api/search"], dtype=object), len(visit)
    )
    use_other = rng.random(len(visit)) < 0.3
    path = np.where(use_other, other, path)
    method = np.where(use_other, "POST", "GET").astype(object)
    status = np.where(rng.random(len(visit)) < 0.03, 401, 200)
    return table(
        rng,
        world,
        seconds,
        addresses[who[visit]],
        path,
        agent[who[visit]],
        method=method,
        status=status,
        size=7,
    )


def _monitors(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return watchers that ask every few minutes whether the site is up."""
    frames = []
    for path, every in (("/", 300), ("/login", 600), ("/api/health", 60)):
        seconds = np.arange(rng.uniform(0, every), world.days * DAY, every)
        frames.append(table(rng, world, seconds, outside(rng), path, "curl/8.9.1"))
    return pd.concat(frames)


def _offices(rng: np.random.Generator, world: World) -> pd.DataFrame:
    """Return schools and offices, many people behind one address."""
    addresses = np.array([outside(rng) for _ in range(15)], dtype=object)
    by_day = np.tile((np.abs(np.arange(24) - 12) < 4).astype(float), world.days)
    who, seconds = moments(
        rng, 30 * np.repeat(rng.gamma(1, 1, 15)[:, None], world.hours, axis=1) * by_day
    )
    agent = rng.choice(np.array(BROWSERS, dtype=object), len(who))
    static = rng.random(len(who)) < 0.6
    path = np.where(
        static, rng.choice(np.array(STATIC, dtype=object), len(who)), _products(rng, len(who))
    )
    return table(rng, world, seconds, addresses[who], path, agent, referrer=SITE + "/")
