"""Grade one submission, in a process of its own: transplant, nbgrader, feedback, ledger."""

import os
import re
import shutil
import signal
import threading
import time
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry
from sqlalchemy.exc import SAWarning

from anomaly_desk import build
from anomaly_desk.errors import CourseError
from anomaly_desk.grading import late, ledger, times
from anomaly_desk.grading.ledger import WITHOUT_SANDBOX, Entry, Graded
from anomaly_desk.submissions import clocks, findings, intake, roster
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.intake import Job, Submission
from anomaly_desk.submissions.transplant import transplant
from anomaly_labs.files import write_aside

# The figures of a course are drawn twice before they are shared, in runs that train its networks.
WORTH_SHARING = 12  # submissions
_ERROR = re.compile(r"(?m)^ {0,4}[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt)\b.*$")


class GradingError(CourseError):
    """nbgrader could not grade a submission; the message is its error, `log` says the rest."""

    def __init__(self, log: str) -> None:
        said = [line for line in _ERROR.findall(log) if "NbGraderException" not in line]
        super().__init__(said[-1].strip() if said else "nbgrader gave no reason")
        self.log = log


def work(job: Job, environment: Mapping[str, str], answer: Connection) -> None:
    """Grade in this process, which ends when its parent does; send what came out."""
    _end_with_the_parent()
    os.environ.clear()
    os.environ.update(environment)
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what a learner's work makes libraries say is no part of the report
        os.dup2(silence, stream)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])  # a kernel inherits it
    answer.send(result(job))


def result(job: Job) -> Graded:
    """Return the result of a submission; what fails becomes a result that needs a human."""
    if job.submission.refused:
        return give_up(job, job.submission.refused)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with SQLAlchemy
            return grade_whole(job)
    except GradingError as error:
        return give_up(job, f"grading failed: {error}", error.log)
    except Exception as error:  # one learner's failure must not stop the others
        reason = f"grading failed: {type(error).__name__}: {error}"
        return give_up(job, reason, traceback.format_exc())


def grade_whole(job: Job) -> Graded:
    """Grade a submission whole: when this is cut off, the next run begins it anew."""
    root, assignment, learner = job.root, job.submission.assignment, job.submission.learner
    started = time.monotonic()
    with ledger.alone(root / "received" / assignment / learner, wait=True):
        course = build.open_course(root, job.project, unsafe=job.unsafe)
        if job.beside < WORTH_SHARING:
            course.config.SafeExecute.share_figures = False
        original, digest = _original(job)
        before = [*job.submission.findings, *_begin(course, job, digest)]
        release = root / "release" / assignment / f"{assignment}.ipynb"
        notebook, found = transplant(nbformat.read(release, as_version=4), original)
        placed = _place(root, job.submission, notebook)
        _call(course.autograde, assignment, learner)
        noted = _note_findings(job, [*before, *found])
        _call(course.generate_feedback, assignment, learner)
        points, by_hand, penalty = _points(course, assignment, learner)
        seconds = time.monotonic() - started
        graded = Graded(
            assignment, learner, points, noted, job.unsafe, seconds, by_hand, penalty=penalty
        )
        entry = Entry(digest, placed, job.fingerprint, graded)
        graded = replace(graded, accepted=ledger.note_of(root, assignment, learner, entry))
        ledger.write_findings(root, graded)
        ledger.write(root, assignment, learner, entry)
    return graded


def give_up(job: Job, reason: str, log: str = "") -> Graded:
    """Return a result that needs a human; take away what an earlier submission was given.

    The original stays in ``received/``. The ledger notes no result, so that the next run tries
    the submission again.
    """
    root, assignment, learner = job.root, job.submission.assignment, job.submission.learner
    found = job.submission.findings
    graded = Graded(assignment, learner, {}, found, job.unsafe, 0.0, trouble=reason)
    entry = Entry(digest="", failed=intake.digest(job.submission.path), trouble=reason)
    ledger.write(root, assignment, learner, entry)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        forgotten = _forget(build.open_course(root, job.project), assignment, learner)
    noted = ledger.note_of(root, assignment, learner, entry)
    graded = replace(graded, findings=(*found, *forgotten), accepted=noted)
    for step in ("autograded", "feedback"):
        shutil.rmtree(root / step / learner / assignment, ignore_errors=True)
    ledger.write_findings(root, graded, log)
    return graded


def _end_with_the_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _original(job: Job) -> tuple[Path, str]:
    """Return the file to grade and its digest; of a notebook that we made, what it came from."""
    root, assignment, learner = job.root, job.submission.assignment, job.submission.learner
    digest = intake.digest(job.submission.path)
    before = ledger.read(root, assignment, learner)
    if before is not None and digest == before.placed:
        kept = root / "received" / assignment / learner / f"{before.digest}.ipynb"
        if kept.is_file():
            return kept, before.digest
    return intake.keep(job.submission, root), digest


