"""The command `anomaly-labs`."""

import os
import platform
import shutil
import sys
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
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

PACKAGES = (
    "numpy", "pandas", "pyarrow", "scikit-learn", "matplotlib", "keras", "jupyterlab", "nbgrader",
)  # fmt: skip
ALTERNATIVES = {
    "xgboost": ("xgboost-cpu", "xgboost-cu12", "xgboost"),
    "tensorflow": ("tensorflow-cpu", "tensorflow"),
}
GIBIBYTE = 2**30


@app.command()
def doctor() -> None:
    """Say what this machine has, what is missing, and how to mend it."""
    table = Table("", "what", title="anomaly-labs doctor")
    table.add_column("found", overflow="fold")
    table.add_column("how to mend it", overflow="fold")
    broken = False
    for good, what, found, mend in [*_software(), *_machine(), *_data(), *_notebooks()]:
        broken |= good is False
        mark = {True: "[green]ok[/]", False: "[bold red]mend[/]", None: "[yellow]note[/]"}[good]
        table.add_row(mark, *map(escape, (what, found, "" if good else mend)))
    console.print(table)
    if broken:
        console.print("Mend what is missing, then run `anomaly-labs doctor` again.")
        raise typer.Exit(1)
    console.print("Ready. `make course` runs the whole course, `make lab` opens the labs.")


Finding = tuple[bool | None, str, str, str]  # good (None: worth knowing), what, found, how to mend


def _software() -> "Iterator[Finding]":
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield supported, "Python", platform.python_version(), "use Python 3.11, 3.12 or 3.13"
    for package in PACKAGES:
        found = _version(package)
        yield found is not None, package, found or "-", "delete .venv and run any make target"
    for name, builds in ALTERNATIVES.items():
        present = [f"{b} {v}" for b in builds if (v := _version(b))]
        mend = "install the extra cpu or gpu: pip install 'anomaly-labs[cpu]'"
        yield bool(present), name, ", ".join(present) or "-", mend
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    alembic = shutil.which("alembic", path=path)
    yield alembic is not None, "alembic (for nbgrader)", alembic or "-", "reinstall nbgrader"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _machine() -> "Iterator[Finding]":
    from anomaly_labs import runtime

    gpu = runtime.gpu_available()
    yield True, "device", f"{'NVIDIA GPU' if gpu else 'CPU'}, {os.cpu_count()} cores", ""
    if gpu:
        rapids = _version("cudf-cu12")
        mend = "for RAPIDS: make course LOCK=requirements-gpu.lock"
        yield rapids is not None or None, "RAPIDS", rapids or "not installed", mend
    free = shutil.disk_usage(Path.cwd()).free / GIBIBYTE
    yield free > 3 or None, "free disk", f"{free:.0f} GiB", "keep 3 GiB free"


def _data() -> "Iterator[Finding]":
    from anomaly_labs import datasets

    mend = "`make data` downloads it, ANOMALY_LABS_DATA names a folder of yours; else generated"
    try:
        found_out = datasets.verify()
    except FileNotFoundError as error:
        yield False, "data", "-", str(error)
        return
    for status in found_out:
        found = f"{status.status}: {status.path}" if status.path else status.status
        bad = status.status not in ("ok", "missing")
        yield (
            False if bad else status.status == "ok" or None,
            f"data {status.name} {status.split}",
            found,
            status.detail if bad else mend,
        )


def _notebooks() -> "Iterator[Finding]":
    from anomaly_labs.course import build

    try:
        project = build.project_folder()
    except FileNotFoundError:
        yield None, "checkout", "not in one", "clone the project to build and grade the course"
        return
    missing = [
        path.stem
        for path in build.source_paths(project)
        if not build.released_path(project, path.stem).is_file()
    ]
    yield not missing or None, "learners' notebooks", ", ".join(missing) or "built", "make labs"


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
