"""Notebooks as editors leave them: cells made anew, marks and ids lost, copies, large outputs."""

import copy
import json
import time

import nbformat
import pytest
from damage import damaged
from editors import EDITORS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from test_transplant import assert_sound, at, kinds

from anomaly_desk.submissions.transplant import transplant, transplant_cells
from anomaly_labs import reader

NAMES = ("quiz-q1", "quiz-q2", "quiz-q3", "quiz-q4", "quiz-q5", "quiz-r1")


def code(text):
    return json.loads(json.dumps(new_code_cell(text)))


def words(text):
    return json.loads(json.dumps(new_markdown_cell(text)))


def replaced(sent, name, *cells):
    """Put new cells in the place of one that is deleted."""
    place = sent["cells"].index(at(sent, name))
    sent["cells"][place : place + 1] = cells


def ran(notebook):
    """The texts of the code cells from top to bottom, as one."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


# all marks lost


@pytest.mark.parametrize("editor", EDITORS)
def test_answers_arrive_without_ids_and_metadata(release, sent, solved, editor):
    notebook, findings = transplant_cells(release, EDITORS[editor](sent))
    for name in NAMES:
        assert at(notebook, name).source == at(solved, name).source
    assert len(notebook.cells) == len(release.cells)
    assert kinds(findings) == ["lost-marks"]
    assert not findings[0].needs_human
    assert_sound(notebook, findings, release)


@pytest.mark.parametrize("editor", EDITORS)
def test_untouched_answers_stay_untouched_without_ids_and_metadata(release, editor):
    bare = EDITORS[editor](json.loads(nbformat.writes(release)))
    notebook, findings = transplant_cells(release, bare)
    assert notebook == release
    assert kinds(findings) == ["lost-marks"]


def bare(sent):
    return EDITORS["databricks"](sent)


def test_own_cells_in_a_gap_run_around_the_answer(release, sent, solved):
    answer = at(sent, "quiz-q1")
    replaced(sent, "quiz-q1", code("limit = 1"), answer, code("flag([1], limit)"), words("fine"))
    notebook, findings = transplant_cells(release, bare(sent))
    place = notebook.cells.index(at(notebook, "quiz-q1"))
    around = [cell.source for cell in notebook.cells[place - 1 : place + 3]]
    assert around == ["limit = 1", at(solved, "quiz-q1").source, "flag([1], limit)", "fine"]
    assert kinds(findings) == ["lost-marks"]


def test_edited_text_question_and_check_are_known_by_what_is_left(release, sent, solved):
    question = sent["cells"][sent["cells"].index(at(sent, "quiz-r1")) - 1]
    question["source"] = "".join(question["source"]).replace("own words", "OWN words")
    check = at(sent, "quiz-q1-check")
    check["source"] = "assert True\nchecks.passed('quiz-q1')"
    notebook, findings = transplant_cells(release, bare(sent))
    assert at(notebook, "quiz-r1").source == at(solved, "quiz-r1").source
    assert at(notebook, "quiz-q1-check") == at(release, "quiz-q1-check")
    assert kinds(findings) == ["lost-marks", "edited-check"]


def test_two_texts_in_place_of_a_written_answer_are_for_a_human(release, sent):
    replaced(sent, "quiz-r1", words("The bank pays."), words("And the analyst, too."))
    notebook, findings = transplant_cells(release, bare(sent))
    assert at(notebook, "quiz-r1").source == at(release, "quiz-r1").source
    assert [cell.source for cell in notebook.cells[-2:]] == [
        "The bank pays.",
        "And the analyst, too.",
    ]
    assert kinds(findings) == ["lost-marks", "missing-answer"]


def test_answers_that_changed_places_keep_their_names(release, sent, solved):
    """Without marks, two answers stand in one gap where the check between them was deleted."""
    first, second = at(sent, "quiz-q1"), at(sent, "quiz-q3")
    begin, end = sent["cells"].index(first), sent["cells"].index(second)
    sent["cells"][begin : end + 1] = [second, first]
    notebook, findings = transplant_cells(release, bare(sent))
    for name in ("quiz-q1", "quiz-q3"):
        assert at(notebook, name).source == at(solved, name).source
    assert ("missing-answer", "quiz-q2") in {(f.kind, f.cell) for f in findings}
    assert_sound(notebook, findings, release)


@pytest.mark.parametrize("editor", ["databricks", "nbconvert", "vscode"])
def test_damaged_notebooks_without_marks_become_valid_ones(tmp_path, release, sent, editor):
    path = tmp_path / "quiz.ipynb"
    stripped = EDITORS[editor](sent)
    for seed in range(200):
        path.write_bytes(damaged(stripped, seed))
        notebook, findings = transplant(release, path)
        assert_sound(notebook, findings, release)


def test_floods_of_own_cells_are_matched_in_time(release, sent):
    """Lines, names and texts of a thousand large cells, none of which is known by its id."""
    text = "\n".join(f"name_{n}, other = {n}, checks.passed" for n in range(4_500))
    own = [code(f"{text}\nlast = {n}") for n in range(900)]
    sent["cells"][2:2] = own
    started = time.monotonic()
    notebook, _ = transplant_cells(release, bare(sent))
    assert time.monotonic() - started < 60
    assert at(notebook, "quiz-q1").source != at(release, "quiz-q1").source


def test_a_bare_notebook_of_another_assignment_is_told_as_such(release):
    other = nbformat.v4.new_notebook(cells=[new_code_cell("import os\n\nimport numpy as np")])
    assert kinds(transplant_cells(release, json.loads(nbformat.writes(other)))[1]) == [
        "other-notebook"
    ]


# some cells made anew


def test_an_answer_made_anew_in_its_place_is_the_answer(release, sent, solved):
    replaced(sent, "quiz-q1", code(at(solved, "quiz-q1").source))
    notebook, findings = transplant_cells(release, sent)
    assert at(notebook, "quiz-q1").source == at(solved, "quiz-q1").source
    assert "NotAnswered" not in ran(notebook)
    assert [(f.kind, f.cell) for f in findings] == [("missing-answer", "quiz-q1")]
    assert_sound(notebook, findings, release)


def test_helpers_and_attempts_in_the_gap_run_in_their_order(release, sent):
    cells = [
        "def flag(s, t):\n    return 0",
        "edge = 0",
        "def flag(s, t):\n    return s > t + edge",
    ]
    replaced(sent, "quiz-q1", *map(code, cells))
    notebook, _ = transplant_cells(release, sent)
    assert "\n\n".join(cells) in ran(notebook)
    assert at(notebook, "quiz-q1").source == cells[2]


def test_cells_that_define_nothing_run_after_the_stub(release, sent):
    replaced(sent, "quiz-q1", code("%run mine.py"), code("from mine import *"))
    notebook, findings = transplant_cells(release, sent)
    place = notebook.cells.index(at(notebook, "quiz-q1"))
    assert [c.source for c in notebook.cells[place : place + 3]] == [
        at(release, "quiz-q1").source, "%run mine.py", "from mine import *",
    ]  # fmt: skip
    assert kinds(findings) == ["missing-answer"]
    assert_sound(notebook, findings, release)


def test_a_written_answer_that_lost_its_metadata_is_read(release, sent, solved):
    """As in nbgrader's issue 424: the metadata of cells for a human were empty."""
    answer = at(sent, "quiz-r1")
    answer |= {"metadata": {}, "id": "x"}
    notebook, findings = transplant_cells(release, sent)
    assert at(notebook, "quiz-r1").source == at(solved, "quiz-r1").source
    assert kinds(findings) == ["missing-answer"]


