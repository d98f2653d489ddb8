"""Flows of the network, one row each: who spoke to whom, how much and how long."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .world import World

PROTOCOLS: Final = ("icmp", "tcp", "udp")
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "source": "string",
    "destination": "string",
    "port": "int32",
    "protocol": "category",
    "bytes_out": "int64",
    "bytes_in": "int64",
    "duration": "float64",
}
SCHEMA: Final = Schema(COLUMNS, {"protocol": PROTOCOLS})

_SPREAD: Final = (1.1, 1.5, 1.2)  # of the logarithms of bytes out, in and duration


def table(
    rng: np.random.Generator,
    world: World,
    seconds: np.ndarray,
    source: np.ndarray,
    destination: np.ndarray,
    port: int | np.ndarray,
    sizes: tuple[float, float, float],
    *,
    protocol: int | np.ndarray = 1,
    spread: tuple[float, float, float] = _SPREAD,
) -> pd.DataFrame:
    """Return flows whose bytes and durations are log-normal.

    Parameters
    ----------
    rng
        Draws them.
    world
        Gives the clock.
    seconds, source, destination
        When, from which address, to which, shape (n_flows,).
    port, protocol
        Of all, or of each; the protocol is a place in `PROTOCOLS`.
    sizes, spread
        Mean and deviation of the logarithms of bytes out, bytes in and seconds.
    """
    number = len(seconds)
    out, back, duration = (
        np.exp(rng.normal(mean, deviation, number))
        for mean, deviation in zip(sizes, spread, strict=True)
    )
    kind = np.broadcast_to(np.asarray(protocol, dtype="int8"), number)
    return pd.DataFrame(
        {
            "time": world.time(seconds),
            "source": pd.array(source, dtype="str"),
            "destination": pd.array(destination, dtype="str"),
            "port": np.broadcast_to(np.asarray(port, dtype="int32"), number),
            "protocol": pd.Categorical.from_codes(kind, categories=pd.Index(PROTOCOLS)),
            "bytes_out": (out + 40).astype("int64"),
            "bytes_in": np.where(back < 8, 0, back).astype("int64"),
            "duration": duration.round(3),
        }
    )