def _begin(course: Any, job: Job, digest: str) -> tuple[Finding, ...]:
    """Note in the ledger that grading is under way; nothing of other bytes stays behind."""
    root, assignment, learner = job.root, job.submission.assignment, job.submission.learner
    before = ledger.read(root, assignment, learner)
    forgotten: tuple[Finding, ...] = ()
    if before is None or before.digest != digest:
        ledger.write(root, assignment, learner, Entry(digest=""))
        forgotten = _forget(course, assignment, learner)
    ledger.write(root, assignment, learner, Entry(digest))
    with ledger.alone(root / "received", wait=True), course.gradebook as gradebook:
        # two processes that add the same learner at once would stumble over each other
        gradebook.update_or_create_student(learner, **_names(root, learner))
        sent = job.submission.sent
        gradebook.update_or_create_submission(
            assignment, learner, timestamp=times.utc(sent) if sent else None
        )
        deadlines = late.read(root).deadlines
        if assignment in deadlines:
            due = deadlines[assignment]
            gradebook.find_assignment(assignment).duedate = times.utc(due) if due else None
            gradebook.db.commit()
    return forgotten


def _names(root: Path, learner: str) -> dict[str, str]:
    """Return what the roster knows of a learner, as nbgrader's pages show it."""
    class_ = roster.kept(root)
    person = class_.get(learner) if class_ else None
    if person is None:
        return {}
    last, comma, first = person.name.partition(",")
    if not comma:
        first, _, last = person.name.rpartition(" ")
    return {"first_name": first.strip(), "last_name": last.strip(), "email": person.email}


def _forget(course: Any, assignment: str, learner: str) -> tuple[Finding, ...]:
    """Remove a submission from the gradebook; return as findings what was given by hand."""
    with course.gradebook as gradebook:
        try:
            notebooks = gradebook.find_submission(assignment, learner).notebooks
        except MissingEntry:
            return ()
        grades = [grade for notebook in notebooks for grade in notebook.grades]
        by_hand = [f"{g.name} {g.manual_score:g}" for g in grades if g.manual_score is not None]
        gradebook.remove_submission(assignment, learner)
    text = f"Points given by hand to the earlier submission were taken away: {', '.join(by_hand)}."
    return (Finding("resubmitted", "", text),) if by_hand else ()


def _place(root: Path, submission: Submission, notebook: nbformat.NotebookNode) -> str:
    """Put the notebook where nbgrader looks for it, with its time; return its digest."""
    assignment, learner = submission.assignment, submission.learner
    folder = root / "submitted" / learner / assignment
    target = folder / f"{assignment}.ipynb"
    if folder.is_symlink():
        folder.unlink()
    intake.set_others_aside(
        folder, root / "received" / assignment / learner / "beside", keep=[target]
    )
    text = f"{nbformat.writes(notebook)}\n".encode()
    write_aside(target, partial(Path.write_bytes, data=text))
    if submission.sent:
        stamp = clocks.note(submission.sent)
        write_aside(folder / clocks.NOTE, partial(Path.write_text, data=stamp))
    return intake.digest(target)


def _call(step: Any, assignment: str, learner: str) -> None:
    outcome = step(assignment, learner)
    if not outcome["success"]:
        raise GradingError(f"{outcome.get('log', '')}\n{outcome.get('error', '')}")


def _note_findings(job: Job, known: list[Finding]) -> tuple[Finding, ...]:
    """Return all findings, those of the graded notebook too, and write them into it."""
    assignment, learner = job.submission.assignment, job.submission.learner
    path = job.root / "autograded" / learner / assignment / f"{assignment}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    unsafe = [Finding("unsafe", "", f"{WITHOUT_SANDBOX.capitalize()}.")] if job.unsafe else []
    distinct = tuple(dict.fromkeys([*unsafe, *known, *findings.read(notebook)]))
    findings.write(notebook, distinct)
    write_aside(path, partial(Path.write_bytes, data=nbformat.writes(notebook).encode()))
    path.chmod(0o444)  # as nbgrader leaves it
    return distinct


def _points(
    course: Any, assignment: str, learner: str
) -> tuple[dict[str, float], tuple[str, ...], float]:
    """Return the automatic points of each exercise, what is left to a human, and the penalty."""
    with course.gradebook as gradebook:
        notebook = gradebook.find_submission_notebook(assignment, assignment, learner)
        found = {grade.name: grade.auto_score for grade in notebook.grades}
        penalty = float(notebook.late_submission_penalty or 0.0)
    checks = [name for name in found if name.endswith("-check")]
    points = {name.removesuffix("-check"): float(found[name] or 0.0) for name in checks}
    by_hand = tuple(name for name in found if name not in checks and found[name] is None)
    return points, by_hand, penalty
