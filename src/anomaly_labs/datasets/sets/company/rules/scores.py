"""What rules are made of: counts of an hour, rarity, silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
import pandas as pd

Rule = Callable[[pd.DataFrame, np.ndarray], np.ndarray]
SILENT: Final = -np.inf


def hourly(frame: pd.DataFrame, by: str, value: str, how: str) -> np.ndarray:
    """Return for each row a figure of its hour: of all rows with the same entity.

    Parameters
    ----------
    frame
        Rows with a time.
    by
        Column of the entity.
    value
        Column that is counted.
    how
        What pandas calls it: "nunique", "size", "sum".
    """
    keys = [frame[by], frame["time"].dt.floor("h")]
    return frame[value].groupby(keys, observed=True).transform(cast(Any, how)).to_numpy(dtype=float)


def unseen(frame: pd.DataFrame, quiet: np.ndarray, *columns: str) -> np.ndarray:
    """Return the rarity of a key in the quiet days: minus the logarithm of its smoothed share.

    Parameters
    ----------
    frame, quiet
        Rows, and whether each lies in the quiet days.
    columns
        That make the key.
    """
    keys = frame.groupby(list(columns), dropna=False, observed=True, sort=False).ngroup().to_numpy()
    seen = np.bincount(keys[quiet], minlength=int(keys.max()) + 1)[keys]
    found: np.ndarray = -np.log((seen + 0.5) / (quiet.sum() + 1))
    return found


def only(mask: np.ndarray, scores: np.ndarray | float) -> np.ndarray:
    """Return scores where a mask holds, silence elsewhere.

    Parameters
    ----------
    mask
        Shape (n_rows,).
    scores
        Of each row, or one for all.
    """
    return np.where(mask, scores, SILENT)
