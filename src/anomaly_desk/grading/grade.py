"""Grade submissions: each whole or not at all, several at a time, none able to stop the others."""

import contextlib
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import nbformat

from anomaly_desk import build, imports, sources
from anomaly_desk.errors import CourseError, SandboxError
from anomaly_desk.grading import late, ledger
from anomaly_desk.grading.ledger import Graded
from anomaly_desk.submissions import intake
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.intake import Job, Submission
from anomaly_desk.submissions.people import Roster
from anomaly_labs.datasets.cache import write_aside

# What grading any submission imports, beside what its lab imports; once, before the process of
# each one forks.
PRELOADED = (
    "anomaly_desk.grading.one",
    "anomaly_desk.checking.execute",
    "anomaly_desk.sandbox.provisioner",
    "anomaly_desk.pages.feedback",
    "anomaly_desk.pages.sanitize",
    "anomaly_desk.execute",
    "nbconvert.exporters.html",
    "jinja2.ext",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sklearn.metrics",
    "pooch",
)
LIMIT_SECONDS = 3600  # for one submission; the limits of the kernel end it much earlier
GRACE_SECONDS = 10  # for a process to end after it has sent its result
ALONE = Finding(
    "graded-again",
    "",
    "A first result was left out: it ended in a time limit while other submissions were graded "
    "beside it. This is the result of grading it once more, alone.",
)


def assignments(project: Path) -> dict[str, sources.Source]:
    """Return every assignment of the course by its name: the labs and the assessment."""
    return {source.name: source for source in sources.course(project)}


def find(
    paths: Iterable[Path],
    known: dict[str, sources.Source],
    *,
    roster: Roster | None = None,
    root: Path | None = None,
    zone: tzinfo | None = None,
) -> list[Submission]:
    """Return the submissions below `paths`; see `intake.find`."""
    ids = {
        name: [cell.grade_id for cell in source.cells if cell.grade_id is not None]
        for name, source in known.items()
    }
    return intake.find(paths, ids, roster=roster, root=root, zone=zone)


def prepare(root: Path, project: Path, known: dict[str, sources.Source]) -> dict[str, str]:
    """Release in `root` what is new or has changed; return the fingerprint of each assignment.

    The gradebook and what lies beside it are kept; an exercise keeps its points by its id.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)  # gradebook and originals are private
    note = root / "released.json"
    released = json.loads(note.read_text()) if note.is_file() else {}
    if not (root / "gradebook.db").is_file():
        released = {}
        shutil.rmtree(root / "graded", ignore_errors=True)  # of points that are nowhere any more
    course = None
    for name, source in known.items():
        fingerprint = _fingerprint(source)
        notebook = root / "release" / name / f"{name}.ipynb"
        if released.get(name) == fingerprint and notebook.is_file():
            continue
        course = course or build.open_course(root, project)
        try:
            build.release(course, source)
        except build.BuildError as error:
            if "Cannot add or remove cells" not in str(error):
                raise
            raise CourseError(
                f"{source.path}: an exercise was added, removed or renamed after submissions were "
                f"graded in {root}, and nbgrader then has no place for its points; take the change "
                "back, or grade in a new course folder (--course)"
            ) from error
        released[name] = fingerprint
        text = json.dumps(released, indent=1)
        write_aside(note, lambda aside, text=text: aside.write_text(text))  # type: ignore[misc]
    return {name: released[name] for name in known}


def grade(
    root: Path,
    project: Path,
    submissions: Iterable[Submission],
    *,
    jobs: int | None = None,
    unsafe: bool = False,
    regrade: bool = False,
    started: Callable[[Submission], None] | None = None,
) -> Iterator[Graded]:
    """Grade submissions in the course folder `root`; yield each result when it is in.

    Each submission is graded by a process of its own. One that dies or hangs makes its submission
    "needs a human" and leaves the others alone. A result is kept in the ledger and used again for
    the same bytes and the same assignment, unless `regrade`. One that ended in a time limit beside
    others, which may have taken its share of the processor, is graded once more, alone.

    Parameters
    ----------
    jobs
        Submissions at a time; one for each core when left out.
    unsafe
        Run learners' code without the sandbox; each report says so.
    started
        Called with each submission when its grading begins.

    Raises
    ------
    SandboxError
        If the sandbox does not work here and `unsafe` was not asked for.
    CourseError
        If another run grades in the same course folder.
    """
    if not unsafe:
        demand_sandbox()
    with ledger.alone(root, wait=False) as free:
        if not free:
            raise CourseError(f"another run grades in {root}; wait until it has ended, or stop it")
        submissions = list(submissions)
        sent = {submission.assignment for submission in submissions}
        known = {n: source for n, source in assignments(project).items() if n in sent}
        prints = prepare(root, project, known)
        waiting = []
        for submission in submissions:
            job = Job(root, project, submission, prints.get(submission.assignment, ""), unsafe)
            known_already = _known_already(job, regrade)
            if known_already is None:
                waiting.append(job)
            else:
                yield known_already
        sizes = Counter(job.submission.assignment for job in waiting)
        waiting = [replace(job, beside=sizes[job.submission.assignment]) for job in waiting]
        hurried: list[Job] = []
        begun = started or (lambda _: None)
        modules = preloaded(known.values())
        with contextlib.nullcontext() if unsafe or not waiting else _one_import(modules):
            context = _context(modules)
            yield from _all(waiting, context, jobs or os.cpu_count() or 1, hurried, begun)
            yield from _all(hurried, context, 1, [], begun)


def preloaded(labs: Iterable[sources.Source]) -> list[str]:
    """Return the modules of the library that labs import and that load nothing heavy.

    They are imported once for all submissions of a run, outside of the kernels and inside.

    Parameters
    ----------
    labs
        The labs that are graded.
    """
    cells = [cell for lab in labs for cell in lab.cells if cell.role != "instructor"]
    return imports.light(cell.text for cell in cells if cell.kind == "code")


def _one_import(modules: list[str]) -> contextlib.AbstractContextManager[None]:
    """Fork the kernels of this run from one process that imports the stack and these modules."""
    from anomaly_desk.sandbox import forkserver  # needs modules that only Unix has

    return forkserver.running(modules)


def _fingerprint(source: sources.Source) -> str:
    return hashlib.sha256(nbformat.writes(source.assignment()).encode()).hexdigest()


def demand_sandbox() -> None:
    """Raise `SandboxError`, which says what to do, unless learners' code can be locked in."""
    from anomaly_desk.sandbox.diagnose import is_usable

    if not is_usable():
        raise SandboxError(
            "learners' code cannot be locked in on this machine, so nothing was graded. "
            "`anomaly-labs doctor` says what is missing and how to mend it; `--unsafe` grades "
            "without a sandbox, only for work that you trust"
        )


