"""Statistical profiles of the data sets: aggregates only, from which `rows` are drawn.

A profile is a small JSON text in an xz file, made by ``scripts/make_profiles.py``. It holds

- per split the number of rows of each *cell*: class, protocol, service, flag and group;
- per *group* (rows of one class that behave alike) a histogram of each numeric column and the
  dependence between the columns as loadings of a Gaussian copula;
- per class the share of rows that repeat an earlier row.

Numbers are integers throughout (rates in hundredths), so that drawing is exact on any machine.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np

from .schema import CATEGORICAL, CLASSES, FEATURES

NUMERIC: Final = tuple(name for name in FEATURES if name not in CATEGORICAL)

# Shares of a histogram and of repeated rows are counted in 65,536ths: one 16-bit random word.
WHOLE: Final = 1 << 16


@dataclass(frozen=True)
class Histogram:
    """A numeric column in one group: segments, each uniform on whole numbers.

    Attributes
    ----------
    low, width : shape (n_segments,)
        A segment holds the values low, low + 1, …, low + width - 1.
    start, mass : shape (n_segments,)
        The segment covers the shares from `start` to `start + mass`, in 65,536ths.
    """

    low: np.ndarray
    width: np.ndarray
    start: np.ndarray
    mass: np.ndarray

    @classmethod
    def from_json(cls, parts: list[list[int]]) -> Histogram:
        """Return the histogram of three lists: differences of low, width - 1, mass."""
        steps, widths, mass = (np.array(part, dtype=np.int64) for part in parts)
        return cls(np.cumsum(steps), widths + 1, np.cumsum(mass) - mass, mass)

    def at(self, share: np.ndarray) -> np.ndarray:
        """Return the value below which a share of the rows lies.

        Parameters
        ----------
        share : shape (n_rows,)
            Whole numbers from 0 to 65,535.
        """
        segment = np.searchsorted(self.start, share, side="right") - 1
        inside = (share - self.start[segment]) * self.width[segment] // self.mass[segment]
        return np.asarray(self.low[segment] + inside)


@dataclass(frozen=True)
class Group:
    """Rows of one class that behave alike.

    Attributes
    ----------
    constant : shape (n_numeric,)
        Value of each numeric column that does not vary; 0 where it does.
    histograms
        Histogram of each column that varies, by its position in `NUMERIC`.
    loadings : shape (n_varying, n_varying) or None
        Whole numbers, lower triangular: normal scores of the varying columns are these times
        independent ones. None where the columns are independent.
    """

    constant: np.ndarray
    histograms: dict[int, Histogram]
    loadings: np.ndarray | None

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> Group:
        """Return the group that an entry of the file describes."""
        columns = entry["columns"]
        varying = {
            position: Histogram.from_json(column)
            for position, column in enumerate(columns)
            if not isinstance(column, int)
        }
        constant = np.array([c if isinstance(c, int) else 0 for c in columns], dtype=np.int64)
        if entry["loadings"] is None:
            return cls(constant, varying, None)
        loadings = np.zeros((len(varying), len(varying)))
        loadings[np.tril_indices(len(varying))] = entry["loadings"]
        return cls(constant, varying, loadings)


@dataclass(frozen=True)
class Profile:
    """Aggregates of one part of a data set.

    Attributes
    ----------
    cells : shape (n_cells, 5)
        Codes of class, protocol, service and flag, and number of the group. Sorted by group.
    rows
        Rows of each cell, by split; shape (n_cells,).
    class_rows
        Rows of each class, by split; shape (n_classes,).
    repeats : shape (n_classes,)
        Share of the rows of a class that repeat an earlier row, in 65,536ths.
    distinct
        Whether the part has hardly a repeated row.
    """

    cells: np.ndarray
    rows: dict[str, np.ndarray]
    class_rows: dict[str, np.ndarray]
    repeats: np.ndarray
    distinct: bool
    groups: tuple[Group, ...]

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Profile:
        """Return the profile that the text of a file describes."""
        cells = np.array(content["cells"], dtype=np.int64).T
        n_classes = len(CLASSES[content["name"]])
        rows, class_rows = {}, {}
        for split, entry in content["splits"].items():
            # A split without cells of its own borrows those of another, by class.
            own = content["splits"][entry.get("cells_of", split)]["rows"]
            rows[split] = np.array(own, dtype=np.int64)
            counts = np.bincount(cells[:, 0], weights=rows[split], minlength=n_classes)
            class_rows[split] = np.array(entry.get("class_rows", counts), dtype=np.int64)
        groups = tuple(Group.from_json(entry) for entry in content["groups"])
        repeats = np.array(content["repeats"], dtype=np.int64)
        return cls(cells, rows, class_rows, repeats, content["distinct"], groups)


def pack(content: dict[str, Any]) -> bytes:
    """Return the bytes of a profile file; the same content gives the same bytes."""
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


@cache
def read(package: str, part: str) -> Profile:
    """Return the committed profile of a part of a data set.

    Parameters
    ----------
    package
        Of the set, in whose folder the file lies.
    part
        "train" or "test".
    """
    file = resources.files(package) / f"{part}.json.xz"
    return Profile.from_json(json.loads(lzma.decompress(file.read_bytes())))
