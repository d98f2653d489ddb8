"""Key figures with seasons, restarts, newsletters and repairs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..kpis import COLUMNS, by_hour, drift, moments_of
from ..web import season
from ..world import World


def honest(world: World) -> pd.DataFrame:
    """Return the figures of a company in which nothing bad happens, in their order.

    Parameters
    ----------
    world
        Whose figures they are.
    """
    rng = world.rng("kpis", "honest")
    seconds = moments_of(world)
    number = len(seconds)
    visitors = 90 * by_hour(world, season(world)) * np.exp(drift(rng, number, 0.97, 0.12))
    visitors = rng.poisson(visitors).astype(float)
    orders = rng.poisson(0.045 * visitors * np.exp(drift(rng, number, 0.9, 0.1))).astype(float)
    busy = by_hour(world, world.presence.sum(axis=0))
    logons = rng.poisson(0.11 * busy * np.exp(drift(rng, number, 0.9, 0.1)) + 2).astype(float)
    response = 90 * np.exp(drift(rng, number, 0.95, 0.1)) * (1 + visitors / 260)
    mail = 3 + 0.05 * busy * np.exp(drift(rng, number, 0.9, 0.4))
    machine = by_hour(world, np.repeat(world.working, 24) * 1.0)
    temperature = (
        52 + 9 * np.convolve(machine, np.ones(24) / 24, "same") + drift(rng, number, 0.99, 1.2)
    )
    vibration = 1.1 + 0.9 * machine + 0.15 * np.abs(drift(rng, number, 0.8, 1.0))
    frame = pd.DataFrame(
        {
            "time": world.time(seconds),
            "orders": orders,
            "visitors": visitors,
            "response_ms": response,
            "logons": logons,
            "mail_queue": mail,
            "temperature": temperature,
            "vibration": vibration,
        }
    )
    return _oddities(rng, world, frame).round({name: 2 for name in COLUMNS if name != "time"})


def _oddities(rng: np.random.Generator, world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """Return figures with what is odd and harmless: restarts, newsletters, repairs, lost values."""
    hour = moments_of(world) / 3600
    for day in np.flatnonzero(world.working)[1::3]:  # patch days: the shop restarts
        at = day * 24 + rng.uniform(12, 14)
        down = (hour >= at) & (hour < at + rng.uniform(0.15, 0.4))
        frame.loc[down, ["orders", "visitors"]] *= rng.uniform(0.0, 0.3)
        frame.loc[down, "response_ms"] *= rng.uniform(3, 8)
    for _ in range(max(2, world.days // 4)):  # newsletters fill the queue
        at = rng.uniform(0, world.days * 24)
        frame["mail_queue"] += 120 * np.exp(-np.maximum(hour - at, 0) / 0.4) * (hour >= at)
    for _ in range(max(2, world.days // 4)):  # slow partners: pages take longer
        at = rng.uniform(0, world.days * 24)
        slow = (hour >= at) & (hour < at + rng.uniform(0.3, 2))
        frame.loc[slow, "response_ms"] *= rng.uniform(1.5, 4)
    for _ in range(max(2, world.days // 5)):  # cleaning: the machine stands still for an hour
        at = rng.integers(0, world.days) * 24 + rng.uniform(8, 16)
        still = (hour >= at) & (hour < at + 1)
        frame.loc[still, "vibration"] = 1.0 + rng.normal(0, 0.05, int(still.sum()))
    return frame
