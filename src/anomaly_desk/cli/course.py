"""Commands that build and run the course."""

from typing import Annotated

import typer

from anomaly_labs.cli.terminal import console, one_sentence_errors


def build(
    check: Annotated[bool, typer.Option("--check", help="write nothing; fail when stale")] = False,
) -> None:
    """Build the learners' notebooks from solutions/, and the blocks of pages that speak of labs."""
    from anomaly_desk import build as builder
    from anomaly_desk import sources, tables

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
        console.print("[bold red]Run `make labs` and commit what it wrote.[/]")
        raise typer.Exit(1)


def new(
    name: Annotated[str, typer.Argument(help="what the lab is called, such as lab5_fraud")],
) -> None:
    """Write the folder of a new lab: a small one that builds, runs and grades as it stands."""
    from anomaly_desk import build as builder
    from anomaly_desk.new import write_lab

    with one_sentence_errors():
        project = builder.project_folder()
        path = write_lab(project, name)
    console.print(f"{path.parent.relative_to(project)}: written", markup=False)
    build()
    console.print(
        f"Write the lab in {path.relative_to(project)}; its order there is its place in the "
        f"course. make try-lab LAB={name} runs it, make test-lab LAB={name} tests it.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


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
    from anomaly_desk import manifest
    from anomaly_desk.run import run
    from anomaly_labs.runtime import is_fast

    with one_sentence_errors():
        project = builder.project_folder()
        every = manifest.labs(project)
        asked = manifest.chosen(every, labs) if labs else every
        chosen = [lab for lab in asked if not core or lab.kind == "core"]
        good = run(project, chosen, fast=fast or is_fast(), console=console, graded=grading)
    raise typer.Exit(0 if good else 1)