def test_cells_that_were_run_lost_their_metadata(release, sent, solved):
    """As in vscode-python's issue 9997, at format 4.4: the texts in between keep theirs."""
    for cell in sent["cells"]:
        cell.pop("id")
        if cell["cell_type"] == "code":
            cell["metadata"] = {}
    notebook, findings = transplant_cells(release, sent)
    for name in NAMES:
        assert at(notebook, name).source == at(solved, name).source
    assert kinds(findings) == ["lost-marks"]
    assert_sound(notebook, findings, release)


@pytest.mark.parametrize("into", ["first", "above", "end"])
def test_no_stub_undoes_a_definition_elsewhere(release, sent, solved, into):
    """The answer was merged with a cell above it, or written somewhere else."""
    answer = at(solved, "quiz-q1").source
    sent["cells"].remove(at(sent, "quiz-q1"))
    if into == "first":
        sent["cells"][1]["source"] = "".join(sent["cells"][1]["source"]) + f"\n\n{answer}"
    else:
        sent["cells"].insert(1 if into == "above" else len(sent["cells"]), code(answer))
    notebook, findings = transplant_cells(release, sent)
    assert "another cell defines" in at(notebook, "quiz-q1").source
    assert ran(notebook).count(answer) == 1
    assert ("missing-answer", "quiz-q1") in {(f.kind, f.cell) for f in findings}
    assert_sound(notebook, findings, release)


