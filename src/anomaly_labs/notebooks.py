"""Notebook files as people leave them, and what nbgrader wrote into their cells.

The reader of what is handed in for grading is another, `anomaly_desk.submissions.receive`: there a
file may be anything, a link or a pipe, and no library of Jupyter's is to see it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from anomaly_labs.errors import LabsError

CHECK: Final = "-check"  # ends the grade id of an exercise's check


def read(path: Path) -> NotebookNode:
    """Return a notebook.

    Raises
    ------
    LabsError
        If the file is none; the message is one sentence.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source.encode()  # a notebook without cells or sources ends here, too
    except (OSError, ValueError, AttributeError, TypeError, KeyError, nbformat.ValidationError):
        raise LabsError(
            f"{path} cannot be read as a notebook; take the original again, or undo your last "
            "change to the file"
        ) from None
    return notebook


def marks(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return what nbgrader wrote into a cell; nothing where it wrote nothing.

    Examples
    --------
    >>> marks({"metadata": {"nbgrader": {"grade_id": "lab1-q1"}}}), marks({"metadata": {}})
    ({'grade_id': 'lab1-q1'}, {})
    """
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def grade_id(cell: Mapping[str, Any]) -> str:
    """Return the id by which nbgrader knows a cell, or an empty text."""
    return str(marks(cell).get("grade_id") or "")


def is_answer(cell: Mapping[str, Any]) -> bool:
    """Return whether a learner answers in this cell."""
    return bool(marks(cell).get("solution"))


def is_check(cell: Mapping[str, Any]) -> bool:
    """Return whether a cell checks an answer that stands in another one."""
    return bool(marks(cell).get("grade")) and not is_answer(cell)


def errors(cell: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and sentence of each error that a cell shows."""
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            yield str(output.get("ename", "")), str(output.get("evalue", ""))
