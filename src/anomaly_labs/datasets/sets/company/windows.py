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

# Code: share of the hours at work in which it comes, and how often then, for people and for
# programs; the shape of a day is invented, the captures that exist are minutes long.
_PEOPLE: Final = {
    4624: (0.55, 3.0),
    4634: (0.50, 3.0),
    4648: (0.03, 1.2),
    4672: (0.04, 1.5),
    4688: (0.60, 14.0),
    4689: (0.55, 12.0),
    4656: (0.20, 15.0),
    4663: (0.15, 10.0),
    4768: (0.10, 1.3),
    4769: (0.30, 3.0),
    4776: (0.05, 1.3),
    4625: (0.02, 1.4),
    5140: (0.15, 3.0),
    4799: (0.02, 1.2),
}
_PROGRAMS: Final = {
    4624: (0.70, 6.0),
    4634: (0.65, 6.0),
    4627: (0.50, 5.0),
    4672: (0.60, 4.0),
    4688: (0.60, 25.0),
    4689: (0.60, 22.0),
    4703: (0.30, 10.0),
    5156: (0.80, 120.0),
    5158: (0.70, 90.0),
    4769: (0.20, 5.0),
    4670: (0.05, 2.0),
    4799: (0.05, 2.0),
}
_AT_SERVER: Final = (4624, 4634, 4625, 4672, 4768, 4769, 4776, 4648, 5140, 4663)


def watched(world: World) -> np.ndarray:
    """Return the numbers of the computers whose logs are collected: servers, 60 workstations.

    Parameters
    ----------
    world
        Whose computers they are.
    """
    rng = world.rng("windows", "watched")
    servers = np.flatnonzero(world.hosts["kind"] != "workstation")
    return np.r_[rng.choice(world.servers("workstation"), 60, replace=False), servers]


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
