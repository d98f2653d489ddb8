"""Read a notebook source from `solutions/` and refuse what must not reach a learner."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent
from typing import Any

import jupytext
import nbformat

import anomaly_labs
from anomaly_desk.errors import CourseError, SourceError
from anomaly_desk.labs import header, manifest, measured, rules, shape
from anomaly_desk.labs.manifest import Lab

CODE_STUB = "# YOUR CODE HERE\nraise checks.NotAnswered()"
TEXT_STUB = "YOUR ANSWER HERE"


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
        return next((role for role in rules.ROLES if role in self.keys), "plain")

    @property
    def visible(self) -> str:
        """What of the cell stands in the learner's notebook."""
        if "reflect" in self.keys:
            return TEXT_STUB
        stubbed = rules.SOLUTION.sub(lambda found: indent(CODE_STUB, found[1]), self.text)
        return rules.HIDDEN.sub("", stubbed)


@dataclass(frozen=True)
class Source:
    """A checked notebook source: what its header says, and its cells."""

    lab: Lab
    cells: tuple[Cell, ...]

    @property
    def path(self) -> Path:
        """The file that it was read from."""
        return self.lab.path

    @property
    def name(self) -> str:
        """The assignment's name, such as ``lab1_xgboost``."""
        return self.lab.name

    @property
    def reflections(self) -> dict[str, float]:
        """Points of each written answer, in the notebook's order."""
        return {
            c.keys["reflect"]: float(c.keys["points"]) for c in self.cells if "reflect" in c.keys
        }

    @property
    def points(self) -> dict[str, float]:
        """Automatic points of each exercise, in the notebook's order."""
        return {c.keys["check"]: float(c.keys["points"]) for c in self.cells if "check" in c.keys}

    def assignment(self) -> nbformat.NotebookNode:
        """Return nbgrader's source notebook: answers and hidden tests in, instructor cells out."""
        return _notebook([c for c in self.cells if "instructor" not in c.keys], lambda c: c.text)

    def solution(self) -> nbformat.NotebookNode:
        """Return the notebook an instructor runs: every answer and test, no markers."""
        return _notebook(self.cells, lambda c: rules.MARKER.sub("", c.text).rstrip("\n"))

    def submission(self, solved: set[str]) -> nbformat.NotebookNode:
        """Return a learner's notebook in which only the exercises `solved` are answered."""

        def text(cell: Cell) -> str:
            answered = cell.keys.get("exercise") in solved or cell.keys.get("reflect") in solved
            return rules.MARKER.sub("", cell.text).rstrip("\n") if answered else cell.visible

        return _notebook([c for c in self.cells if "instructor" not in c.keys], text)


def read(path: Path) -> Source:
    """Read and check one lab: a header, then cells in percent format.

    Parameters
    ----------
    path
        The lab's ``lab.py``.

    Raises
    ------
    SourceError
        Naming file and line: a header that is incomplete, an unknown key, a check without an
        exercise, equal ids, missing points, a relative data path, an over-long code cell, a figure
        without a sentence after it, data that the header does not name.
    """
    return of_lab(manifest.read(path))


def of_lab(lab: Lab) -> Source:
    """Read and check the cells of a lab whose header is read already; see `read`."""
    source = unchecked(lab)
    check(source)
    return source


def unchecked(lab: Lab) -> Source:
    """Read the cells of a lab whose header is read already, whatever rules they break.

    To check all labs takes a second: grading checks those that it releases.

    Raises
    ------
    SourceError
        If the cells cannot be read.
    """
    text, skipped = header.body(lab.path.read_text(encoding="utf-8"))
    starts = [
        n
        for n, line in enumerate(text.splitlines(), skipped + 1)
        if re.match(r"# %%(?:\s|$)", line)
    ]
    notebook = jupytext.reads(text, fmt="py:percent")
    if len(starts) != len(notebook.cells):
        raise SourceError(
            f"{lab.path}:{skipped + 1}: {len(starts)} lines start with '# %%' but "
            f"{len(notebook.cells)} cells were read; start with a cell behind the header, and no "
            "line of text with '# %%'"
        )
    cells = [
        Cell(c.cell_type, _shaped(c), keys=_keys(c.metadata), line=line)
        for c, line in zip(notebook.cells, starts, strict=True)
    ]
    if not cells:
        raise SourceError(f"{lab.path}:{skipped + 1}: no cell; a cell starts with '# %%'")
    for number, cell in enumerate(cells):
        try:
            text = measured.placed(cell.text) if cell.kind == "markdown" else cell.text
            cells[number] = replace(cell, text=text if number else lab.filled(text))
        except CourseError as error:
            raise SourceError(f"{lab.path}:{cell.line}: {error}") from None
    return Source(lab, tuple(cells))


def check(source: Source) -> None:
    """Refuse a lab that breaks a rule.

    Raises
    ------
    SourceError
        See `read`.
    """
    for line, complaint in rules.complaints(source):
        raise SourceError(f"{source.path}:{line}: {complaint}")


def course(project: Path) -> list[Source]:
    """Return every lab of a course, read and checked, in teaching order; drafts too."""
    return [of_lab(lab) for lab in manifest.labs(project)]


def _shaped(cell: nbformat.NotebookNode) -> str:
    if cell.cell_type == "markdown":
        return shape.opened(cell.source)
    name, points = cell.metadata.get("check"), cell.metadata.get("points")
    if name is None or not isinstance(points, int | float):
        return str(cell.source)
    return shape.check(cell.source, name, points)


def _keys(metadata: dict[str, Any]) -> dict[str, Any]:
    """Drop the blank-line counts that jupytext notes for its own way back to text."""
    return {key: value for key, value in metadata.items() if not key.startswith("lines_to_")}


def _notebook(cells: Iterable[Cell], text: Callable[[Cell], str]) -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "anomaly_labs": {"edition": anomaly_labs.__version__},
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
        if cell.role == "check":  # JupyterLab folds its code away; what it says stays
            metadata["jupyter"] = {"source_hidden": True}
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
