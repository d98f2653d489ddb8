"""Attacks by the file that is handed in: its cells, marks, outputs, and what it is at all."""

import copy
import json
import os

import nbformat
import pytest
from damage import damaged
from nbformat.v4 import new_code_cell, new_markdown_cell

from anomaly_desk import build
from anomaly_desk.grading import grade
from anomaly_desk.submissions import findings

WRONG = {
    "quiz_q1": "def flag(scores, threshold):\n    return [7, 7]",
    "quiz_q2": "cost = -1",
    "quiz_q3": "def busiest(connections):\n    return connections",
    "quiz_q4": "def detect(rows):\n    return [2] * len(rows)",
    "quiz_q5": "def summary(numbers):\n    return {}",
}
HIDDEN = ("a score equal to the threshold", "truth = (", "negative numbers have a largest")


def cell_of(notebook, name):
    """The first cell with this grade id."""
    return next(
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def checks_of(notebook):
    return [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith("-check")
    ]


def nothing(desk):
    return dict.fromkeys(desk.full, 0.0)


def assert_nothing_hidden(outcome):
    for text in HIDDEN:
        assert text not in outcome.feedback


def test_a03_tags_on_checks_do_not_skip_them(desk):
    notebook = desk.answered(**WRONG)
    for cell in checks_of(notebook):
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
    cell_of(notebook, "quiz-q1").metadata["tags"] = ["skip-execution"]
    outcome = desk.grade(notebook)
    assert outcome.points == nothing(desk)
    assert "tags" in outcome.kinds
    assert_nothing_hidden(outcome)


def test_a04_edited_deleted_moved_and_retyped_checks_are_as_released(desk):
    answers = {**WRONG}
    del answers["quiz_q3"]
    notebook = desk.answered(**answers)
    first, second, third, fourth, fifth = checks_of(notebook)
    first.source = "float(2)"
    notebook.cells.remove(second)
    notebook.cells.insert(0, notebook.cells.pop(notebook.cells.index(third)))
    fourth.cell_type = "markdown"
    for name in ("outputs", "execution_count"):
        fourth.pop(name)
    fifth.metadata.nbgrader.update(points=1000, solution=True, grade=False, schema_version=99)
    outcome = desk.grade(notebook)
    assert outcome.points == {**nothing(desk), "quiz-q3": desk.full["quiz-q3"]}
    assert outcome.kinds >= {"edited-check", "deleted-cell", "moved-cells", "edited-marks"}
    assert_nothing_hidden(outcome)


def test_a04_marks_of_answers_and_own_cells_that_claim_points_give_none(desk):
    notebook = desk.answered(**WRONG)
    cell_of(notebook, "quiz-q1").metadata.nbgrader.update(grade=True, points=50, locked=True)
    claim = copy.deepcopy(cell_of(notebook, "quiz-q2-check").metadata)
    claim.nbgrader.grade_id = "quiz-q9-check"
    notebook.cells.append(new_code_cell("100.0", metadata=claim))
    outcome = desk.grade(notebook)
    assert outcome.points == nothing(desk)
    assert outcome.kinds >= {"edited-marks", "unknown-cell"}


def test_a05_copied_cells_count_once_and_the_last_answer_counts(desk):
    notebook = desk.solved()
    old = copy.deepcopy(cell_of(notebook, "quiz-q1"))
    old.source, old.id = WRONG["quiz_q1"], "old"
    check = copy.deepcopy(cell_of(notebook, "quiz-q5-check"))
    check.source, check.id = "float(100)", "copy"
    half = copy.deepcopy(cell_of(notebook, "quiz-q5"))
    half.source, half.id = "from statistics import mean", "half"
    cell_of(
        notebook, "quiz-q5"
    ).source = "def summary(numbers):\n    return {'mean': mean(numbers), 'largest': max(numbers)}"
    notebook.cells[0:0] = [old]
    notebook.cells.insert(notebook.cells.index(cell_of(notebook, "quiz-q5")), half)
    notebook.cells.append(check)
    outcome = desk.grade(notebook)
    assert outcome.points == desk.full
    assert "copied-cell" in outcome.kinds
    assert outcome.graded.needs_human


def test_a05_copied_checks_do_not_double_points_of_wrong_answers(desk):
    notebook = desk.answered(**WRONG)
    for cell in checks_of(notebook):
        double = copy.deepcopy(cell)
        double.source, double.id = "float(1)", f"{cell.id}-2"
        notebook.cells.append(double)
    assert desk.grade(notebook).points == nothing(desk)


def test_a18_output_and_answers_reach_pages_as_text_only(desk):
    script = "<script>alert('a18')</script>"
    notebook = desk.answered(quiz_r1=f"{script} <img src=x onerror=alert('a18')> words of mine")
    shows = f"from IPython.display import HTML, display\ndisplay(HTML({script!r} + '<b>seen</b>'))"
    notebook.cells.append(new_code_cell(f"{shows}\nprint({script!r})"))
    forged = new_code_cell("1")
    forged.outputs = [nbformat.v4.new_output("display_data", data={"text/html": "<i>forged</i>"})]
    notebook.cells.append(forged)
    outcome = desk.grade(notebook)
    assert outcome.points == desk.full
    assert "words of mine" in outcome.feedback and "<b>seen</b>" in outcome.feedback
    assert "<script>alert" not in outcome.feedback and "<img src=x" not in outcome.feedback
    assert "forged" not in outcome.feedback
    outputs = json.dumps([cell.get("outputs") for cell in outcome.autograded.cells])
    assert "application/javascript" not in outputs


def test_a04_marks_of_nbgrader_and_floods_in_a_learners_text_do_not_stop_grading(desk):
    marks = [f"### {end} {what}" for what in ("HIDDEN TESTS", "SOLUTION", "MARK SCHEME")
             for end in ("BEGIN", "BEGIN", "END")]  # fmt: skip
    notebook = desk.solved()
    for name in ("quiz-q1", "quiz-r1"):
        cell = cell_of(notebook, name)
        cell.source = "\n".join([marks[0], cell.source, *marks, "### words of mine", marks[0]])
    notebook.cells += [new_markdown_cell("\n".join(marks)), new_code_cell("### END HIDDEN TESTS")]
    shows = "from IPython.display import HTML, display\n"
    for text in ("'<' + 'a' * 400_000", "'&#' + '9' * 5_000"):
        shows += f"display(HTML({text}))\n"
    colours = r"print('\x1b[m' * 300_000, '\x1b[38m', '\x1b[' + '1;' * 100_000 + 'm')"
    notebook.cells.append(new_code_cell(shows + colours))
    notebook.cells.append(new_code_cell(f"numbers = {list(range(5_000))}  # {'a.' * 30_000}"))
    outcome = desk.grade(notebook)
    assert (outcome.points, outcome.graded.trouble) == (desk.full, "")
    assert outcome.findings == ()
    assert outcome.feedback.count("words of mine") == 2
    assert "4998, 4999]" in outcome.feedback


def test_a20_resubmission_does_not_keep_old_points(desk):
    assert desk.grade(desk.solved(), "twice").points == desk.full
    worse = desk.answered(**WRONG)
    for cell in checks_of(worse):
        worse.cells.remove(cell)
    assert desk.grade(worse, "twice").points == nothing(desk)
    assert desk.grade(desk.solved(), "twice").points == desk.full
    broken = desk.grade(b"{", "twice")
    assert sum(broken.points.values()) == 0
    assert broken.graded.needs_human


def test_a11_link_to_anothers_work_is_not_followed(desk, tmp_path):
    other = tmp_path / "other.ipynb"
    nbformat.write(desk.solved(), other)
    before = other.read_bytes()
    outcome = desk.grade(lambda path: path.symlink_to(other))
    assert sum(outcome.points.values()) == 0
    assert outcome.graded.needs_human
    assert other.read_bytes() == before


def as_folder(path):
    path.mkdir()
    (path / "quiz.ipynb").symlink_to("/etc/passwd")


def as_huge_file(path):
    path.touch()
    os.truncate(path, 10**12)


WRITES = {
    "pipe": os.mkfifo,
    "folder": as_folder,
    "huge_file": as_huge_file,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "dangling_link": lambda path: path.symlink_to("nowhere"),
    "link_to_itself": lambda path: path.symlink_to(path),
}
BYTES = {
    "empty": b"",
    "random_bytes": bytes(range(256)) * 40,
    "broken_json": b'{"cells": [{"cell_type": "code", "source": "x',
    "deep_json": b"[" * 100_000,
    "deep_cells": b'{"cells":' * 20_000,
    "other_json": b'{"nbformat": 4, "cells": "none"}',
    "nan": b"NaN",
    "long_number": b'{"cells": ' + b"9" * 100_000 + b"}",
}


@pytest.fixture(scope="module")
def refused(desk):
    """What became of each thing that is no notebook, all graded in one run beside honest work."""
    folder = desk.folder / "inbox" / "malformed"
    for name, write in {**WRITES, **BYTES}.items():
        desk.hand_in(write, f"malformed-{name}", folder=folder)
    desk.hand_in(desk.solved(), "zz-honest", folder=folder)
    results = grade.grade(desk.root, desk.project, grade.find([folder], desk.known))
    return {graded.learner: graded for graded in results}


@pytest.mark.parametrize("name", [*WRITES, *BYTES])
def test_a11_malformed_submission_gets_no_points_and_a_human(refused, name):
    graded = refused[f"malformed-{name}"]
    assert sum(graded.points.values()) == 0
    assert graded.needs_human
    said = f"{graded.trouble} {' '.join(finding.text for finding in graded.findings)}"
    assert "could not be graded" in said
    assert "Traceback" not in said


def test_a11_malformed_submissions_do_not_stop_the_run(desk, refused):
    assert len(refused) == len(WRITES) + len(BYTES) + 1
    assert refused["zz-honest"].points == desk.full
    assert not refused["zz-honest"].needs_human


def of_format_3(notebook):
    cells = []
    for cell in notebook.cells:
        old = {"cell_type": cell.cell_type, "metadata": cell.metadata, "source": cell.source}
        if cell.cell_type == "code":
            old |= {"input": old.pop("source"), "outputs": [], "language": "python"}
        cells.append(old)
    sheets = [{"cells": cells, "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}


def readable(desk):
    """Odd files that hold all right answers."""
    solved = json.loads(nbformat.writes(desk.solved()))
    wrong_schema = copy.deepcopy(solved)
    for cell in wrong_schema["cells"]:
        cell["metadata"].get("nbgrader", {})["schema_version"] = 1
    strange = {**solved, "nbformat": 99, "nbformat_minor": "x", "metadata": [float("nan")]}
    for cell in strange["cells"]:
        cell["outputs"] = [{"output_type": "\ud800"}]
    text = json.dumps(solved)
    return {
        "format-3": json.dumps(of_format_3(desk.solved())).encode(),
        "wrong-schema-version": json.dumps(wrong_schema).encode(),
        "strange-values": json.dumps(strange).encode(),
        "byte-order-mark": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
        "no-ids": json.dumps(
            {**solved, "cells": [{**cell, "id": None} for cell in solved["cells"]]}
        ).encode(),
        "surrogates": json.dumps({**solved, "cells": [*solved["cells"], {
            "cell_type": "code", "source": "'\ud800 \x00'", "metadata": {}}]}).encode(),
    }  # fmt: skip


def test_odd_files_that_can_be_read_keep_all_points(desk):
    folder = desk.folder / "inbox" / "odd"
    files = readable(desk)
    for name, content in files.items():
        desk.hand_in(content, f"odd-{name}", folder=folder)
    results = list(grade.grade(desk.root, desk.project, grade.find([folder], desk.known)))
    assert {graded.learner for graded in results} == {f"odd-{name}" for name in files}
    for graded in results:
        assert (graded.points, graded.trouble) == (desk.full, ""), graded.learner


def test_twenty_damaged_notebooks_are_graded_whole(desk):
    folder = desk.folder / "inbox" / "damaged"
    solved = json.loads(nbformat.writes(desk.solved()))
    for seed in range(20):
        desk.hand_in(damaged(solved, seed), f"damaged-{seed}", folder=folder)
    results = list(grade.grade(desk.root, desk.project, grade.find([folder], desk.known)))
    assert len(results) == 20
    for graded in results:
        assert graded.trouble == "", graded
        assert graded.points.keys() == desk.full.keys()
        assert all(0 <= graded.points[name] <= most for name, most in desk.full.items())
    assert any(graded.points == desk.full for graded in results)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize("sent", ["cheat", "pipe", "broken_json", "folder"])
def test_a11_nbgraders_own_command_and_formgraders_button_take_the_safe_way(desk, sent):
    """Both call this function, on files that nobody has looked at before."""
    folder = desk.root / "submitted" / f"raw-{sent}" / "quiz"
    folder.mkdir(parents=True)
    cheat = desk.answered(**WRONG)
    for cell in checks_of(cheat):
        cell.metadata["tags"] = ["skip-execution"]
    writes = {**WRITES, "cheat": lambda path: nbformat.write(cheat, path)}
    if sent in BYTES:
        (folder / "quiz.ipynb").write_bytes(BYTES[sent])
    else:
        writes[sent](folder / "quiz.ipynb")
    course = build.open_course(desk.root, desk.project)
    outcome = course.autograde("quiz", f"raw-{sent}")
    assert outcome["success"], outcome
    graded = desk.root / "autograded" / f"raw-{sent}" / "quiz" / "quiz.ipynb"
    kinds = {finding.kind for finding in findings.read(nbformat.read(graded, as_version=4))}
    assert kinds == ({"tags"} if sent == "cheat" else {"unreadable"})
    with course.gradebook as gradebook:
        grades = gradebook.find_submission_notebook("quiz", "quiz", f"raw-{sent}").grades
        points = {grade.name: grade.auto_score for grade in grades if "check" in grade.name}
    assert set(points.values()) == {0.0}
