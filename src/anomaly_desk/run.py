"""The main job: build, execute, grade, and print what came out."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from anomaly_desk import build, course, data
from anomaly_desk.environment import FAST
from anomaly_desk.errors import CourseError
from anomaly_desk.execute import Executed, execute, fingerprint
from anomaly_desk.grading import summary
from anomaly_desk.grading.ledger import WITHOUT_SANDBOX
from anomaly_desk.labs import extras, manifest, sources
from anomaly_desk.labs.manifest import Lab
from anomaly_desk.outcome import grades_table, labs_table
from anomaly_desk.sample.three import Sampled, grade_sample, key, sample_class
from anomaly_labs import runtime
from anomaly_labs.files import lock

GRADING_MINUTES = 1  # for each lab, three learners, in fast mode, on two CPU cores


def run(
    project: Path, labs: Iterable[Lab], *, fast: bool, console: Console, graded: bool = True
) -> bool:
    """Do the main job in `project`; return whether every result is what it should be.

    Everything is written below ``build/``, and learners' notebooks to ``labs/``. Notebooks whose
    text, modules, settings and data have not changed are not executed again.

    Parameters
    ----------
    project
        The checkout.
    labs
        The labs to build, execute and grade; one whose extras are not installed is skipped.
    fast
        Whether to take fewer rows and epochs.
    console
        Gets what is said.
    graded
        Whether to grade the sample class.

    Raises
    ------
    CourseError
        If another run is at work in the same project, or no lab is left.
    SourceError, BuildError, ExecutionError
        What stopped the job, with file and line where there is one.
    """
    if fast:
        os.environ[FAST] = "1"
    data.make_folders_absolute()
    with alone(project):
        return _run(project, list(_runnable(labs, console)), fast, graded, console)


def _runnable(labs: Iterable[Lab], console: Console) -> Iterator[sources.Source]:
    """Yield the labs that can run here, read and checked; say of the others what they lack."""
    for lab in labs:
        if lacks := extras.missing(lab):
            console.print(f"[bold yellow]{escape(lacks)}[/]", soft_wrap=True, highlight=False)
        else:
            yield sources.of_lab(lab)


@contextmanager
def alone(project: Path) -> Iterator[None]:
    """Hold the lock of ``build/``: a second run would delete what this one is making."""
    folder = project / "build"
    folder.mkdir(exist_ok=True)
    with lock(folder / "lock", wait=False) as free:
        if not free:
            raise CourseError(
                f"another run is at work in {folder}; wait until it has ended, or stop it"
            )
        yield


def _run(
    project: Path, labs: list[sources.Source], fast: bool, graded: bool, console: Console
) -> bool:
    if not labs:
        raise CourseError("no lab is left to run")
    started = time.monotonic()
    # the results of the whole course are kept when some labs of it run again
    whole = len(labs) == len(manifest.labs(project))
    sample = project / "build" / ("sample" if whole else "sample-some")
    _announce(course.read(project).title, labs, fast, graded, console)

    console.rule("1 Data")
    found = data.prepare(console, manifest.splits(lab.lab for lab in labs))
    console.rule("2 Learners' notebooks")
    built = build.build(project, labs)
    for path, fate in build.write(built, keep_edited=True).items():
        console.print(f"{path.relative_to(project)}: {fate}")
    console.rule("3 Execution of the solutions")
    keys = {
        lab.name: fingerprint(project, lab, env=os.environ, data=data.told(found, lab.lab))
        for lab in labs
    }
    executed = _execute_all(project, labs, keys, console)
    results = []
    if graded:
        console.rule("4 Grading of a sample class")
        results = grade_all(project, labs, keys, console, folder=sample)

    console.rule("Results")
    console.print(labs_table(labs, executed))
    if graded:
        console.print(grades_table(results))
    sources_used = ", ".join(sorted({one.source for one in found}))
    console.print(f"Data: {sources_used}. Device: {_device()}.", end=" ")
    console.print(f"Took {(time.monotonic() - started) / 60:.1f} minutes.")
    lab = labs[0].name if len(labs) == 1 else "<lab>"
    console.print(f"Solutions with figures: build/course/{lab}/{lab}.html")
    if graded:
        console.print(
            f"Feedback to learners:   build/{sample.name}/feedback/<learner>/{lab}/{lab}.html"
        )
    if any(sampled.graded.unsafe for sampled in results):
        console.print(_no_sandbox())
    good = all(sampled.as_expected for sampled in results)
    if not good:
        console.print("[bold red]Some points are not what they should be: see the table.[/]")
    return good


def _announce(
    title: str, labs: list[sources.Source], fast: bool, graded: bool, console: Console
) -> None:
    limits = [lab.lab.run_minutes for lab in labs]
    minutes = len(labs) if fast else sum(limits)
    if graded:  # two of the three learners train
        lengths = zip(labs, limits, strict=True)
        minutes += sum(
            2 * limit if lab.lab.grading == "full" else GRADING_MINUTES for lab, limit in lengths
        )
    what = labs[0].lab.title if len(labs) == 1 else "the course"
    steps = "from sources to graded notebooks" if graded else "from source to page"
    console.print(f"[bold]{escape(title)}[/]: {escape(what)}, {steps}")
    console.print("1 find the data, or generate them; 2 build the learners' notebooks;")
    console.print(f"3 execute every solution{'; 4 grade a sample class of three' * graded}.")
    kept = "what has not changed since the last run is kept"
    console.print(f"Takes up to {minutes} minutes on two CPU cores; {kept}.")
    if fast:
        console.print("Fast mode: fewer rows and epochs; the figures are not the course's.")


def _device() -> str:
    return "NVIDIA GPU" if runtime.gpu_available() else f"CPU, {os.cpu_count()} cores"


def _execute_all(
    project: Path, labs: list[sources.Source], keys: Mapping[str, str], console: Console
) -> list[Executed]:
    executed = []
    for lab in labs:
        cells = len(lab.cells)
        with summary.progress(console) as progress:
            task = progress.add_task(f"{lab.name}, cells", total=cells)
            done = execute(
                lab,
                project / "build" / "course" / lab.name,
                key=keys[lab.name],
                env={},
                on_cell=lambda n, p=progress, t=task: p.update(t, completed=n),  # type: ignore[misc]
            )
        kept = " (kept from an earlier run)" if done.again else ""
        console.print(
            f"{lab.name}: {cells} cells, {done.figures} figures, {done.seconds:.0f} s{kept}"
        )
        executed.append(done)
    return executed


def grade_all(
    project: Path,
    labs: list[sources.Source],
    keys: Mapping[str, str],
    console: Console,
    *,
    folder: Path,
) -> list[Sampled]:
    """Grade the sample class; where the sandbox does not work, without it, and say so.

    Parameters
    ----------
    project
        The checkout.
    labs
        The labs to grade.
    keys
        From `execute.fingerprint`, by the name of the lab.
    console
        Gets a line or a bar for each submission.
    folder
        Becomes nbgrader's course folder, with the results.
    """
    from anomaly_desk.sandbox import diagnose

    unsafe = not diagnose.is_usable()
    if unsafe:
        console.print(_no_sandbox())
    known = key(labs, keys.values())
    running = grade_sample(project, folder, labs, key=known, unsafe=unsafe)
    total = sum(len(sample_class(lab)) for lab in labs)
    results = []
    for sampled in summary.watched(running, total=total, console=console):
        results.append(sampled)
        if not console.is_terminal:  # which has a bar
            one = sampled.graded
            told = "kept" if one.again else f"graded in {one.seconds:.0f} s"
            console.print(
                f"{len(results)} of {total}: {one.assignment}, {one.learner}: {told}",
                markup=False, highlight=False, soft_wrap=True,
            )  # fmt: skip
    if all(sampled.graded.again for sampled in results):
        console.print(f"{total} submissions (kept from an earlier run)")
    else:
        console.print(f"{total} submissions graded, feedback written")
    order = [lab.name for lab in labs]
    return sorted(
        results, key=lambda s: (order.index(s.graded.assignment), -sum(s.expected.values()))
    )


def _no_sandbox() -> str:
    """Say what the sample class, which is our own, does without here."""
    return (
        f"[bold red]The sample class is {WITHOUT_SANDBOX}[/]: it does not work on this machine. "
        "Never grade learners' work here; `anomaly-labs doctor` says how to mend it."
    )
