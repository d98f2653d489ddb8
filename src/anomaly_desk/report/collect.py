"""Everything that is known about a graded class: gradebook, ledger, autograded notebooks."""

import re
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import ledger
from anomaly_desk.report import notebooks
from anomaly_desk.report.classwork import OUTCOMES, Classwork, Task, Work
from anomaly_desk.submissions import roster
from anomaly_desk.submissions.receive import same_text
from anomaly_labs.notebooks import CHECK, grade_id, is_check, marks
from anomaly_labs.notebooks import errors as errors_of

_MARKS = re.compile(r"\*\*Pass: (\d+(?:\.\d+)?)[^*]*?Distinction: (\d+(?:\.\d+)?)")
_REASON = re.compile(r"(?m)^needs a human: (.*)$")
Watch = Callable[[list[str]], Iterable[str]]


def assignments(root: Path) -> list[str]:
    """Return the assignments that were graded in the course folder `root`.

    Raises
    ------
    CourseError
        If nothing was graded there.
    """
    found = sorted(path.name for path in (root / "graded").glob("*") if path.is_dir())
    if not found or not (root / "gradebook.db").is_file():
        raise CourseError(
            f"nothing has been graded in {root}; run `anomaly-labs grade FOLDER` first, or name "
            "another course folder (--course)"
        )
    return found


def collect(root: Path, assignment: str, watch: Watch = list) -> Classwork:
    """Return what is known about a graded class.

    Parameters
    ----------
    root
        The course folder.
    assignment
        Such as ``assessment``.
    watch
        Gets the learners and yields them, to show how far this is.

    Raises
    ------
    CourseError
        If the assignment was not graded in `root`.
    """
    known = assignments(root)
    release = root / "release" / assignment / f"{assignment}.ipynb"
    if assignment not in known or not release.is_file():
        raise CourseError(f"{assignment!r} was not graded in {root}; known: {', '.join(known)}")
    tasks, submissions, enrolled = _gradebook(root, assignment)
    class_ = roster.kept(root)
    names = {person.id: person.name for person in class_.people} if class_ else {}
    pristine = notebooks.cells(release)
    seen = {path.stem for path in (root / "graded" / assignment).glob("*.json")}
    failed: dict[str, str] = {}
    accepted: set[str] = set()
    for learner in watch(sorted(seen | submissions.keys())):
        entry = ledger.read(root, assignment, learner)
        path = root / "autograded" / learner / assignment / f"{assignment}.ipynb"
        unfinished = entry is not None and entry.graded is None
        if unfinished or learner not in submissions or not path.is_file():
            submissions.pop(learner, None)
            failed[learner] = (entry and entry.trouble) or _reason(root, assignment, learner)
            accepted |= {learner} if entry and entry.accepted is not None else set()
            continue
        if entry is not None and entry.graded is not None:  # else by nbgrader's own command
            _add(submissions[learner], entry.graded)
        _read(submissions[learner], notebooks.cells(path), tasks, pristine)
    solution = notebooks.cells(root / "source" / assignment / release.name)
    title, marks = _headings(pristine)
    return Classwork(
        assignment=assignment,
        title=title or assignment,
        tasks=tasks,
        marks=marks,
        submissions=tuple(submissions[learner] for learner in sorted(submissions)),
        failed=failed,
        absent=tuple(sorted((enrolled | names.keys()) - submissions.keys() - failed.keys())),
        release=notebooks.answers(pristine, every=True),
        reference=notebooks.answers(solution, every=True),
        names=names,
        accepted=frozenset(accepted),
    )


def _add(one: Work, graded: ledger.Graded) -> None:
    """Add what the ledger holds."""
    one.seconds, one.findings, one.accepted = graded.seconds, graded.findings, graded.accepted
    one.why = graded.why if graded.needs_human else ""


def _headings(cells: list[dict[str, Any]]) -> tuple[str, tuple[tuple[str, float], ...]]:
    """Return the notebook's title, and the points for a pass and distinction if it names them."""
    texts = "\n".join(notebooks.text(c) for c in cells if c.get("cell_type") == "markdown")
    heading, found = re.search(r"(?m)^# (.+)$", texts), _MARKS.search(texts)
    marks = zip(("pass", "distinction"), map(float, found.groups()), strict=True) if found else ()
    return heading[1].strip() if heading else "", tuple(marks)