def test_an_answer_merged_into_its_check_is_the_answer(release, sent, solved):
    check = at(sent, "quiz-q1-check")
    check["source"] = "\n\n".join([at(solved, "quiz-q1").source, "".join(check["source"])])
    sent["cells"].remove(at(sent, "quiz-q1"))
    notebook, findings = transplant_cells(release, sent)
    assert at(notebook, "quiz-q1").source.startswith(at(solved, "quiz-q1").source)
    assert at(notebook, "quiz-q1-check") == at(release, "quiz-q1-check")
    assert set(kinds(findings)) == {"missing-answer", "edited-check"}
    assert_sound(notebook, findings, release)


def test_a_check_merged_into_its_answer_is_restored(release, sent):
    answer, check = at(sent, "quiz-q1"), at(sent, "quiz-q1-check")
    answer["source"] = "".join([*answer["source"], "\n\n", *check["source"]])
    sent["cells"].remove(check)
    notebook, findings = transplant_cells(release, sent)
    assert "checks.passed" in at(notebook, "quiz-q1").source
    assert kinds(findings) == ["deleted-cell"]


# copies


@pytest.mark.parametrize("untouched", [False, True])
def test_equal_copies_of_an_answer_need_no_human(release, sent, solved, untouched):
    double = copy.deepcopy(at(sent, "quiz-q1"))
    if untouched:
        double["source"] = at(release, "quiz-q1").source
    else:
        double["source"] = "".join(double["source"]) + "  \n"
    sent["cells"].insert(sent["cells"].index(at(sent, "quiz-q1")) + 1, {**double, "id": "x"})
    notebook, findings = transplant_cells(release, sent)
    assert at(notebook, "quiz-q1").source.rstrip() == at(solved, "quiz-q1").source
    assert len(notebook.cells) == len(release.cells)
    assert kinds(findings) == ["repeated-cell"]
    assert not findings[0].needs_human


def test_a_new_cell_with_the_marks_of_the_one_above_undoes_nothing(release, sent, solved):
    """As in vscode's issue 101461: a new cell copied the metadata of the cell above it."""
    trial = copy.deepcopy(at(sent, "quiz-q1")) | {"source": "flag([1], 0)", "id": "x"}
    sent["cells"].insert(sent["cells"].index(at(sent, "quiz-q1")) + 1, trial)
    notebook, findings = transplant_cells(release, sent)
    assert f"{at(solved, 'quiz-q1').source}\n\nflag([1], 0)" in ran(notebook)
    assert kinds(findings) == ["copied-cell"]


