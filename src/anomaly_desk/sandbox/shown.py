"""What of this machine a kernel sees: Python, data, fonts, and what the course has of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import anomaly_labs
from anomaly_desk.environment import LIB, SETS
from anomaly_labs.datasets.cache import cache_folder
from anomaly_labs.inside import places


def needed() -> list[Path]:
    """Return the folders that Python needs: environment, interpreter and this package.

    Of a project that is installed in editable mode only the package is among them: no tests, no
    solutions, no gradebook.
    """
    package = Path(anomaly_labs.__file__).parent
    wanted = [Path("/usr"), Path(sys.prefix), Path(sys.base_prefix), package]
    wanted += [path.resolve() for path in wanted]
    # An interpreter may be reached by several links, each of them elsewhere.
    link = Path(sys.executable)
    while link.is_symlink():
        link = link.parent / os.readlink(link)
        if not any(link.is_relative_to(path) for path in wanted):
            wanted.append(link)
    return list(dict.fromkeys(wanted))


def course_folders() -> dict[str, Path]:
    """Return what a course has of its own, by the places where a kernel sees it.

    They are named by the environment, where `course.enter` has put them.
    """
    sets = [place for place in os.environ.get(SETS, "").split(os.pathsep) if place]
    lib = os.environ.get(LIB)
    return ({places.LIB: Path(lib)} if lib else {}) | {
        f"{places.SETS}/{number}": Path(place) for number, place in enumerate(sets)
    }


def tables() -> list[Path]:
    """Return the tables of the data cache that the sandbox shows."""
    return sorted(cache_folder().glob("*.parquet"))


@cache
def font_lists() -> list[Path]:
    """Return matplotlib's list of fonts, made once a machine: in each kernel it takes a second."""
    folder = cache_folder() / f"fonts-{version('matplotlib')}"
    if not folder.is_dir():
        # Without a list each kernel makes its own; another process may have been first.
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            _list_fonts(folder)
    return sorted(folder.glob("fontlist-*.json"))


def _list_fonts(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fonts-", dir=folder.parent) as aside:
        here = Path(aside, "new")
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env={"MPLCONFIGDIR": str(here), "HOME": aside, "PATH": "/usr/bin:/bin"},
            check=True,
            capture_output=True,
        )
        here.rename(folder)
