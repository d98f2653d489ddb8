"""What is here of each data set, and whether it is genuine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from anomaly_labs.errors import ChecksumError, DataFormatError

from .cache import known_key
from .catalog import describe, find_split, names
from .files import Trees, first, located_in, trees
from .proof import verify_file

Status = Literal[
    "ok", "not verified", "generated", "missing", "wrong checksum", "damaged", "unreadable"
]


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


def _status(name: str, split: str, looked: Trees) -> FileStatus:
    _, info = find_split(name, split)
    if not info.files:
        return FileStatus(name, split, None, "generated", f"{info.rows:,} rows, no official file")
    found = located_in(name, split, looked)
    if found is None:
        lacking = [f.names[0] for f in info.files if first(name, f, looked) is None]
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


def brief(found: list[FileStatus], most: int = 10) -> list[FileStatus]:
    """Return what `verify` found, in one line for the splits of a set that has many.

    Files that are wrong keep their lines.

    Parameters
    ----------
    found
        As `verify` returns it.
    most
        Number of splits up to which each has a line of its own.
    """
    short = []
    for name in dict.fromkeys(one.name for one in found):
        own = [one for one in found if one.name == name]
        kept = own if len(own) <= most else [one for one in own if one.bad]
        short += kept
        for state in dict.fromkeys(one.status for one in own if one not in kept):
            alike = [one for one in own if one.status == state]
            folder = alike[0].path and alike[0].path.parent
            detail = f"{len(alike)} of {len(own)} splits; the first: {alike[0].detail}"
            short.append(FileStatus(name, f"{len(alike)} of {len(own)}", folder, state, detail))
    return short


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
    looked = trees()
    chosen = names() if name is None else (name,)
    return [_status(one, split, looked) for one in chosen for split in describe(one).splits]
