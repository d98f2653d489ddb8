"""The ledger of graded submissions: one file each, written when the submission is graded whole."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from anomaly_labs.course.submissions.findings import Finding
from anomaly_labs.datasets.cache import write_aside

WITHOUT_SANDBOX = "graded without a sandbox"


@dataclass(frozen=True)
class Graded:
    """What grading one submission gave.

    Attributes
    ----------
    points
        Automatic points of each exercise; empty where grading failed.
    by_hand
        The written answers that a human grades.
    trouble
        Why the submission could not be graded, in one sentence; empty when it was.
    again
        Whether this is the kept result of an earlier run.
    penalty
        Points taken off for handing in late; `points` are without it.
    """

    assignment: str
    learner: str
    points: dict[str, float]
    findings: tuple[Finding, ...]
    unsafe: bool
    seconds: float
    by_hand: tuple[str, ...] = ()
    trouble: str = ""
    again: bool = False
    penalty: float = 0.0

    @property
    def needs_human(self) -> bool:
        """Whether somebody should look at this submission."""
        return self.why != ""

    @property
    def why(self) -> str:
        """Why somebody should look at it, or an empty text."""
        serious = (finding.text for finding in self.findings if finding.needs_human)
        return self.trouble or next(serious, "")


@dataclass(frozen=True)
class Entry:
    """One file of the ledger.

    Attributes
    ----------
    digest
        Of the bytes that were sent: points of other bytes never stay beside these.
    placed
        Of the notebook that was made from them for nbgrader.
    source
        Fingerprint of the assignment.
    graded
        The result, or None while grading is under way or after it failed.
    """

    digest: str
    placed: str = ""
    source: str = ""
    graded: Graded | None = None


def path(root: Path, assignment: str, learner: str) -> Path:
    """Return the file of the ledger for one submission."""
    return root / "graded" / assignment / f"{learner}.json"


def read(root: Path, assignment: str, learner: str) -> Entry | None:
    """Return what the ledger holds; None where it holds nothing or cannot be read."""
    try:
        content = json.loads(path(root, assignment, learner).read_text(encoding="utf-8"))
        graded = content.pop("graded")
        if graded is not None:
            findings = tuple(Finding(**finding) for finding in graded.pop("findings"))
            by_hand = tuple(graded.pop("by_hand"))
            graded = Graded(**graded, findings=findings, by_hand=by_hand)
        return Entry(**content, graded=graded)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write(root: Path, assignment: str, learner: str, entry: Entry) -> None:
    """Write one file of the ledger, aside and then renamed."""
    text = json.dumps(asdict(entry), indent=1)
    write_aside(path(root, assignment, learner), partial(Path.write_text, data=text))


def kept(
    root: Path,
    assignment: str,
    learner: str,
    *,
    digest: str,
    source: str,
    unsafe: bool,
    late: tuple[Finding, ...] = (),
) -> Graded | None:
    """Return the kept result of the same bytes and source, which was as `late` as now.

    One without a sandbox never counts.
    """
    entry = read(root, assignment, learner)
    if entry is None or entry.graded is None or entry.source != source:
        return None
    if digest not in (entry.digest, entry.placed) or (entry.graded.unsafe and not unsafe):
        return None
    if tuple(found for found in entry.graded.findings if found.kind.startswith("late")) != late:
        return None
    return replace(entry.graded, again=True)


def write_findings(root: Path, graded: Graded, log: str = "") -> None:
    """Write the report on one submission for the instructor, with the log of what failed."""
    file = root / "findings" / graded.assignment / f"{graded.learner}.txt"
    text = "\n".join([f"{graded.learner}, {graded.assignment}", *lines(graded), "", log])
    write_aside(file, partial(Path.write_text, data=text, encoding="utf-8"))


def lines(graded: Graded) -> Iterator[str]:
    """Yield what there is to say about one submission: state, points by exercise, findings."""
    if graded.unsafe:
        yield WITHOUT_SANDBOX.upper()
    yield f"needs a human: {graded.why}" if graded.needs_human else "graded"
    for question, points in graded.points.items():
        yield f"  {question}: {points:g}"
    if graded.penalty:
        yield f"  late: {-graded.penalty:g}"
    for question in graded.by_hand:
        yield f"  {question}: to be graded by hand"
    for finding in graded.findings:
        where = f" ({finding.cell})" if finding.cell else ""
        yield f"  finding {finding.kind}{where}: {finding.text}"


@contextmanager
def alone(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of a folder; yield whether it was free, which is always so with `wait`."""
    import fcntl

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            free = True
        except BlockingIOError:
            free = False
        except OSError:
            free = True  # a network folder without locks: it is no worse than without this one
        yield free
    finally:
        os.close(handle)
