"""Commands on the data sets."""

from collections.abc import Iterator
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from anomaly_labs.terminal import console, one_sentence_errors

SPLITS: Final = 10  # a set with more of them has one line of a table


def list_data(
    name: Annotated[
        str, typer.Argument(help="every split of one set; all sets when left out")
    ] = "",
) -> None:
    """List every data set with its official row count and where it was found."""
    table = Table("data set", "split", "rows", title="Data sets")
    table.add_column("found", overflow="fold")
    with one_sentence_errors():
        for one in _named(name):
            for row in _listed(one, brief=not name):
                table.add_row(one, *row)
    console.print(table)


def _listed(name: str, *, brief: bool) -> Iterator[tuple[str, str, str]]:
    """Yield split, rows and place; a set of many splits in one line where `brief`."""
    from anomaly_labs import datasets

    splits = datasets.describe(name).splits
    found = datasets.located(name)
    if brief and len(splits) > SPLITS:
        here = [location for location in found.values() if location]
        place = f"{len(here)} of {len(splits)}: {here[0].path.parent}" if here else "-"
        yield f"{len(splits)} splits", f"{sum(splits.values()):,}", escape(place)
        return
    for split, rows in splits.items():
        location = found[split]
        yield split, f"{rows:,}", escape(str(location.path)) if location else "-"


def download(
    name: Annotated[str, typer.Argument(help="a data set; all when left out")] = "",
    split: Annotated[str, typer.Option(help="one split; all but large ones when left out")] = "",
    force: Annotated[bool, typer.Option(help="download again what is there")] = False,
) -> None:
    """Download official files into data/, check their checksums, and show the progress."""
    from anomaly_labs import datasets
    from anomaly_labs.datasets import sets

    failed: list[str] = []
    for chosen, one in _wanted(name, split):
        try:
            path = datasets.download(chosen, split=one, force=force)
            console.print(f"[green]ok[/] {chosen} {one}: {escape(str(path))}")
        except (OSError, ValueError) as error:
            failed.append(chosen)
            console.print(f"[bold red]failed[/] {chosen} {one}: {escape(str(error))}")
    if any(sets.find(one).generator for one in failed):
        console.print("What could not be had is generated when a lab asks for it.")
    if failed:
        raise typer.Exit(1)


def _named(name: str) -> list[str]:
    """Return the data set of this name, all of them without one; refuse one that there is not."""
    from anomaly_labs import datasets

    if name and name not in datasets.names():
        known = ", ".join(datasets.names())
        raise typer.BadParameter(f"no data set {name!r}; choose one of {known}")
    return [name] if name else [*datasets.names()]


def _wanted(name: str, split: str) -> list[tuple[str, str]]:
    """Return which splits of which data sets are meant; empty names mean what the course needs.

    A split that comes only when asked for is asked for by its own name, or by that of a set which
    has no others.
    """
    from anomaly_labs import datasets
    from anomaly_labs.datasets import sets

    splits = {n: datasets.describe(n).splits for n in _named(name)}
    pairs = [(n, one) for n, known in splits.items() for one in known]
    with_files = [(n, one) for n, one in pairs if sets.find(n).splits[one].files]
    usual = [(n, one) for n, one in with_files if not sets.find(n).splits[one].on_request]
    wanted = [pair for pair in with_files if pair[1] == split] if split else usual
    if name and not split and not usual:
        wanted = with_files
    if not wanted:
        known = ", ".join(one for _, one in pairs)
        raise typer.BadParameter(f"{', '.join(splits)}: no split {split!r}; choose one of {known}")
    return wanted


def verify(
    name: Annotated[
        str, typer.Argument(help="every split of one set; all sets when left out")
    ] = "",
) -> None:
    """Compare every file that is there with its official checksum.

    Exit code 1: a file differs, or nothing is there of the set that was named.
    """
    from anomaly_labs import datasets

    table = Table("data set", "split", "state", title="Data sets")
    table.add_column("file", overflow="fold")
    with one_sentence_errors():
        _named(name)
        found_out = datasets.verify(name) if name else datasets.brief(datasets.verify())
    bad = bool(name) and not any(status.path for status in found_out)
    for status in found_out:
        bad |= status.bad
        table.add_row(status.name, status.split, status.status, escape(str(status.path or "-")))
        if status.detail:
            table.add_row("", "", "", escape(status.detail))
    console.print(table)
    raise typer.Exit(int(bad))
