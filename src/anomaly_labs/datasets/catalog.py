"""What the data sets are, for people: titles, row counts, licences, citations."""

from __future__ import annotations

from dataclasses import dataclass

from .contract import Split
from .sets import find, names

__all__ = ["Description", "describe", "find_split", "names"]


@dataclass(frozen=True)
class Description:
    """What a data set is and where it comes from.

    Attributes
    ----------
    splits
        Official row count of each split.
    default_split
        What `load` takes when no split is named.
    columns
        Fields of a line of the official file: the features, the label and, in NSL-KDD, a
        difficulty that is not loaded.
    """

    name: str
    title: str
    splits: dict[str, int]
    default_split: str
    columns: int
    licence: str
    citation: str
    urls: tuple[str, ...]
    features: tuple[str, ...]
    families: tuple[str, ...]


def describe(name: str) -> Description:
    """Return what a data set is: title, splits, licence, citation.

    Parameters
    ----------
    name
        One of `names()`.

    Raises
    ------
    ValueError
        If there is no such data set.

    Examples
    --------
    >>> describe("kdd99").splits["10_percent"]
    494021
    """
    found = find(name)
    return Description(
        name=found.name,
        title=found.title,
        splits={split: info.rows for split, info in found.splits.items()},
        default_split=found.default_split,
        columns=found.width,
        licence=found.licence,
        citation=found.citation,
        urls=found.urls,
        features=tuple(found.schema.columns),
        families=found.schema.families,
    )


def find_split(name: str, split: str | None) -> tuple[str, Split]:
    """Return the name of a split, the default where None is given, and what it is.

    Parameters
    ----------
    name
        One of `names()`.
    split
        A split of it, or None.

    Raises
    ------
    ValueError
        If there is no such data set or split.

    Examples
    --------
    >>> find_split("nsl_kdd", None)[0]
    'train'
    """
    found = find(name)
    split = found.default_split if split is None else split
    if split not in found.splits:
        raise ValueError(f"{name} has no split {split!r}; choose one of {', '.join(found.splits)}")
    return split, found.splits[split]
