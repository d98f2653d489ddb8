"""When attacks happen, and the labelling of what they leave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .world import DAY, HOUR, World


def moment(
    world: World, rng: np.random.Generator, *, by_day: float = 0.7, lasts: float = 0
) -> float:
    """Return the second at which a case begins, after the quiet days.

    Parameters
    ----------
    world
        Gives the days.
    rng
        Draws it.
    by_day
        Chance that it falls into the hours of work of a working day.
    lasts
        Seconds for which there must be room.
    """
    late = np.arange(world.quiet_days, world.days)
    work = late[world.working[late]]
    if rng.random() < by_day and len(work):
        begin = rng.choice(work) * DAY + rng.uniform(8, 17) * HOUR
    else:
        begin = rng.uniform(world.quiet_days, world.days) * DAY
    return float(min(begin, world.days * DAY - lasts - 1))


def end(world: World) -> float:
    """Return the last second.

    Parameters
    ----------
    world
        Gives the days.
    """
    return world.days * DAY - 1.0


def kinds(*pairs: tuple[str, pd.DataFrame]) -> pd.DataFrame:
    """Return frames put together, each marked with its kind.

    Parameters
    ----------
    pairs
        Name of the kind, and its rows.
    """
    return pd.concat([frame.assign(kind=kind) for kind, frame in pairs], ignore_index=True)
