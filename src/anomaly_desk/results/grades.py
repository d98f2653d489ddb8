"""What each learner has for each assignment: automatic and hand-given points, comments, state."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import SAWarning

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import ledger
from anomaly_desk.submissions import roster
from anomaly_desk.submissions.findings import UNREAD, Finding
from anomaly_desk.submissions.people import Person

State = Literal[
    "graded", "needs a human", "waits for a reader", "not graded", "not submitted"
]  # fmt: skip


@dataclass(frozen=True)
class TaskGrade:
    """The points of one exercise or written answer.

    Attributes
    ----------
    by_hand
        The points that a human gave, in place of automatic ones or beside them.
    comment
        What a human wrote beside it.
    waits
        Whether a human still has to look.
    """

    name: str
    points: float
    maximum: float
    by_hand: float = 0.0
    comment: str = ""
    waits: bool = False


@dataclass(frozen=True)
class Grade:
    """What one learner has for one assignment.

    Attributes
    ----------
    state
        "needs a human": somebody should look at it and then accept it (`anomaly-labs accept`);
        "waits for a reader": written answers are not read yet, so `total` can still rise; "not
        graded": something was handed in, but grading failed or has not ended.
    accepted
        What a human noted who has looked at it; None where nobody has.
    penalty
        Points taken off for handing in late.
    """

    person: Person
    assignment: str
    maximum: float
    state: State
    tasks: tuple[TaskGrade, ...] = ()
    penalty: float = 0.0
    findings: tuple[Finding, ...] = ()
    accepted: str | None = None

    @property
    def automatic(self) -> float:
        """The points that checks gave."""
        return sum(task.points - task.by_hand for task in self.tasks)

    @property
    def by_hand(self) -> float:
        """The points that a human gave."""
        return sum(task.by_hand for task in self.tasks)

    @property
    def total(self) -> float | None:
        """All points less the penalty, 0 at least; None where there is nothing graded.

        Of a file in which nothing could be read it is None until a human has accepted it.
        """
        if self.state in ("not graded", "not submitted"):
            return None
        unread = any(finding.kind in UNREAD for finding in self.findings)
        if self.state == "needs a human" and unread:
            return None
        return max(0.0, self.automatic + self.by_hand - self.penalty)

    @property
    def waits(self) -> bool:
        """Whether the result may still change: somebody has to look or to read."""
        failed = self.state == "not graded" and self.accepted is None
        return failed or self.state in ("needs a human", "waits for a reader")


def read(root: Path, assignments: Sequence[str] = ()) -> list[Grade]:
    """Return the grades in the course folder `root`: of each assignment, of every learner.

    Learners are those of the roster that the course folder keeps, in its order, and then whoever
    else is in the gradebook.

    Parameters
    ----------
    root
        The course folder.
    assignments
        Which ones; those for which something was handed in when left out.

    Raises
    ------
    CourseError
        If nothing was graded in `root`, or there is no such assignment in its gradebook.
    """
    with open_gradebook(root) as gradebook:
        known = {each.name: each for each in gradebook.assignments}
        unknown = [name for name in assignments if name not in known]
        if unknown:
            raise CourseError(
                f"{unknown[0]!r} is not in the gradebook of {root}, which has: "
                f"{', '.join(sorted(known)) or 'no assignment'}"
            )
        handed_in = [n for n in sorted(known) if _has_work(root, n, known[n].submissions)]
        wanted = list(dict.fromkeys(assignments)) or handed_in
        people = _people(root, gradebook)
        return [
            _grade(root, gradebook, known[name], person) for name in wanted for person in people
        ]


def of_learners(grades: Sequence[Grade], learners: Sequence[str]) -> list[Grade]:
    """Return the grades of these learners; all where none is named.

    Raises
    ------
    CourseError
        If there is nobody with such an id.
    """
    known = {grade.person.id for grade in grades}
    unknown = [learner for learner in learners if learner not in known]
    if unknown:
        raise CourseError(
            f"{unknown[0]!r} is neither in the roster nor in the gradebook; expected is an id"
        )
    return [grade for grade in grades if not learners or grade.person.id in learners]


@contextmanager
def open_gradebook(root: Path) -> Iterator[Any]:
    """Open the gradebook of a course folder.

    Raises
    ------
    CourseError
        If there is none: to open it would make an empty one.
    """
    path = root / "gradebook.db"
    if not path.is_file():
        raise CourseError(
            f"{path}: no gradebook, so nothing was graded in this folder; run "
            "`anomaly-labs grade SUBMISSIONS` first, or name another folder with --course"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with SQLAlchemy
        # without a name of the course: with one that it lacks, nbgrader would add it
        with Gradebook(f"sqlite:///{path}", "") as gradebook:
            yield gradebook


def _has_work(root: Path, assignment: str, submissions: Sequence[Any]) -> bool:
    return bool(submissions) or any((root / "graded" / assignment).glob("*.json"))


def _people(root: Path, gradebook: Any) -> list[Person]:
    """Return the roster's people, and then those whom only the gradebook knows."""
    class_ = roster.kept(root)
    people = {person.id: person for person in class_.people} if class_ else {}
    for student in sorted(gradebook.students, key=lambda student: student.id):
        name = " ".join(filter(None, (student.first_name, student.last_name)))
        person = Person(student.id, name or student.id, student.email or "")
        people.setdefault(student.id, person)
    for path in sorted((root / "graded").glob("*/*.json")):  # whose grading failed
        people.setdefault(path.stem, Person(path.stem, path.stem))
    return list(people.values())


def _grade(root: Path, gradebook: Any, assignment: Any, person: Person) -> Grade:
    name, maximum = assignment.name, float(assignment.max_score)
    entry = ledger.read(root, name, person.id)
    failed = entry is not None and entry.graded is None
    noted = entry.accepted if entry is not None else None
    try:
        submission = gradebook.find_submission(name, person.id)
    except MissingEntry:
        submission = None
    if failed or submission is None:
        state: State = "not graded" if failed else "not submitted"
        return Grade(person, name, maximum, state, accepted=noted)
    tasks = [task for notebook in submission.notebooks for task in _tasks(notebook)]
    return Grade(
        person,
        name,
        maximum,
        _state(entry, tasks),
        tuple(tasks),
        float(submission.late_submission_penalty or 0.0),
        entry.graded.findings if entry is not None and entry.graded is not None else (),
        noted,
    )


def _state(entry: ledger.Entry | None, tasks: Sequence[TaskGrade]) -> State:
    if entry is not None and entry.needs_human:
        return "needs a human"
    return "waits for a reader" if any(task.waits for task in tasks) else "graded"


def _tasks(notebook: Any) -> Iterator[TaskGrade]:
    """Yield the tasks of a submitted notebook, as nbgrader counts them, in its cells' order."""
    comments = {one.name: one.manual_comment or "" for one in notebook.comments}
    for grade in sorted(notebook.grades, key=lambda grade: _order(grade.name)):
        exercise = grade.name.removesuffix("-check")
        yield TaskGrade(
            exercise,
            float(grade.score or 0.0),
            float(grade.max_score or 0.0),
            float((grade.manual_score or 0.0) + (grade.extra_credit or 0.0)),
            # a comment stands at the answer, points at its check
            " ".join(comments.get(exercise, "").split()),
            bool(grade.needs_manual_grade),
        )


def _order(name: str) -> tuple[str, int, str]:
    """Return what sorts ``lab1-q2`` before ``lab1-q10``."""
    exercise = name.removesuffix("-check")
    text = exercise.rstrip("0123456789")
    digits = exercise[len(text) :]
    return text, int(digits or 0), name
