"""Notebook files as people leave them, and what nbgrader wrote into their cells.

The reader of what is handed in for grading is another, `anomaly_desk.submissions.receive`: there a
file may be anything, a link or a pipe, and no library of Jupyter's is to see it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from anomaly_labs.errors import LabsError

CHECK: Final = "-check"  # ends the grade id of an exercise's check


def read(path: Path) -> NotebookNode:
    """Return a notebook.

    Parameters
    ----------
    path
        The notebook's file.

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

    Parameters
    ----------
    cell
        A cell, of a notebook or of its JSON.

    Examples
    --------
    >>> marks({"metadata": {"nbgrader": {"grade_id": "lab1-q1"}}}), marks({"metadata": {}})
    ({'grade_id': 'lab1-q1'}, {})
    """
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def grade_id(cell: Mapping[str, Any]) -> str:
    """Return the id by which nbgrader knows a cell, or an empty text.

    Parameters
    ----------
    cell
        A cell, of a notebook or of its JSON.
    """
    return str(marks(cell).get("grade_id") or "")


def is_answer(cell: Mapping[str, Any]) -> bool:
    """Return whether a learner answers in this cell.

    Parameters
    ----------
    cell
        A cell, of a notebook or of its JSON.
    """
    return bool(marks(cell).get("solution"))


def is_check(cell: Mapping[str, Any]) -> bool:
    """Return whether a cell checks an answer that stands in another one.

    Parameters
    ----------
    cell
        A cell, of a notebook or of its JSON.
    """
    return bool(marks(cell).get("grade")) and not is_answer(cell)


def errors(cell: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and sentence of each error that a cell shows.

    Parameters
    ----------
    cell
        A cell, of a notebook or of its JSON.
    """
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            yield str(output.get("ename", "")), str(output.get("evalue", ""))


def maximum(cell: Mapping[str, Any]) -> float:
    """Return the points that a cell can give.

    Parameters
    ----------
    cell
        A cell, of a notebook or of its JSON.
    """
    found = marks(cell).get("points")
    return float(found) if isinstance(found, int | float) else 0.0


def is_edited(check: NotebookNode) -> bool:
    """Return whether a check cell is not the released one, by the checksum that nbgrader left.

    Parameters
    ----------
    check
        The cell.
    """
    mark = marks(check)
    parts = (
        check.source,
        check.cell_type,
        str(bool(mark.get("grade"))),
        str(bool(mark.get("solution"))),
        str(bool(mark.get("locked"))),
        str(mark.get("grade_id")),
        str(maximum(check)),
    )
    digest = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return bool(mark.get("checksum", digest) != digest)
