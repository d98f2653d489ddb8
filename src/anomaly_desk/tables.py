"""The blocks of written pages that speak of labs or data sets, made from what these say."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from anomaly_desk import data
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import beside, manifest, measured
from anomaly_desk.labs.manifest import Lab

MARK: Final = "<!-- built: "


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown.

    Examples
    --------
    >>> print(table(["lab", "minutes"], [["`lab1`", "40"]]))
    | lab | minutes |
    |---|---|
    | `lab1` | 40 |
    """
    lines = [heads, *rows]
    text = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([text[0], f"|{'---|' * len(heads)}", *text[1:]])


def overview(labs: Iterable[Lab]) -> str:
    """Return the table of labs in the README: minutes, and what each holds."""
    rows = [(f"`{lab.name}`", lab.time, lab.holds) for lab in labs]
    return table(["lab", "learner's minutes", "what it holds"], rows)


def timetable(labs: Iterable[Lab]) -> str:
    """Return the table of labs in the instructors' page: minutes, and what to do in thirty."""
    rows = [(f"`{lab.name}`", lab.time, lab.thirty_minutes) for lab in labs]
    return table(["lab", "learners' minutes", "if you have thirty minutes"], rows)


def rubrics(labs: Iterable[Lab]) -> str:
    """Return the rubrics of all labs that have one, each below the title of its lab."""
    parts = [f"## {lab.title}\n\n{text}" for lab in labs if (text := beside.rubric(lab))]
    return "\n\n".join(parts)


PAGES: Final[dict[str, tuple[str, Callable[[Iterable[Lab]], str]]]] = {
    "README.md": ("labs", overview),
    "INSTRUCTORS.md": ("labs", timetable),
    "assessment/RUBRIC.md": ("rubrics", rubrics),
    "data/README.md": ("sets", lambda labs: data.sets_block()),
}


def pages(project: Path) -> dict[Path, bytes]:
    """Return the written pages of a course that have a block, with their blocks made anew.

    Parameters
    ----------
    project
        The folder of the course.

    Raises
    ------
    CourseError
        If a page lacks its markers.
    """
    labs = manifest.published(manifest.labs(project))
    made = {}
    for name, (block, build) in PAGES.items():
        path = project / name
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if MARK in text:
            try:
                text = measured.renewed(filled(text, block, build(labs)))
            except CourseError as error:
                raise CourseError(f"{path}: {error}") from None
            made[path] = text.encode()
    return made


def filled(text: str, name: str, built: str) -> str:
    r"""Return a page with `built` between ``<!-- built: NAME -->`` and ``<!-- /built -->``.

    Parameters
    ----------
    text
        The page.
    name
        The name in its marker.
    built
        What belongs between the markers.

    Raises
    ------
    CourseError
        If the page has not exactly one such pair of markers.

    Examples
    --------
    >>> filled("# A\n<!-- built: labs -->\nold\n<!-- /built -->\nB", "labs", "new").split("\n")
    ['# A', '<!-- built: labs -->', 'new', '<!-- /built -->', 'B']
    """
    start, end = f"{MARK}{name} -->", "<!-- /built -->"
    pattern = re.compile(rf"{re.escape(start)}\n(?:(?!{MARK}).*\n)*?{re.escape(end)}")
    found = pattern.findall(text)
    if len(found) != 1:
        raise CourseError(
            f"{len(found)} blocks {start} ... {end} were found; write these two lines once, each "
            "by itself"
        )
    return pattern.sub(lambda _: f"{start}\n{built}\n{end}", text)
