"""Commands that make pages to show: the slides of a lab, the site of the course."""

from pathlib import Path
from typing import Annotated

import typer

from anomaly_labs.terminal import console, one_sentence_errors

Fast = Annotated[bool, typer.Option("--fast", help="fewer rows and epochs, as course --fast has")]


def slides(
    labs: Annotated[
        list[str] | None,
        typer.Argument(help="labs by name, such as lab1; all when left out", show_default=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="folder for the files; build/slides when left out")
    ] = None,
    fast: Fast = False,
) -> None:
    """Write the slides of each lab: one HTML file that needs no network, and shows no answer."""
    from anomaly_desk import build
    from anomaly_desk.labs import manifest
    from anomaly_desk.publish.site.shown import chosen, executed
    from anomaly_desk.publish.slides.page import write_slides
    from anomaly_desk.run import alone

    with one_sentence_errors():
        project = build.project_folder()
        folder = output or project / "build" / "slides"
        with alone(project):
            for lab, notebook in executed(
                project, chosen(manifest.labs(project), labs), console, fast=fast
            ):
                path = write_slides(lab, notebook, folder)
                console.print(f"{path}: {path.stat().st_size / 1e6:.1f} MB", markup=False)


def site(
    output: Annotated[
        Path | None, typer.Option(help="folder for the site; build/site when left out")
    ] = None,
    fast: Fast = False,
) -> None:
    """Write the site of the course: executed labs with figures and search, and no answer."""
    from anomaly_desk import build
    from anomaly_desk.labs import manifest
    from anomaly_desk.publish.site.build import build_site
    from anomaly_desk.publish.site.shown import chosen, executed
    from anomaly_desk.run import alone

    with one_sentence_errors():
        project = build.project_folder()
        folder = output or project / "build" / "site"
        with alone(project):
            labs = executed(project, chosen(manifest.labs(project)), console, fast=fast)
            size = build_site(project, labs, folder)
    console.print(f"{folder / 'index.html'}: {size / 1e6:.1f} MB in all", markup=False)