def test_a_copied_stub_below_a_bare_answer_undoes_nothing(release, sent, solved):
    answer = at(sent, "quiz-q1")
    replaced(sent, "quiz-q1", answer, code(at(release, "quiz-q1").source))
    notebook, findings = transplant_cells(release, bare(sent))
    assert at(notebook, "quiz-q1").source == at(solved, "quiz-q1").source
    assert "NotAnswered" not in ran(notebook)
    assert kinds(findings) == ["lost-marks", "repeated-cell"]


# large outputs of the learner's own


def with_outputs(sent, megabytes):
    """A notebook with pictures, pages and numbers in its outputs."""
    picture = new_output("display_data", data={"image/png": "iVBORw0KGgo" * 90_909})
    sent["cells"][1]["outputs"] = [picture] * (megabytes - 1)
    points = {"data": [{"x": list(range(100_000)), "type": "scatter"}]}
    figure = new_output("display_data", data={"application/vnd.plotly.v1+json": points})
    sent["cells"][1]["outputs"].append(figure)
    return sent


def test_large_outputs_are_no_obstacle(tmp_path, release, sent, solved):
    path = tmp_path / "quiz.ipynb"
    path.write_text(json.dumps(with_outputs(sent, 40)))
    assert path.stat().st_size > 39_000_000
    notebook, findings = transplant(release, path)
    assert at(notebook, "quiz-q1").source == at(solved, "quiz-q1").source
    assert findings == []


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"x" * 50_000_001, "larger than 50 MB"), (b"[],{}," * 4_000_000, "many single values")],
)
def test_too_much_is_refused_with_what_to_do(tmp_path, release, content, said):
    path = tmp_path / "quiz.ipynb"
    path.write_bytes(content)
    notebook, findings = transplant(release, path)
    assert notebook == release
    assert kinds(findings) == ["too-large"]
    assert said in findings[0].text
    assert "clear its outputs" in findings[0].text
    assert path.stat().st_size > reader.MAX_PARTS


# graded whole


@pytest.mark.parametrize("editor", ["databricks", "format-3", "jupytext-light"])
def test_a_right_notebook_without_marks_gets_all_points(desk, editor):
    bare = EDITORS[editor](json.loads(nbformat.writes(desk.solved())))
    outcome = desk.grade(json.dumps(bare).encode())
    assert (outcome.points, outcome.kinds) == (desk.full, {"lost-marks"})


def test_answers_made_anew_get_their_points_and_a_human(desk):
    whole = json.loads(nbformat.writes(desk.solved()))
    for name in ("quiz-q1", "quiz-q2", "quiz-q5"):
        replaced(whole, name, code("".join(at(whole, name)["source"])))
    outcome = desk.grade(json.dumps(whole).encode())
    assert (outcome.points, outcome.kinds) == (desk.full, {"missing-answer"})
    assert outcome.graded.needs_human


def test_a_large_notebook_with_copies_is_graded_without_a_human(desk):
    whole = with_outputs(json.loads(nbformat.writes(desk.solved())), 25)
    whole["cells"].append(copy.deepcopy(at(whole, "quiz-q1")))
    whole["cells"].append(code("print('y' * 3_000_000)"))
    outcome = desk.grade(json.dumps(whole).encode())
    assert (outcome.points, outcome.kinds) == (desk.full, {"repeated-cell", "limit-output"})
    assert not outcome.graded.needs_human


def test_wrong_answers_without_marks_get_no_points(desk):
    """Checks come from the release, whatever stands in their place."""
    wrong = json.loads(nbformat.writes(desk.release))
    for cell in wrong["cells"]:
        if "checks.passed" in (text := "".join(cell["source"])):
            name = text.partition('checks.passed("')[2].partition('"')[0]
            cell["source"] = f"checks.passed('{name}')\nfloat(100)"
    outcome = desk.grade(json.dumps(bare(wrong)).encode())
    assert sum(outcome.points.values()) == 0
    assert {"edited-check", "lost-marks"} <= outcome.kinds
