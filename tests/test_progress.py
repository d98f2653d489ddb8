"""Progress of someone alone at home: read from saved notebooks, or from a run."""

import copy
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import compute_checksum
from typer.testing import CliRunner

from anomaly_desk import build
from anomaly_desk.labs import sources
from anomaly_desk.submissions.transplant import transplant
from anomaly_labs import cli, notebooks, progress

PROJECT = Path(__file__).parents[1]
QUIZ = PROJECT / "tests/grading/quiz/lab.py"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The learners' notebook of the quiz, untouched and never run."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "course.toml", folder)
    (text,) = build.build(folder, [sources.read(QUIZ)]).values()
    return nbformat.reads(text.decode(), as_version=4)


@pytest.fixture
def notebook(released):
    return copy.deepcopy(released)


def cell(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def says(notebook, name, *outputs, count=9):
    """Let the check of an exercise have run, with these outputs."""
    check = cell(notebook, f"{name}-check")
    check.execution_count, check.outputs = count, list(outputs)


def stdout(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def error(kind, message):
    return nbformat.v4.new_output("error", ename=kind, evalue=message, traceback=[])


def state(notebook, name):
    return next(one for one in progress.exercises(notebook) if one.name == name)


def test_untouched_notebook_lists_all_exercises_with_their_points(released):
    found = progress.exercises(released)
    assert [(one.name, one.points) for one in found] == [
        ("quiz-q1", 2), ("quiz-q2", 1), ("quiz-q3", 2), ("quiz-q4", 4), ("quiz-q5", 1),
        ("quiz-r1", 2),
    ]  # fmt: skip
    assert [one.state for one in found] == ["not run"] * 5 + ["not answered"]
    assert sum(one.reached for one in found) == 0


@pytest.mark.parametrize(
    ("output", "wanted", "note"),
    [
        (stdout("✓ quiz-q1 passed\n"), "passed", ""),
        (stdout("hello\n✓ quiz-q1 passed\n"), "passed", ""),
        (stdout("I say: ✓ quiz-q1 passed\n"), "not run", ""),
        (stdout("✓ quiz-q2 passed\n"), "not run", ""),
        (error("NotAnswered", "Not answered yet: …"), "not answered", ""),
        (error("CheckFailed", "turn it [round]"), "failed", "turn it [round]"),
        (error("CheckFailed", "\x1b[31mtwo\nlines\x07"), "failed", "two lines"),
        (error("NameError", "name 'np' is not defined"), "stopped", "run the cells above it first"),
        (error("ValueError", "too deep"), "stopped", "ValueError: too deep"),
    ],
)
def test_state_is_what_the_check_said(notebook, output, wanted, note):
    says(notebook, "quiz-q1", output)
    found = state(notebook, "quiz-q1")
    assert (found.state, found.reached) == (wanted, 2 if wanted == "passed" else 0)
    assert note in found.note


def test_an_error_after_passing_is_no_pass(notebook):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"), error("CheckFailed", "no"))
    assert state(notebook, "quiz-q1").state == "failed"


def test_an_answer_run_after_its_check_must_be_checked_again(notebook):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"), count=9)
    cell(notebook, "quiz-q1").execution_count = 10
    assert "run its check, too" in state(notebook, "quiz-q1").note


def test_a_written_answer_is_not_judged(notebook):
    cell(notebook, "quiz-r1").source = "The analyst pays."
    found = state(notebook, "quiz-r1")
    assert (found.state, found.reached) == ("written", 0)


def test_copied_cells_are_named(notebook):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"))
    for answer in ("flag = max", "flag = min"):
        notebook.cells.append(copy.deepcopy(cell(notebook, "quiz-q1")))
        notebook.cells[-1].source = answer
    found = state(notebook, "quiz-q1")
    assert found.state == "spoilt"
    assert "delete the copies" in found.note
    assert len(progress.exercises(notebook)) == 6


def test_equal_copies_and_untouched_ones_are_no_obstacle(notebook):
    """As for the grader: only two different answers leave a doubt."""
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"))
    for text in (None, "flag = max", "flag = max"):
        for name in ("quiz-q1", "quiz-q1-check"):
            notebook.cells.append(copy.deepcopy(cell(notebook, name)))
        notebook.cells[-2].source = text or notebook.cells[-2].source
    assert state(notebook, "quiz-q1").state == "passed"


def test_an_answer_made_anew_counts_as_its_check_says(notebook):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"))
    cell(notebook, "quiz-q1").metadata = nbformat.from_dict({})
    found = state(notebook, "quiz-q1")
    assert (found.state, found.reached) == ("passed", 2)
    assert "a person looks" in found.note


def test_exercises_without_marks_are_known_by_what_their_checks_say(notebook):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"))
    says(notebook, "quiz-q3", error("CheckFailed", "the largest first"))
    for one in notebook.cells:
        one.metadata = nbformat.from_dict({})
    found = progress.exercises(notebook)
    assert [one.state for one in found] == ["passed", "not run", "failed", "not run", "not run"]
    assert all("points are not in the file" in one.note for one in found)
    assert found[2].note.startswith("the largest first")


def written(notebook, path, how):
    """Write a notebook as an editor might."""
    text = nbformat.writes(notebook)
    if how == "format 3":
        text = json.dumps(nbformat.convert(notebook, 3))
    elif how == "doubled and missing ids":
        text = text.replace(notebook.cells[2].id, notebook.cells[1].id)
        text = text.replace(f'"id": "{notebook.cells[3].id}",', "")
    elif how == "strange outputs":
        text = text.replace('"outputs": []', '"outputs": [7, {"output_type": []}, {"text": 3}]')
    elif how == "format 99":
        text = text.replace('"nbformat": 4', '"nbformat": 99')
    encoding = how if how.startswith("utf") else "utf-8"
    path.write_text(text, encoding=encoding)


@pytest.mark.parametrize(
    "how",
    ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "format 3", "doubled and missing ids",
     "strange outputs", "format 99"],
)  # fmt: skip
def test_files_are_read_as_the_grader_reads_them(tmp_path, notebook, how):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"))
    says(notebook, "quiz-q3", error("CheckFailed", "no"))
    cell(notebook, "quiz-q1").source = "flag = 1"
    path = tmp_path / "quiz.ipynb"
    written(notebook, path, how)
    found = {one.name: one.state for one in progress.exercises(notebooks.read(path))}
    assert (found["quiz-q1"], found["quiz-q3"], found["quiz-r1"]) == (
        "passed", "failed", "not answered",
    )  # fmt: skip
    release = sources.read(QUIZ).submission(set())
    graded, findings = transplant(release, path)
    assert cell(graded, "quiz-q1").source == "flag = 1"
    assert findings == []


def test_leaving_in_the_middle_stops_no_run(tmp_path, notebook):
    path = tmp_path / "quiz.ipynb"
    cell(notebook, "quiz-q2").source = "cost = 230\nexit()"
    nbformat.write(notebook, path)
    found = progress.exercises(progress.run(path))
    assert found[1].state == "passed"


def test_a_changed_check_does_not_count(notebook):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"))
    cell(notebook, "quiz-q1-check").source = 'print("✓ quiz-q1 passed")'
    found = state(notebook, "quiz-q1")
    assert (found.state, found.reached) == ("spoilt", 0)
    assert "its check was changed" in found.note


@pytest.mark.parametrize(
    ("gone", "said"),
    [("quiz-q1-check", "its check is missing"), ("quiz-q1", "cell for your answer is missing")],
)
def test_a_deleted_cell_is_named(notebook, gone, said):
    notebook.cells.remove(cell(notebook, gone))
    assert said in state(notebook, "quiz-q1").note


def test_checksum_is_nbgraders(released):
    checks = [c for c in released.cells if c.metadata.get("nbgrader", {}).get("locked")]
    assert len(checks) == 5
    for check in checks:
        assert check.metadata.nbgrader.checksum == compute_checksum(check)
        assert not notebooks.is_edited(check)


def run(*words: str) -> tuple[int, str]:
    """Exit code and output of the command, white space and frames taken out."""
    result = CliRunner().invoke(cli.app, ["progress", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(re.sub("[│┃]", " ", result.output).split())


@pytest.fixture
def home(tmp_path, monkeypatch, notebook):
    """A folder as a learner has it, with the quiz in labs/."""
    (tmp_path / "labs").mkdir()
    nbformat.write(notebook, tmp_path / "labs/quiz.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_command_shows_the_notebooks_of_this_folder(home, notebook):
    says(notebook, "quiz-q1", stdout("✓ quiz-q1 passed\n"))
    says(notebook, "quiz-q3", error("CheckFailed", "the largest [bold]sum[/] comes first"))
    nbformat.write(notebook, home / "labs/quiz.ipynb")
    code, said = run()
    assert code == 0
    assert "quiz-q1 ✓ passed 2 of 2" in said
    assert "quiz-q3 ✗ not yet 0 of 2 the largest [bold]sum[/] comes first" in said
    assert "███░░░░░░░░░░░░░░░░░ 1 of 6 done, 2 of 12 points" in said


@pytest.mark.parametrize("broken", ["", "{", "[]", "{}", '{"cells": 3}', '{"nbformat": 4}'])
def test_broken_file_is_one_sentence_and_stops_no_other(home, broken):
    (home / "labs/broken.ipynb").write_text(broken)
    code, said = run()
    assert code == 1
    assert "quiz-q5" in said
    assert "labs/broken.ipynb cannot be read as a notebook" in said


@pytest.mark.parametrize(
    "metadata",
    [{"nbgrader": 3}, {"nbgrader": {"grade_id": 7, "grade": True, "points": "many"}}, {}],
)
def test_strange_notes_in_a_cell_stop_nothing(home, notebook, metadata):
    cell(notebook, "quiz-q2").metadata = nbformat.from_dict(metadata)
    nbformat.write(notebook, home / "labs/quiz.ipynb")
    assert run("labs")[0] == 0


def test_missing_notebooks_are_a_sentence(home):
    assert "no nowhere.ipynb in " in run("nowhere.ipynb")[1]
    shutil.rmtree(home / "labs")
    code, said = run()
    assert code == 1
    assert "no notebook in " in said


def test_run_executes_and_leaves_the_file_as_it_is(home):
    quiz = sources.read(QUIZ)
    right = quiz.submission({"quiz-q1", "quiz-q2", "quiz-q5"})
    answers = {
        c.metadata.nbgrader.grade_id: c.source for c in right.cells if "nbgrader" in c.metadata
    }
    path = home / "labs/quiz.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for one in notebook.cells:
        if one.metadata.get("nbgrader", {}).get("solution"):
            one.source = answers[one.metadata.nbgrader.grade_id]
    cell(notebook, "quiz-q5").source = "def summary(numbers):\n    return {'largest': 1}"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    code, said = run("--run")
    assert code == 0
    assert "quiz-q1 ✓ passed 2 of 2" in said
    assert "quiz-q3 … not answered" in said
    assert "quiz-q5 ✗ not yet 0 of 1 the keys are mean and largest" in said
    assert "3 of 12 points They ran in fast mode." in said
    assert path.read_bytes() == before
