"""The command that says what a machine lacks."""

import typer
from rich.markup import escape
from rich.table import Table

from anomaly_labs.cli.terminal import console


def doctor() -> None:
    """Say what this machine has, what is missing, and how to mend it."""
    from anomaly_labs.course.doctor import examine, is_for_learners

    table = Table("", "what", title="anomaly-labs doctor")
    table.add_column("found", overflow="fold")
    table.add_column("how to mend it", overflow="fold")
    broken = False
    for good, what, found, mend in examine():
        broken |= good is False
        mark = {True: "[green]ok[/]", False: "[bold red]mend[/]", None: "[yellow]note[/]"}[good]
        table.add_row(mark, *map(escape, (what, found, "" if good else mend)))
    console.print(table)
    if broken:
        console.print("Mend what is missing, then run `anomaly-labs doctor` again.")
        raise typer.Exit(1)
    start = (
        "`sh start.sh`" if is_for_learners() else "`make course` runs the whole course, `make lab`"
    )
    console.print(f"Ready. {start} opens the labs.")
