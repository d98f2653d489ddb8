"""Read a notebook source from `solutions/` and refuse what must not reach a learner."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

import jupytext
import nbformat

from anomaly_labs.course import CourseError, names

KEYS = {
    "code": {"exercise", "check", "points", "locked", "slide", "instructor"},
    "markdown": {"reflect", "points", "slide", "instructor"},
}
ROLES = {"exercise", "check", "reflect", "locked", "instructor"}
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes"}
MAX_CODE_LINES = 20
CODE_STUB = "# YOUR CODE HERE\nraise checks.NotAnswered()"
TEXT_STUB = "YOUR ANSWER HERE"

_SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*$", re.M | re.S
)
_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*\n?", re.M | re.S
)
_MARKER = re.compile(r"^[ \t]*### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)[ \t]*\n?", re.M)
_RELATIVE_PATH = re.compile(r"""["'](?:\.{1,2}/|data/)""")
_RUN_TIME = re.compile(r"runs in under (\d+) minutes? on two")
_DRAWS = re.compile(
    r"\bplots\.(?!use_course_style)\w+\(|\b(?:teaching|lab\d\w*)\.\w+\(|\bplt\.(?!subplots\()\w+\("
)


class SourceError(CourseError):
    """A notebook source that cannot be released; the message names file and line."""


@dataclass(frozen=True)
class Cell:
    """One cell of a source: its keys, its text and the line where it starts."""

    kind: str
    text: str
    keys: dict[str, Any]
    line: int

    @property
    def grade_id(self) -> str | None:
        """The id under which nbgrader knows the cell."""
        if "check" in self.keys:
            return f"{self.keys['check']}-check"
        return self.keys.get("exercise") or self.keys.get("reflect") or self.keys.get("locked")

    @property
    def role(self) -> str:
        """What the cell is: one of `ROLES`, or ``plain``."""
        return next((role for role in ROLES if role in self.keys), "plain")

    @property
    def visible(self) -> str:
        """What of the cell stands in the learner's notebook."""
        if "reflect" in self.keys:
            return TEXT_STUB
        stubbed = _SOLUTION.sub(lambda found: indent(CODE_STUB, found[1]), self.text)
        return _HIDDEN.sub("", stubbed)


@dataclass(frozen=True)
class Source:
    """A checked notebook source."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The assignment's name, such as ``lab1_xgboost``."""
        return self.path.stem

    @property
    def run_minutes(self) -> int:
        """How long the notebook may run on two CPU cores, as its first cell says."""
        return int(_RUN_TIME.findall(self.cells[0].text)[0])

    @property
    def points(self) -> dict[str, float]:
        """Automatic points of each exercise, in the notebook's order."""
        return {c.keys["check"]: float(c.keys["points"]) for c in self.cells if "check" in c.keys}

    def assignment(self) -> nbformat.NotebookNode:
        """Return nbgrader's source notebook: answers and hidden tests in, instructor cells out."""
        return _notebook([c for c in self.cells if "instructor" not in c.keys], lambda c: c.text)

    def solution(self) -> nbformat.NotebookNode:
        """Return the notebook an instructor runs: every answer and test, no markers."""
        return _notebook(self.cells, lambda c: _MARKER.sub("", c.text).rstrip("\n"))

    def submission(self, solved: set[str]) -> nbformat.NotebookNode:
        """Return a learner's notebook in which only the exercises `solved` are answered."""

        def text(cell: Cell) -> str:
            answered = cell.keys.get("exercise") in solved or cell.keys.get("reflect") in solved
            return _MARKER.sub("", cell.text).rstrip("\n") if answered else cell.visible

        return _notebook([c for c in self.cells if "instructor" not in c.keys], text)


def read(path: Path) -> Source:
    """Read and check one percent-format source.

    Raises
    ------
    SourceError
        Naming file and line: unknown key, check without an exercise, equal ids, missing points, a
        relative data path, an over-long code cell, a figure without a sentence after it.
    """
    text = path.read_text(encoding="utf-8")
    starts = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r"# %%(?:\s|$)", line)]
    notebook = jupytext.reads(text, fmt="py:percent")
    if len(starts) != len(notebook.cells):
        raise SourceError(
            f"{path}:1: {len(starts)} lines start with '# %%' but {len(notebook.cells)} cells were "
            "read; start the file with a cell, and no line of text with '# %%'"
        )
    cells = tuple(
        Cell(kind=c.cell_type, text=c.source, keys=_keys(c.metadata), line=line)
        for c, line in zip(notebook.cells, starts, strict=True)
    )
    for line, complaint in _complaints(cells):
        raise SourceError(f"{path}:{line}: {complaint}")
    return Source(path, cells)


def _keys(metadata: dict[str, Any]) -> dict[str, Any]:
    """Drop the blank-line counts that jupytext notes for its own way back to text."""
    return {key: value for key, value in metadata.items() if not key.startswith("lines_to_")}


def _complaints(cells: tuple[Cell, ...]) -> Iterator[tuple[int, str]]:
    for cell in cells:
        yield from ((cell.line, c) for c in _key_complaints(cell))
        yield from ((cell.line, c) for c in _text_complaints(cell))
    yield from _id_complaints(cells)
    yield from _order_complaints(cells)
    yield from _leak_complaints(cells)
    yield from names.complaints(cells)


