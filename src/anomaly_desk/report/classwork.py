"""A graded class as the report sees it: tasks, submissions, what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from anomaly_desk.submissions.findings import Finding

OUTCOMES = ("all points", "some points", "no points", "untouched", "not run", "to be read")


@dataclass(frozen=True)
class Task:
    """One exercise or written answer of the assignment."""

    name: str
    points: float
    written: bool


@dataclass
class Work:
    """What one learner handed in, and what became of it.

    Attributes
    ----------
    points
        The points of each task; None where a written answer waits for its reader.
    late
        Points that were taken away because it came late.
    outcomes, hints, answers
        What each task has: one of `OUTCOMES`, the sentence of a failed check, the learner's text.
    why
        Why a human should look, or an empty text.
    accepted
        What a human noted who has looked at it; None where nobody has.
    """

    learner: str
    points: dict[str, float | None]
    late: float
    sent: datetime | None
    seconds: float | None = None
    findings: tuple[Finding, ...] = ()
    why: str = ""
    accepted: str | None = None
    outcomes: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All points so far, less those for being late."""
        return max(sum(p for p in self.points.values() if p is not None) - self.late, 0.0)

    @property
    def waits(self) -> list[str]:
        """The written answers that nobody has read yet."""
        return [task for task, points in self.points.items() if points is None]


@dataclass(frozen=True)
class Classwork:
    """A graded class and its assignment.

    Attributes
    ----------
    marks
        The points for a pass and for distinction, where the assignment names them.
    failed, accepted
        Why the submissions of some learners could not be graded; and which of them need no human
        any more, because one has looked.
    absent
        Learners of the roster or the gradebook who sent nothing.
    names
        The full names of the roster, by id.
    release, reference
        The text of each task as released and as solved, and all other code of the notebook.
    """

    assignment: str
    title: str
    tasks: tuple[Task, ...]
    marks: tuple[tuple[str, float], ...]
    submissions: tuple[Work, ...]
    failed: Mapping[str, str]
    absent: tuple[str, ...]
    release: Mapping[str, str]
    reference: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()

    @property
    def human(self) -> dict[str, str]:
        """Who needs a human, and why."""
        found = {one.learner: one.why for one in self.submissions if one.why}
        return found | {who: why for who, why in self.failed.items() if who not in self.accepted}

    def who(self, learner: str) -> str:
        """Return name and id of a learner, or the id alone where no name is known.

        Examples
        --------
        >>> Classwork("quiz", "Quiz", (), (), (), {}, (), {}, {}, {"a1": "Ada"}).who("a1")
        'Ada (a1)'
        """
        return f"{self.names[learner]} ({learner})" if learner in self.names else learner
