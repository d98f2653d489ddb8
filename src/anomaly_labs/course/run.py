"""The main job: build, execute, grade, and print what came out."""

import fcntl
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from anomaly_labs import datasets, runtime
from anomaly_labs.course import CourseError, build, sources
from anomaly_labs.course.execute import Executed, execute, fingerprint
from anomaly_labs.course.grade import Graded, grade_sample, keep_grades, kept_grades, sample_class
from anomaly_labs.evaluation import figure_text

GRADING_MINUTES = 1  # for each lab, three learners, on two CPU cores
USED_DATA = (("kdd99", "10_percent"), ("kdd99", "test"))


def run(project: Path, *, fast: bool, console: Console) -> bool:
    """Do the main job in `project`; return whether every result is what it should be.

    Everything is written below ``build/``, and learners' notebooks to ``labs/``. Notebooks whose
    text, library, settings and data have not changed are not executed again.

    Raises
    ------
    CourseError
        If another run is at work in the same project.
    SourceError, BuildError, ExecutionError, GradingError
        What stopped the job, with file and line where there is one.
    """
    if fast:
        os.environ["ANOMALY_LABS_FAST"] = "1"
    make_folders_absolute()
    with alone(project):
        return _run(project, fast, console)


@contextmanager
def alone(project: Path) -> Iterator[None]:
    """Hold the lock of ``build/``: a second run would delete what this one is making."""
    folder = project / "build"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(
                f"another run is at work in {folder}; wait until it has ended, or stop it"
            ) from None
        except OSError:
            pass  # a network folder without locks: it is no worse than without this one
        yield


def make_folders_absolute() -> None:
    """Let notebooks, which run in other folders, find what the environment names from here."""
    for variable in ("ANOMALY_LABS_DATA", "ANOMALY_LABS_CACHE"):
        if folder := os.environ.get(variable):
            os.environ[variable] = str(Path(folder).expanduser().absolute())


def _run(project: Path, fast: bool, console: Console) -> bool:
    started = time.monotonic()
    labs = [sources.read(path) for path in build.source_paths(project)]
    _announce(labs, fast, console)

    console.rule("1 Data")
    data = [_prepare_data(name, split, console) for name, split in USED_DATA]
    console.rule("2 Learners' notebooks")
    built = build.build(project, build.source_paths(project))
    for path, fate in build.write(built, keep_edited=True).items():
        console.print(f"{path.relative_to(project)}: {fate}")
    console.rule("3 Execution of the solutions")
    found = "; ".join(map(repr, data))
    keys = {lab.name: fingerprint(project, lab, env=os.environ, data=found) for lab in labs}
    executed = _execute_all(project, labs, keys, console)
    console.rule("4 Grading of a sample class (nbgrader)")
    graded = _grade_all(project, labs, keys, console)

    console.rule("Results")
    console.print(_labs_table(labs, executed))
    console.print(_grades_table(graded))
    sources_used = ", ".join(sorted({d.source for d in data}))
    console.print(f"Data: {sources_used}. Device: {_device()}.", end=" ")
    console.print(f"Took {(time.monotonic() - started) / 60:.1f} minutes.")
    console.print("Solutions with figures: build/course/<lab>/<lab>.html")
    console.print("Feedback to learners:   build/sample/feedback/<learner>/<lab>/<lab>.html")
    good = all(g.as_expected for g in graded)
    if not good:
        console.print("[bold red]Some points are not what they should be: see the table.[/]")
    return good


def _announce(labs: list[sources.Source], fast: bool, console: Console) -> None:
    minutes = sum(1 if fast else lab.run_minutes for lab in labs) + GRADING_MINUTES * len(labs)
    console.print("[bold]anomaly-labs[/]: the course, from sources to graded notebooks")
    console.print("1 find the data, or generate them; 2 build the learners' notebooks;")
    console.print("3 execute every solution; 4 grade a sample class of three.")
    kept = "what has not changed since the last run is kept"
    console.print(f"Takes up to {minutes} minutes on two CPU cores; {kept}.")
    if fast:
        console.print("Fast mode: fewer rows and epochs; the figures are not the course's.")


def _device() -> str:
    return "NVIDIA GPU" if runtime.gpu_available() else f"CPU, {os.cpu_count()} cores"


def _prepare_data(name: str, split: str, console: Console) -> datasets.Dataset:
    """Parse and cache one split before any notebook asks for it; settle offline mode for all."""
    with console.status(f"{name} {split}: looking, parsing, caching"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same is said in the line below
        data = datasets.load(name, split=split)
    if data.source == "synthetic":
        os.environ["ANOMALY_LABS_OFFLINE"] = "1"
        console.print(f"[bold yellow]{data!r}[/]")
        console.print("  No real file was found and none could be downloaded; see data/README.md.")
    else:
        console.print(f"{data!r}")
    return data


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)


def _execute_all(
    project: Path, labs: list[sources.Source], keys: Mapping[str, str], console: Console
) -> list[Executed]:
    executed = []
    for lab in labs:
        cells = len(lab.cells)
        with _progress(console) as progress:
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


def _grade_all(
    project: Path, labs: list[sources.Source], keys: Mapping[str, str], console: Console
) -> list[Graded]:
    root = project / "build" / "sample"
    key = " ".join(keys.values())
    graded = kept_grades(root, key)
    if graded:
        console.print(f"{len(graded)} submissions (kept from an earlier run)")
    else:
        with _progress(console) as progress:
            submissions = sum(len(sample_class(lab)) for lab in labs)
            task = progress.add_task("submissions", total=submissions)
            for result in grade_sample(project, root, labs):
                graded.append(result)
                progress.advance(task)
        keep_grades(root, key, graded)
        console.print(f"{len(graded)} submissions graded, feedback written")
    return sorted(graded, key=lambda g: (g.lab, -sum(g.expected.values())))


def _labs_table(labs: list[sources.Source], executed: list[Executed]) -> Table:
    table = Table(title="Labs", title_justify="left")
    for heading in ("lab", "minutes", "limit", "data", "headline"):
        table.add_column(heading, justify="right" if heading in ("minutes", "limit") else "left")
    for lab, done in zip(labs, executed, strict=True):
        headline = "\n".join(
            f"{name} = {figure_text(value)}" for name, value in done.headline.items()
        )
        table.add_row(
            lab.name, f"{done.seconds / 60:.1f}", str(lab.run_minutes), done.source, headline
        )
    return table


def _grades_table(graded: list[Graded]) -> Table:
    table = Table(title="Sample class: automatic points", title_justify="left")
    for heading in ("lab", "learner", "points", "should be", ""):
        table.add_column(heading, justify="right" if heading in ("points", "should be") else "left")
    for result in graded:
        wrong = [q for q in result.expected if result.points[q] != result.expected[q]]
        verdict = f"[bold red]differs: {', '.join(wrong)}[/]" if wrong else "[green]as it should[/]"
        points, expected = sum(result.points.values()), sum(result.expected.values())
        table.add_row(result.lab, result.learner, f"{points:g}", f"{expected:g}", verdict)
    return table
