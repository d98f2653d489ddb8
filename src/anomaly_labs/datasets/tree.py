"""Files in a folder as people keep them: nested, packed, with another ending."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .contract import File
from .text import holds

DEPTH: Final = 4  # folders below the named one that are looked into

# Endings that a file gets on its way, those that are read and those that are only named.
_OTHER: Final = "txt csv data log json tsv gz zip arff bz2 xz 7z rar tar tgz zst xls xlsx parquet"
_ENDING: Final = re.compile(r"\.(txt|csv|log|json)$")


class Tree:
    """The files of a folder, those that lie higher first; looked at when somebody asks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._paths: list[Path] | None = None

    def exact(self, name: str, file: File) -> Iterator[Path]:
        """Yield where a file of the set `name` lies under one of its names, last in zip files."""
        endings = ("", ".gz", ".zip")
        wanted = [f"{known}{ending}" for known in file.names for ending in endings]
        # KDDTrain+.zip is the usual name of the packed KDDTrain+.txt.
        wanted += [*file.bundles]
        near = [folder / one for folder in (self.root, self.root / name) for one in wanted]
        seen = [path for path in near if os.path.isfile(path)]
        yield from seen
        others = [path for path in self.paths() if path not in seen]
        yield from (path for path in others if path.name in wanted)
        for path in others:
            if path.suffix.lower() == ".zip" and path.name not in wanted and holds(path, file):
                yield path

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
                inside = [Path(one) for folder in level for one in _inside(folder)]
                self._paths += [path for path in inside if os.path.isfile(path)]
                level = [path for path in inside if os.path.isdir(path)]
        return self._paths


def _inside(folder: Path) -> list[str]:
    """Return what lies in a folder, by name; nothing of one that cannot be read."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    wanted = sorted(name for name in names if name[0] != "." and name != "__MACOSX")
    return [os.path.join(folder, name) for name in wanted]


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
