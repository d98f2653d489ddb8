"""A new lab: a small one that builds, runs, grades and passes its tests, to be written over."""

import re
from importlib import resources
from pathlib import Path
from typing import Final

from anomaly_desk import header, manifest
from anomaly_desk.errors import CourseError

STEP: Final = 10  # between the orders of two labs
_FILES: Final = {"lab.py": "lab.py.txt", "wrong.py": "wrong.py.txt", "rubric.md": "rubric.md"}


def write_lab(project: Path, name: str) -> Path:
    """Write the folder of a new lab, the last one before the assessments; return its ``lab.py``.

    Parameters
    ----------
    project
        The checkout.
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
    template = resources.files("anomaly_desk").joinpath("template")
    folder.mkdir(parents=True)
    for file, made_from in _FILES.items():
        text = template.joinpath(made_from).read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        (folder / file).write_text(text, encoding="utf-8")
    return folder / manifest.SOURCE


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
