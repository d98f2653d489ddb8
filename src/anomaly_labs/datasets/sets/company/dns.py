"""Questions to the company's name servers: which host asks for which name."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .world import World

TYPES: Final = ("A", "AAAA", "HTTPS", "MX", "PTR", "SRV", "TXT")
CODES: Final = ("NOERROR", "NXDOMAIN", "SERVFAIL")
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "host": "string",
    "query": "string",
    "type": "category",
    "code": "category",
}
SCHEMA: Final = Schema(COLUMNS, {"type": TYPES, "code": CODES})
LETTERS: Final = np.array(list("abcdefghijklmnopqrstuvwxyz"))
HEX: Final = np.array(list("0123456789abcdef"))


def table(
    world: World,
    seconds: np.ndarray,
    host: np.ndarray,
    query: np.ndarray | str,
    *,
    type: str | np.ndarray = "A",
    code: str | np.ndarray = "NOERROR",
) -> pd.DataFrame:
    """Return questions; what is not an array holds for all.

    Parameters
    ----------
    world
        Gives the clock and the names of the hosts.
    seconds
        When, shape (n_questions,).
    host
        Numbers of the hosts that ask.
    query
        Names asked for.
    type, code
        One of `TYPES`, and of `CODES`.
    """
    number = len(seconds)

    def full(value: np.ndarray | str) -> np.ndarray:
        return np.full(number, value, dtype=object) if isinstance(value, str) else value

    return pd.DataFrame(
        {
            "time": world.time(seconds),
            "host": pd.array(world.hosts["name"].to_numpy()[host], dtype="str"),
            "query": pd.array(full(query), dtype="str"),
            "type": pd.Categorical(full(type), categories=list(TYPES)),
            "code": pd.Categorical(full(code), categories=list(CODES)),
        }
    )


def words(
    rng: np.random.Generator, number: int, least: int, most: int, letters: np.ndarray = LETTERS
) -> np.ndarray:
    """Return random words of `least` to `most` letters.

    Parameters
    ----------
    rng
        Draws them.
    number
        How many.
    least, most
        Letters of each.
    letters
        Of which they are made.
    """
    drawn = rng.choice(letters, (number, most))
    lengths = rng.integers(least, most + 1, number)
    pairs = zip(drawn, lengths, strict=True)
    return np.array(["".join(word[:length]) for word, length in pairs], dtype=object)
