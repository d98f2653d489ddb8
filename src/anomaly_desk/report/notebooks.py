"""Read the notebooks that the grader wrote: answers, and what checks said."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

OWN = "cells of one's own"  # the code that a learner added to the notebook

# What in the sentence of a check is different for each learner
_DETAIL = re.compile(
    r" \((?:yours: |shape |missing: |not asked for: |a number |numbers |rows of ).*\)\.?$"
    r"|(?<= raised )(\S+?):.*$",
    re.DOTALL,
)


def cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook that the grader wrote; none where there is no such file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [cell for cell in found if isinstance(cell, dict)]


def marks(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return what nbgrader knows of a cell."""
    found: dict[str, Any] = cell.get("metadata", {}).get("nbgrader", {})
    return found


def text(cell: Mapping[str, Any]) -> str:
    """Return the source of a cell."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def answers(cells: list[dict[str, Any]], *, every: bool = False) -> dict[str, str]:
    """Return the text of each answer, and beside them one's own code, or `every` other code."""
    found, others = {}, []
    for cell in cells:
        known = marks(cell)
        if known.get("solution"):
            found[str(known["grade_id"])] = text(cell)
        elif cell.get("cell_type") == "code" and (
            every or (not known and str(cell.get("id", "")).startswith("own-"))
        ):
            others.append(text(cell))
    if others:
        found[OWN] = "\n\n".join(others)
    return found


def errors(cell: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and sentence of each error that a cell shows."""
    for output in cell.get("outputs", []):
        if output.get("output_type") == "error":
            yield str(output.get("ename")), str(output.get("evalue"))


def plain(hint: str) -> str:
    """Return a check's sentence without what is different for each learner.

    Examples
    --------
    >>> plain("the AUC is below 0.80 (yours: 0.499).")
    'the AUC is below 0.80'
    >>> plain("`flag` raised KeyError: 'service'")
    '`flag` raised KeyError'
    """
    return _DETAIL.sub(r"\1", hint)
