"""Commands of grading day."""

from pathlib import Path
from typing import Annotated

import typer

from anomaly_labs.cli.terminal import console, one_sentence_errors


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

    with one_sentence_errors():
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
