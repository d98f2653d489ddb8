"""Where data files lie: the learner's folder, the project's data/, the download folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Literal

from .cache import cache_folder, known_key
from .catalog import describe, find_split, names
from .contract import File
from .errors import ChecksumError, DataFormatError
from .text import verify_file

Place = Literal["ANOMALY_LABS_DATA", "data/", "cache"]
Status = Literal[
    "ok", "not verified", "generated", "missing", "wrong checksum", "damaged", "unreadable"
]

REJECTED = ".rejected"

DEPTH: Final = 4  # folders below the named one that are looked into

# Endings that a file gets on its way, those that are read and those that are only named.
_OTHER: Final = "txt csv data log json tsv gz zip arff bz2 xz 7z rar tar tgz zst xls xlsx parquet"
_ENDING: Final = re.compile(r"\.(txt|csv|log|json)$")


@dataclass(frozen=True)
class Location:
    """The data files of a split that were found, and in which of the places the first one lies.

    Attributes
    ----------
    path
        The first of them, usually the only one.
    place
        The learner's own folder, the project's ``data/``, or the cache.
    paths
        All of them, in the set's order.
    exact
        Whether all have one of the official names, not only a similar one.
    """

    path: Path
    place: Place
    paths: tuple[Path, ...]
    exact: bool = True


@dataclass(frozen=True)
class FileStatus:
    """What `verify` found out about one split.

    Attributes
    ----------
    path
        The file, or the first one that is wrong, or None where there is none.
    detail
        One sentence for people.
    paths
        All files of the split, where all are here.
    """

    name: str
    split: str
    path: Path | None
    status: Status
    detail: str
    paths: tuple[Path, ...] = ()

    @property
    def bad(self) -> bool:
        """Whether a file is there and wrong."""
        return self.status in ("wrong checksum", "damaged", "unreadable")


def project_data_folder() -> Path | None:
    """Return the project's ``data/``, or None where the package is installed without it."""
    root = Path(__file__).resolve().parents[3]
    return root / "data" if (root / "pyproject.toml").is_file() else None


def download_folder() -> Path:
    """Return where downloads land: the project's ``data/``, else the cache."""
    return project_data_folder() or cache_folder() / "downloads"


def _own_folder() -> Path | None:
    folder = os.environ.get("ANOMALY_LABS_DATA")
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


def _places() -> list[tuple[Place, Path]]:
    places: list[tuple[Place, Path | None]] = [
        ("ANOMALY_LABS_DATA", _own_folder()),
        ("data/", project_data_folder()),
        ("cache", cache_folder() / "downloads"),
    ]
    return [(place, root) for place, root in places if root is not None]


