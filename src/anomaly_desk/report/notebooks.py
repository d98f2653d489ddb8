"""Read the notebooks that the grader wrote; a class of them, so as plain JSON."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anomaly_labs.notebooks import grade_id, is_answer, marks

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


def text(cell: Mapping[str, Any]) -> str:
    """Return the source of a cell."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def answers(cells: list[dict[str, Any]], *, every: bool = False) -> dict[str, str]:
    """Return the text of each answer, and beside them one's own code, or `every` other code."""
    found, others = {}, []
    for cell in cells:
        if is_answer(cell):
            found[grade_id(cell)] = text(cell)
        elif cell.get("cell_type") == "code" and (
            every or (not marks(cell) and str(cell.get("id", "")).startswith("own-"))
        ):
            others.append(text(cell))
    if others:
        found[OWN] = "\n\n".join(others)
    return found


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