def _known_already(job: Job, regrade: bool) -> Graded | None:
    """Return the result of what is nobody's, or was graded before; None for what is to grade."""
    one = job.submission
    if one.is_nobodys:
        return _failed(job, one.refused)
    if one.refused or regrade:
        return None
    return ledger.kept(
        job.root,
        one.assignment,
        one.learner,
        digest=intake.digest(one.path),
        source=job.fingerprint,
        unsafe=job.unsafe,
        late=late.of(one.findings),
    )


def _failed(job: Job, trouble: str) -> Graded:
    one = job.submission
    return Graded(one.assignment, one.learner, {}, one.findings, job.unsafe, 0.0, trouble=trouble)


def _alone(job: Job) -> Job:
    """Return the job of grading a submission once more; until then it counts as not graded."""
    one = job.submission
    entry = ledger.read(job.root, one.assignment, one.learner)
    if entry is not None:
        ledger.write(job.root, one.assignment, one.learner, replace(entry, graded=None))
    return replace(job, submission=replace(one, findings=(*one.findings, ALONE)))


def _all(
    waiting: list[Job],
    context: BaseContext,
    slots: int,
    hurried: list[Job],
    begun: Callable[[Submission], None],
) -> Iterator[Graded]:
    """Yield the results; those that others may have cut off are left out, their jobs `hurried`."""
    beside: set[Job] = set()
    running: dict[Connection, tuple[BaseProcess, Job, float]] = {}
    todo = iter(waiting)
    try:
        while True:
            while len(running) < slots and (job := next(todo, None)) is not None:
                answer, process = _start(context, job)
                begun(job.submission)
                running[answer] = (process, job, time.monotonic() + LIMIT_SECONDS)
            if not running:
                return
            if len(running) > 1:
                beside.update(job for _, job, _ in running.values())
            ready = wait(list(running), timeout=1)
            for answer, (process, job, end) in list(running.items()):
                if answer in ready or time.monotonic() > end:
                    del running[answer]
                    graded = _result(answer, process, job)
                    if job in beside and any(f.kind == "limit-time" for f in graded.findings):
                        hurried.append(_alone(job))
                    else:
                        yield graded
    finally:
        for process, _, _ in running.values():
            process.kill()
            process.join()


def _context(modules: list[str]) -> BaseContext:
    """Return how processes are made: forked from one that has imported nbgrader and these."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from anomaly_labs.inside.zygote import ONE_THREAD  # needs what only Unix has

    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, *modules])
    # Ctrl-C is ours: it must not stop the imports of the process that all others fork from. The
    # tracker would let the signal through again, so it starts before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


def _work(job: Job, environment: Mapping[str, str], answer: Connection) -> None:
    from anomaly_desk.grading.one import (
        work,  # nbgrader: imported where it is needed only
    )

    work(job, environment, answer)


def _start(context: BaseContext, job: Job) -> tuple[Connection, BaseProcess]:
    answer, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, dict(os.environ), sender), daemon=True)  # type: ignore[attr-defined]
    process.start()
    sender.close()
    return answer, process


def _result(answer: Connection, process: BaseProcess, job: Job) -> Graded:
    """Return what a process sent, or what becomes of a submission whose process did not."""
    from anomaly_desk.grading.one import give_up

    try:
        graded = answer.recv() if answer.poll() else None
    except EOFError:
        graded = None
    answer.close()
    process.join(timeout=GRACE_SECONDS)
    process.kill()
    process.join()
    if isinstance(graded, Graded):
        return graded
    reason = f"the process that graded it ended with code {process.exitcode}"
    if process.exitcode == -9:
        reason = f"the process that graded it was killed, or took over {LIMIT_SECONDS} seconds"
    try:
        return give_up(job, reason)
    except Exception as error:  # one learner's failure must not stop the others
        return _failed(job, f"{reason}; and then {type(error).__name__}: {error}")
