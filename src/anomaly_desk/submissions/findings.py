"""What grading found out about a submission, in sentences for instructor and learner."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from nbformat import NotebookNode

METADATA_KEY = "anomaly_labs_findings"  # where findings travel inside a notebook
MAX_QUOTE = 80  # characters of a learner's text in a sentence

# Whether a human should look before the points count.
KINDS = {
    "unreadable": True,  # nothing of the file could be graded
    "other-notebook": True,  # no cell of the assignment is in it
    "too-large": True,  # something was left out
    "copied-cell": True,  # which of the answers was meant?
    "repeated-cell": False,  # they are the same
    "lost-marks": False,  # an editor or cleaner took them; cells are known by text and place
    "missing-answer": True,
    "edited-check": True,
    "edited-marks": True,
    "edition": False,  # another one; a check of none that was released here is told as edited, too
    "self-study": False,  # its learners can read worked solutions
    "tags": False,
    "deleted-cell": False,
    "moved-cells": False,
    "edited-cell": False,
    "retyped-cell": False,
    "unknown-cell": False,
    "kernel-died": True,
    "limit-memory": True,
    "limit-time": True,
    "limit-output": False,  # what is shown was cut; the points are those of the whole
    "limit-disk": True,
    "limit-processes": True,
    "waited": False,  # for a processor that others had, in what reached a time limit
    # from intake and grading
    "left-out": False,  # another file of the same learner
    "graded-again": False,  # alone, because others had taken the processor
    "resubmitted": True,  # points given by hand to an earlier submission are gone
    "unsafe": False,  # graded without a sandbox
    # about deadlines
    "late": False,  # points were taken off
    "late-mark": False,  # the platform says so
    "late-unclear": True,  # by how much?
}
# The kernel ended, or the cell did.
STOPS = (
    "kernel-died",
    "limit-memory",
    "limit-time",
    "limit-disk",
    "limit-processes",
)
UNREAD = ("unreadable", "other-notebook")  # nothing of the learner's was graded


@dataclass(frozen=True)
class Finding:
    """One thing that grading noticed or put right.

    Parameters
    ----------
    kind
        One of `KINDS`.
    cell
        The grade id of the cell it is about, or an empty text.
    text
        One plain sentence; it holds nothing of a check, and of a learner's text at most
        `MAX_QUOTE` characters, by `quote`. Escape it before it becomes part of a page.

    Raises
    ------
    ValueError
        If the kind is not known.
    """

    kind: str
    cell: str
    text: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind={self.kind!r}; known kinds are: {', '.join(KINDS)}")

    @property
    def needs_human(self) -> bool:
        """Whether a human should look before the points count."""
        return KINDS[self.kind]


def quote(value: object) -> str:
    r"""Return a learner's text in quotes: on one line, visible, `MAX_QUOTE` characters at most.

    Examples
    --------
    >>> quote("a\x1b[31m\nred")
    "'a [31m red'"
    """
    text = value if isinstance(value, str) else f"<{type(value).__name__}>"
    seen = (c for c in text[: 2 * MAX_QUOTE] if unicodedata.category(c) != "Cf")
    printable = "".join(c if c.isprintable() else " " for c in seen)
    line = " ".join(printable.split())
    return repr(line if len(line) <= MAX_QUOTE - 3 else f"{line[: MAX_QUOTE - 3]}…")


def told(findings: Iterable[Finding]) -> list[str]:
    """Return the sentences of findings, each once, with how often it was said.

    Examples
    --------
    >>> told([Finding("tags", cell, "A tag was dropped.") for cell in ("q1", "q2")])
    ['A tag was dropped. (2 times)']
    """
    counted = Counter(finding.text for finding in findings)
    return [f"{text} ({n} times)" if n > 1 else text for text, n in counted.items()]


def write(notebook: NotebookNode, findings: Iterable[Finding]) -> None:
    """Put exactly these findings into the notebook's metadata."""
    notebook.metadata[METADATA_KEY] = [asdict(finding) for finding in findings]


def read(notebook: NotebookNode) -> list[Finding]:
    """Return the findings that a graded notebook carries."""
    kept: list[dict[str, Any]] = notebook.metadata.get(METADATA_KEY, [])
    return [Finding(**finding) for finding in kept]
