"""Commands on the data sets."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from anomaly_labs.cli.terminal import console, one_sentence_errors


def list_data() -> None:
    """List every data set with its official row count and where it was found."""
    from anomaly_labs import datasets

    table = Table("data set", "split", "rows", title="Data sets")
    table.add_column("found", overflow="fold")
    with one_sentence_errors():
        for name in datasets.names():
            for split, rows in datasets.describe(name).splits.items():
                found = datasets.locate(name, split)
                table.add_row(name, split, f"{rows:,}", escape(str(found.path)) if found else "-")
    console.print(table)


def download(
    name: Annotated[str, typer.Argument(help="kdd99 or nsl_kdd; all when left out")] = "",
    split: Annotated[str, typer.Option(help="one split; all but `full` when left out")] = "",
    force: Annotated[bool, typer.Option(help="download again what is there")] = False,
) -> None:
    """Download official files into data/, check their checksums, and show the progress."""
    from anomaly_labs import datasets

    failed = False
    for chosen, one in _wanted(name, split):
        try:
            path = datasets.download(chosen, split=one, force=force)
            console.print(f"[green]ok[/] {chosen} {one}: {escape(str(path))}")
        except (OSError, ValueError) as error:
            failed = True
            console.print(f"[bold red]failed[/] {chosen} {one}: {escape(str(error))}")
    if failed:
        console.print("What could not be had is generated when a lab asks for it.")
        raise typer.Exit(1)


def _wanted(name: str, split: str) -> list[tuple[str, str]]:
    """Return which splits of which data sets are meant; empty names mean all but "full"."""
    from anomaly_labs import datasets

    try:
        splits = {n: datasets.describe(n).splits for n in ([name] if name else datasets.names())}
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    pairs = [(n, one) for n, known in splits.items() for one in known]
    wanted = [pair for pair in pairs if (pair[1] == split if split else pair[1] != "full")]
    if not wanted:
        known = ", ".join(one for _, one in pairs)
        raise typer.BadParameter(f"{', '.join(splits)}: no split {split!r}; choose one of {known}")
    return wanted


def verify() -> None:
    """Compare every file that is there with its official checksum."""
    from anomaly_labs import datasets

    table = Table("data set", "split", "state", title="Data sets")
    table.add_column("file", overflow="fold")
    bad = False
    with one_sentence_errors():
        found_out = datasets.verify()
    for status in found_out:
        bad |= status.status not in ("ok", "missing")
        table.add_row(status.name, status.split, status.status, escape(str(status.path or "-")))
        if status.detail:
            table.add_row("", "", "", escape(status.detail))
    console.print(table)
    raise typer.Exit(int(bad))
