"""The thirty learners: what each hands in, and what it should get."""

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output

from anomaly_labs.notebooks import grade_id

ALL = tuple(range(1, 12))
NONE: tuple[int, ...] = ()
HALF = (1, 2, 3, 4, 5, 6)
QUICK = (1, 2, 3, 4, 5)  # exercises that need no network
# A choice for each exercise among the answers of right.txt that fit together.
ARCHITECTURE = (2, 0, 2, 1, 0, 0, 0, 1, 0, 0, 0)
CALLS = (1, 2, 4, 2, 3, 3, 3, 3, 4, 1, 1)
STYLE = (4, 4, 1, 4, 1, 2, 2, 0, 2, 4, 4)


@dataclass(frozen=True)
class Learner:
    """One learner.

    Attributes
    ----------
    classes
        The classes of attacks that this submission holds.
    solved
        Exercises that are answered as in the solution; all others are untouched.
    borrowed
        The place of each exercise's answer in ``answers/right.txt``.
    layers
        Learners of ``answers/thirty.txt`` whose answers come before one's own.
    earns
        Exercises that get all points; every other one gets none.
    at_least_passed
        The exercises among them for which the points at the pass limit are enough.
    human, kinds
        Whether a human must look, and the findings that must be among those shown.
    change, put
        What is done to the notebook, and how its text becomes a file.
    earlier
        What this learner handed in, and was graded for, before.
    """

    name: str
    what: str
    classes: str = ""
    solved: tuple[int, ...] = NONE
    borrowed: tuple[int, ...] = ()
    layers: tuple[str, ...] = ()
    earns: tuple[int, ...] = NONE
    at_least_passed: tuple[int, ...] = NONE
    human: bool = False
    kinds: tuple[str, ...] = ()
    change: Callable[[NotebookNode], None] | None = None
    put: Callable[[Path, str], object] | None = None
    earlier: "Learner | None" = None


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the first cell with this grade id."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def _checks(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.get("id", "").endswith("-check")]


def copy_answer(notebook: NotebookNode) -> None:
    """Leave an old version of an answer above the new one, as copying the cell does."""
    answer = cell_of(notebook, "assessment-q1")
    old = from_dict(copy.deepcopy(answer))
    old.id, old.source = "old", "def normal_only(table):\n    return table"
    notebook.cells.insert(notebook.cells.index(answer), old)


def delete_checks(notebook: NotebookNode) -> None:
    """Delete the checks of two exercises, by mistake or not."""
    for name in ("assessment-q1-check", "assessment-q4-check"):
        notebook.cells.remove(cell_of(notebook, name))


def edit_check(notebook: NotebookNode) -> None:
    """Leave a note in a check."""
    cell_of(notebook, "assessment-q1-check").source += "\nprint('this took me an hour')"


def tag_checks(notebook: NotebookNode) -> None:
    """Tag every check so that plain nbgrader would not run it."""
    for cell in _checks(notebook):
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        cell.outputs = [new_output("execute_result", {"text/plain": "6.0"})]


def forge_marks(notebook: NotebookNode) -> None:
    """Edit, delete, move, retype, copy checks, and change their points."""
    first, second, third, fourth, *others = _checks(notebook)
    first.source = "float(3)"
    notebook.cells.remove(second)
    notebook.cells.insert(0, notebook.cells.pop(notebook.cells.index(third)))
    fourth.cell_type = "markdown"
    del fourth["outputs"], fourth["execution_count"]
    for cell in others:
        cell.source = "float(100)"
        cell.metadata.nbgrader.update(points=1000, solution=True, grade=False, schema_version=99)
    for number, cell in enumerate((first, *others)):
        double = from_dict(copy.deepcopy(cell))
        double.source, double.id = "float(100)", f"double-{number}"
        notebook.cells.append(double)
    claim = from_dict(copy.deepcopy(first))
    claim.metadata.nbgrader.grade_id, claim.id = "assessment-q12-check", "claim"
    notebook.cells.append(claim)


def script_in_answer(notebook: NotebookNode) -> None:
    """Put script into a written answer, and outputs that nobody made."""
    script = (
        "<script>alert('a18')</script> <img src=x onerror=alert('a18')> [x](javascript:alert(1))"
    )
    cell_of(notebook, "assessment-r1").source = script
    for cell in _checks(notebook):
        cell.outputs = [new_output("display_data", {"text/html": script})]


def delete_all_checks(notebook: NotebookNode) -> None:
    """Delete every check."""
    for cell in _checks(notebook):
        notebook.cells.remove(cell)


def rename(path: Path, text: str) -> None:
    """Hand in under another name."""
    path.with_name("Kopie von assessment (2) final.ipynb").write_text(text)


