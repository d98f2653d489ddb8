"""The command that says what a machine lacks."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table

from anomaly_labs.terminal import console

if TYPE_CHECKING:
    from anomaly_labs.doctor import Finding


def doctor() -> None:
    """Say what this machine has, what is missing, and how to mend it."""
    from anomaly_labs.doctor import examine

    show(examine(), ready="`sh start.sh` opens the labs.")


def show(findings: "Iterable[Finding]", *, ready: str) -> None:
    """Print what was found; where something must be mended, end with exit code 1.

    Parameters
    ----------
    findings
        From `doctor.examine`.
    ready
        What to do next where nothing is missing, in a sentence.
    """
    table = Table("", "what", title="anomaly-labs doctor")
    table.add_column("found", overflow="fold")
    table.add_column("how to mend it", overflow="fold")
    broken = False
    for good, what, found, mend in findings:
        broken |= good is False
        mark = {True: "[green]ok[/]", False: "[bold red]mend[/]", None: "[yellow]note[/]"}[good]
        table.add_row(mark, *map(escape, (what, found, "" if good else mend)))
    console.print(table)
    if broken:
        console.print("Mend what is missing, then run `anomaly-labs doctor` again.")
        raise typer.Exit(1)
    console.print(f"Ready. {ready}")
