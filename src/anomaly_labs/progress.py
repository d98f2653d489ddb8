"""Which exercises pass, for someone alone at home: read from notebooks, no solution needed."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from nbformat import NotebookNode

from anomaly_labs import notebooks
from anomaly_labs.errors import LabsError
from anomaly_labs.notebooks import CHECK, grade_id, is_answer, marks, maximum
from anomaly_labs.runtime import FAST, UNCOUNTED

State = Literal["passed", "failed", "stopped", "not answered", "not run", "written", "spoilt"]

FOLDERS: Final = ("labs", "assessment", ".")
TEXT_STUB: Final = "YOUR ANSWER HERE"
CODE_STUB: Final = "raise checks.NotAnswered()"
CELL_TIMEOUT: Final = 900  # seconds
_EXIT: Final = "get_ipython().ask_exit = __import__('sys').exit"  # ends a cell, not the kernel
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
    shown
        Whether a worked solution was shown, which takes the points.
    """

    name: str
    points: float
    state: State
    note: str = ""
    shown: bool = False

    @property
    def reached(self) -> float:
        """Points by the visible check; None are given for what a person reads."""
        return self.points if self.state == "passed" and not self.shown else 0.0


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
    copies: dict[str, list[NotebookNode]] = defaultdict(list)
    for cell in notebook.cells:
        if grade_id(cell):
            copies[grade_id(cell)].append(cell)
    found: dict[str, Exercise] = {}
    for cell in notebook.cells:
        name = grade_id(cell).removesuffix(CHECK)
        if name and marks(cell).get("grade") and name not in found:
            found[name] = _marked(name, copies)
        name = "" if marks(cell) or cell.cell_type != "code" else notebooks.checked(cell.source)
        if name and f"{name}{CHECK}" not in copies:
            found.setdefault(name, _unmarked(name, cell))
    for name, cells in copies.items():
        if is_answer(cells[-1]):
            note = "its check is missing: take the cell from the original notebook"
            found.setdefault(name, Exercise(name, 0.0, "spoilt", note))
    return list(found.values())


def _marked(name: str, copies: Mapping[str, list[NotebookNode]]) -> Exercise:
    """Return how an exercise stands whose cells are known by their marks."""
    answers, checks = copies.get(name, []), copies.get(f"{name}{CHECK}", [])
    answers = [cell for cell in answers if CODE_STUB not in cell.source] or answers
    last = (checks or answers)[-1]
    points = maximum(last)
    if any(len({cell.source.rstrip() for cell in cells}) > 1 for cells in (answers, checks)):
        note = "a cell of this exercise is there more than once: delete the copies"
        return Exercise(name, points, "spoilt", note)
    if not checks:
        return _written(name, points, last)
    return _checked(name, points, last, answers)


def _unmarked(name: str, check: NotebookNode) -> Exercise:
    """Return how an exercise stands whose check is known by its text alone."""
    says: tuple[State, str] = ("passed", "") if _says_passed(check, name) else _not_passed(check)
    note = "its points are not in the file: an editor took the marks of its cells"
    return Exercise(name, 0.0, says[0], f"{says[1]}; {note}" if says[1] else note)


def _written(name: str, points: float, cell: NotebookNode) -> Exercise:
    if cell.source.strip() in ("", TEXT_STUB):
        return Exercise(name, points, "not answered")
    return Exercise(name, points, "written", "a person reads it")


def _checked(
    name: str, points: float, check: NotebookNode, answers: list[NotebookNode]
) -> Exercise:
    """Return how an exercise stands after the saved outputs of its check cell."""
    if notebooks.is_edited(check):
        note = "its check was changed: take the cell from the original notebook"
        return Exercise(name, points, "spoilt", note)
    passed = _says_passed(check, name)
    if not answers:
        note = "the cell for your answer is missing: a person looks at what stands in its place"
        return Exercise(name, points, "passed" if passed else "spoilt", note)
    ran, answered = (cell.get("execution_count") or 0 for cell in (check, answers[-1]))
    if passed and answered > ran:
        return Exercise(name, points, "not run", "you ran your answer again: run its check, too")
    return Exercise(name, points, *(("passed", "") if passed else _not_passed(check)))


def _not_passed(check: NotebookNode) -> tuple[State, str]:
    error = next(notebooks.errors(check), None)
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


def _says_passed(check: NotebookNode, name: str) -> bool:
    """Return whether a check has said so, and no error followed."""
    printed = (one for one in check.get("outputs", []) if one.get("output_type") == "stream")
    said = "".join(str(output.get("text", "")) for output in printed)
    says = any(line.partition(",")[0] == f"✓ {name} passed" for line in said.splitlines())
    return says and next(notebooks.errors(check), None) is None


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
        extra_arguments=[
            "--HistoryManager.hist_file=:memory:",
            "--IPKernelApp.log_level=40",
            f"--IPKernelApp.exec_lines={_EXIT}",
        ],
        resources={"metadata": {"path": str(path.absolute().parent)}},
    )
    client.on_cell_start = lambda cell, cell_index: on_cell(cell_index)
    try:
        client.execute(env={**os.environ, FAST: "1", UNCOUNTED: "1"})
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