class Tree:
    """The files of a folder, those that lie higher first; looked at when somebody asks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._paths: list[Path] | None = None

    def exact(self, name: str, file: File) -> Iterator[Path]:
        """Yield where a file of the set `name` lies under one of its names."""
        endings = ("", ".gz", ".zip")
        wanted = [f"{known}{ending}" for known in file.names for ending in endings]
        # KDDTrain+.zip is the usual name of the packed KDDTrain+.txt.
        wanted += [*file.bundles]
        near = [folder / one for folder in (self.root, self.root / name) for one in wanted]
        seen = [path for path in near if path.is_file()]
        yield from seen
        yield from (path for path in self.paths() if path.name in wanted and path not in seen)

    def similar(self, file: File) -> Iterator[Path]:
        """Yield files that have the name but for its ending, or were renamed by a browser."""
        stems = "|".join({re.escape(_ENDING.sub("", known)) for known in file.names})
        other = "|".join(_OTHER.split())
        pattern = re.compile(rf"({stems})( ?\(\d+\)| - Copy)?(\.({other})){{0,3}}", re.IGNORECASE)
        yield from (path for path in self.paths() if pattern.fullmatch(path.name))

    def paths(self) -> list[Path]:
        """Return the files, those that lie higher first; hidden folders are left out."""
        if self._paths is None:
            self._paths = []
            level = [self.root]
            for _ in range(DEPTH + 1):
                level = [inner for folder in level for inner in self._look(folder)]
        return self._paths

    def _look(self, folder: Path) -> list[Path]:
        """Note the files of a folder, return the folders in it."""
        try:
            with os.scandir(folder) as entries:
                found = sorted((one for one in entries if not _hidden(one)), key=_by_name)
        except OSError:
            return []
        assert self._paths is not None
        self._paths += [Path(one.path) for one in found if one.is_file()]
        return [Path(one.path) for one in found if one.is_dir()]


def _hidden(entry: os.DirEntry[str]) -> bool:
    return entry.name.startswith(".") or entry.name == "__MACOSX"


def _by_name(entry: os.DirEntry[str]) -> str:
    return entry.name


Trees = list[tuple[Place, Tree]]


def find(root: Path, name: str, file: File) -> Path | None:
    """Return where an official file lies in a folder, under one of its names, or None.

    Parameters
    ----------
    root
        The folder; its sub-folders are looked into.
    name
        Data set.
    file
        One of its files.
    """
    return next(Tree(root).exact(name, file), None)


def _first(name: str, file: File, trees: Trees) -> tuple[Place, Path, bool] | None:
    """Return place, path and whether the name is exact: the genuine one of several in a place."""
    for exact in (True, False):
        for place, tree in trees:
            path = _genuine(tree.exact(name, file) if exact else tree.similar(file), file)
            if path is not None:
                return place, path, exact
    return None


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
    return _located(name, split, [(place, Tree(root)) for place, root in _places()])


def _located(name: str, split: str | None, trees: Trees) -> Location | None:
    found = [_first(name, file, trees) for file in find_split(name, split)[1].files]
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
    trees = [Tree(root) for _, root in _places()]
    return [
        file
        for file in find_split(name, split)[1].files
        if all(next(tree.exact(name, file), None) is None for tree in trees)
    ]


def _status(name: str, split: str, trees: Trees) -> FileStatus:
    _, info = find_split(name, split)
    if not info.files:
        return FileStatus(name, split, None, "generated", f"{info.rows:,} rows, no official file")
    found = _located(name, split, trees)
    if found is None:
        lacking = [f.names[0] for f in info.files if _first(name, f, trees) is None]
        hint = f"no file {' and '.join(lacking)} (or .gz, .zip)"
        if all(file.urls for file in info.files):
            hint += f"; `anomaly-labs data download {name} --split {split}` gets it"
        return FileStatus(name, split, None, "missing", hint)
    verified = True
    for path, file in zip(found.paths, info.files, strict=True):
        try:
            key = known_key(path, file.names[0]) or verify_file(path, file).key
        except ChecksumError as error:
            return FileStatus(name, split, path, "wrong checksum", str(error))
        except DataFormatError as error:
            return FileStatus(name, split, path, "damaged", str(error))
        except OSError as error:
            return FileStatus(name, split, path, "unreadable", str(error))
        verified = verified and key == file.sha256
    said = f"{info.rows:,} rows, from {found.place}"
    if verified:
        return FileStatus(name, split, found.path, "ok", said, found.paths)
    said += ", known by their number only: the official sum is of another packing, or unknown"
    return FileStatus(name, split, found.path, "not verified", said, found.paths)


def verify(name: str | None = None) -> list[FileStatus]:
    """Return for each split of each data set whether its files are here and genuine.

    Files that were loaded before and did not change since are not read again.

    Parameters
    ----------
    name
        Only this data set; all where None.

    Raises
    ------
    ValueError
        If there is no such data set.
    FileNotFoundError
        If ``ANOMALY_LABS_DATA`` names no folder.

    Examples
    --------
    >>> sorted(status.split for status in verify("kdd99"))
    ['10_percent', 'full', 'test']
    """
    trees = [(place, Tree(root)) for place, root in _places()]
    chosen = names() if name is None else (name,)
    return [_status(one, split, trees) for one in chosen for split in describe(one).splits]
