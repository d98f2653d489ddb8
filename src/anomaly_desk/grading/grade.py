"""Grade submissions: each whole or not at all, several at a time, none able to stop the others."""

import contextlib
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

import nbformat

from anomaly_desk import build, course, imports
from anomaly_desk.errors import CourseError, SandboxError
from anomaly_desk.grading import copies, late, ledger, processes
from anomaly_desk.grading.ledger import Graded
from anomaly_desk.labs import manifest, sources
from anomaly_desk.submissions import edition, intake
from anomaly_desk.submissions.people import Roster
from anomaly_desk.submissions.submission import Job, Submission
from anomaly_labs.files import write_aside


def assignments(project: Path) -> dict[str, sources.Source]:
    """Return every assignment of the course by its name; `prepare` checks what it releases."""
    return {lab.name: sources.unchecked(lab) for lab in manifest.labs(project)}


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

    The gradebook and what lies beside it are kept; an exercise keeps its points by its id, and what
    its cells were before is remembered: learners may hand in notebooks of an earlier release.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)  # gradebook and originals are private
    note = root / "released.json"
    released = json.loads(note.read_text()) if note.is_file() else {}
    if not (root / "gradebook.db").is_file():
        released = {}
        shutil.rmtree(root / "graded", ignore_errors=True)  # of points that are nowhere any more
    desk = None
    for name, source in known.items():
        fingerprint = _fingerprint(project, source)
        notebook = root / "release" / name / f"{name}.ipynb"
        if released.get(name) == fingerprint and notebook.is_file():
            edition.stamp(root, name)  # nbgrader's own command may have released it anew
            continue
        sources.check(source)
        desk = desk or build.open_course(root, project)
        edition.remember(root, name)
        try:
            build.release(desk, source)
            edition.stamp(root, name)
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
    known: dict[str, sources.Source] | None = None,
    jobs: int | None = None,
    unsafe: bool = False,
    regrade: bool = False,
    started: Callable[[Submission], None] | None = None,
) -> Iterator[Graded]:
    """Grade submissions in the course folder `root`; yield each result when it is in.

    Each submission is graded by a process of its own. One that dies or hangs makes its submission
    "needs a human" and leaves the others alone. A result is kept in the ledger and used again for
    the same bytes and the same assignment, unless `regrade`. One that ended in a time limit because
    it waited for a processor that others had is graded once more, alone.

    Parameters
    ----------
    root
        The course folder, with the gradebook.
    project
        The folder that holds the sources and nbgrader's settings.
    submissions
        What `find` gave.
    known
        What `assignments` gave, if it was asked before.
    jobs
        Submissions at a time; one for each core when left out.
    unsafe
        Run learners' code without the sandbox; each report says so.
    regrade
        Grade anew what has a result for the same bytes, too.
    started
        Called with each submission when its grading begins.

    Raises
    ------
    SandboxError
        If the sandbox does not work here and `unsafe` was not asked for.
    CourseError
        If another run grades in the same course folder, or kernels would run another copy of the
        package.
    """
    if not unsafe:
        demand_sandbox()
    copies.demand_one(unsafe=unsafe)
    with ledger.alone(root, wait=False) as free:
        if not free:
            raise CourseError(f"another run grades in {root}; wait until it has ended, or stop it")
        submissions = list(submissions)
        sent = {submission.assignment for submission in submissions}
        known = {n: s for n, s in (known or assignments(project)).items() if n in sent}
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
            context = processes.context(modules)
            slots = jobs or os.cpu_count() or 1
            yield from processes.results(waiting, context, slots, hurried, begun)
            yield from processes.results(hurried, context, 1, [], begun)


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


def _fingerprint(project: Path, source: sources.Source) -> str:
    """Return what changes with an assignment: its notebook, and what the course lends to it."""
    notebook = source.assignment()
    digest = hashlib.sha256(nbformat.writes(notebook).encode())
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    lib = course.lib(project)
    modules = imports.files(code, imports.LIBRARY, lib) if lib else []
    own = [path for path in modules if lib and path.is_relative_to(lib)]
    for path in [*own, *course.set_files(project, source.lab.data)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


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
        return processes.failed(job, one.refused)
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
