"""What happens to batches as they are read: functions and drawings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

# Features, labels, and the places of the rows in the whole table, None where unknown.
Placed = tuple[Any, Any, np.ndarray | None]
Step = Callable[[Any, Any, np.ndarray | None], Placed]


def mapped(function: Callable[[Any, Any], tuple[Any, Any]]) -> Step:
    """Return the step that puts batches through a function of X and y."""

    def step(X: Any, y: Any, places: np.ndarray | None) -> Placed:
        found = function(X, y)
        if not isinstance(found, tuple) or len(found) != 2:
            raise TypeError(
                f"a mapped function must return (X, y), not {type(found).__name__}; for example "
                "batches.map(lambda X, y: (encoder.transform(X), y))"
            )
        new_X, new_y = found
        if new_y is not None and len(new_X) != len(new_y):
            raise ValueError(
                f"a mapped function returned X with {len(new_X)} rows and y with {len(new_y)}; "
                "drop the same rows from both"
            )
        if len(new_X) != len(X):
            indexes = [part.index for part in found if isinstance(part, pd.Series | pd.DataFrame)]
            known = places is not None and indexes and np.isin(indexes[0], places).all()
            places = indexes[0].to_numpy() if known else None
        return new_X, new_y, places

    return step


def drawn(share: float, draw: str, *, chosen: bool) -> Step:
    """Return the step that keeps the rows drawn with probability `share`, or all others.

    `draw` names the drawing: by it and its place alone a row is drawn or not.
    """
    key = np.uint64(int.from_bytes(hashlib.sha256(draw.encode()).digest()[:8]))

    def step(X: Any, y: Any, places: np.ndarray | None) -> Placed:
        if places is None:
            raise ValueError(
                "rows were dropped without their index before the division, so their places are "
                "unknown; divide first, then map"
            )
        rows = (_shares(places, key) < share) == chosen
        return X[rows], None if y is None else y[rows], places[rows]

    return step


def _shares(places: np.ndarray, key: np.uint64) -> np.ndarray:
    """Return a number from 0 to 1 for each place: SplitMix64, Steele et al. (2014).

    https://doi.org/10.1145/2660193.2660195
    """
    word = key + (places.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word ^= word >> np.uint64(31)
    return np.asarray((word >> np.uint64(11)) * 2.0**-53)
