"""Where data files lie: the learner's folder, the project's data/, the download folder."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from anomaly_labs import runtime
from anomaly_labs.errors import ChecksumError, DataFormatError

from ..runtime import PROJECT
from .cache import cache_folder, known_key
from .catalog import describe, find_split
from .contract import File
from .proof import verify_file
from .tree import Tree

# The first as `runtime.DATA` has it.
Place = Literal["ANOMALY_LABS_DATA", "data/", "cache", "an installed package"]
Trees = list[tuple[Place, Tree]]

REJECTED = ".rejected"


@dataclass(frozen=True)
class Location:
    """The data files of a split that were found, and in which of the places the first one lies.

    Attributes
    ----------
    path
        The first of them, usually the only one.
    place
        The learner's own folder, the project's ``data/``, the cache, or an installed package.
    paths
        All of them, in the set's order.
    exact
        Whether all have one of the official names, not only a similar one.
    """

    path: Path
    place: Place
    paths: tuple[Path, ...]
    exact: bool = True


def project_data_folder() -> Path | None:
    """Return the project's ``data/``, or None where the package is installed without it.

    A course with a folder of its own (``ANOMALY_LABS_PROJECT``) has its data there.
    """
    if course := os.environ.get(PROJECT):
        return Path(course) / "data"
    root = Path(__file__).resolve().parents[3]
    return root / "data" if (root / "pyproject.toml").is_file() else None


def download_folder() -> Path:
    """Return where downloads land: the project's ``data/``, else the cache."""
    return project_data_folder() or cache_folder() / "downloads"


def _own_folder() -> Path | None:
    folder = os.environ.get(runtime.DATA)
    if not folder:
        return None
    path = Path(folder).expanduser()
    if not path.is_dir():
        start = "" if path.is_absolute() else f" in {Path.cwd()}, write a path that starts with /"
        raise FileNotFoundError(
            f"ANOMALY_LABS_DATA={folder!r} is not a folder{start}; let it name the folder that "
            "holds the data files, or unset it"
        )
    return path


def trees() -> Trees:
    """Return the places that are searched, in this order."""
    places: list[tuple[Place, Path | None]] = [
        ("ANOMALY_LABS_DATA", _own_folder()),
        ("data/", project_data_folder()),
        ("cache", cache_folder() / "downloads"),
    ]
    return [(place, Tree(root)) for place, root in places if root is not None]


def first(name: str, file: File, looked: Trees) -> tuple[Place, Path, bool] | None:
    """Return place, path and whether the name is exact: the genuine one of several in a place.

    Parameters
    ----------
    name
        Data set.
    file
        One of its files.
    looked
        The places.
    """
    for exact in (True, False):
        for place, tree in looked:
            path = _genuine(tree.exact(name, file) if exact else tree.similar(file), file)
            if path is not None:
                return place, path, exact
    path = packaged(file)
    return None if path is None else ("an installed package", path, True)


def _genuine(paths: Iterator[Path], file: File) -> Path | None:
    """Return the first genuine one; where none is, the first, about which an error then speaks."""
    first = next(paths, None)
    if first is None or known_key(first, file.names[0]) is not None:
        return first
    second = next(paths, None)
    if second is None:
        return first
    for path in chain((first, second), paths):
        try:
            verify_file(path, file)
            return path
        except (OSError, ChecksumError, DataFormatError):
            continue
    return first


def packaged(file: File) -> Path | None:
    """Return a file that an installed package brings along, or None.

    Parameters
    ----------
    file
        An official file of a split.
    """
    package, _, folder = file.package.partition("/")
    found = importlib.util.find_spec(package) if package else None
    places = found.submodule_search_locations if found else None
    paths = (Path(place, folder, file.names[0]) for place in places or ())
    return next((path for path in paths if path.is_file()), None)


def located(name: str) -> dict[str, Location | None]:
    """Return for each split of a data set what `locate` would; folders are looked at once.

    Parameters
    ----------
    name
        Data set, one of `names()`.

    Raises
    ------
    ValueError, FileNotFoundError
        As `locate`.
    """
    looked = trees()
    return {split: located_in(name, split, looked) for split in describe(name).splits}


def locate(name: str, split: str | None = None) -> Location | None:
    """Return the files from which a split is loaded, or None where one of them is missing.

    Folders are looked into to a depth of four. Where no file has one of the names, one that has
    it but for the ending is taken; what it holds decides.

    Parameters
    ----------
    name
        Data set, one of `names()`.
    split
        The default split where None.

    Raises
    ------
    ValueError
        If there is no such data set or split.
    FileNotFoundError
        If ``ANOMALY_LABS_DATA`` names no folder.

    Examples
    --------
    >>> found = locate("kdd99", "test")
    >>> found is None or found.path.is_file()
    True
    """
    return located_in(name, split, trees())


def located_in(name: str, split: str | None, looked: Trees) -> Location | None:
    """Return what `locate` does, of places that may have been looked at already.

    Parameters
    ----------
    name, split
        As for `locate`.
    looked
        The places.
    """
    found = [first(name, file, looked) for file in find_split(name, split)[1].files]
    here = [one for one in found if one is not None]
    if not here or len(here) < len(found):
        return None
    places, paths, exact = zip(*here, strict=True)
    return Location(paths[0], places[0], paths, all(exact))


def missing(name: str, split: str) -> list[File]:
    """Return the official files of a split that lie nowhere under one of their names.

    Parameters
    ----------
    name, split
        Data set and split.
    """
    looked = trees()
    return [
        file
        for file in find_split(name, split)[1].files
        if packaged(file) is None
        and all(next(tree.exact(name, file), None) is None for _, tree in looked)
    ]
