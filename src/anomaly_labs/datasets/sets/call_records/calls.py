"""Calls of SIMs, one row each, as the operator that ends them sees them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

DAY: Final = 86_400
SIDE: Final = 15
"""Cells lie on a grid of 15 by 15 kilometres."""

_HUMAN: Final = np.array(
    [3, 1.5, 1, 1, 1.5, 4, 10, 20, 32, 38, 40, 42, 44, 42, 40, 40, 42, 48, 55, 58, 52, 40, 24, 10]
)
_WORK: Final = np.array(
    [0, 0, 0, 0, 0, 0, 2, 10, 30, 40, 42, 40, 30, 36, 40, 40, 36, 24, 10, 4, 2, 1, 0, 0]
)


def start() -> np.datetime64:
    """Return midnight of the first day, a Monday."""
    return np.datetime64("2026-03-02T00:00:00", "ms")


def calls(rng: np.random.Generator, sims: pd.DataFrame, days: int) -> pd.DataFrame:
    """Return the calls of SIMs, in no order, with the place of the SIM in a column ``sim``.

    Parameters
    ----------
    rng
        Draws them.
    sims
        What `sims.honest` and `sims.boxes` return, put together.
    days
        Of the table.
    """
    alive = (sims["last"] - sims["first"]).to_numpy()
    counts = np.maximum(rng.poisson(sims["rate"].to_numpy() * alive), 2)
    sim = np.repeat(np.arange(len(sims)), counts)
    of = {name: sims[name].to_numpy()[sim] for name in sims.columns if name != "kind"}
    number = len(sim)
    seconds, hour = _times(rng, of, days)
    incoming = rng.random(number) < of["incoming"]
    answered = rng.random(number) < of["answered"]
    length = np.where(answered, np.maximum(rng.lognormal(of["length"], 1.1), 1), 0)
    rotating = (sims["kind"] == "rotating").to_numpy()[sim] & (of["box"] > 0)
    device = np.where(rotating, of["device"] + rng.integers(0, 3, number), of["device"])
    return pd.DataFrame(
        {
            "sim": sim,
            "seconds": seconds,
            "device": device,
            "cell": _cells(rng, sims, sim, of, hour),
            "direction": np.where(incoming, 0, 1),
            "other": _others(rng, sims, sim, of),
            "answered": answered,
            "duration": length.round(0),
        }
    )


def _times(
    rng: np.random.Generator, of: dict[str, np.ndarray], days: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return second and hour of each call: human hours, those of work, or any."""
    number = len(of["first"])
    day = of["first"] + (rng.random(number) * (of["last"] - of["first"])).astype(int)
    draw = rng.random(number)
    human = rng.choice(24, number, p=_HUMAN / _HUMAN.sum())
    work = rng.choice(24, number, p=_WORK / _WORK.sum())
    any_hour = rng.integers(0, 24, number)
    hour = np.where(
        draw < of["flat"], any_hour, np.where(draw < of["flat"] + of["work"], work, human)
    )
    weekend = (day % 7 >= 5) & (rng.random(number) < of["work"] * 0.8)
    day = np.where(weekend & (day >= of["first"] + 2), day - 2, day)
    return day * DAY + (hour + rng.random(number)) * 3600, hour


def _cells(
    rng: np.random.Generator,
    sims: pd.DataFrame,
    sim: np.ndarray,
    of: dict[str, np.ndarray],
    hour: np.ndarray,
) -> np.ndarray:
    """Return the cell of each call: home, work by day, journeys; boxes and firms have a site."""
    home = rng.integers(0, SIDE, (len(sims), 2))
    sites = rng.integers(0, SIDE, (30_000, 2))
    fixed = sims["site"].to_numpy() >= 0
    home[fixed] = sites[sims["site"].to_numpy()[fixed]] + rng.integers(-1, 2, (int(fixed.sum()), 2))
    work = home + rng.integers(-3, 4, (len(sims), 2))
    moves = rng.random(len(sim)) < of["mobile"]
    at_work = moves & (hour > 8) & (hour < 18) & (rng.random(len(sim)) < 0.7)
    away = moves & (rng.random(len(sim)) < 0.15)
    place = np.where(at_work[:, None], work[sim], home[sim])
    place = np.where(away[:, None], home[sim] + rng.integers(-5, 6, (len(sim), 2)), place)
    # Even who stays is served by a neighbouring cell now and then.
    place = place + (rng.random((len(sim), 2)) < 0.06)
    place = np.clip(place, 0, SIDE - 1)
    found: np.ndarray = place[:, 0] * SIDE + place[:, 1]
    return found


def _others(
    rng: np.random.Generator, sims: pd.DataFrame, sim: np.ndarray, of: dict[str, np.ndarray]
) -> np.ndarray:
    """Return the number at the other end: one of few, the first ones often, or a stranger."""
    pool = 6 * len(sims)
    place = np.floor((of["friends"] + 1.0) ** rng.random(len(sim))).astype(np.uint64)
    salt = np.uint64(rng.integers(1, 2**62))
    # A friend's number is a mixture of the bits of SIM and place, so that no list is kept.
    mixed = (sim.astype(np.uint64) + salt) * np.uint64(0x9E3779B97F4A7C15) + place * np.uint64(
        0xBF58476D1CE4E5B9
    )
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0x94D049BB133111EB)
    friend = (mixed ^ (mixed >> np.uint64(29))) % np.uint64(pool)
    stranger = rng.random(len(sim)) < of["strangers"]
    return np.where(stranger, rng.integers(0, pool, len(sim)), friend.astype(np.int64))
