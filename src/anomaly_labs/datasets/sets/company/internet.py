"""The world outside: sites with names and addresses, known to all parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from .world import World

N_SITES: Final = 3000
_ENDINGS: Final = (".com", ".net", ".org", ".io", ".example")
WORDS: Final = [
    "book",
    "park",
    "mill",
    "lake",
    "rail",
    "mint",
    "fern",
    "gold",
    "moss",
    "wind",
    "barn",
    "clay",
    "dock",
    "echo",
    "fair",
    "gate",
    "hill",
    "iron",
    "jade",
    "kite",
    "leaf",
    "moon",
    "nest",
    "oak",
    "pine",
    "quay",
    "rose",
    "salt",
    "tide",
    "vale",
    "wood",
    "yard",
    "zinc",
    "cape",
    "dawn",
    "elm",
    "fox",
    "glen",
    "hive",
    "isle",
    "jet",
    "knot",
    "lime",
    "mead",
    "nook",
    "opal",
    "plum",
    "reef",
    "sage",
    "tern",
    "urn",
    "vine",
    "wren",
    "ash",
    "bay",
    "cove",
    "dell",
]


@dataclass(frozen=True)
class Internet:
    """Sites outside, by falling popularity.

    Attributes
    ----------
    names, addresses
        Shape (N_SITES,); several sites share an address, as behind a content network.
    weights
        How often each is visited; they sum to 1.
    """

    names: np.ndarray
    addresses: np.ndarray
    weights: np.ndarray

    def visits(self, rng: np.random.Generator, number: int, who: np.ndarray) -> np.ndarray:
        """Return the sites of visits: two thirds of them to a person's twenty favourites.

        Parameters
        ----------
        rng
            Draws them.
        number
            How many people there are; each gets favourites.
        who
            Number of the person of each visit.
        """
        favourites = rng.choice(N_SITES, (number, 20), p=self.weights)
        chosen = favourites[who, (20 * rng.random(len(who)) ** 2).astype(int)]
        fresh = rng.random(len(who)) < 0.35
        chosen[fresh] = rng.choice(N_SITES, int(fresh.sum()), p=self.weights)
        found: np.ndarray = chosen
        return found


@lru_cache(maxsize=4)
def internet(world: World) -> Internet:
    """Return the sites of a world.

    Parameters
    ----------
    world
        Whose people visit them.
    """
    rng = world.rng("internet")
    words = np.array(WORDS, dtype=object)
    first, second = rng.choice(words, (2, 3 * N_SITES))
    plain = rng.random(3 * N_SITES) < 0.3
    numbered = np.where(rng.random(3 * N_SITES) < 0.15, rng.integers(2, 400, 3 * N_SITES), 0)
    digits = np.array([str(n) if n else "" for n in numbered], dtype=object)
    ending = rng.choice(np.array(_ENDINGS, dtype=object), 3 * N_SITES, p=(0.5, 0.2, 0.1, 0.1, 0.1))
    names = np.unique(np.where(plain, first, first + second) + digits + ending)
    names = rng.permutation(names)[:N_SITES]
    n_addresses = int(0.6 * N_SITES)
    parts = rng.integers(1, 250, (n_addresses, 2))
    low = rng.integers(18, 20, n_addresses)
    hosts = np.array(
        [f"198.{a}.{b}.{c}" for a, (b, c) in zip(low, parts, strict=True)], dtype=object
    )
    weights = 1 / np.arange(1, N_SITES + 1) ** 0.9
    return Internet(names, hosts[rng.integers(0, n_addresses, N_SITES)], weights / weights.sum())
