"""The course's private seed, from which hidden rows are drawn at grading."""

import hashlib
import json
import secrets
from pathlib import Path

from nbformat import NotebookNode

from anomaly_desk.errors import CourseError
from anomaly_labs.files import write_once


def private_seed(root: Path) -> str:
    """Return the seed of the course folder `root`, a whole number in digits; made on first use.

    The file ``private-seed`` is readable by its owner only. Whoever knows it can draw the hidden
    rows; who deletes it gets other hidden rows at the next grading.

    Raises
    ------
    CourseError
        If the file holds something else than a whole number.
    """
    path = root / "private-seed"
    if not path.exists():
        write_once(path, f"{secrets.randbits(62)}\n".encode())
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise CourseError(f"{path} should hold a whole number in up to 20 digits; put one there")
    return text


def submission_seed(private: str, notebook: NotebookNode) -> str:
    """Return the seed of one submission's hidden rows, a whole number in digits.

    The same sources always meet the same rows. Any other source meets rows of its own: to have
    printed the hidden rows helps no resubmission.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> seeds = [submission_seed("17", new_notebook(cells=[new_code_cell(x)])) for x in "aab"]
    >>> seeds[0] == seeds[1], seeds[1] == seeds[2]
    (True, False)
    """
    sources = [(cell.cell_type, cell.source) for cell in notebook.cells]
    text = json.dumps([private, sources])
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))
