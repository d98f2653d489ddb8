"""Which exercises pass, for someone alone at home: read from notebooks, no solution needed."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from nbformat import NotebookNode

from anomaly_labs import notebooks
from anomaly_labs.errors import LabsError
from anomaly_labs.notebooks import CHECK, grade_id, marks, maximum
from anomaly_labs.runtime import FAST

State = Literal["passed", "failed", "stopped", "not answered", "not run", "written", "spoilt"]

FOLDERS: Final = ("labs", "assessment", ".")
TEXT_STUB: Final = "YOUR ANSWER HERE"
CELL_TIMEOUT: Final = 900  # seconds
_UNPRINTABLE: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True)
class Exercise:
    """What is known of one exercise.

    Attributes
    ----------
    name
        Such as ``lab1-q2``.
    note
        One sentence for the learner; "" where the state says all.
    """

    name: str
    points: float
    state: State
    note: str = ""

    @property
    def reached(self) -> float:
        """Points by the visible check; None are given for what a person reads."""
        return self.points if self.state == "passed" else 0.0


def find(paths: Iterable[Path]) -> list[Path]:
    """Return the notebooks that are meant; without `paths`, those of the course in this folder.

    Parameters
    ----------
    paths
        Notebooks, or folders that hold some.

    Raises
    ------
    LabsError
        If a path does not exist, or there is no notebook at all.
    """
    asked = list(paths)
    for path in asked:
        if not path.exists():
            raise LabsError(f"no {path} in {Path.cwd()}; name a notebook or a folder of them")
    places = asked or [Path(folder) for folder in FOLDERS if Path(folder).is_dir()]
    found = [
        path
        for place in places
        for path in ([place] if place.is_file() else sorted(place.glob("*.ipynb")))
        if place.is_file() or ".yours-" not in path.name
    ]
    if not found:
        raise LabsError(
            f"no notebook in {', '.join(str(place.absolute()) for place in places)}; go to the "
            "folder of the course, or name your notebooks: anomaly-labs progress FILE.ipynb"
        )
    return list(dict.fromkeys(found))


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """Return the exercises and written answers of a notebook, in its order.

    What they are is read from nbgrader's notes in the notebook, how they stand from the outputs
    that were saved with it.

    Parameters
    ----------
    notebook
        What `notebooks.read` gave, or `run`.
    """
    cells = [cell for cell in notebook.cells if grade_id(cell)]
    copies = Counter(grade_id(cell) for cell in cells)
    solutions = {grade_id(cell): cell for cell in cells if not marks(cell).get("grade")}
    found = {}
    for cell in cells:
        mark = marks(cell)
        name = grade_id(cell).removesuffix(CHECK)
        if not mark.get("grade") or name in found:
            continue
        points = maximum(cell)
        if max(copies[grade_id(cell)], copies[name]) > 1:
            note = "a cell of this exercise is there more than once: delete the copies"
            found[name] = Exercise(name, points, "spoilt", note)
        elif cell.cell_type == "markdown":
            found[name] = _written(name, points, cell)
        else:
            found[name] = _checked(name, points, cell, solutions.get(name))
    checkless = (name for name, c in solutions.items() if marks(c).get("solution"))
    for name in checkless:
        note = "its check is missing: take the cell from the original notebook"
        found.setdefault(name, Exercise(name, 0.0, "spoilt", note))
    return list(found.values())


def _written(name: str, points: float, cell: NotebookNode) -> Exercise:
    if cell.source.strip() in ("", TEXT_STUB):
        return Exercise(name, points, "not answered")
    return Exercise(name, points, "written", "a person reads it")


def _checked(
    name: str, points: float, check: NotebookNode, answer: NotebookNode | None
) -> Exercise:
    """Return how an exercise stands after the saved outputs of its check cell."""
    if answer is None:
        note = "the cell for your answer is missing: take it from the original notebook"
        return Exercise(name, points, "spoilt", note)
    if notebooks.is_edited(check):
        note = "its check was changed: take the cell from the original notebook"
        return Exercise(name, points, "spoilt", note)
    ran, answered = (cell.get("execution_count") or 0 for cell in (check, answer))
    outputs = check.get("outputs", [])
    error = next(notebooks.errors(check), None)
    if error is None and _says_passed(outputs, name):
        if answered > ran:
            return Exercise(
                name, points, "not run", "you ran your answer again: run its check, too"
            )
        return Exercise(name, points, "passed")
    return Exercise(name, points, *_not_passed(error))


def _not_passed(error: tuple[str, str] | None) -> tuple[State, str]:
    if error is None:
        return "not run", ""
    kind, says = error[0], plain(error[1])
    if kind == "NotAnswered":
        return "not answered", ""
    if kind == "CheckFailed":
        return "failed", says
    if kind == "NameError":
        return "stopped", f"{says}: run the cells above it first"
    return "stopped", f"{plain(kind)}: {says}"


def _says_passed(outputs: Iterable[NotebookNode], name: str) -> bool:
    said = "".join(
        str(output.get("text", "")) for output in outputs if output.get("output_type") == "stream"
    )
    return f"✓ {name} passed" in said.splitlines()


def plain(text: str) -> str:
    r"""Return a text as one line without colours and control characters.

    Parameters
    ----------
    text
        What somebody or something has printed.

    Examples
    --------
    >>> plain("\x1b[31mtoo\nlong\x1b[0m")
    'too long'
    """
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def run(path: Path, *, on_cell: Callable[[int], None] = lambda n: None) -> NotebookNode:
    """Execute a notebook in fast mode, in a fresh kernel, and return it; the file stays as it is.

    Parameters
    ----------
    path
        The notebook's file.
    on_cell
        Called before each cell with the number of cells that are done.

    Raises
    ------
    LabsError
        If it cannot be read, a cell does not end, or the kernel dies.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    notebook = notebooks.read(path)
    for cell in _code(notebook):
        cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        startup_timeout=120,
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(path.absolute().parent)}},
    )
    client.on_cell_start = lambda cell, cell_index: on_cell(cell_index)
    try:
        client.execute(env={**os.environ, FAST: "1"})
    except CellTimeoutError:
        raise LabsError(
            f"{path}: a cell did not end within {CELL_TIMEOUT // 60} minutes; look for an endless "
            "loop in it"
        ) from None
    except DeadKernelError:
        raise LabsError(
            f"{path}: the kernel died, perhaps for want of memory; close other notebooks and try "
            "again"
        ) from None
    return notebook


def _code(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")