def cut_off(path: Path, text: str) -> None:
    """Hand in half of a file."""
    path.write_text(text[: len(text) // 2])


def link_to_the_best(path: Path, _: str) -> None:
    """Hand in a link to somebody else's work."""
    os.symlink("../../perfect/assessment/assessment.ipynb", path)


CHEATS = ("cheats", "no-keras")  # wrong answers to every exercise
TAME = (*CHEATS, "no-cheat")

CLASS = (
    Learner("perfect", "the solution", solved=ALL, earns=ALL),
    Learner("untouched", "nothing answered"),
    Learner("half-right", "the first six tasks", solved=HALF, earns=HALF),
    Learner("other-architecture", "another network, other trees", borrowed=ARCHITECTURE,
            earns=ALL, at_least_passed=(8, 9, 10)),
    Learner("other-library-calls", "forest, scikit-learn, the course's library",
            borrowed=CALLS, earns=ALL, at_least_passed=(8, 9, 10)),
    Learner("other-style", "loops, lists, groupby, detectors as objects", borrowed=STYLE,
            earns=ALL, at_least_passed=(8, 9, 10)),
    Learner("own-names", "own names and helper functions", earns=(1, 2, 3, 4, 5, 6, 7)),
    Learner("extra-cells", "own cells, figures, notes", solved=QUICK, earns=QUICK),
    Learner("warnings", "warns on stderr in every call", solved=(2, 5), earns=(1, 2, 5)),
    Learner("copied-cell", "an answer's cell copied", solved=QUICK, earns=QUICK, human=True,
            kinds=("copied-cell",), change=copy_answer),
    Learner("deleted-check", "two checks deleted", solved=QUICK, earns=QUICK,
            kinds=("deleted-cell",), change=delete_checks),
    Learner("edited-check", "a note in a check", solved=(1, 2, 5), earns=(1, 2, 5), human=True,
            kinds=("edited-check",), change=edit_check),
    Learner("renamed-file", "another file name", solved=QUICK, earns=QUICK, put=rename),
    Learner("broken-json", "half a file", "A11", solved=QUICK, human=True, kinds=("unreadable",),
            put=cut_off),
    Learner("infinite-loop", "task 3 never ends, ignores signals", "A12", solved=(1, 2, 5),
            earns=(1, 2), human=True, kinds=("limit-time",)),
    Learner("memory-hog", "task 3 takes all memory", "A13", solved=(1, 2, 5), earns=(1, 2),
            human=True, kinds=("limit-memory",)),
    Learner("dead-kernel", "task 3 ends its kernel", "A14", solved=(1, 2, 5), earns=(1, 2),
            human=True, kinds=("kernel-died",)),
    Learner("slow", "right, and waits in every call", solved=(2, 3), earns=(1, 2, 3, 4)),
    Learner("cheat-a01-a02-reader", "looks for hidden tests in files and memory", "A1 A2",
            layers=CHEATS),
    Learner("cheat-a03-tags", "checks tagged to be skipped", "A3", layers=TAME, kinds=("tags",),
            change=tag_checks),
    Learner("cheat-a04-a05-marks", "checks edited, moved, copied", "A4 A5", layers=TAME, human=True,
            kinds=("edited-check", "deleted-cell", "moved-cells", "edited-marks", "unknown-cell"),
            change=forge_marks),
    Learner("cheat-a06-yes-objects", "objects that equal everything", "A6", layers=CHEATS),
    Learner("cheat-a07-ast-transformer", "hooks of interpreter and notebook", "A7", layers=TAME),
    Learner("cheat-a08-forged-credit", "forged results", "A8", layers=CHEATS),
    Learner("cheat-a09-shadowed-modules", "rebinds names, shadows modules", "A9", layers=CHEATS),
    Learner("cheat-a10-by-heart", "visible inputs and the test file by heart", "A10",
            solved=(2, 5), layers=("no-keras",), earns=(2, 5)),
    Learner("cheat-a11-link", "a link to the perfect file", "A11", human=True,
            kinds=("unreadable",), put=link_to_the_best),
    Learner("cheat-a13-a15-a16-a17-escape", "floods, stays behind, calls out, writes outside",
            "A13 A15 A16 A17", layers=CHEATS),
    Learner("cheat-a18-a19-pages-pickles", "scripts for pages, pickles for the grader", "A18 A19",
            layers=CHEATS, change=script_in_answer),
    Learner("cheat-a20-resubmission", "right first, then wrong without checks", "A20", layers=TAME,
            kinds=("deleted-cell",), change=delete_all_checks,
            earlier=Learner("earlier", "right", solved=QUICK, layers=("no-keras",))),
)  # fmt: skip
