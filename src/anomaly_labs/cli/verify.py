"""The command that checks certificates; learners and employers have it, too."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anomaly_labs.terminal import console

if TYPE_CHECKING:
    from anomaly_labs.certificates import Verdict


def verify(
    certificates: Annotated[
        list[str],
        typer.Argument(
            metavar="CERTIFICATE", help="pages, PDFs, or the code on one", show_default=False
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(help="the course's public key; found in ./ or ./grading/ when left out"),
    ] = None,
    course_folder: Annotated[
        Path | None, typer.Option("--course", help="the course folder that holds the public key")
    ] = None,
) -> None:
    """Check certificates of the course, without network.

    Exit code 0: all are genuine; 1: one is not; 2: one could not be checked.
    """
    from anomaly_labs import certificates as signing
    from anomaly_labs.errors import LabsError

    if key and course_folder:
        raise typer.BadParameter("--key and --course both name the key; leave one out")
    codes = []
    try:
        path = course_folder / signing.PUBLIC if course_folder else key
        path = path or signing.find_public_key()
        public = signing.public_key(path)
    except (LabsError, OSError) as error:
        _not_checked(error)
        raise typer.Exit(2) from None
    given = parted(certificates)
    for one in given:
        if len(given) > 1:
            console.print(f"{one[:200]}:", markup=False, highlight=False, soft_wrap=True)
        try:
            codes.append(_show(signing.verify(one, public)))
        except OSError as error:
            _not_checked(error)
            codes.append(2)
    told = f"Checked with the public key {signing.fingerprint(public)} of {path}"
    console.print(told, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(max(codes))


def parted(words: Sequence[str]) -> list[str]:
    """Return what a command line names, one by one: files, and the pieces of a code together.

    Examples
    --------
    >>> parted(["ann.pdf", "ABCD", "EFGH", "./bob.html"])
    ['ann.pdf', 'ABCDEFGH', './bob.html']
    """
    found: list[str] = []
    for is_name, group in groupby(words, _is_name):
        these = list(group)
        found += these if is_name else ["".join(these)]
    return found


def _is_name(word: str) -> bool:
    """Return whether this is the name of a file and no piece of a code."""
    try:
        return re.search(r"[./\\]", word) is not None or Path(word).is_file()
    except (OSError, ValueError):  # no name that a file can have
        return False


def _show(verdict: "Verdict") -> int:
    """Print what checking gave; return the exit code for it."""
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
    return 0 if verdict.valid else 1


def _not_checked(error: Exception) -> None:
    said = str(error)
    if isinstance(error, OSError) and error.strerror and error.filename:
        said = f"{error.filename}: {error.strerror}"
    console.print("[bold]Not checked:[/]", end=" ")
    console.print(said, markup=False, highlight=False, soft_wrap=True)
