"""What of an executed solution everybody may see: no answer, no hidden test, no instructor cell."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console

from anomaly_desk import data
from anomaly_desk.environment import FAST
from anomaly_desk.errors import CourseError
from anomaly_desk.execute import execute, fingerprint
from anomaly_desk.labs import manifest, sources
from anomaly_desk.labs.manifest import Lab
from anomaly_desk.labs.sources import Cell, Source
from anomaly_desk.publish.site import require_extra

KEPT = ("image/png", "text/html", "text/plain")
_STUB = re.compile(r"^([ \t]*)# YOUR CODE HERE\n[ \t]*raise checks\.NotAnswered\(\)[ \t]*$", re.M)
_MARKS = re.compile(r"<[^<>]*>|[*`#]|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Shown:
    """One cell as everybody may see it."""

    cell: Cell
    text: str
    outputs: tuple[nbformat.NotebookNode, ...] = ()
    says: str = ""  # what one sees in its figures, in a sentence


def chosen(labs: Iterable[Lab], names: Iterable[str] | None = None) -> list[Source]:
    """Return the labs of these names; without names all that are no draft and no assessment.

    Parameters
    ----------
    labs
        The labs of the course.
    names
        Names of labs, or their first words.

    Raises
    ------
    CourseError
        If there is none of such a name.
    """
    if names:
        return [sources.of_lab(lab) for lab in manifest.chosen(labs, names)]
    ready = manifest.published(labs)
    return [sources.of_lab(lab) for lab in ready if lab.kind != "assessment"]


def executed(
    project: Path, labs: Iterable[Source], console: Console, *, fast: bool = False
) -> Iterator[tuple[Source, nbformat.NotebookNode]]:
    """Yield each lab with its executed solution; what `make course` has executed is kept.

    Parameters
    ----------
    project
        The folder that holds the sources.
    labs
        The labs to execute.
    console
        Where progress is printed.
    fast
        Fewer rows and epochs, for this process and all that it starts.

    Raises
    ------
    CourseError
        If what makes pages is not installed.
    ExecutionError
        If a solution stops with an error; the message names file and line.
    """
    require_extra()
    if fast:
        os.environ[FAST] = "1"
    data.make_folders_absolute()
    labs = list(labs)
    found = data.prepare(console, manifest.splits(lab.lab for lab in labs))
    for lab in labs:
        folder = project / "build" / "course" / lab.name
        key = fingerprint(project, lab, env=os.environ, data=data.told(found, lab.lab))
        with console.status(lab.name) as status:

            def say(n: int, name: str = lab.name, cells: int = len(lab.cells)) -> None:
                status.update(f"{name}: executing cell {n + 1} of {cells}")

            done = execute(lab, folder, key=key, env={}, on_cell=say)
        kept = "kept from an earlier run" if done.again else f"executed in {done.seconds:.0f} s"
        console.print(f"{lab.name}: {kept}")
        yield lab, nbformat.read(folder / f"{lab.name}.ipynb", as_version=4)


def shown(source: Source, notebook: nbformat.NotebookNode) -> tuple[Shown, ...]:
    """Return what everybody may see of `notebook`, the executed solution of `source`.

    Exercises are stubs, checks show their visible part, and neither has an output.

    Raises
    ------
    CourseError
        If the notebook is not the solution of this source.
    """
    solution = source.solution()
    if [c.source for c in solution.cells] != [c.source for c in notebook.cells]:
        raise CourseError(
            f"the executed notebook of {source.name} is not made from {source.path} as it is now; "
            "delete its folder in build/course and run this command again"
        )
    pairs = [
        (cell, ran)
        for cell, ran in zip(source.cells, notebook.cells, strict=True)
        if cell.role != "instructor"
    ]
    after = [*(cell for cell, _ in pairs[1:]), None]
    return tuple(
        Shown(cell, _open_text(cell), tuple(_open_outputs(cell, ran)), _sentence(following))
        for (cell, ran), following in zip(pairs, after, strict=True)
    )


def _open_text(cell: Cell) -> str:
    if cell.role == "reflect":
        return "*Your answer here.*"
    return _STUB.sub(r"\1...  # your answer here", cell.visible)


def _open_outputs(cell: Cell, ran: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    if cell.role not in ("plain", "locked"):
        return
    for output in ran.get("outputs", []):
        if output.output_type in ("display_data", "execute_result"):
            kept = {kind: output.data[kind] for kind in KEPT if kind in output.data}
            yield nbformat.v4.new_output("display_data", data=kept)
        elif output.output_type == "stream" and output.name == "stdout":
            yield nbformat.v4.new_output("stream", name="stdout", text=output.text)


def _sentence(following: Cell | None) -> str:
    """Return the first sentence of the text below a cell, which says what its figure shows."""
    if following is None or following.kind != "markdown" or following.text.startswith("#"):
        return ""
    plain = " ".join(_MARKS.sub(r"\1", following.text).split())
    return re.split(r"(?<=[.?!:]) ", plain, maxsplit=1)[0].rstrip(":")
