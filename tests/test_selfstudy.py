"""A learner alone: tries, worked solutions after three of them, and what is kept of it."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from anomaly_desk.labs import sources
from anomaly_desk.publish.release import alone
from anomaly_labs import checks, runtime, selfstudy
from anomaly_labs.errors import LabsError

PROJECT = Path(__file__).parents[1]
QUIZ = PROJECT / "tests/grading/quiz/lab.py"
WRONG = "def flag(scores, threshold):\n    return [1 for _ in scores]"
RIGHT = "def flag(scores, threshold):\n    return (np.asarray(scores) > threshold).astype(int)"
ASK = 'checks.solution("quiz-q1")'


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with the file of a self-study edition, which is the current one."""
    (file,) = alone.worked_files("A course", [sources.read(QUIZ)]).values()
    (tmp_path / selfstudy.FILE).write_bytes(file)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cells() -> dict[str, str]:
    notebook = sources.read(QUIZ).submission(set())
    return {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}


def ran(folder: Path, *texts: str, **environment: str) -> list[str]:
    """What each of these cells shows, run in a real kernel behind the first cell of the quiz."""
    first = next(iter(cells().values()))
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(t) for t in (first, *texts)]
    )
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=120,
                            resources={"metadata": {"path": str(folder)}})  # fmt: skip
    client.execute(env={**os.environ, **environment})
    return [told(cell) for cell in notebook.cells[1:]]


def told(cell) -> str:
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        parts.append(output.get("text") or data.get("text/markdown") or output.get("evalue", ""))
    return "\n".join(parts)


def test_three_failed_tries_show_the_solution_and_take_the_points(home):
    check = cells()["quiz-q1-check"]
    asked, _, once, _, thrice, shown = ran(home, ASK, WRONG, check, check, check, ASK)
    assert asked.startswith("quiz-q1: its check has failed no time;")
    assert "so 3 are left" in asked
    assert "checks.solution" not in once
    assert '3 tries: checks.solution("quiz-q1") in a new cell shows a worked solution' in thrice
    assert "Its points are gone" in shown
    assert "return (np.asarray(scores) > threshold).astype(int)" in shown
    assert "###" not in shown
    assert selfstudy.tries(home, "quiz")["quiz-q1"] == selfstudy.Tries(failed=3, shown=True)


def test_two_failed_tries_leave_one(home):
    check = cells()["quiz-q1-check"]
    told = ran(home, WRONG, check, check, ASK)
    assert (
        "has failed twice; a worked solution is shown after 3 failed tries, so 1 is left"
        in told[-1]
    )
    assert not selfstudy.tries(home, "quiz")["quiz-q1"].shown


def test_an_untouched_exercise_is_no_try_and_a_crash_is_one(home):
    untouched, check = cells()["quiz-q1"], cells()["quiz-q1-check"]
    ran(home, untouched, check, "def flag(scores, threshold):\n    return 1 / 0", check)
    assert selfstudy.tries(home, "quiz")["quiz-q1"].failed == 1


def test_whoever_has_passed_may_compare_and_keeps_the_points(home):
    check = cells()["quiz-q1-check"]
    shown = ran(home, RIGHT, check, ASK)[-1]
    assert "Its check has passed, so its points stay." in shown
    assert not selfstudy.tries(home, "quiz")["quiz-q1"].shown


@pytest.mark.parametrize(
    "environment", [{runtime.LEARNER: "ann"}, {runtime.UNCOUNTED: "1"}], ids=["graded", "progress"]
)
def test_neither_grading_nor_progress_counts_tries(home, environment):
    check = cells()["quiz-q1-check"]
    ran(home, WRONG, check, **environment)
    assert [path.name for path in home.iterdir()] == [selfstudy.FILE]


def test_nothing_is_counted_in_an_ordinary_edition(tmp_path):
    check = cells()["quiz-q1-check"]
    _, _, said = ran(tmp_path, WRONG, check, ASK)
    assert said.startswith("No worked solutions lie beside this notebook")
    assert list(tmp_path.iterdir()) == []


def written(home: Path, text: str) -> None:
    notebook = sources.read(QUIZ).submission(set())
    notebook.cells[-1].source = text
    nbformat.write(notebook, home / "my copy.ipynb")


@pytest.mark.parametrize("text", ["", "  \n", sources.TEXT_STUB])
def test_a_model_answer_is_refused_while_nothing_is_written(home, capsys, text):
    (home / "broken.ipynb").write_text("{")
    written(home, text)
    checks.solution("quiz-r1")
    assert "write your own answer in its cell first" in capsys.readouterr().out


def test_model_answer_and_rubric_are_shown_beside_ones_own_words(home, monkeypatch):
    shown = []
    monkeypatch.setattr("anomaly_labs.selfstudy.display._display", shown.append)
    written(home, "The analyst pays.")
    checks.solution("quiz-r1")
    assert "A missed attack costs the bank" in shown[0]
    assert "Three points: says who pays for a missed one" in shown[0]


@pytest.mark.parametrize("name", ["quiz-q9", "", "lab1-q1"])
def test_an_unknown_id_is_a_sentence(home, capsys, name):
    checks.solution(name)
    assert "is no exercise of these labs" in capsys.readouterr().out


def test_the_file_is_the_same_each_time_and_hides_its_texts(home):
    (again,) = alone.worked_files("A course", [sources.read(QUIZ)]).values()
    assert again == (home / selfstudy.FILE).read_bytes()
    assert b"threshold" not in again
    assert b"hidden, not encrypted" in again
    assert set(selfstudy.edition(home).worked) == {
        "quiz-q1", "quiz-q2", "quiz-q3", "quiz-q4", "quiz-q5", "quiz-r1",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "{}", '{"texts": "AAAA"}', '{"texts": "é"}', "[]"])
def test_a_broken_file_is_one_sentence(home, text):
    (home / selfstudy.FILE).write_text(text)
    with pytest.raises(LabsError, match=r"is broken; take self-study\.json from the zip"):
        selfstudy.edition(home)


@pytest.mark.parametrize("text", ["", "[]", '{"quiz-q1": 3}', '{"quiz-q1": {"what": 1}}'])
def test_broken_notes_count_as_none(home, text):
    path = home / "quiz.tries.json"
    path.write_text(text)
    assert selfstudy.tries(home, "quiz") == {}
    selfstudy.note(home, "quiz", "quiz-q1", failed=1)
    assert json.loads(path.read_text())["quiz-q1"]["failed"] == 1


def test_a_folder_that_cannot_be_written_is_a_sentence_and_stops_nothing(home):
    (home / "quiz.tries.json").mkdir()
    check = cells()["quiz-q1-check"]
    _, said, after = ran(home, WRONG, check, "print('on')")
    assert "This could not be noted in" in said
    assert after == "on\n"
