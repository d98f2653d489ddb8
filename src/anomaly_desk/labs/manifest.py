"""The labs of a course: a folder each below `solutions/`, with a header that says what it is.

The header is a TOML block at the top of ``lab.py``, ``# /// lab`` to ``# ///``. Whatever speaks of
labs takes it from here: order, tables, pages, paths, data, pass marks, how they are graded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from anomaly_desk.errors import CourseError, SourceError
from anomaly_desk.labs import header

SOURCE: Final = "lab.py"
PASSED, DISTINCTION = "passed", "passed with distinction"

_PLACE: Final = re.compile(r"@([A-Z]+(?:_[A-Z]+)*)@")


@dataclass(frozen=True)
class Lab:
    """What the header of a lab says.

    Attributes
    ----------
    path
        Its ``lab.py``.
    order
        Its place in the course: smaller comes first. Steps of ten leave room between two labs.
    kind
        ``core``, ``extension`` or ``assessment``.
    status
        ``ready``, or ``draft``: then it stays out of tables, release, slides and site.
    minutes, extra_minutes
        What it takes a learner, and how much more the extras take.
    run_minutes
        How long its code may run on two CPU cores.
    data
        The splits that it loads, by the name of their data set.
    extras
        The extras of the package anomaly-labs that its code needs.
    grading
        ``fast``: graded with fewer rows and epochs; ``full``: as a learner runs it.
    marks
        The points from which on each level of its certificate is reached, the highest level
        first; empty where there is no certificate.
    holds
        What it is about, for the tables of labs.
    thirty_minutes
        What to do of it in half an hour.
    """

    path: Path
    title: str
    order: int
    kind: str
    status: str
    minutes: int
    extra_minutes: int
    run_minutes: int
    data: Mapping[str, tuple[str, ...]] = field(hash=False)
    extras: tuple[str, ...]
    grading: str
    marks: Mapping[str, float] = field(hash=False)
    holds: str
    thirty_minutes: str

    @property
    def name(self) -> str:
        """The name of its folder, by which it is called everywhere."""
        return self.path.parent.name

    @property
    def released(self) -> Path:
        """Where the learners' notebook stands, in the checkout and in the release."""
        return Path(header.FOLDERS[self.kind], f"{self.name}.ipynb")

    @property
    def time(self) -> str:
        """The minutes that it takes a learner, as the tables of labs have them."""
        extra = self.minutes + self.extra_minutes
        return f"{self.minutes}, with extras {extra}" if self.extra_minutes else f"{self.minutes}"

    @property
    def splits(self) -> list[tuple[str, str]]:
        """Each data set that it loads, with one split of it."""
        return [(name, split) for name, splits in self.data.items() for split in splits]

    def filled(self, text: str) -> str:
        """Return the text of its first cell with title, minutes and limits in it.

        Raises
        ------
        CourseError
            If a placeholder is unknown, or one that must be there is missing.
        """
        places = self._places()
        asked = set(_PLACE.findall(text))
        if unknown := sorted(asked - places.keys()):
            raise CourseError(f"@{unknown[0]}@ is no placeholder; known: {_placed(places)}")
        if missing := [place for place in places if place not in asked]:
            raise CourseError(
                f"the first cell lacks {_placed(missing)}, which the header fills in; write "
                "'# @TITLE@', '@MINUTES@ minutes', 'runs in under @RUN_TIME@ on two CPU cores' "
                "and the points to pass where there is a certificate"
            )
        return _PLACE.sub(lambda found: places[found[1]], text)

    def _places(self) -> dict[str, str]:
        places = {
            "TITLE": self.title,
            "MINUTES": f"{self.minutes}",
            "RUN_TIME": f"{self.run_minutes} minute{'s' if self.run_minutes > 1 else ''}",
        }
        if self.extra_minutes:
            places["EXTRA_MINUTES"] = f"{self.extra_minutes}"
        for key, level in (("PASSED", PASSED), ("DISTINCTION", DISTINCTION)):
            if level in self.marks:
                places[key] = f"{self.marks[level]:g}"
        return places


def labs(project: Path) -> list[Lab]:
    """Return the labs of a course in teaching order, drafts too.

    Raises
    ------
    SourceError
        If a header is incomplete, two labs have the same order, or a lab is no folder.
    """
    folder = project / "solutions"
    for path in sorted(folder.glob("*.py")):
        raise SourceError(
            f"{path}:1: a lab is a folder; move this file to {folder / path.stem / SOURCE}"
        )
    found = [read(path) for path in sorted(folder.glob(f"*/{SOURCE}"))]
    places: dict[int, Lab] = {}
    for lab in found:
        if before := places.get(lab.order):
            line = header.line_of(lab.path.read_text(encoding="utf-8"), "order")
            raise SourceError(
                f"{lab.path}:{line}: order = {lab.order} is that of {before.name} too; choose a "
                "number between two other labs"
            )
        places[lab.order] = lab
    return sorted(found, key=lambda lab: lab.order)


def chosen(every: Iterable[Lab], names: Iterable[str]) -> list[Lab]:
    """Return the labs of these names; the first word of a name is enough: ``lab1``.

    Raises
    ------
    CourseError
        If there is none of such a name.
    """
    every, names = list(every), list(names)
    for name in names:
        if not any(_is_called(lab, name) for lab in every):
            there = ", ".join(lab.name for lab in every)
            raise CourseError(f"no lab is called {name!r}; there are {there}")
    return [lab for lab in every if any(_is_called(lab, name) for name in names)]


def published(every: Iterable[Lab]) -> list[Lab]:
    """Return the labs that go to learners: all that are no drafts."""
    return [lab for lab in every if lab.status == "ready"]


def papers(every: Iterable[Lab]) -> list[Lab]:
    """Return the assessments among the labs."""
    return [lab for lab in every if lab.kind == "assessment"]


def splits(every: Iterable[Lab]) -> list[tuple[str, str]]:
    """Return each data set and split that one of the labs loads, once."""
    return list(dict.fromkeys(pair for lab in every for pair in lab.splits))


def read(path: Path) -> Lab:
    """Return what the header of one lab says.

    Parameters
    ----------
    path
        Its ``lab.py``.

    Raises
    ------
    SourceError
        If the header is incomplete or wrong; the message names file and line.
    """
    values = header.fields(path)
    levels = {"distinction": DISTINCTION, "passed": PASSED}
    marks = values.pop("certificate")
    values["data"] = {name: tuple(found) for name, found in values["data"].items()}
    values["extras"] = tuple(values["extras"])
    return Lab(
        path=path,
        marks={level: float(marks[key]) for key, level in levels.items() if key in marks},
        **values,
    )


def _is_called(lab: Lab, name: str) -> bool:
    return lab.name == name or lab.name.startswith(f"{name}_")


def _placed(names: Iterable[str]) -> str:
    return ", ".join(f"@{name}@" for name in names)
