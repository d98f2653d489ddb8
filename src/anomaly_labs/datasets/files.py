"""Where data files lie: the learner's folder, the project's data/, the download folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .cache import cache_folder, known_key
from .catalog import Split, describe, find_split, names
from .errors import ChecksumError, DataFormatError
from .parse import verify_file

Place = Literal["ANOMALY_LABS_DATA", "data/", "cache"]
Status = Literal["ok", "missing", "wrong checksum", "damaged", "unreadable"]

PROJECT = "ANOMALY_LABS_PROJECT"
REJECTED = ".rejected"


@dataclass(frozen=True)
class Location:
    """A data file that was found, and in which of the places.

    Attributes
    ----------
    place
        The learner's own folder, the project's ``data/``, or the cache.
    """

    path: Path
    place: Place


@dataclass(frozen=True)
class FileStatus:
    """What `verify` found out about one split.

    Attributes
    ----------
    path
        The file, or None where there is none.
    detail
        One sentence for people.
    """

    name: str
    split: str
    path: Path | None
    status: Status
    detail: str


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


def find(root: Path, name: str, info: Split) -> Path | None:
    """Return the file of a split in a folder or its sub-folder `name`, or None."""
    endings = ("", ".gz", ".zip")
    # KDDTrain+.zip is the usual name of the packed KDDTrain+.txt.
    files = [*(f"{file}{ending}" for file in info.files for ending in endings), *info.bundles]
    paths = (folder / file for folder in (root, root / name) for file in files)
    return next((path for path in paths if path.is_file()), None)


def locate(name: str, split: str | None = None) -> Location | None:
    """Return the file from which a split is loaded, or None where there is none.

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
    _, info = find_split(name, split)
    places: list[tuple[Place, Path | None]] = [
        ("ANOMALY_LABS_DATA", _own_folder()),
        ("data/", project_data_folder()),
        ("cache", cache_folder() / "downloads"),
    ]
    for place, root in places:
        path = None if root is None else find(root, name, info)
        if path is not None:
            return Location(path, place)
    return None


def _status(name: str, split: str) -> FileStatus:
    _, info = find_split(name, split)
    found = locate(name, split)
    if found is None:
        command = f"anomaly-labs data download {name} --split {split}"
        hint = f"no file {info.files[0]} (or .gz, .zip); `{command}` gets it"
        return FileStatus(name, split, None, "missing", hint)
    if known_key(found.path, split) is None:
        try:
            verify_file(found.path, info)
        except ChecksumError as error:
            return FileStatus(name, split, found.path, "wrong checksum", str(error))
        except DataFormatError as error:
            return FileStatus(name, split, found.path, "damaged", str(error))
        except OSError as error:
            return FileStatus(name, split, found.path, "unreadable", str(error))
    return FileStatus(name, split, found.path, "ok", f"{info.rows:,} rows, from {found.place}")


def verify() -> list[FileStatus]:
    """Return for each split of each data set whether its file is here and genuine.

    Files that were loaded before and did not change since are not read again.

    Raises
    ------
    FileNotFoundError
        If ``ANOMALY_LABS_DATA`` names no folder.

    Examples
    --------
    >>> sorted({status.name for status in verify()})
    ['kdd99', 'nsl_kdd']
    """
    return [_status(name, split) for name in names() for split in describe(name).splits]
