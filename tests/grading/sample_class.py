"""A class of thirty submissions of the assessment: written, graded, compared with expectation.

``python tests/grading/sample_class.py FOLDER`` writes ``FOLDER/<learner>/assessment/…`` and
``FOLDER/expected.csv``; with ``--course COURSE`` it also runs ``anomaly-labs grade`` on them, with
a roster ``roster.csv`` beside the course folder, on which two more stand who hand in nothing. The
texts of answers and attacks stand in `answers/`; who does what stands in `roster.py`.
"""

import argparse
import csv
import html
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook, MissingEntry
from rich.console import Console
from rich.table import Table
from roster import CLASS, Learner, cell_of

from anomaly_desk import sources
from anomaly_desk.grading import ledger

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
NAME = "assessment"
SOURCE = sources.read(PROJECT / "solutions" / NAME / "lab.py")
TASKS = list(SOURCE.points)
# The points at the pass limit, where a task has two limits.
PASS = {"assessment-q3": 2.5, "assessment-q8": 2.5, "assessment-q9": 3.0, "assessment-q10": 4.0}
COLUMNS = ("learner", "what", "classes", "least", "most", "needs_human", "findings")
# What no feedback page may hold: code of hidden tests in its text, scripts in its source.
HIDDEN = ("assessment.unseen(", "BEGIN HIDDEN")
SCRIPTS = ("<script>alert", "<img src=x")
ABSENT = ("absent-ann", "absent-bob")
LEFT_BEHIND = "86399.4321"  # seconds that a process sleeps which should not outlive its kernel


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return 1 when anybody gets other points than expected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where submissions go")
    parser.add_argument("--course", type=Path, help="course folder to grade in, with its gradebook")
    parser.add_argument("--only", nargs="+", metavar="LEARNER", help="write and compare these only")
    parser.add_argument("--jobs", type=int, help="submissions at a time; one per core by default")
    given = parser.parse_args(arguments)
    learners = [one for one in CLASS if not given.only or one.name in given.only]
    if given.only and len(learners) != len(set(given.only)):
        parser.error(f"known learners are: {', '.join(one.name for one in CLASS)}")
    write(given.folder, learners)
    if given.course is None:
        return 0
    for one in learners:  # an earlier run's result is no result of this one
        ledger.path(given.course, NAME, one.name).unlink(missing_ok=True)
    roster = write_roster(given.course.with_name("roster.csv"), learners)
    grade(given.folder, given.course, roster, given.jobs)
    return report(learners, given.course)


def write(folder: Path, learners: Iterable[Learner] = CLASS) -> None:
    """Write the submissions, and beside them what each should get."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "expected.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for one in learners:
            hand_in(one, folder / one.name / NAME / f"{NAME}.ipynb")
            if one.earlier is not None:  # a hidden folder is not looked into when FOLDER is graded
                hand_in(one.earlier, folder / ".earlier" / one.name / NAME / f"{NAME}.ipynb")
            least, most = (sum(limit.values()) for limit in limits(one))
            human = "yes" if one.human else "no"
            kinds = " ".join(one.kinds)
            table.writerow([one.name, one.what, one.classes, least, most, human, kinds])


def write_roster(path: Path, learners: Iterable[Learner] = CLASS) -> Path:
    """Write the roster of the class, with those who hand in nothing; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "name", "email"])
        for name in (*(one.name for one in learners), *ABSENT):
            table.writerow([name, name.replace("-", " ").title(), f"{name}@example.org"])
    return path


def hand_in(one: Learner, path: Path) -> None:
    """Write the file of one learner, or whatever this learner puts in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.iterdir():
        old.unlink()
    notebook = answered(one)
    if one.put is None:
        nbformat.write(notebook, path)
    else:
        one.put(path, nbformat.writes(notebook))


def answered(one: Learner) -> NotebookNode:
    """Return the notebook of one learner."""
    solved = {f"{NAME}-q{number}" for number in one.solved}
    written = {"assessment-r1", "assessment-r2"} if len(solved) == len(TASKS) else set()
    notebook = SOURCE.submission(solved | written)
    for number, choice in enumerate(one.borrowed, 1):
        task = f"{NAME}-q{number}"
        texts = [text for keys, text in cells("right") if keys.get("right") == task]
        _answer(notebook, task, texts[choice])
    for layer in (*one.layers, one.name):
        for keys, text in cells("thirty"):
            if keys.get("learner") == layer:
                _put(notebook, keys, text)
    if one.change is not None:
        one.change(notebook)
    return notebook


def _answer(notebook: NotebookNode, task: str, text: str) -> None:
    """Replace what stands in an answer's cell, but leave a function there that the task gives."""
    cell = cell_of(notebook, task)
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
def cells(file: str) -> list[tuple[dict[str, str], str]]:
    """Return keys and text of each cell of a file of answers."""
    notebook = jupytext.read(HERE / "answers" / f"{file}.py", fmt="py:percent")
    return [(dict(cell.metadata), cell.source) for cell in notebook.cells]


