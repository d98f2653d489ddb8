"""A new lab, and a new course around one: small, whole, and to be written over."""

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from anomaly_desk import course
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import header, manifest

STEP: Final = 10  # between the orders of two labs
FIRST: Final = "lab1_first"
_COURSE_FILES: Final = {
    name: f"course/{name.removeprefix('.')}"
    for name in (
        "course.toml",
        "README.md",
        ".gitignore",
        "data/README.md",
        "lib/README.md",
        "sets/README.md",
    )
}
_FILES: Final = {"lab.py": "lab.py.txt", "wrong.py": "wrong.py.txt", "rubric.md": "rubric.md"}


def write_lab(project: Path, name: str) -> Path:
    """Write the folder of a new lab, the last one before the assessments; return its ``lab.py``.

    Parameters
    ----------
    project
        The folder of the course.
    name
        What the lab is called, such as ``lab5_fraud``.

    Raises
    ------
    CourseError
        If a lab cannot be called so, or the name or its first word is taken.
    """
    if not header.is_name(name):
        raise CourseError(
            f"a lab cannot be called {name!r}; take small letters, digits and underscores, such as "
            "lab5_fraud"
        )
    labs = manifest.labs(project)
    first = name.partition("_")[0]
    for lab in labs:
        if lab.name.partition("_")[0] == first:
            raise CourseError(
                f"{lab.name} is there already, and its questions are called {first}-q1 and so on; "
                "choose another first word"
            )
    folder = project / "solutions" / name
    if folder.exists():
        raise CourseError(
            f"{folder} is there already, without a lab.py; remove it, or choose a name"
        )
    values = {"ID": first, "HEADING": _heading(name), "ORDER": f"{_order(labs)}"}
    _write(folder, _FILES, values)
    return folder / manifest.SOURCE


def write_course(folder: Path, lab: str = FIRST) -> Path:
    """Write a new course with one lab; return the lab's ``lab.py``.

    Parameters
    ----------
    folder
        Its folder, which is made, or is empty.
    lab
        What the lab is called.

    Raises
    ------
    CourseError
        If the folder is not empty, lies in another course, or the lab cannot be called so.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is not empty; name a new folder for the course")
    if around := course.find(folder):
        raise CourseError(
            f"{folder} lies in the course {around}; name a folder outside of it, or write another "
            "lab: anomaly-labs new NAME"
        )
    if not header.is_name(lab):
        raise CourseError(f"a lab cannot be called {lab!r}; such as {FIRST} it can")
    short = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "course"
    title = folder.name.replace("-", " ").replace("_", " ").strip().capitalize() or "A course"
    _write(folder, _COURSE_FILES, {"ID": short, "TITLE": title.replace('"', "'")})
    return write_lab(folder, lab)


def _write(folder: Path, files: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Write files made from templates, with values in the place of ``@KEY@``."""
    template = resources.files("anomaly_desk.labs").joinpath("template")
    for file, made_from in files.items():
        text = template.joinpath(made_from).read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _order(labs: list[manifest.Lab]) -> int:
    last = max((lab.order for lab in labs if lab.kind != "assessment"), default=0)
    behind = [lab.order for lab in labs if lab.order > last]
    return min([last + STEP, *((last + order) // 2 for order in behind)])


def _heading(name: str) -> str:
    """Return the title of a lab until somebody writes a better one.

    Examples
    --------
    >>> _heading("lab12_domain_names"), _heading("second_paper")
    ('Lab 12: Domain names', 'Second paper')
    """
    found = re.fullmatch(r"lab(\d+)_?(.*)", name)
    words = (found[2] if found else name).replace("_", " ").capitalize() or "A new lab"
    return f"Lab {found[1]}: {words}" if found else words
