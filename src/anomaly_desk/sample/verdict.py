"""What the thirty learners got, beside what they should get."""

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from rich.table import Table

from anomaly_desk.grading import ledger
from anomaly_desk.labs.sources import Source
from anomaly_desk.sample.learners import Learner
from anomaly_labs.notebooks import errors

NAME = "assessment"
# The points at the pass limit, where an exercise has two limits.
PASS = {"assessment-q3": 2.5, "assessment-q8": 2.5, "assessment-q9": 3.0, "assessment-q10": 4.0}
# What no feedback page may hold: code of hidden tests in its text, scripts in its source.
HIDDEN = ("assessment.unseen(", "BEGIN HIDDEN")
SCRIPTS = ("<script>alert", "<img src=x")
LEFT_BEHIND = "86399.4321"  # seconds that a process sleeps which should not outlive its kernel


def limits(source: Source, one: Learner) -> tuple[dict[str, float], dict[str, float]]:
    """Return the least and the most points of each exercise."""
    most, least = {}, {}
    for exercise, points in source.points.items():
        number = int(exercise.removeprefix(f"{NAME}-q"))
        most[exercise] = points if number in one.earns else 0.0
        passed = number in one.at_least_passed
        least[exercise] = min(most[exercise], PASS[exercise]) if passed else most[exercise]
    return least, most


def compare(source: Source, learners: Iterable[Learner], root: Path) -> tuple[Table, bool]:
    """Return points beside what they should be, and whether nothing differs."""
    table = Table(title="The sample class", title_justify="left")
    for heading in ("learner", "what", "points", "expected", "human", "verdict"):
        table.add_column(heading, justify="right" if heading == "points" else "left")
    good = True
    for one in learners:
        points = gradebook_points(root, one.name)
        trouble = list(differences(source, one, points, root))
        good = good and not trouble
        least, most = (sum(limit.values()) for limit in limits(source, one))
        wanted = f"{most:g}" if least == most else f"{least:g} to {most:g}"
        verdict = f"[bold red]{'; '.join(trouble)}[/]" if trouble else "[green]as expected[/]"
        human = "yes" if one.human else "no"
        table.add_row(one.name, one.what, f"{sum(points.values()):g}", wanted, human, verdict)
    return table, good


def gradebook_points(root: Path, learner: str) -> dict[str, float]:
    """Return the automatic points of each exercise as they stand in the gradebook now."""
    with Gradebook(f"sqlite:///{root.absolute() / 'gradebook.db'}") as gradebook:
        try:
            grades = gradebook.find_submission_notebook(NAME, NAME, learner).grades
        except MissingEntry:
            return {}
        return {
            grade.name.removesuffix("-check"): float(grade.auto_score or 0.0)
            for grade in grades
            if grade.name.endswith("-check")
        }


def differences(
    source: Source, one: Learner, points: dict[str, float], root: Path
) -> Iterator[str]:
    """Yield how the result of one learner differs from what it should be.

    Parameters
    ----------
    source
        The assessment.
    one
        The learner.
    points
        What the gradebook has, by exercise.
    root
        The course folder, with the ledger, the graded notebooks and the feedback.
    """
    least, most = limits(source, one)
    for exercise in source.points:
        got = points.get(exercise, 0.0)
        if not least[exercise] <= got <= most[exercise]:
            yield f"{exercise} got {got:g}"
    entry = ledger.read(root, NAME, one.name)
    graded = entry.graded if entry else None
    if one.human != (graded is None or graded.needs_human):
        yield "needs a human" if one.human is False else "should need a human"
    kinds = {finding.kind for finding in graded.findings} if graded else set()
    if missing := set(one.kinds) - kinds:
        yield f"not found: {', '.join(sorted(missing))}"
    notebook = root / "autograded" / one.name / NAME / f"{NAME}.ipynb"
    if notebook.is_file():
        yield from failed_attacks(nbformat.read(notebook, as_version=4))
    page = root / "feedback" / one.name / NAME / f"{NAME}.html"
    if page.is_file():
        yield from leaks(page.read_text(encoding="utf-8"))


def failed_attacks(notebook: NotebookNode) -> Iterator[str]:
    """Yield errors of learners' own cells: an attack did not run, or it reached something."""
    for cell in notebook.cells:
        name, sentence = next(errors(cell), ("", ""))
        if name not in ("", "NotRun") and cell.id.startswith("own-"):
            yield f"a cell of one's own raised {name}: {sentence[:200]}"


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
