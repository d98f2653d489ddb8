"""Windows security events, counted by hour, computer, account and code."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .world import HOUR, World

COLUMNS: Final = {
    "time": "datetime64[ms]",
    "computer": "string",
    "account": "string",
    "code": "int32",
    "count": "int64",
}
SCHEMA: Final = Schema(COLUMNS)


def watched(world: World) -> np.ndarray:
    """Return the numbers of the computers whose logs are collected: servers, 60 workstations.

    Parameters
    ----------
    world
        Whose computers they are.
    """
    rng = world.rng("windows", "watched")
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    found: np.ndarray = np.r_[rng.choice(world.servers("workstation"), 60, replace=False), servers]
    return found


def table(
    world: World,
    hour: np.ndarray,
    computer: np.ndarray,
    account: np.ndarray | str,
    code: np.ndarray | int,
    count: np.ndarray | int,
) -> pd.DataFrame:
    """Return counts; what is not an array holds for all.

    Parameters
    ----------
    world
        Gives the clock and the names.
    hour
        Hours after the first midnight, shape (n_rows,).
    computer
        Numbers of the hosts.
    account, code, count
        Of each row.
    """
    number = len(hour)
    names = np.full(number, account, dtype=object) if isinstance(account, str) else account
    return pd.DataFrame(
        {
            "time": world.time(np.floor(hour) * HOUR),
            "computer": pd.array(world.hosts["name"].to_numpy()[computer], dtype="str"),
            "account": pd.array(names, dtype="str"),
            "code": np.broadcast_to(np.asarray(code, dtype="int32"), number),
            "count": np.broadcast_to(np.asarray(count, dtype="int64"), number),
        }
    )


def counted(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the counts with rows of one hour, computer, account and code put together.

    Where an attack has a part in a row, the row is the attack's.

    Parameters
    ----------
    frame
        Counts with the columns kind and case.
    """
    keys = ["time", "computer", "account", "code"]
    frame = frame.sort_values("case", ascending=False, kind="stable")
    grouped = frame.groupby(keys, sort=False, observed=True)
    first = grouped.first()
    first["count"] = grouped["count"].sum()
    return first.reset_index()[[*COLUMNS, "kind", "case"]]
