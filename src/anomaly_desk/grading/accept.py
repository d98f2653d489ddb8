"""A human has looked: from then on the present result counts as graded everywhere."""

from collections.abc import Iterable
from pathlib import Path

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import ledger
from anomaly_desk.submissions import roster
from anomaly_desk.submissions.findings import quote


def accept(
    root: Path, assignment: str, learners: Iterable[str], note: str | None
) -> dict[str, str]:
    """Note of each learner's present result that a human has looked; return why one had to.

    Another submission, or another result of the same one, needs a human again.

    Parameters
    ----------
    root
        The course folder.
    assignment
        Whose results are meant.
    learners
        Ids, or whatever the roster knows a learner by.
    note
        What to keep beside it; None takes back what was accepted.

    Raises
    ------
    CourseError
        If one of them has no submission, or one that needs no human; then nothing is noted.
    """
    class_ = roster.kept(root)
    found: dict[str, str] = {}
    for name in learners:
        person = class_.find(name) if class_ else None
        learner = person.id if person else name
        entry = ledger.read(root, assignment, learner)
        if entry is None:
            waiting = ", ".join(_waiting(root, assignment)) or "nobody"
            raise CourseError(
                f"{quote(name)} has no submission of {assignment} in {root}; who needs a human "
                f"there: {waiting}"
            )
        if not entry.why:
            raise CourseError(
                f"the submission of {learner} needs no human, or its grading has not ended"
            )
        found[learner] = entry.why
    for learner in found:
        ledger.accept(root, assignment, learner, note)
        entry = ledger.read(root, assignment, learner)
        if entry is not None and entry.graded is not None:
            ledger.write_findings(root, entry.graded)
    return found


def _waiting(root: Path, assignment: str) -> list[str]:
    """Return who needs a human."""
    seen = sorted(path.stem for path in (root / "graded" / assignment).glob("*.json"))
    entries = {learner: ledger.read(root, assignment, learner) for learner in seen}
    return [learner for learner, entry in entries.items() if entry and entry.needs_human]
