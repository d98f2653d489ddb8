"""The ledger of graded submissions: one file each, written when the submission is graded whole."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from anomaly_desk.sandbox import protection
from anomaly_desk.submissions.findings import Finding
from anomaly_labs.files import lock, write_aside

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
    accepted
        What a human noted who has looked at this very result; None where nobody has.
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
    accepted: str | None = None

    @property
    def needs_human(self) -> bool:
        """Whether somebody should look at this submission, and nobody has."""
        return self.why != "" and self.accepted is None

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
        The digest of the bytes that were sent: points of other bytes never stay beside these.
    placed
        The digest of the notebook that was made from them for nbgrader.
    source
        Fingerprint of the assignment.
    graded
        The result, or None while grading is under way or after it failed.
    failed, trouble
        Digest of what could not be graded, and why.
    accepted
        What a human noted who has looked at this; None where nobody has, or it has changed since.
    """

    digest: str
    placed: str = ""
    source: str = ""
    graded: Graded | None = None
    failed: str = ""
    trouble: str = ""
    accepted: str | None = None

    @property
    def needs_human(self) -> bool:
        """Whether somebody should look at this submission, and nobody has."""
        serious = self.graded.needs_human if self.graded else self.trouble != ""
        return serious and self.accepted is None

    @property
    def why(self) -> str:
        """Why somebody should look at it, or an empty text."""
        return self.graded.why if self.graded else self.trouble


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
        entry = Entry(**content, graded=graded)
        note = note_of(root, assignment, learner, entry)
        return replace(entry, graded=graded and replace(graded, accepted=note), accepted=note)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write(root: Path, assignment: str, learner: str, entry: Entry) -> None:
    """Write one file of the ledger, aside and then renamed."""
    before = read(root, assignment, learner)
    if before is not None and before.accepted is not None:
        # an earlier version's note needs the words of this result, which go away now
        accept(root, assignment, learner, before.accepted)
    data = json.dumps(asdict(entry), indent=1)
    write_aside(path(root, assignment, learner), partial(Path.write_text, data=data))


def accept(root: Path, assignment: str, learner: str, note: str | None) -> None:
    """Note that a human has looked at the present result; with None, that nobody has.

    It holds for this result of these bytes only: another one needs a human again.
    """
    entry, file = read(root, assignment, learner), _accepted(root, assignment, learner)
    if note is None or entry is None:
        file.unlink(missing_ok=True)
    else:
        text = json.dumps({"result": _result(entry), "note": note}, indent=1)
        write_aside(file, partial(Path.write_text, data=text, encoding="utf-8"))


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
    """Return the kept result of these bytes, as `late` as now; never one without a sandbox."""
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
    head = [f"{graded.learner}, {graded.assignment}", *lines(graded)]
    text = "\n".join([*head, *([] if graded.unsafe else ["", protection.sentence()]), "", log])
    write_aside(file, partial(Path.write_text, data=text, encoding="utf-8"))


def lines(graded: Graded) -> Iterator[str]:
    """Yield what there is to say about one submission: state, points by exercise, findings."""
    if graded.unsafe:
        yield WITHOUT_SANDBOX.upper()
    if graded.accepted is not None:
        yield accepted(graded.accepted)
    yield f"needs a human: {graded.why}" if graded.needs_human else "graded"
    for exercise, points in graded.points.items():
        yield f"  {exercise}: {points:g}"
    if graded.penalty:
        yield f"  late: {-graded.penalty:g}"
    for exercise in graded.by_hand:
        yield f"  {exercise}: to be graded by hand"
    for finding in graded.findings:
        where = f" ({finding.cell})" if finding.cell else ""
        yield f"  finding {finding.kind}{where}: {finding.text}"


def accepted(note: str) -> str:
    """Return in words that a human has looked at a result, and what was noted.

    Examples
    --------
    >>> accepted(""), accepted("asked Ada")
    ('accepted by a human', 'accepted by a human: asked Ada')
    """
    return f"accepted by a human{f': {note}' if note else ''}"


def _accepted(root: Path, assignment: str, learner: str) -> Path:
    return root / "accepted" / assignment / f"{learner}.json"


def note_of(root: Path, assignment: str, learner: str, entry: Entry) -> str | None:
    """Return what was noted when this very result was accepted; None where it was not."""
    try:
        found = json.loads(_accepted(root, assignment, learner).read_text(encoding="utf-8"))
        return str(found["note"]) if _is_same(found["result"], entry) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _result(entry: Entry) -> dict[str, Any]:
    """Return what a human accepts: bytes, points, and what is to be looked at, in no words."""
    graded = entry.graded
    return {
        "digest": entry.digest,
        "failed": entry.failed,
        "points": graded and graded.points,
        "penalty": graded and graded.penalty,
        "serious": [[f.kind, f.cell] for f in graded.findings if f.needs_human] if graded else [],
    }


def _is_same(accepted: Any, entry: Entry) -> bool:
    """Return whether a result is the accepted one, with nothing more to look at."""
    graded = entry.graded
    if isinstance(accepted, str):  # an earlier version's digest, of the words of findings, too
        what: list[object] = [entry.digest, entry.failed, entry.trouble]
        if graded is not None:
            words = sorted(found.text for found in graded.findings if found.needs_human)
            what += [sorted(graded.points.items()), graded.penalty, words]
        return accepted == hashlib.sha256(json.dumps(what).encode()).hexdigest()
    now = _result(entry)
    looked_at, to_see = (Counter(map(tuple, one.pop("serious"))) for one in (accepted, now))
    return bool(accepted == now and to_see <= looked_at)


@contextmanager
def alone(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of a folder, made where it is missing; yield whether it was free."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock(folder, wait=wait) as free:
        yield free
