"""The edition of the course that a notebook was made for, and what has changed since."""

from typing import Any

from nbformat import NotebookNode

from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.receive import SentCell, same_text
from anomaly_labs.notebooks import CHECK, grade_id, is_check

KEY = "anomaly_labs"  # of a notebook's metadata, stamped by the build
MOST_TOLD = 20


def compare(release: NotebookNode, submitted: Any, sent: list[SentCell]) -> list[Finding]:
    """Return what to say of a notebook of another edition; nothing for one of this edition.

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
    if ours is None or theirs is None or theirs.get("edition") == ours:
        return []
    edition = theirs.get("edition")
    named = f"edition {quote(edition)}" if isinstance(edition, str) else "an edition before 0.2.0"
    said = f"The notebook was made for {named} of the course, and this is {ours}"
    differing = _differing(release, sent)
    which = f"these exercises differ: {differing}" if differing else "no exercise differs"
    return [Finding("edition", "", f"{said}; {which}.")]


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
