"""A course: a folder with ``course.toml``, and what the kit, these two packages, lends to it.

Beside its labs in ``solutions/`` a course may have ``lib/``, modules that its notebooks import,
and ``sets/``, its data sets. `enter` lets this process and all that it starts find them.
"""

import os
import re
import sys
import sysconfig
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Final

import anomaly_labs
from anomaly_desk.environment import LIB, PROJECT, PYTHONPATH, SETS
from anomaly_desk.errors import CourseError

FILE: Final = "course.toml"
REQUIRED: Final = ("title", "id", "licence")
OPTIONAL: Final = ("subject", "audience", "authors")

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HERE: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Course:
    """What ``course.toml`` says of a course.

    Attributes
    ----------
    root
        Its folder.
    title
        What pages call it.
    id
        Its short name: the folder in its zip, and nbgrader's name for it.
    licence
        The licence of its texts and figures, as pages name it.
    subject
        What it is about, such as "anomaly detection in network traffic"; may be empty.
    audience
        For whom it is, in whole sentences.
    authors
        Whose it is.
    """

    root: Path
    title: str
    id: str
    licence: str
    subject: str = ""
    audience: str = "For learners who know basic Python with NumPy and pandas."
    authors: str = "Its authors"

    @property
    def name(self) -> str:
        """Title and subject, as a certificate has them."""
        return f"{self.title}: {self.subject}" if self.subject else self.title


def find(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that holds a ``course.toml``, or None."""
    start = start.absolute()
    return next((place for place in (start, *start.parents) if (place / FILE).is_file()), None)


def read(root: Path) -> Course:
    """Return what the ``course.toml`` of a folder says.

    Parameters
    ----------
    root
        The folder of the course.

    Raises
    ------
    CourseError
        If there is none, or it is incomplete or wrong; the message names the file.
    """
    path = root / FILE
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(
            f"{path} is not there; a course has one, with {', '.join(REQUIRED)} "
            "(`anomaly-labs new --course FOLDER` writes it)"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is no TOML: {error}") from None
    _check(path, given)
    return Course(root, **{key: value.strip() for key, value in given.items()})


def _check(path: Path, given: dict[str, Any]) -> None:
    known = (*REQUIRED, *OPTIONAL)
    for key in given:
        if key not in known:
            raise CourseError(f"{path} has no field {key!r}; known: {', '.join(known)}")
    for key in REQUIRED:
        if key not in given:
            raise CourseError(f'{path} lacks {key!r}; write a line {key} = "…"')
    for key, value in given.items():
        if not isinstance(value, str) or not value.strip():
            raise CourseError(f"{path}: {key} = {value!r}; expected is a text that is not empty")
    if not _ID.fullmatch(given["id"]):
        raise CourseError(
            f"{path}: id = {given['id']!r}; expected are small letters, digits and hyphens, such "
            "as odd-machines"
        )


def kit(project: Path) -> Path:
    """Return the checkout of anomaly-labs that lends a course its library, lock and licence.

    That is the course's folder itself where it holds them.

    Parameters
    ----------
    project
        The folder of the course.

    Raises
    ------
    CourseError
        If the packages are installed without their checkout.
    """
    for folder in (project, _HERE):
        if (folder / "src" / "anomaly_labs").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    raise CourseError(
        "the learners' zip is made with the lock of a checkout of anomaly-labs, and it is installed"
        " here without one; clone it, and `pip install -e` it into this environment"
    )


def lib(project: Path) -> Path | None:
    """Return the folder of the course's own modules, or None where it has none.

    Parameters
    ----------
    project
        The folder of the course.

    Raises
    ------
    CourseError
        If one of them would take the place of Python's or of an installed one.
    """
    folder = project / "lib"
    names = modules(folder)
    for name in names:
        if _is_taken(name):
            raise CourseError(
                f"{folder / name} would stand in the place of the installed module {name!r}; "
                "give it another name"
            )
    return folder if names else None


def sets(project: Path) -> Path | None:
    """Return the folder of the course's own data sets, or None where it has none.

    Parameters
    ----------
    project
        The folder of the course.

    Raises
    ------
    CourseError
        If one of them has the name of a set of the kit.
    """
    folder = project / "sets"
    names = modules(folder)
    ours = Path(anomaly_labs.__file__).parent / "datasets" / "sets"
    if taken := sorted({*names} & {*modules(ours)}):
        raise CourseError(f"{folder / taken[0]} has the name of a set of anomaly-labs; rename it")
    return folder if names else None


def set_files(project: Path, names: Iterable[str]) -> list[Path]:
    """Return the files of the course's own data sets among those of these names.

    Parameters
    ----------
    project
        The folder of the course.
    names
        Names of data sets.
    """
    places = [project / "sets" / name for name in names]
    files = [path for at in places for path in (at.with_suffix(".py"), *sorted(at.rglob("*")))]
    return [path for path in files if path.is_file() and "__pycache__" not in path.parts]


def modules(folder: Path) -> list[str]:
    """Return the names of the modules and packages in a folder, sorted; [] without a folder."""
    files = [path.stem for path in folder.glob("*.py")]
    return sorted([*files, *(path.parent.name for path in folder.glob("*/__init__.py"))])


def _is_taken(name: str) -> bool:
    if name in sys.stdlib_module_names or name in ("anomaly_labs", "anomaly_desk"):
        return True
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    found = PathFinder.find_spec(name, [*places])
    return found is not None and found.origin is not None


def enter(start: Path) -> None:
    """Let this process and all that it starts find what the course around `start` has of its own.

    Parameters
    ----------
    start
        The current folder; nothing happens where it belongs to no course.

    Raises
    ------
    CourseError
        If a module of the course takes the name of an installed one.
    """
    project = find(start)
    if project is None:
        return
    if project != _HERE:
        os.environ[PROJECT] = str(project)
    if folder := sets(project):
        _put_first(SETS, folder)
    if folder := lib(project):
        os.environ[LIB] = str(folder)
        _put_first(PYTHONPATH, folder)
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))


def _put_first(variable: str, folder: Path) -> None:
    others = [one for one in os.environ.get(variable, "").split(os.pathsep) if one]
    if str(folder) not in others:
        os.environ[variable] = os.pathsep.join([str(folder), *others])
