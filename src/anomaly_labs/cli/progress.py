"""The command for someone who learns alone: which exercises pass."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from anomaly_labs.terminal import console, one_sentence_errors

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from anomaly_labs.progress import Exercise

BAR = 20  # characters
LOOKS = {
    "passed": "[green]✓ passed[/]",
    "failed": "[bold red]✗ not yet[/]",
    "stopped": "[bold red]✗ error[/]",
    "spoilt": "[bold red]! changed[/]",
    "not answered": "[yellow]… not answered[/]",
    "not run": "[yellow]… not run[/]",
    "written": "[cyan]✎ written[/]",
}


def progress(
    notebooks: Annotated[
        list[Path] | None,
        typer.Argument(help="notebooks, or folders; labs/ and assessment/ when left out"),
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="execute them first, in fast mode; the files stay")
    ] = False,
    certificate: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="write a certificate of completion, unsigned, of a self-study edition",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Show which exercises pass, as your saved notebooks tell. Save them first (Ctrl-S)."""
    from anomaly_labs import progress as reader

    with one_sentence_errors():
        paths = reader.find(notebooks or [])
    results, unread = _read(paths, run=run)
    for path, found in results.items():
        if found or notebooks:
            console.print(_table(path, found))
            console.print(_bar(found))
    for sentence in unread:
        console.print(f"[bold red]![/] {escape(sentence)}")
    source = "They ran in fast mode." if run else "This is what your last saved run says."
    console.print(f"{source} Points are those of the checks that you see; grading adds others,")
    console.print("which count more, and a person reads the written answers.")
    if certificate:
        _certify(results, certificate)
    if unread:
        raise typer.Exit(1)


def _read(paths: list[Path], *, run: bool) -> "tuple[dict[Path, list[Exercise]], list[str]]":
    """Return the exercises of each notebook, and a sentence for each that cannot be read."""
    from anomaly_labs import completion
    from anomaly_labs import progress as reader
    from anomaly_labs.errors import LabsError
    from anomaly_labs.notebooks import read

    results, unread = {}, []
    for path in paths:
        try:
            notebook = _run(path) if run else read(path)
            results[path] = completion.settled(reader.exercises(notebook), path.parent)
        except LabsError as error:
            unread.append(str(error))
    return results, unread


def _certify(results: "dict[Path, list[Exercise]]", name: str) -> None:
    from anomaly_labs import completion

    with one_sentence_errors():
        page = completion.write(results, name, today=datetime.date.today())
    console.print(f"{page}: written. It has no code and no signature: nobody has graded this.")


def _run(path: Path) -> "NotebookNode":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from anomaly_labs import progress as reader
    from anomaly_labs.notebooks import read

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        total = len(read(path).cells)
        task = shown.add_task(f"{escape(path.name)}, cells", total=total)
        return reader.run(path, on_cell=lambda n: shown.update(task, completed=n))


def _table(path: Path, found: "list[Exercise]") -> Table:
    table = Table(title=escape(str(path)), title_justify="left")
    table.add_column("exercise", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what to do", overflow="fold")
    for one in found:
        by_hand = one.state == "written"
        points = f"? of {one.points:g}" if by_hand else f"{one.reached:g} of {one.points:g}"
        table.add_row(escape(one.name), LOOKS[one.state], points, Text(one.note))
    return table


def _bar(found: "list[Exercise]") -> str:
    total = sum(one.points for one in found)
    reached = sum(one.reached for one in found)
    full = round(BAR * reached / total) if total else 0
    done = sum(one.state in ("passed", "written") for one in found)
    return (
        f"[green]{'█' * full}[/]{'░' * (BAR - full)} {done} of {len(found)} done, "
        f"{reached:g} of {total:g} points\n"
    )