def _gradebook(root: Path, assignment: str) -> tuple[tuple[Task, ...], dict[str, Work], set[str]]:
    """Return tasks, submissions with their points, and all learners."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with SQLAlchemy
        with Gradebook(f"sqlite:///{root.absolute() / 'gradebook.db'}") as gradebook:
            cells = gradebook.find_notebook(assignment, assignment).grade_cells
            maximum = {cell.name: float(cell.max_score) for cell in cells}
            sent = gradebook.assignment_submissions(assignment)
            when = {one.student_id: one.timestamp for one in sent}
            enrolled = {student.id for student in gradebook.students}
            late, grades = _rows(gradebook, assignment)
    names = [name for name in _order(root, assignment) if name in maximum]
    tasks = tuple(Task(_task(name), maximum[name], not _is_check(name)) for name in names)
    found = {
        learner: Work(learner, dict.fromkeys((t.name for t in tasks), 0.0), 0.0, sent_at)
        for learner, sent_at in when.items()
    }
    for learner, penalty in late:
        if learner in found:  # another one came while this was read
            found[learner].late = float(penalty or 0.0)
    for learner, name, score, waits, by_hand in grades:
        waiting = waits and by_hand is None and not _is_check(name)
        if learner in found:
            found[learner].points[_task(name)] = None if waiting else float(score or 0.0)
    return tasks, found, enrolled


def _rows(gradebook: Any, assignment: str) -> tuple[list[Any], list[Any]]:
    """Return learner and penalty of each notebook, and each grade; two queries for a class."""
    from nbgrader.api import BaseCell, Grade, SubmittedAssignment, SubmittedNotebook

    query, learner = gradebook.db.query, SubmittedAssignment.student_id
    wanted = SubmittedAssignment.assignment.has(name=assignment)
    late = query(learner, SubmittedNotebook.late_submission_penalty).join(
        SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id
    )
    columns = (BaseCell.name, Grade.score, Grade.needs_manual_grade, Grade.manual_score)
    grades = (
        query(learner, *columns)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
    )
    return late.filter(wanted).all(), grades.filter(wanted).all()


def _order(root: Path, assignment: str) -> list[str]:
    """Return the names of the graded cells in the notebook's order."""
    cells = notebooks.cells(root / "release" / assignment / f"{assignment}.ipynb")
    return [grade_id(cell) for cell in cells if marks(cell).get("grade")]


def _task(name: str) -> str:
    return name.removesuffix(CHECK)


def _is_check(name: str) -> bool:
    return name.endswith(CHECK)


def _read(
    one: Work,
    cells: list[dict[str, Any]],
    tasks: Iterable[Task],
    pristine: list[dict[str, Any]],
) -> None:
    """Add what the autograded notebook holds: answers, hints, outcomes."""
    one.answers = notebooks.answers(cells)
    stubs = notebooks.answers(pristine)
    errors = {
        _task(grade_id(cell)): error
        for cell in cells
        if is_check(cell)
        for error in errors_of(cell)
    }
    for task in tasks:
        name, sentence = errors.get(task.name, ("", ""))
        points = one.points.get(task.name)
        same = same_text(one.answers.get(task.name, ""), stubs.get(task.name, ""))
        if same or name == "NotAnswered":
            outcome = "untouched"
        elif points is None:
            outcome = "to be read"
        elif name == "NotRun" and not points:
            outcome = "not run"
        else:
            outcome = OUTCOMES[0 if points >= task.points else 1 if points > 0 else 2]
        one.outcomes[task.name] = outcome
        if sentence and outcome not in ("untouched", "not run"):
            one.hints[task.name] = sentence


def _reason(root: Path, assignment: str, learner: str) -> str:
    try:
        path = root / "findings" / assignment / f"{learner}.txt"
        found = _REASON.search(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    return found[1] if found else "grading it is not finished; run `anomaly-labs grade` again"
