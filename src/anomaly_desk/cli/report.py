"""The command that reports on a graded class."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from anomaly_labs.terminal import console, one_sentence_errors


def report(
    assignment: Annotated[
        str, typer.Argument(help="such as assessment; all that were graded when left out")
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="FILE.html of one assignment; COURSE/report/ when left out")
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="leave out names and answers, to show in class")
    ] = False,
    course_folder: Annotated[
        Path | None,
        typer.Option("--course", help="nbgrader's course folder; grading/ when left out"),
    ] = None,
) -> None:
    """Write a page on a graded class: points, exercises, wrong answers, alike answers, time."""
    from anomaly_desk import build as builder
    from anomaly_desk.report.make import make

    with one_sentence_errors():
        root = (course_folder or builder.project_folder() / "grading").absolute()
        written = make(root, assignment, output=output, names=not anonymous, console=console)
    for path, summary in written.items():
        console.print(f"[green]written[/] {escape(str(path))}: {escape(summary)}")
