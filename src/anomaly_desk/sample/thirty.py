"""Thirty learners for the assessment: right in many ways, broken, a cheat of each known kind.

Who does what stands in `learners`; the texts of answers and attacks stand in ``answers/``, in the
percent format of notebook sources. ``# %% right="assessment-q1"`` is a right answer to that
exercise, ``learner`` and ``task`` one of a learner's answers, ``before`` and ``after`` a cell of
one's own beside an exercise.
"""

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from rich.console import Console

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import grade, ledger
from anomaly_desk.grading.run import Wishes, grade_class
from anomaly_desk.labs.sources import Source
from anomaly_desk.sample import verdict
from anomaly_desk.sample.learners import CLASS, Learner, cell_of
from anomaly_desk.sample.verdict import NAME, limits

COLUMNS = ("learner", "what", "classes", "least", "most", "needs_human", "findings")
ABSENT = ("absent-ann", "absent-bob")


def source(project: Path) -> Source:
    """Return the assessment, which the thirty have answered.

    Parameters
    ----------
    project
        The folder of the course.

    Raises
    ------
    CourseError
        If the course has none.
    """
    known = grade.assignments(project)
    if NAME not in known:
        raise CourseError(
            f"the thirty have answered the {NAME} of anomaly-labs, and there is none in {project}; "
            "type this in its checkout"
        )
    return known[NAME]


def write(source: Source, folder: Path, learners: Iterable[Learner] = CLASS) -> None:
    """Write the submissions, and beside them what each should get.

    Parameters
    ----------
    source
        What `source` gives.
    folder
        It gets ``<learner>/assessment/…`` and ``expected.csv``.
    learners
        Whose submissions are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "expected.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for one in learners:
            hand_in(source, one, folder / one.name / NAME / f"{NAME}.ipynb")
            if one.earlier is not None:  # a hidden folder is not looked into when FOLDER is graded
                earlier = folder / ".earlier" / one.name / NAME / f"{NAME}.ipynb"
                hand_in(source, one.earlier, earlier)
            least, most = (sum(limit.values()) for limit in limits(source, one))
            human = "yes" if one.human else "no"
            kinds = " ".join(one.kinds)
            table.writerow([one.name, one.what, one.classes, least, most, human, kinds])


def write_roster(path: Path, learners: Iterable[Learner] = CLASS) -> Path:
    """Write the roster of the class, with two who hand in nothing; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "name", "email"])
        for name in (*(one.name for one in learners), *ABSENT):
            table.writerow([name, name.replace("-", " ").title(), f"{name}@example.org"])
    return path


def hand_in(source: Source, one: Learner, path: Path) -> None:
    """Write the file of one learner, or whatever this learner puts in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.iterdir():
        old.unlink()
    notebook = answered(source, one)
    if one.put is None:
        nbformat.write(notebook, path)
    else:
        one.put(path, nbformat.writes(notebook))


def answered(source: Source, one: Learner) -> NotebookNode:
    """Return the notebook of one learner."""
    solved = {f"{NAME}-q{number}" for number in one.solved}
    written = {f"{NAME}-r1", f"{NAME}-r2"} if len(solved) == len(source.points) else set()
    notebook = source.submission(solved | written)
    for number, choice in enumerate(one.borrowed, 1):
        exercise = f"{NAME}-q{number}"
        texts = [text for keys, text in cells("right") if keys.get("right") == exercise]
        _answer(notebook, exercise, texts[choice])
    for layer in (*one.layers, one.name):
        for keys, text in cells("thirty"):
            if keys.get("learner") == layer:
                _put(notebook, keys, text)
    if one.change is not None:
        one.change(notebook)
    return notebook


def _answer(notebook: NotebookNode, exercise: str, text: str) -> None:
    """Replace what stands in an answer's cell, but leave a function there that was given."""
    cell = cell_of(notebook, exercise)
    given = re.search(r"^def (?:en|de)coded\(.*", cell.source, re.M | re.S)
    cell.source = f"{given[0]}\n\n\n{text}" if given else text


def _put(notebook: NotebookNode, keys: dict[str, str], text: str) -> None:
    if "task" in keys:
        _answer(notebook, keys["task"], text)
        return
    near = cell_of(notebook, keys.get("before") or f"{keys['after']}-check")
    at = notebook.cells.index(near) + ("after" in keys)
    own = new_code_cell(text, id=f"cell-{len(notebook.cells)}")
    notebook.cells.insert(at, own)


@cache
def cells(name: str) -> list[tuple[dict[str, str], str]]:
    """Return keys and text of each cell of a file of answers.

    Parameters
    ----------
    name
        ``right`` or ``thirty``.
    """
    text = (Path(__file__).parent / "answers" / f"{name}.txt").read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="py:percent")
    return [(dict(cell.metadata), cell.source) for cell in notebook.cells]


def grade_thirty(
    project: Path,
    folder: Path,
    root: Path,
    *,
    learners: Iterable[Learner] = CLASS,
    jobs: int | None = None,
    console: Console,
) -> bool:
    """Grade what `write` has written, print the points; return whether all are as they should be.

    Parameters
    ----------
    project
        The folder that holds the sources and nbgrader's settings.
    folder
        The folder of `write`.
    root
        The course folder, with a gradebook of its own; the roster is written beside it.
    learners
        Whose results are compared.
    jobs
        Submissions at a time; one for each core when left out.
    console
        Where all is printed.

    Raises
    ------
    CourseError
        If nothing can be graded here.
    """
    learners = list(learners)
    for one in learners:  # an earlier run's result is no result of this one
        ledger.path(root, NAME, one.name).unlink(missing_ok=True)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    seed = root / "private-seed"
    if not seed.exists():
        seed.write_text("0")  # the same hidden rows each time
    wishes = Wishes(jobs=jobs, roster=write_roster(root.with_name("roster.csv"), learners))
    earlier = folder / ".earlier"
    if earlier.is_dir():  # nobody else is looked for in that folder
        only = tuple(path.name for path in earlier.iterdir())
        again = Wishes(jobs=jobs, roster=wishes.roster, only=only)
        grade_class([earlier], again, root=root, project=project, console=console)
    grade_class([folder], wishes, root=root, project=project, console=console)
    table, good = verdict.compare(source(project), learners, root)
    console.print(table)
    if verdict.survivors():
        console.print("[bold red]A learner's process outlived its kernel.[/]")
        return False
    return good
