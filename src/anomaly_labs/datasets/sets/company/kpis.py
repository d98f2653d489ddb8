"""Key figures, every five minutes: of the shop, of the network, and of a machine that wears."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.signal import lfilter

from ...contract import Schema
from .world import DAY, World

EVERY: Final = 300
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "orders": "float64",
    "visitors": "float64",
    "response_ms": "float64",
    "logons": "float64",
    "mail_queue": "float64",
    "temperature": "float64",
    "vibration": "float64",
}
SCHEMA: Final = Schema(COLUMNS)


def moments_of(world: World) -> np.ndarray:
    """Return the seconds at which figures are taken.

    Parameters
    ----------
    world
        Gives the days.
    """
    return np.arange(0, world.days * DAY, EVERY)


def by_hour(world: World, shape: np.ndarray) -> np.ndarray:
    """Return a shape of hours at the moments of the figures, without steps.

    Parameters
    ----------
    world
        Gives the days.
    shape
        Shape (hours,).
    """
    middle = (np.arange(len(shape)) + 0.5) * 3600
    found: np.ndarray = np.interp(moments_of(world), middle, shape)
    return found


def drift(rng: np.random.Generator, number: int, memory: float, size: float) -> np.ndarray:
    """Return noise that remembers, a first-order autoregression of unit steps.

    Parameters
    ----------
    rng
        Draws it.
    number
        How many values.
    memory
        Share that stays from one value to the next, below 1.
    size
        Standard deviation of the noise.
    """
    steps = rng.normal(0, size * np.sqrt(1 - memory**2), number)
    noise: np.ndarray = lfilter([1.0], [1.0, -memory], steps)
    return noise
