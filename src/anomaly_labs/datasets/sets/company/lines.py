"""Free log lines: of the servers' secure shell, and of the shop's application."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .world import World

PROGRAMS: Final = ("shop", "sshd")
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "host": "string",
    "program": "category",
    "text": "string",
}
SCHEMA: Final = Schema(COLUMNS, {"program": PROGRAMS})


def table(
    world: World, seconds: np.ndarray, host: np.ndarray, program: str, text: np.ndarray
) -> pd.DataFrame:
    """Return log lines.

    Parameters
    ----------
    world
        Gives the clock and the names.
    seconds, host, text
        When, number of the host, and the line without time and host, shape (n_lines,).
    program
        One of `PROGRAMS`, for all.
    """
    return pd.DataFrame(
        {
            "time": world.time(seconds),
            "host": pd.array(world.hosts["name"].to_numpy()[host], dtype="str"),
            "program": pd.Categorical([program] * len(seconds), categories=list(PROGRAMS)),
            "text": pd.array(text, dtype="str"),
        }
    )


def filled(template: str, *columns: np.ndarray) -> np.ndarray:
    """Return a text for each row, with the values of that row in the places of a template.

    Parameters
    ----------
    template
        With a ``{}`` for each column.
    columns
        Values, each of shape (n_rows,).
    """
    return np.array([template.format(*row) for row in zip(*columns, strict=True)], dtype=object)


def shells(world: World) -> np.ndarray:
    """Return the numbers of the hosts with a secure shell.

    Parameters
    ----------
    world
        Whose hosts they are.
    """
    kinds = ("web", "shop", "database", "build", "backup", "monitor", "proxy", "test")
    return np.concatenate([world.servers(kind) for kind in kinds])