def limits(one: Learner) -> tuple[dict[str, float], dict[str, float]]:
    """Return the least and the most points of each task."""
    most = {t: SOURCE.points[t] if int(t[12:]) in one.earns else 0.0 for t in TASKS}
    least = {
        t: min(p, PASS[t]) if int(t[12:]) in one.at_least_passed else p for t, p in most.items()
    }
    return least, most


def grade(folder: Path, course: Path, roster: Path, jobs: int | None) -> None:
    """Grade what was written with the real command."""
    course.mkdir(mode=0o700, parents=True, exist_ok=True)
    seed = course / "private-seed"
    if not seed.exists():
        seed.write_text("0")  # the same hidden rows each time
    command = [str(Path(sys.executable).with_name("anomaly-labs")), "grade"]
    options = ["--course", str(course.absolute()), "--roster", str(roster.absolute())]
    options += ["--jobs", str(jobs)] if jobs else []
    earlier = folder / ".earlier"
    if earlier.is_dir():  # nobody else is looked for in that folder
        these = [f"--regrade-only={path.name}" for path in earlier.iterdir()]
        subprocess.run([*command, str(earlier.absolute()), *options, *these], cwd=PROJECT)
    subprocess.run([*command, str(folder.absolute()), *options], cwd=PROJECT)


def report(learners: Iterable[Learner], course: Path) -> int:
    """Print points beside what they should be; return 1 when anything differs."""
    table = Table(title="The sample class", title_justify="left")
    for heading in ("learner", "what", "points", "expected", "human", "verdict"):
        table.add_column(heading, justify="right" if heading == "points" else "left")
    n_others = 0
    for one in learners:
        points = gradebook_points(course, one.name)
        trouble = list(differences(one, points, course))
        n_others += bool(trouble)
        least, most = (sum(limit.values()) for limit in limits(one))
        wanted = f"{most:g}" if least == most else f"{least:g} to {most:g}"
        verdict = f"[bold red]{'; '.join(trouble)}[/]" if trouble else "[green]as expected[/]"
        human = "yes" if one.human else "no"
        table.add_row(one.name, one.what, f"{sum(points.values()):g}", wanted, human, verdict)
    console = Console(width=150 if not sys.stdout.isatty() else None)
    console.print(table)
    if survivors():
        console.print("[bold red]A learner's process outlived its kernel.[/]")
    return 1 if n_others or survivors() else 0


def gradebook_points(course: Path, learner: str) -> dict[str, float]:
    """Return the automatic points of each task as they stand in the gradebook now."""
    with Gradebook(f"sqlite:///{course.absolute() / 'gradebook.db'}") as gradebook:
        try:
            grades = gradebook.find_submission_notebook(NAME, NAME, learner).grades
        except MissingEntry:
            return {}
        return {
            grade.name.removesuffix("-check"): float(grade.auto_score or 0.0)
            for grade in grades
            if grade.name.endswith("-check")
        }


def differences(one: Learner, points: dict[str, float], course: Path) -> Iterator[str]:
    """Yield how the result of one learner differs from what it should be."""
    least, most = limits(one)
    for task in TASKS:
        got = points.get(task, 0.0)
        if not least[task] <= got <= most[task]:
            yield f"{task} got {got:g}"
    entry = ledger.read(course, NAME, one.name)
    graded = entry.graded if entry else None
    if one.human != (graded is None or graded.needs_human):
        yield "needs a human" if one.human is False else "should need a human"
    kinds = {finding.kind for finding in graded.findings} if graded else set()
    if missing := set(one.kinds) - kinds:
        yield f"not found: {', '.join(sorted(missing))}"
    notebook = course / "autograded" / one.name / NAME / f"{NAME}.ipynb"
    if notebook.is_file():
        yield from failed_attacks(nbformat.read(notebook, as_version=4))
    page = course / "feedback" / one.name / NAME / f"{NAME}.html"
    if page.is_file():
        yield from leaks(page.read_text())


def failed_attacks(notebook: NotebookNode) -> Iterator[str]:
    """Yield errors of learners' own cells: an attack did not run, or it reached something."""
    for cell in notebook.cells:
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if errors and cell.id.startswith("own-") and errors[0].ename != "NotRun":
            yield f"a cell of one's own raised {errors[0].ename}: {errors[0].evalue[:200]}"


def leaks(page: str) -> Iterator[str]:
    """Yield what a page of feedback must not hold."""
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    for word in [word for word in HIDDEN if word in text] + [w for w in SCRIPTS if w in page]:
        yield f"the feedback holds {word}"


def survivors() -> list[str]:
    """Return the processes that a learner left behind."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_text(errors="replace"))
        except OSError:
            continue
    return [command for command in found if LEFT_BEHIND in command and "sleep" in command]


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{(time.monotonic() - started) / 60:.1f} minutes")
    sys.exit(code)
