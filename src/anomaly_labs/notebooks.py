"""Notebook files as people leave them, and what nbgrader wrote into their cells."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from anomaly_labs import reader
from anomaly_labs.errors import LabsError

CHECK: Final = "-check"  # ends the grade id of an exercise's check
_PASSED: Final = re.compile(r"checks\.passed\(\s*[\"']([^\"'\n]{1,100})[\"']")
_OLD_NAMES: Final = {"pyerr": "error"}  # of nbformat 3


def read(path: Path) -> NotebookNode:
    """Return a notebook as the grader reads it; of outputs, what was printed and raised.

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
        submitted = reader.read(path.resolve())
        found = reader.cells(submitted)
    except (reader.UnreadableError, OSError, RuntimeError) as error:  # a link may lead in circles
        raise LabsError(
            f"{path} cannot be read as a notebook: {error}; or take the original again, or undo "
            "your last change to the file"
        ) from None
    ids: set[str] = set()
    return NotebookNode(
        nbformat=4,
        nbformat_minor=5,
        metadata=_metadata(submitted),
        cells=[_cell(cell, number, ids) for number, cell in enumerate(found)],
    )


def _cell(cell: Mapping[str, Any], number: int, ids: set[str]) -> NotebookNode:
    kind, text = reader.source(cell)
    own = cell.get("id")
    name = own if isinstance(own, str) and own and own not in ids else f"cell-{number}"
    ids.add(name)
    made = NotebookNode(cell_type=kind, id=name, metadata=_metadata(cell), source=text)
    if kind == "code":
        count = cell.get("execution_count", cell.get("prompt_number"))
        made.execution_count = count if isinstance(count, int) else None
        outputs = cell.get("outputs")
        made.outputs = list(_said(outputs)) if isinstance(outputs, list) else []
    elif cell.get("cell_type") == "raw":
        made.cell_type = "raw"
    return made


def _metadata(part: Any) -> NotebookNode:
    found = part.get("metadata") if isinstance(part, dict) else None
    return nbformat.from_dict(found if isinstance(found, dict) else {})


def _said(outputs: list[Any]) -> Iterator[NotebookNode]:
    for output in outputs:
        given = output if isinstance(output, dict) else {}
        kind = given.get("output_type")
        kind = _OLD_NAMES.get(str(kind), kind)
        if kind == "stream":
            name = "stderr" if "stderr" in (given.get("name"), given.get("stream")) else "stdout"
            yield NotebookNode(output_type=kind, name=name, text=_joined(given.get("text")))
        elif kind == "error":
            name, value = (_joined(given.get(key)) for key in ("ename", "evalue"))
            yield NotebookNode(output_type=kind, ename=name, evalue=value, traceback=[])


def _joined(text: Any) -> str:
    pieces = text if isinstance(text, list) else [text]
    return "".join(piece for piece in pieces if isinstance(piece, str))


def checked(source: str) -> str:
    r"""Return the exercise that a check names in its last words, or an empty text.

    Parameters
    ----------
    source
        The text of a cell.

    Examples
    --------
    >>> checked('checks.expect(x == 1, "no")\\nchecks.passed("lab1-q1")'), checked("x = 1")
    ('lab1-q1', '')
    """
    return str(next(reversed(_PASSED.findall(source)), ""))


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
