"""What makes rows of a set that has no file, or whose files are not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd


class Rows(NamedTuple):
    """What a generator returns: features, and where they are class names, windows and cases."""

    X: pd.DataFrame
    y: pd.Series | None = None
    windows: pd.DataFrame | None = None
    cases: pd.Series | None = None


@dataclass(frozen=True)
class Generator:
    """Makes rows that stand in for those of the files, or are all that there is.

    Attributes
    ----------
    version
        Raised when the same seed gives other rows; it alone decides whether what lies in the
        cache is made again.
    make
        Takes number of rows, split and seed, and options by name; the same ones give the same
        rows on any machine.
    options
        Names of the options. A generator that has some makes a world, which is as large as they
        say: the number of rows is not asked for.
    """

    version: int
    make: Callable[..., Rows]
    options: tuple[str, ...] = ()
