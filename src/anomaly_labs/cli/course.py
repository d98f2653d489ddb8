"""Commands that build and run the course."""

from typing import Annotated

import typer

from anomaly_labs.cli.terminal import console, one_sentence_errors


def build(
    check: Annotated[bool, typer.Option("--check", help="write nothing; fail when stale")] = False,
) -> None:
    """Build the learners' notebooks from solutions/, and the blocks of pages from the code."""
    from functools import partial
    from pathlib import Path

    from anomaly_labs.course import blocks
    from anomaly_labs.course import build as builder
    from anomaly_labs.datasets.cache import write_aside

    with one_sentence_errors():
        project = builder.project_folder()
        with console.status("building the learners' notebooks"):
            built = builder.build(project, builder.source_paths(project))
        pages = blocks.pages(project)
        stale_pages = builder.stale(pages)
        stale = [*builder.stale(built), *stale_pages]
        fates = dict.fromkeys(stale, "stale") if check else builder.write(built)
        for path in () if check else stale_pages:
            write_aside(path, partial(Path.write_bytes, data=pages[path]))
            fates[path] = "block rebuilt"
    for path, fate in fates.items():
        console.print(f"{path.relative_to(project)}: {fate}", markup=False)
    if check and stale:
        console.print("[bold red]Run `make labs` and commit what it wrote.[/]")
        raise typer.Exit(1)


def course(
    fast: Annotated[bool, typer.Option("--fast", help="fewer rows and epochs")] = False,
) -> None:
    """Build, execute and grade the whole course, and print the results."""
    from anomaly_labs.course import build as builder
    from anomaly_labs.course.run import run
    from anomaly_labs.runtime import is_fast

    with one_sentence_errors():
        good = run(builder.project_folder(), fast=fast or is_fast(), console=console)
    raise typer.Exit(0 if good else 1)
