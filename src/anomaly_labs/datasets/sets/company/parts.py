"""A part of the company: what is honest and what is not, put together."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import numpy as np
import pandas as pd

from ...contract import NORMAL
from . import windows
from .incident import CASE, plan
from .world import DAY, World

PARTS: Final = (
    *("flows", "authentication", "windows", "web", "dns", "kpis", "cards", "lines", "tickets"),
)
ATTACKS: Final = ("ours", "trade")
PREVALENCE: Final = 3e-4
"""Share of events that are an attack's, if nothing else is asked for: a few in ten thousand."""


def kinds_of(part: str) -> tuple[str, ...]:
    """Return the kinds of attacks that a part may have, of all sets of attacks.

    Parameters
    ----------
    part
        One of `PARTS`.
    """
    found = {kind for attacks in ATTACKS for kind in _module(attacks, part).KINDS}
    return tuple(sorted(found))


def make(world: World, part: str, attacks: str, prevalence: float | None) -> pd.DataFrame:
    """Return the rows of a part in order of time, with the columns kind and case.

    Parameters
    ----------
    world
        Of which it is a part.
    part
        One of `PARTS`.
    attacks
        One of `ATTACKS`.
    prevalence
        Share of the rows that are an attack's: cases are added until it is reached. None for
        `PREVALENCE`. Each kind comes once at least, unless it is 0: then nothing bad happens.

    Returns
    -------
    pd.DataFrame
        The columns of the part; kind, "normal" or that of the attack; and case, its number, 0 for
        none. Case 1 is the incident, the same in all parts.
    """
    honest = _module("honest", part).honest(world)
    share = PREVALENCE if prevalence is None else prevalence
    bad = _cases(world, part, attacks, honest, share) if share else []
    if part == "kpis":
        frame = _replaced(honest, bad)
    else:
        frame = pd.concat([honest.assign(kind=NORMAL, case=0), *bad], ignore_index=True)
    after = world.time(np.array([world.days * DAY]))[0]
    frame = frame[frame["time"] < after]
    if part == "windows":
        frame = windows.counted(frame)
    # Equal moments are put in an order that no case has a part in.
    ties = world.rng(part, "order").random(len(frame))
    order = np.lexsort((ties, frame["time"].to_numpy()))
    return frame.iloc[order].reset_index(drop=True)


def _cases(
    world: World, part: str, attacks: str, honest: pd.DataFrame, prevalence: float
) -> list[pd.DataFrame]:
    """Return the rows of each case, the incident's first."""
    module = _module(attacks, part)
    rng = world.rng(part, attacks)
    more: tuple[Any, ...] = (honest,) if part == "kpis" else ()
    frames = [module.incident(world, plan(world), rng, *more).assign(case=CASE)]
    names = list(module.KINDS)
    rows, case = len(frames[0]), CASE
    while rows < prevalence * len(honest) or case < CASE + len(names):
        kind = names[(case - CASE) % len(names)]
        case += 1
        frame = module.KINDS[kind](world, rng, *more).assign(kind=kind, case=case)
        frames.append(frame)
        rows += len(frame)
    return frames


def _replaced(honest: pd.DataFrame, bad: list[pd.DataFrame]) -> pd.DataFrame:
    """Return figures in which the rows of cases stand for the honest ones of their moments."""
    frame = honest.assign(kind=NORMAL, case=0)
    for rows in bad:
        free = rows[frame.loc[rows.index, "case"].to_numpy() == 0]
        frame.loc[free.index, free.columns] = free
    return frame


def _module(layer: str, part: str) -> Any:
    return import_module(f".{layer}.{part}", __package__)
