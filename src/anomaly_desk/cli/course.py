"""Commands that build and run the course."""

from pathlib import Path
from typing import Annotated

import typer

from anomaly_labs.terminal import console, one_sentence_errors


def build(
    check: Annotated[bool, typer.Option("--check", help="write nothing; fail when stale")] = False,
) -> None:
    """Build the learners' notebooks from solutions/, and the blocks of pages that speak of labs."""
    from anomaly_desk import build as builder
    from anomaly_desk import tables
    from anomaly_desk.labs import sources

    with one_sentence_errors():
        project = builder.project_folder()
        with console.status("building the learners' notebooks"):
            built = builder.build(project, sources.course(project))
            pages = tables.pages(project)
        stale = builder.stale(built | pages)
        if check:
            fates = dict.fromkeys(stale, "stale")
        else:
            fates = builder.write(built) | builder.write_pages(pages)
    for path, fate in fates.items():
        console.print(f"{path.relative_to(project)}: {fate}", markup=False)
    if check and stale:
        console.print("[bold red]Run `anomaly-labs build` and commit what it wrote.[/]")
        raise typer.Exit(1)


def new(
    name: Annotated[
        str, typer.Argument(help="what the lab is called, such as lab5_fraud", show_default=False)
    ] = "",
    course_folder: Annotated[
        Path | None,
        typer.Option(
            "--course", help="make a course of your own in this new folder", show_default=False
        ),
    ] = None,
) -> None:
    """Write the folder of a new lab, or of a new course: it builds, runs and grades as it is."""
    from anomaly_desk import build as builder
    from anomaly_desk.labs.new import FIRST, write_course, write_lab

    if not name and course_folder is None:
        raise typer.BadParameter("name the lab, such as lab5_fraud, or --course FOLDER")
    with one_sentence_errors():
        if course_folder is not None:
            path = write_course(course_folder, name or FIRST)
            _say(
                f"{course_folder}: a course with the lab {path.parent.name}. Go there (cd "
                f"{course_folder}); its README.md says what to type, and course.toml what it is "
                "called."
            )
            return
        project = builder.project_folder()
        path = write_lab(project, name)
    _say(f"{path.parent.relative_to(project)}: written")
    build()
    _say(
        f"Write the lab in {path.relative_to(project)}; its order there is its place in the course."
    )
    if (project / "Makefile").is_file():
        _say(f"make try-lab LAB={name} runs it, make test-lab LAB={name} tests it.")
    else:
        _say(f"anomaly-labs course --fast {name} runs it and grades a sample class.")


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def course(
    labs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LAB...",
            help="such as lab1_xgboost, or lab1; all when left out",
            show_default=False,
        ),
    ] = None,
    core: Annotated[bool, typer.Option("--core", help="the core labs only")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="fewer rows and epochs")] = False,
    grading: Annotated[bool, typer.Option(help="grade the sample class")] = True,
) -> None:
    """Build, execute and grade the whole course or some labs of it, and print the results.

    A lab whose extras are not installed is skipped, by name.
    """
    from anomaly_desk import build as builder
    from anomaly_desk.labs import manifest
    from anomaly_desk.run import run
    from anomaly_labs.runtime import is_fast

    with one_sentence_errors():
        project = builder.project_folder()
        every = manifest.labs(project)
        asked = manifest.chosen(every, labs) if labs else every
        chosen = [lab for lab in asked if not core or lab.kind == "core"]
        good = run(project, chosen, fast=fast or is_fast(), console=console, graded=grading)
    raise typer.Exit(0 if good else 1)
