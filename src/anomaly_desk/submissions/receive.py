"""Reduce what a learner handed in, whatever it is, to plain cells that may count."""

import re
from dataclasses import dataclass
from typing import Any

from anomaly_desk.submissions.findings import Finding
from anomaly_labs import reader
from anomaly_labs.reader import MAX_BYTES

__all__ = ["MAX_BYTES", "MAX_CELLS", "MAX_TEXT", "SentCell", "cells", "same_text"]

MAX_CELLS = 1_000
MAX_TEXT = 200_000  # characters of one cell

# nbgrader's feedback stops at these words in a cell that is no check: a joiner without width parts
# them. Its other marks are of no account in what was handed in.
_MARK = re.compile(r"(BEGIN|END)(?= HIDDEN TESTS)")


@dataclass(frozen=True)
class SentCell:
    """One cell as the learner sent it, reduced to what may count."""

    kind: str
    text: str
    id: str
    grade_id: str
    tags: tuple[str, ...]
    marks: dict[str, Any] | None


def cells(submitted: Any) -> tuple[list[SentCell], list[Finding]]:
    """Return the cells of a parsed notebook of format 4 or 3, and what had to be left out.

    Raises
    ------
    reader.UnreadableError
        If there is no list of cells.
    """
    found = reader.cells(submitted)
    findings = []
    if len(found) > MAX_CELLS:
        text = f"The notebook has {len(found)} cells; only the first {MAX_CELLS} were read."
        findings.append(Finding("too-large", "", text))
    sent = []
    for cell in found[:MAX_CELLS]:
        one, whole = _sent(cell)
        sent.append(one)
        if not whole:
            text = f"A cell has more than {MAX_TEXT} characters; the rest was left out."
            findings.append(Finding("too-large", "", text))
    return sent, findings


def same_text(one: str, other: str) -> bool:
    """Return whether two sources differ in blanks at line ends at most."""
    return _essence(one) == _essence(other)


def _sent(cell: dict[str, Any]) -> tuple[SentCell, bool]:
    metadata = _mapping(cell.get("metadata"))
    marks = metadata.get("nbgrader")
    tags = metadata.get("tags")
    kind, text = reader.source(cell)
    text = _MARK.sub("\\1\u2060", text)
    sent = SentCell(
        kind=kind,
        text=text[:MAX_TEXT],
        id=_name(cell.get("id")),
        grade_id=_name(_mapping(marks).get("grade_id")),
        tags=tuple(_name(tag) for tag in tags if tag) if isinstance(tags, list) else (),
        marks=marks if isinstance(marks, dict) else None,
    )
    return sent, len(text) <= MAX_TEXT


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _name(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _essence(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n")]
