"""Attacks and failures in the key figures; they change values, so they take the honest ones."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident
from ..kpis import moments_of
from ..late import kinds, moment
from ..world import HOUR, World


def _changed(
    frame: pd.DataFrame, chosen: np.ndarray, factors: dict[str, np.ndarray]
) -> pd.DataFrame:
    part = frame.loc[chosen].copy()
    for name, factor in factors.items():
        part[name] = (part[name] * factor).round(2)
    return part


def _span(world: World, begin: float, seconds: float) -> np.ndarray:
    at = moments_of(world)
    return (at >= begin) & (at < begin + seconds)


def dip(
    world: World, rng: np.random.Generator, honest: pd.DataFrame, begin: float | None = None
) -> pd.DataFrame:
    """Return orders that fail while visitors stay: the shop answers, but does not sell."""
    begin = moment(world, rng, by_day=0.8, lasts=2 * HOUR) if begin is None else begin
    span = _span(world, begin, rng.uniform(0.5, 1.5) * HOUR)
    number = int(span.sum())
    factors = {
        "orders": rng.uniform(0.1, 0.6, number),
        "response_ms": rng.uniform(1.0, 1.6, number),
    }
    return _changed(honest, span, factors)


def flood(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return visitors who are none: more of them, no more orders."""
    begin = moment(world, rng, by_day=0.4, lasts=2 * HOUR)
    span = _span(world, begin, rng.uniform(0.4, 1.5) * HOUR)
    more = rng.uniform(1.4, 2.6) * np.ones(int(span.sum()))
    return _changed(honest, span, {"visitors": more, "response_ms": more**0.7})


def logons(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return logons at hours when nobody works."""
    begin = moment(world, rng, by_day=0.1, lasts=3 * HOUR)
    span = _span(world, begin, rng.uniform(1, 3) * HOUR)
    part = _changed(honest, span, {})
    part["logons"] += rng.poisson(rng.uniform(3, 9), len(part))
    return part


def wear(world: World, rng: np.random.Generator, honest: pd.DataFrame) -> pd.DataFrame:
    """Return the last day of a bearing: warmer and rougher by and by, then it stands still."""
    lasts = rng.uniform(14, 30) * HOUR
    begin = moment(world, rng, by_day=0.9, lasts=lasts + HOUR)
    span = _span(world, begin, lasts)
    grown = np.linspace(0, 1, int(span.sum())) ** 1.5
    factors = {"temperature": 1 + 0.12 * grown, "vibration": 1 + rng.uniform(0.5, 1.0) * grown}
    part = _changed(honest, span, factors)
    part.loc[part.index[-6:], "vibration"] = 0.2
    return part


KINDS: Final = {"orders fail": dip, "flood": flood, "logons at night": logons, "wear": wear}


def incident(
    world: World, plan: Incident, rng: np.random.Generator, honest: pd.DataFrame
) -> pd.DataFrame:
    """Return the trace of the incident.

    Parameters
    ----------
    world
        Where it happens.
    plan
        Who, where and when.
    rng
        Draws the rest.
    honest
        The figures as they would be.
    """
    return kinds(("orders fail", dip(world, rng, honest, plan.dip)))
