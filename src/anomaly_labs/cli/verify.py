"""The command that checks a certificate; learners and employers have it, too."""

from pathlib import Path
from typing import Annotated

import typer

from anomaly_labs.cli.terminal import console


def verify(
    certificate: Annotated[
        list[str],
        typer.Argument(help="the page, the PDF, or the code on it", show_default=False),
    ],
    key: Annotated[
        Path | None,
        typer.Option(help="the course's public key; found in ./ or ./grading/ when left out"),
    ] = None,
) -> None:
    """Check a certificate of the course, without network.

    Exit code 0: it is genuine; 1: it is not; 2: it could not be checked.
    """
    from anomaly_labs.course import CourseError
    from anomaly_labs.course.results import signing

    try:
        path = key or signing.find_public_key()
        public = signing.public_key(path)
        verdict = signing.verify("".join(certificate), public)
    except (CourseError, OSError) as error:
        console.print(f"[bold]Not checked[/]: {type(error).__name__}", highlight=False)
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    paper = verdict.certificate
    if verdict.valid:
        console.print("[bold green]Valid.[/]")
    else:
        console.print(f"[bold red]Not valid[/]: {verdict.reason}.", highlight=False)
    if paper is not None:
        if not verdict.valid:
            console.print("Its code was signed for this, and nothing else:")
        text = (
            f"  name    {paper.name}\n  course  {paper.course}\n  for     {paper.assignment}, "
            f"{paper.level}\n  points  {paper.points} of {paper.maximum}\n  date    {paper.date}"
        )
        console.print(text, markup=False, highlight=False)
    told = f"Checked with the public key {signing.fingerprint(public)} of {path}"
    console.print(told, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if verdict.valid else 1)
