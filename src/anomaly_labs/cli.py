"""The command `anomaly-labs`."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(
    help="Build, check and run the anomaly-labs course.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
data_app = typer.Typer(help="List, download and verify the data sets.", no_args_is_help=True)
app.add_typer(data_app, name="data")
console = Console(width=None if sys.stdout.isatty() else 120)


@app.command()
def doctor() -> None:
    """Say what this machine has, what is missing, and how to mend it."""
    from anomaly_labs.course.doctor import examine

    table = Table("", "what", title="anomaly-labs doctor")
    table.add_column("found", overflow="fold")
    table.add_column("how to mend it", overflow="fold")
    broken = False
    for good, what, found, mend in examine():
        broken |= good is False
        mark = {True: "[green]ok[/]", False: "[bold red]mend[/]", None: "[yellow]note[/]"}[good]
        table.add_row(mark, *map(escape, (what, found, "" if good else mend)))
    console.print(table)
    if broken:
        console.print("Mend what is missing, then run `anomaly-labs doctor` again.")
        raise typer.Exit(1)
    console.print("Ready. `make course` runs the whole course, `make lab` opens the labs.")


@data_app.command("list")
def list_data() -> None:
    """List every data set with its official row count and where it was found."""
    from anomaly_labs import datasets

    table = Table("data set", "split", "rows", title="Data sets")
    table.add_column("found", overflow="fold")
    with _one_sentence_errors():
        for name in datasets.names():
            for split, rows in datasets.describe(name).splits.items():
                found = datasets.locate(name, split)
                table.add_row(name, split, f"{rows:,}", escape(str(found.path)) if found else "-")
    console.print(table)


@data_app.command()
def download(
    name: Annotated[str, typer.Argument(help="kdd99 or nsl_kdd; all when left out")] = "",
    split: Annotated[str, typer.Option(help="one split; all but `full` when left out")] = "",
    force: Annotated[bool, typer.Option(help="download again what is there")] = False,
) -> None:
    """Download official files into data/, check their checksums, and show the progress."""
    from anomaly_labs import datasets

    failed = False
    for chosen, one in _wanted(name, split):
        try:
            path = datasets.download(chosen, split=one, force=force)
            console.print(f"[green]ok[/] {chosen} {one}: {escape(str(path))}")
        except (OSError, ValueError) as error:
            failed = True
            console.print(f"[bold red]failed[/] {chosen} {one}: {escape(str(error))}")
    if failed:
        console.print("What could not be had is generated when a lab asks for it.")
        raise typer.Exit(1)


def _wanted(name: str, split: str) -> list[tuple[str, str]]:
    """Return which splits of which data sets are meant; empty names mean all but "full"."""
    from anomaly_labs import datasets

    try:
        splits = {n: datasets.describe(n).splits for n in ([name] if name else datasets.names())}
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    pairs = [(n, one) for n, known in splits.items() for one in known]
    wanted = [pair for pair in pairs if (pair[1] == split if split else pair[1] != "full")]
    if not wanted:
        known = ", ".join(one for _, one in pairs)
        raise typer.BadParameter(f"{', '.join(splits)}: no split {split!r}; choose one of {known}")
    return wanted


@data_app.command()
def verify() -> None:
    """Compare every file that is there with its official checksum."""
    from anomaly_labs import datasets

    table = Table("data set", "split", "state", title="Data sets")
    table.add_column("file", overflow="fold")
    bad = False
    with _one_sentence_errors():
        found_out = datasets.verify()
    for status in found_out:
        bad |= status.status not in ("ok", "missing")
        table.add_row(status.name, status.split, status.status, escape(str(status.path or "-")))
        if status.detail:
            table.add_row("", "", "", escape(status.detail))
    console.print(table)
    raise typer.Exit(int(bad))


@app.command()
def build(
    check: Annotated[bool, typer.Option("--check", help="write nothing; fail when stale")] = False,
) -> None:
    """Build the learners' notebooks from solutions/."""
    from anomaly_labs.course import build as builder

    with _one_sentence_errors():
        project = builder.project_folder()
        with console.status("building the learners' notebooks"):
            built = builder.build(project, builder.source_paths(project))
        stale = builder.stale(built)
        fates = dict.fromkeys(stale, "stale") if check else builder.write(built)
    for path, fate in fates.items():
        console.print(f"{path.relative_to(project)}: {fate}", markup=False)
    if check and stale:
        console.print("[bold red]Run `make labs` and commit what it wrote.[/]")
        raise typer.Exit(1)


@app.command()
def course(
    fast: Annotated[bool, typer.Option("--fast", help="fewer rows and epochs")] = False,
) -> None:
    """Build, execute and grade the whole course, and print the results."""
    from anomaly_labs.course import build as builder
    from anomaly_labs.course.run import run
    from anomaly_labs.runtime import is_fast

    with _one_sentence_errors():
        good = run(builder.project_folder(), fast=fast or is_fast(), console=console)
    raise typer.Exit(0 if good else 1)


@app.command()
def grade(
    submissions: Annotated[
        list[Path], typer.Argument(help="folders of submissions, or files", show_default=False)
    ],
    jobs: Annotated[
        int | None, typer.Option(help="submissions at a time; one per core when left out", min=1)
    ] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="grade anew what has not changed, too")
    ] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="run learners' code without the sandbox")
    ] = False,
    course_folder: Annotated[
        Path | None,
        typer.Option("--course", help="nbgrader's course folder; grading/ when left out"),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="print points by exercise and every finding")
    ] = False,
) -> None:
    """Grade learners' notebooks in a sandbox: FOLDER/<learner>/<file>.ipynb and the like.

    Exit code 0: all were graded; 1: something needs a human, or nothing could be graded.
    """
    from anomaly_labs.course import build as builder
    from anomaly_labs.course.grading.report import grade_and_report

    with _one_sentence_errors():
        project = builder.project_folder()
        good = grade_and_report(
            submissions,
            root=(course_folder or project / "grading").absolute(),
            project=project,
            jobs=jobs,
            unsafe=unsafe,
            regrade=regrade,
            verbose=verbose,
            console=console,
        )
    raise typer.Exit(0 if good else 1)


@contextmanager
def _one_sentence_errors() -> "Iterator[None]":
    """Print what stops a command as its message, without a traceback."""
    from anomaly_labs.course import CourseError
    from anomaly_labs.datasets import ChecksumError, DataFormatError

    try:
        yield
    except (CourseError, ChecksumError, DataFormatError, OSError) as error:
        console.print(f"[bold red]{type(error).__name__}[/]")
        console.print(Text.from_ansi(str(error)))
        raise typer.Exit(1) from None
