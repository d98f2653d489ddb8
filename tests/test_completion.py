"""Points of a learner alone without those of shown solutions, and a certificate of one's own."""

import datetime
import re
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from anomaly_desk.labs import sources
from anomaly_desk.publish.release import alone
from anomaly_desk.results import keys
from anomaly_labs import certificates, cli, completion, notebooks, progress, selfstudy
from anomaly_labs.errors import LabsError

PROJECT = Path(__file__).parents[1]
QUIZ = PROJECT / "tests/grading/quiz/lab.py"
TODAY = datetime.date(2026, 12, 5)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A learner's folder with the quiz of a self-study edition, in which all checks have passed."""
    folder = tmp_path / "labs"
    folder.mkdir()
    source = sources.read(QUIZ)
    (file,) = alone.worked_files("Anomalies & more", [source]).values()
    (folder / selfstudy.FILE).write_bytes(file)
    notebook = source.submission({"quiz-r1"})
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name.endswith("-check"):
            text = f"✓ {name.removesuffix('-check')} passed\n"
            cell.outputs, cell.execution_count = [nbformat.v4.new_output("stream", text=text)], 1
    nbformat.write(notebook, folder / "quiz.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> tuple[int, str]:
    """Exit code and output of a command, white space and frames taken out."""
    result = CliRunner().invoke(cli.app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(re.sub("[│┃]", " ", result.output).split())


def test_a_shown_solution_takes_its_points_and_progress_says_so(home):
    assert "10 of 12 points" in run("progress")[1]
    selfstudy.note(home / "labs", "quiz", "quiz-q1", failed=3, shown=True)
    code, said = run("progress")
    assert code == 0
    assert "quiz-q1 ✓ passed 0 of 2 its solution was shown: no points" in said
    assert "quiz-q2 ✓ passed 1 of 1" in said
    assert (
        'quiz-r1 ✎ written ? of 2 a person reads it; compare with checks.solution("quiz-r1")'
        in said
    )
    assert "6 of 6 done, 8 of 12 points" in said


def test_failed_tries_alone_take_no_points(home):
    selfstudy.note(home / "labs", "quiz", "quiz-q1", failed=3)
    assert "10 of 12 points" in run("progress")[1]


def test_certificate_says_what_was_reached_and_that_nobody_looked(home):
    selfstudy.note(home / "labs", "quiz", "quiz-q1", failed=3, shown=True)
    code, said = run("progress", "--certificate", "Zoë <b>Łąka</b>")
    assert code == 0
    assert "certificate-of-completion.html: written. It has no code and no signature" in said
    page = (home / completion.NAME).read_text()
    assert "Zoë &lt;b&gt;Łąka&lt;/b&gt;" in page
    assert "Anomalies &amp; more" in page
    assert (
        "<td>Quiz: a tiny course to try the grader on</td><td>8 of 10</td><td>1</td><td>1</td>"
        in page
    )
    assert "Nobody has graded the answers" in page
    assert not re.search("anomaly-labs-code|anomaly-labs signature", page)


def test_verify_says_that_it_is_not_a_signed_certificate(home):
    run("progress", "--certificate", "Ann")
    key = keys.private_key(home / "grading").public_key()
    (home / certificates.PUBLIC).write_text(keys.public_text(key))
    code, said = run("verify", completion.NAME)
    assert code == 1
    assert "Not valid" in said
    assert "that its owner made: it has no code and no signature, so it is not a signed" in said


def outputs(home, name, text):
    path = home / "labs/quiz.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if notebooks.grade_id(cell) == name and cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("error", ename="CheckFailed", evalue=text)]
        elif notebooks.grade_id(cell) == name:
            cell.source = text
    nbformat.write(notebook, path)


@pytest.mark.parametrize(("cell", "text"), [("quiz-q2-check", "no"), ("quiz-r1", "")])
def test_no_certificate_before_every_exercise_is_done(home, cell, text):
    outputs(home, cell, text)
    code, said = run("progress", "--certificate", "Ann")
    assert code == 1
    assert f"still open are quiz.ipynb: {cell.removesuffix('-check')}" in said
    assert not (home / completion.NAME).exists()


def test_whoever_gave_up_and_read_the_solution_has_completed_it(home):
    outputs(home, "quiz-q2-check", "no")
    selfstudy.note(home / "labs", "quiz", "quiz-q2", failed=3, shown=True)
    assert run("progress", "--certificate", "Ann")[0] == 0
    assert "<td>9 of 10</td><td>1</td>" in (home / completion.NAME).read_text()


def test_a_notebook_without_its_exercises_is_no_lab(home):
    path = home / "labs/quiz.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if not notebooks.grade_id(c).startswith("quiz-q3")]
    nbformat.write(notebook, path)
    found = completion.settled(progress.exercises(notebooks.read(path)), path.parent)
    assert completion.done(path, found) is None


def test_an_ordinary_edition_has_no_certificate_of_ones_own(home):
    (home / "labs" / selfstudy.FILE).unlink()
    code, said = run("progress", "--certificate", "Ann")
    assert code == 1
    assert "belongs to a self-study edition" in said
    with pytest.raises(LabsError, match="needs your name"):
        completion.write({}, " \u202e", today=TODAY)


def test_a_broken_file_of_the_edition_is_named_and_stops_no_progress(home):
    (home / "labs" / selfstudy.FILE).write_text("{")
    code, said = run("progress")
    assert code == 1
    assert "self-study.json is broken; take self-study.json from the zip" in said
