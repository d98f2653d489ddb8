"""Requests to the web server of the shop, as its access log has them."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .world import World

METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST")
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "address": "string",
    "method": "category",
    "path": "string",
    "status": "int16",
    "size": "int64",
    "referrer": "string",
    "agent": "string",
}
SCHEMA: Final = Schema(COLUMNS, {"method": METHODS})

SITE: Final = "https://shop.example"
BROWSERS: Final = tuple(
    f"Mozilla/5.0 ({system}) {engine}"
    for system in (
        "Windows NT 10.0; Win64; x64",
        "Macintosh; Intel Mac OS X 10_15_7",
        "X11; Linux x86_64",
        "Linux; Android 14; K",
        "iPhone; CPU iPhone OS 18_1 like Mac OS X",
    )
    for engine in (
        "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36",
        "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36",
        "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
        "Gecko/20100101 Firefox/141.0",
    )
)
BOTS: Final = (
    "SearchBot/2.1 (+https://search.example/bot)",
    "PreviewBot/1.0",
    "Mozilla/5.0 (compatible; IndexBot/3.0)",
)
PROGRAMS: Final = (
    "ShopApp/5.2 (Android 14)",
    "ShopApp/5.1 (iOS 18.1)",
    "curl/8.9.1",
    "python-requests/2.32",
    "FeedFetcher/4",
    "okhttp/4.12",
)
PRODUCTS: Final = tuple(f"/item/{number}" for number in range(1000, 1400))
PAGES: Final = (
    "/",
    "/search?q=lamp",
    "/search?q=chair",
    "/list/home",
    "/list/garden",
    "/list/office",
    "/about",
    "/cart",
    "/help",
    "/news",
)
STATIC: Final = (
    "/static/style.css",
    "/static/app.js",
    "/static/logo.svg",
    "/favicon.ico",
    "/static/font.woff2",
    "/static/hero.jpg",
    "/static/icons.png",
    "/static/cart.js",
)
OLD: Final = (
    "/feed/",
    "/wp-content/uploads/2019/plan.pdf",
    "/index.php?p=12",
    "/apple-touch-icon.png",
    "/old/catalogue.html",
    "/robots.txt",
    "/.well-known/security.txt",
    "/xmlrpc.php",
    "/admin",
    "/sitemap.xml",
)


def table(
    rng: np.random.Generator,
    world: World,
    seconds: np.ndarray,
    address: np.ndarray | str,
    path: np.ndarray | str,
    agent: np.ndarray | str,
    *,
    method: str | np.ndarray = "GET",
    status: int | np.ndarray = 200,
    referrer: np.ndarray | str = "-",
    size: float = 9.0,
) -> pd.DataFrame:
    """Return requests; what is not an array holds for all.

    Parameters
    ----------
    rng
        Draws the sizes.
    world
        Gives the clock.
    seconds
        When, shape (n_requests,).
    address, path, agent, referrer
        Who asks for what, with which program, and whence.
    method, status
        One of `METHODS`, and a status of HTTP.
    size
        Mean logarithm of the bytes of a page; pictures and errors have their own.
    """
    number = len(seconds)

    def full(value: np.ndarray | str) -> np.ndarray:
        return np.full(number, value, dtype=object) if isinstance(value, str) else value

    states = np.broadcast_to(np.asarray(status, dtype="int16"), number)
    paths = full(path)
    # The size of a path is its own, but for what is made for each visitor.
    distinct, codes = np.unique(paths.astype(str), return_inverse=True)
    own = np.array([hash_of(one) for one in distinct])[codes]
    sizes = np.exp(size + 1.2 * own + 0.05 * rng.normal(0, 1, number))
    sizes = np.where(states >= 400, 500 + 40 * own, sizes)
    return pd.DataFrame(
        {
            "time": world.time(seconds),
            "address": pd.array(full(address), dtype="str"),
            "method": pd.Categorical(full(method), categories=list(METHODS)),
            "path": pd.array(paths, dtype="str"),
            "status": states,
            "size": np.where(states == 304, 0, sizes).astype("int64"),
            "referrer": pd.array(full(referrer), dtype="str"),
            "agent": pd.array(full(agent), dtype="str"),
        }
    )


def hash_of(path: str) -> float:
    """Return a number from -1 to 1 that belongs to a path.

    Parameters
    ----------
    path
        Any text.
    """
    return (zlib.crc32(path.encode()) % 2001) / 1000 - 1


def season(world: World) -> np.ndarray:
    """Return how busy the shop is in each hour; evenings, weekends and a campaign count.

    Parameters
    ----------
    world
        Gives days and seed.
    """
    hour = np.arange(world.hours)
    day, of_day = hour // 24, hour % 24
    wave = (
        0.08 + np.exp(-(((of_day - 12.5) / 4) ** 2)) + 1.1 * np.exp(-(((of_day - 20) / 2.2) ** 2))
    )
    weekly = np.where(day % 7 >= 5, 1.25, 1.0)
    start = world.rng("campaign").integers(world.quiet_days - 1, world.days - 1)
    campaign = 1 + 1.4 * np.exp(-(((hour / 24 - start - 0.4) / 0.35) ** 2)) * (hour / 24 > start)
    shape: np.ndarray = wave * weekly * campaign
    return shape


def lines(frame: pd.DataFrame) -> pd.Series:
    """Return requests as lines of an access log in the combined format.

    Parameters
    ----------
    frame
        With the columns of this part.
    """
    when = frame["time"].dt.strftime("%d/%b/%Y:%H:%M:%S +0000")
    request = frame["method"].astype(str) + " " + frame["path"].astype(str) + " HTTP/1.1"
    found: pd.Series = (
        frame["address"].astype(str)
        + " - - ["
        + when
        + '] "'
        + request
        + '" '
        + frame["status"].astype(str)
        + " "
        + frame["size"].astype(str)
        + ' "'
        + frame["referrer"].astype(str)
        + '" "'
        + frame["agent"].astype(str)
        + '"'
    )
    return found