def _key_complaints(cell: Cell) -> Iterator[str]:
    allowed = KEYS.get(cell.kind, set())
    for key in cell.keys.keys() - allowed:
        yield f"unknown key {key!r} in a {cell.kind} cell; known: {', '.join(sorted(allowed))}"
    roles = sorted(cell.keys.keys() & ROLES)
    if len(roles) > 1:
        yield f"a cell is one of these only, not {' and '.join(roles)}"
    needs_points = "check" in cell.keys or "reflect" in cell.keys
    points = cell.keys.get("points")
    if needs_points and not (isinstance(points, int | float) and points > 0):
        yield f"points={points!r}: a check or reflection needs points above 0, such as points=2"
    if "points" in cell.keys and not needs_points:
        yield "points stand at the check, not here"
    if cell.keys.get("slide", "slide") not in SLIDE_TYPES:
        yield f"slide={cell.keys['slide']!r}; known: {', '.join(sorted(SLIDE_TYPES))}"


def _text_complaints(cell: Cell) -> Iterator[str]:
    if cell.kind != "code":
        return
    if _RELATIVE_PATH.search(cell.text):
        yield "a relative path: grading runs in another folder; use datasets.load(...)"
    lines = [line for line in cell.visible.splitlines() if line.strip()]
    if len(lines) > MAX_CODE_LINES:
        yield f"a code cell of {len(lines)} lines; at most {MAX_CODE_LINES} are read by a learner"
    has_solution = _SOLUTION.search(cell.text) is not None
    if has_solution != ("exercise" in cell.keys):
        yield (
            "an exercise without ### BEGIN SOLUTION ... ### END SOLUTION"
            if "exercise" in cell.keys
            else "a solution outside an exercise cell"
        )
    if cell.role == "locked" and _DRAWS.search(cell.text):
        yield "a locked cell draws nothing, because the grader runs it too; draw in the next cell"
    if _HIDDEN.search(cell.text) and "check" not in cell.keys:
        yield "hidden tests outside a check cell"
    left = _MARKER.search(_HIDDEN.sub("", _SOLUTION.sub("", cell.text)))
    if left:
        yield f"{left.group().strip()!r} has no partner"
    if "check" in cell.keys and "checks.passed(" not in cell.visible:
        yield f'a check ends with checks.passed("{cell.keys["check"]}")'


def _id_complaints(cells: tuple[Cell, ...]) -> Iterator[tuple[int, str]]:
    seen: dict[str, int] = {}
    for cell in cells:
        grade_id = cell.grade_id
        if grade_id is None:
            continue
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", grade_id):
            yield cell.line, f"id {grade_id!r}; write it like lab1-q2 or lab1-r1"
        if grade_id in seen:
            yield cell.line, f"id {grade_id!r} stands already in line {seen[grade_id]}"
        seen[grade_id] = cell.line
    exercises = {c.keys["exercise"]: c.line for c in cells if "exercise" in c.keys}
    checks = {c.keys["check"]: c.line for c in cells if "check" in c.keys}
    for name in checks.keys() - exercises.keys():
        yield checks[name], f"check {name!r} has no exercise of that id"
    for name in exercises.keys() - checks.keys():
        yield exercises[name], f"exercise {name!r} has no check"


def _order_complaints(cells: tuple[Cell, ...]) -> Iterator[tuple[int, str]]:
    if not cells or not _RUN_TIME.search(cells[0].text):
        yield 1, "the first cell says 'runs in under N minutes on two CPU cores'"
    headings = re.compile(r"^# .+", re.M)
    titles = [c for c in cells if c.kind == "markdown" and headings.search(c.text)]
    if not titles or titles[0] is not cells[0] or len(titles) > 1:
        line = titles[-1].line if titles else 1
        yield line, "one title ('# ...') belongs into the first cell, and no other"
    seen_by_learners = [c for c in cells if "instructor" not in c.keys]
    for cell, after in zip(seen_by_learners, [*seen_by_learners[1:], None], strict=True):
        plain = cell.kind == "code" and cell.role in ("plain", "locked")
        says = after is not None and after.kind == "markdown" and not after.text.startswith("#")
        if plain and _DRAWS.search(cell.text) and not says:
            yield cell.line, "a figure needs a markdown cell after it that says what one sees"


def _leak_complaints(cells: tuple[Cell, ...]) -> Iterator[tuple[int, str]]:
    """Find lines of answers and hidden tests that a learner could read elsewhere."""
    visible = {
        line.strip()
        for cell in cells
        if "instructor" not in cell.keys
        for line in cell.visible.splitlines()
    }
    for cell in cells:
        answers = [found[2] for found in _SOLUTION.finditer(cell.text)]
        secret = "".join([*answers, *_HIDDEN.findall(cell.text)])
        for line in secret.splitlines():
            if len(line.strip()) > 24 and line.strip() in visible:
                yield cell.line, f"a line of the answer stands in the release too: {line.strip()}"


def _notebook(cells: Iterable[Cell], text: Callable[[Cell], str]) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    used: set[str] = set()
    for cell in cells:
        make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        notebook.cells.append(make(text(cell), id=_cell_id(cell, used), metadata=_metadata(cell)))
    return notebook


def _metadata(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if "slide" in cell.keys:
        metadata["slideshow"] = {"slide_type": cell.keys["slide"]}
    if cell.grade_id is not None:
        graded = cell.role in ("check", "reflect")
        metadata["nbgrader"] = {
            "grade": graded,
            "grade_id": cell.grade_id,
            "locked": cell.role in ("check", "locked"),
            "schema_version": 3,
            "solution": cell.role in ("exercise", "reflect"),
            "task": False,
        }
        if graded:
            metadata["nbgrader"]["points"] = cell.keys["points"]
    return metadata


def _cell_id(cell: Cell, used: set[str]) -> str:
    """Derive the id from the grade id or the text, so that a rebuild gives an identical file."""
    base = cell.grade_id or hashlib.sha1(f"{cell.kind}:{cell.text}".encode()).hexdigest()[:10]
    cell_id, n = base, 1
    while cell_id in used:
        n += 1
        cell_id = f"{base}-{n}"
    used.add(cell_id)
    return cell_id
