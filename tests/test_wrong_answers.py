"""Every lab in fast mode: right answers pass, and each wrong answer gets the hint it deserves.

A learner alone meets no hidden test: in the notebook a wrong answer must be told by the visible
check, unless only drawn rows can show it (``drawn=true``).
"""

from operator import attrgetter
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config

from anomaly_desk import execute
from anomaly_desk.checking.execute import SafeExecute
from anomaly_desk.labs import beside, manifest, sources

LABS = manifest.labs(Path(__file__).parents[1])
NAME = attrgetter("name")

pytestmark = pytest.mark.notebook


def with_answers(source: sources.Source, *, alone: bool = False) -> nbformat.NotebookNode:
    """The solution notebook; after each check other answers are tried, then its own again.

    `alone` tries wrong answers against the visible part of a check.
    """
    wrong, right = beside.wrong_answers(source.lab), beside.right_answers(source.lab)
    notebook = source.solution()
    cells, exercises = [], {}
    for written, cell in zip(source.cells, notebook.cells, strict=True):
        cells.append(cell)
        exercises[written.keys.get("exercise")] = cell.source
        question = written.keys.get("check")
        for text, hint, drawn in wrong.get(question, []):
            check = written.visible if alone and not drawn else cell.source
            cells += tried(text, check, hint=hint, q=question)
        for text in right.get(question, []):
            cells += tried(text, cell.source, right=True, q=question)
        if question in wrong or question in right:
            cells.append(nbformat.v4.new_code_cell(exercises[question]))
    notebook.cells = cells
    return notebook


def tried(text: str, check: str, **about: object) -> list[nbformat.NotebookNode]:
    return [
        nbformat.v4.new_code_cell(text),
        nbformat.v4.new_code_cell(check, metadata=about),
    ]


def results(cell: nbformat.NotebookNode) -> list[str]:
    """What the last line of a check gave: its points, where it gives a part of them."""
    given = [o for o in cell.get("outputs", []) if o.output_type == "execute_result"]
    return [o.data.get("text/plain", "") for o in given]


def errors(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [o for o in cell.get("outputs", []) if o.output_type == "error"]


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_each_exercise_has_two_wrong_answers_with_different_hints(lab):
    answers = beside.wrong_answers(lab)
    assert answers.keys() == sources.of_lab(lab).points.keys()
    assert all(len({answer.hint for answer in tried}) >= 2 for tried in answers.values())


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_right_answers_pass_and_wrong_answers_get_their_hint(lab, tmp_path):
    ran = execute.run_notebook(
        with_answers(sources.of_lab(lab), alone=True),
        folder=tmp_path,
        env={"ANOMALY_LABS_FAST": "1"},
    )
    complaints = []
    for cell in ran.cells:
        hint = cell.metadata.get("hint")
        raised = [f"{e.ename}: {e.evalue}" for e in errors(cell)]
        if hint is None and raised:
            complaints.append(f"should run: {raised} in\n{cell.source}")
        told = [e.evalue for e in errors(cell) if len(e.traceback) == 1]
        if hint is not None and not any(hint in sentence for sentence in told):
            complaints.append(f"{cell.metadata['q']}: hint {hint!r} expected, {raised} came")
    assert complaints == [], "\n\n".join(complaints)


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_grader_gives_the_same_hints_as_the_notebook(lab, tmp_path):
    source = sources.of_lab(lab)
    notebook = with_answers(source)
    others = [cell for cell in notebook.cells if "q" in cell.metadata]
    for cell in others:
        check = {"grade_id": f"{cell.metadata.q}-check", "points": 1, "grade": True}
        cell.metadata["nbgrader"] = {**check, "solution": False, "locked": True}
    release = tmp_path / "release" / source.name / f"{source.name}.ipynb"
    release.parent.mkdir(parents=True)
    nbformat.write(source.submission(set()), release)
    grader = SafeExecute(
        config=Config({"CourseDirectory": {"root": str(tmp_path)}}),
        fast=True,
        timeout=300,
        startup_timeout=120,
    )
    place = {"assignment": source.name, "notebook": source.name, "student": ""}
    ran, _ = grader.preprocess(notebook, {"nbgrader": place})
    wrong = [cell for cell in others if "hint" in cell.metadata]
    given = [(cell.metadata.hint, [e.evalue for e in errors(cell)]) for cell in wrong]
    assert [pair for pair in given if not any(pair[0] in told for told in pair[1])] == []
    assert [errors(cell) for cell in ran.cells if cell not in wrong and errors(cell)] == []
    full = {cell.id: results(cell) for cell in ran.cells if cell.id.endswith("-check")}
    less = [
        c for c in others if "right" in c.metadata and results(c) != full[f"{c.metadata.q}-check"]
    ]
    assert less == []


# The others run untouched in test_run.py too, through the grader.
@pytest.mark.parametrize(
    "lab",
    [pytest.param(lab, marks=[] if lab is LABS[0] else pytest.mark.slow) for lab in LABS],
    ids=NAME,
)
def test_untouched_notebook_runs_with_one_sentence_for_each_exercise(lab, tmp_path):
    source = sources.of_lab(lab)
    ran = execute.run_notebook(
        source.submission(set()), folder=tmp_path, env={"ANOMALY_LABS_FAST": "1"}
    )
    raised = {cell.id: errors(cell) for cell in ran.cells if errors(cell)}
    assert {e.ename for found in raised.values() for e in found} == {"NotAnswered"}
    assert all(len(e.traceback) == 1 for found in raised.values() for e in found)
    assert {f"{question}-check" for question in source.points} <= raised.keys()
    assert {cell_id.removesuffix("-check") for cell_id in raised} <= source.points.keys()
