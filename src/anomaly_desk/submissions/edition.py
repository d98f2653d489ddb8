"""The edition of the course that a notebook was made for, and what has changed since."""

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.receive import SentCell, same_text
from anomaly_labs.files import write_aside
from anomaly_labs.notebooks import CHECK, grade_id, is_answer, is_check, marks

KEY = "anomaly_labs"  # of a notebook's metadata, stamped by the build
SELF_STUDY = "self_study"  # in that stamp: a release with worked solutions
EARLIER = "anomaly_labs_earlier"  # of a cell's: what `was` knows it by
# What of nbgrader's metadata decides about points.
MARKS = ("grade", "grade_id", "locked", "points", "schema_version", "solution", "task")
MOST_TOLD = 20
_ALONE = (
    "The notebook is of a self-study edition, in which worked solutions can be read after three "
    "failed tries."
)


def remember(root: Path, name: str) -> None:
    """Note what the cells of the present release are, before another release takes its place.

    Parameters
    ----------
    root, name
        The course folder and the assignment, which may not be released yet.
    """
    notebook = _release(root, name)
    if not notebook.is_file():
        return
    known = _known(root)
    cells = known.setdefault(name, {})
    for cell in nbformat.read(notebook, as_version=4).cells:
        if marks(cell):
            told = [] if is_answer(cell) else [_digest(cell.source)]
            before = cells.get(grade_id(cell), [])
            cells[grade_id(cell)] = sorted({*before, *told, _digest(_counting(marks(cell)))})
    text = json.dumps(known, indent=1)
    write_aside(root / "earlier.json", partial(Path.write_text, data=text, encoding="utf-8"))


def stamp(root: Path, name: str) -> None:
    """Write into the cells of the present release what they were in earlier ones.

    Parameters
    ----------
    root, name
        The course folder and the assignment, which is released.
    """
    cells, path = _known(root).get(name), _release(root, name)
    if not cells:
        return
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if marks(cell) and grade_id(cell) in cells:
            cell.metadata[EARLIER] = cells[grade_id(cell)]
    write_aside(path, partial(nbformat.write, notebook))


def was(cell: NotebookNode, sent: Any) -> bool:
    """Return whether a cell of the release was so in an earlier one.

    Parameters
    ----------
    cell
        A cell of the released notebook.
    sent
        The text, or the marks, of the cell that came in its place.
    """
    what = sent if isinstance(sent, str) else _counting(sent)
    return _digest(what) in cell.metadata.get(EARLIER, ())


def compare(release: NotebookNode, submitted: Any, sent: list[SentCell]) -> list[Finding]:
    """Return what to say of a notebook of another edition, or of a self-study edition.

    Parameters
    ----------
    release
        The notebook as this edition gives it to learners.
    submitted
        What was handed in, parsed, of any shape.
    sent
        Its cells.
    """
    ours = release.metadata.get(KEY, {}).get("edition")
    theirs = _stamp(submitted)
    alone = [Finding("self-study", "", _ALONE)] if theirs and theirs.get(SELF_STUDY) else []
    if ours is None or theirs is None or theirs.get("edition") == ours:
        return alone
    edition = theirs.get("edition")
    named = f"edition {quote(edition)}" if isinstance(edition, str) else "an edition before 0.2.0"
    said = f"The notebook was made for {named} of the course, and this is {ours}"
    differing = _differing(release, sent)
    which = f"these exercises differ: {differing}" if differing else "no exercise differs"
    return [*alone, Finding("edition", "", f"{said}; {which}.")]


def _stamp(submitted: Any) -> dict[str, Any] | None:
    metadata = submitted.get("metadata") if isinstance(submitted, dict) else None
    stamp = metadata.get(KEY) if isinstance(metadata, dict) else None
    return stamp if isinstance(stamp, dict) else None


def _differing(release: NotebookNode, sent: list[SentCell]) -> str:
    """Return the names of exercises whose check is another one, missing, or new."""
    theirs = {one.grade_id: one.text for one in sent if one.grade_id.endswith(CHECK)}
    ours = {grade_id(cell): cell.source for cell in release.cells if is_check(cell)}
    changed = [n for n, text in ours.items() if n in theirs and not same_text(theirs[n], text)]
    told = [n.removesuffix(CHECK) for n in changed]
    told += [f"{n.removesuffix(CHECK)} (new)" for n in ours if n not in theirs]
    told += [f"{quote(n.removesuffix(CHECK))} (no more)" for n in theirs if n not in ours]
    more = len(told) - MOST_TOLD
    return ", ".join(told[:MOST_TOLD]) + (f" and {more} more" if more > 0 else "")


def _release(root: Path, name: str) -> Path:
    return root / "release" / name / f"{name}.ipynb"


def _known(root: Path) -> dict[str, dict[str, list[str]]]:
    """Return digests of what cells were, by assignment and grade id."""
    path = root / "earlier.json"
    found: dict[str, dict[str, list[str]]] = {}
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8"))
    return found


def _counting(marks: dict[str, Any]) -> str:
    return json.dumps([marks.get(mark) for mark in MARKS])


def _digest(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return hashlib.sha256(lines.encode()).hexdigest()
