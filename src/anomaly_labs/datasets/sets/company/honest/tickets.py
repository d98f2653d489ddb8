"""Tickets of everyday trouble, most of them after weekends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..tickets import QUEUES, TEXTS, fill, table
from ..world import DAY, HOUR, World


def honest(world: World) -> pd.DataFrame:
    """Return the tickets of a company in which nothing bad happens, in no order.

    Parameters
    ----------
    world
        Whose people write them.
    """
    rng = world.rng("tickets", "honest")
    after = np.r_[True, ~world.working[:-1]] & world.working
    expected = np.where(world.working, 45, 3) + 25 * after
    accounts = world.people["account"].to_numpy()
    seconds, author, queue, texts = [], [], [], []
    for day in range(world.days):
        for _ in range(int(rng.poisson(expected[day]))):
            share = (0.4, 0.12, 0.2, 0.08, 0.2) if after[day] else (0.2, 0.15, 0.25, 0.12, 0.28)
            queue.append(str(rng.choice(QUEUES, p=share)))
            author.append(str(rng.choice(accounts)))
            seconds.append(day * DAY + float(np.clip(rng.normal(11.5, 2.7), 6, 20)) * HOUR)
            texts.append(fill(rng, world, str(rng.choice(TEXTS[queue[-1]]))))
    return table(world, seconds, author, queue, texts)
