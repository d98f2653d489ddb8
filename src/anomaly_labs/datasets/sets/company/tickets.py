"""Tickets of the help desk, with the entities that their words name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .internet import internet
from .world import World

QUEUES: Final = ("accounts", "mail", "network", "shop", "software")
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "author": "string",
    "queue": "category",
    "text": "string",
    "entities": "string",
}
"""Entities are JSON: a list of begin, end and label of each."""
SCHEMA: Final = Schema(COLUMNS, {"queue": QUEUES})

LABELS: Final = ("ACCOUNT", "HOST", "OFFICE", "PRODUCT", "SITE", "TIME")

# A queue and its texts; a name in braces is filled and becomes an entity of that label.
TEXTS: Final = {
    "accounts": (
        "I cannot log on to {HOST} since {TIME}, my account {ACCOUNT} is locked.",
        "Please reset the password of {ACCOUNT}. I forgot it over the weekend.",
        "New colleague in {OFFICE} needs an account, like {ACCOUNT}, by {TIME}.",
        "{ACCOUNT} was locked again, this is the second time this week.",
    ),
    "mail": (
        "Mail to {SITE} comes back since {TIME}.",
        "I got a message from {SITE} that looks strange, is it safe?",
        "My mailbox on {HOST} is full, can I have more room?",
    ),
    "network": (
        "The network in {OFFICE} is slow since {TIME}.",
        "I cannot reach {SITE} from {HOST}.",
        "{HOST} does not find the printer in {OFFICE}.",
        "VPN breaks off every few minutes, my account is {ACCOUNT}.",
    ),
    "shop": (
        "A customer says that he cannot pay since {TIME}.",
        "The page of the shop is slow, orders from {SITE} stand still.",
        "Prices on the page are old, please start {PRODUCT} again.",
    ),
    "software": (
        "{PRODUCT} crashes on {HOST} after the update of {TIME}.",
        "Please install {PRODUCT} on {HOST}.",
        "My licence of {PRODUCT} has run out, account {ACCOUNT}.",
        "{PRODUCT} asks for an administrator on {HOST}.",
    ),
}
PRODUCTS: Final = ("Ledgerly", "Paintbox", "Orbit Mail", "Quill", "Gridwise", "Patchbay", "Numina")


def fill(
    rng: np.random.Generator, world: World, template: str, given: dict[str, str] | None = None
) -> tuple[str, str]:
    """Return a text and its entities as JSON.

    Parameters
    ----------
    rng
        Draws what is not given.
    world
        Gives the names.
    template
        With labels in braces.
    given
        Values of some labels.
    """
    text, found, rest = "", [], template
    while "{" in rest:
        before, _, after = rest.partition("{")
        label, _, rest = after.partition("}")
        value = (given or {}).get(label) or _value(rng, world, label)
        text += before
        found.append([len(text), len(text) + len(value), label])
        text += value
    return text + rest, json.dumps(found)


def _value(rng: np.random.Generator, world: World, label: str) -> str:
    draw: dict[str, Callable[[], str]] = {
        "ACCOUNT": lambda: str(rng.choice(world.people["account"].to_numpy())),
        "HOST": lambda: str(rng.choice(world.hosts["name"].to_numpy())),
        "OFFICE": lambda: str(rng.choice(world.hosts["office"].to_numpy())),
        "PRODUCT": lambda: str(rng.choice(PRODUCTS)),
        "SITE": lambda: str(rng.choice(internet(world).names[:500])),
        "TIME": lambda: str(
            rng.choice(["this morning", "yesterday", "Monday", "9:40", "14:15", "8 am"])
        ),
    }
    return draw[label]()


def table(
    world: World,
    seconds: list[float] | np.ndarray,
    author: list[str],
    queue: list[str],
    texts: list[tuple[str, str]],
) -> pd.DataFrame:
    """Return tickets.

    Parameters
    ----------
    world
        Gives the clock.
    seconds, author, queue
        Of each ticket.
    texts
        What `fill` gave for each.
    """
    return pd.DataFrame(
        {
            "time": world.time(np.asarray(seconds, dtype=float)),
            "author": pd.array(author, dtype="str"),
            "queue": pd.Categorical(queue, categories=list(QUEUES)),
            "text": pd.array([text for text, _ in texts], dtype="str"),
            "entities": pd.array([found for _, found in texts], dtype="str"),
        }
    )
