"""Whatever is handed in, the result is the released notebook with a learner's answers in it."""

import copy
import json
import os
from pathlib import Path

import nbformat
import pytest
from damage import damaged

from anomaly_desk.errors import CourseError
from anomaly_desk.submissions import receive
from anomaly_desk.submissions.findings import KINDS, MAX_QUOTE, Finding, quote, read, write
from anomaly_desk.submissions.transplant import Transplant, transplant, transplant_cells

QUIZ = Path(__file__).with_name("quiz") / "lab.py"


def at(notebook, name):
    """The cell with this grade id; the last one, if there are several."""
    return [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    ][-1]


def kinds(findings):
    return [finding.kind for finding in findings]


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def assert_pristine_but_answers(notebook, release):
    """All pristine cells are there, in their order, as released; only answers differ."""
    ids = {cell.id for cell in release.cells}
    kept = [cell for cell in notebook.cells if cell.id in ids]
    assert [cell.id for cell in kept] == [cell.id for cell in release.cells]
    for cell, was in zip(kept, release.cells, strict=True):
        assert cell.metadata == was.metadata
        assert cell.cell_type == was.cell_type
        assert was.metadata.get("nbgrader", {}).get("solution") or cell.source == was.source
    assert notebook.metadata == release.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs") and "attachments" not in cell
        assert " HIDDEN TESTS" not in cell.source.replace("\u2060 HIDDEN TESTS", "")


def assert_sound(notebook, findings, release):
    nbformat.validate(notebook)
    json.dumps(notebook, allow_nan=False, ensure_ascii=False).encode()
    assert_pristine_but_answers(notebook, release)
    for finding in findings:
        assert finding.text.endswith(".") and finding.text.isprintable()
    again, more = transplant_cells(release, json.loads(nbformat.writes(notebook)))
    assert again == notebook
    assert more == []


def test_thousand_damaged_notebooks_become_valid_ones(tmp_path, solved, release):
    solved = json.loads(nbformat.writes(solved))
    path = tmp_path / "quiz.ipynb"
    seen = set()
    for seed in range(1000):
        path.write_bytes(damaged(solved, seed))
        notebook, findings = transplant(release, path)
        assert_sound(notebook, findings, release)
        seen.update(kinds(findings))
    assert seen >= {"unreadable", "copied-cell", "deleted-cell", "missing-answer", "edited-marks"}
    assert seen >= {"edited-check", "edited-cell", "retyped-cell", "tags", "moved-cells"}


def test_right_answers_arrive_without_findings(release, sent, solved):
    notebook, findings = transplant_cells(release, sent)
    assert findings == []
    assert texts(notebook) == texts(solved)


def test_neither_argument_is_changed(release, sent):
    release_before, sent_before = copy.deepcopy(release), copy.deepcopy(sent)
    notebook, _ = transplant_cells(release, sent)
    notebook.cells[0].metadata["touched"] = True
    notebook.metadata["touched"] = True
    assert (release, sent) == (release_before, sent_before)


def test_last_answered_copy_counts_and_other_versions_run_before_it(release, sent):
    first, untouched = copy.deepcopy(at(sent, "quiz-q2")), copy.deepcopy(at(sent, "quiz-q2"))
    first["source"] = "prices = (50, 2)"
    untouched["source"] = at(release, "quiz-q2")["source"]
    place = sent["cells"].index(at(sent, "quiz-q2"))
    sent["cells"].insert(place, first)
    sent["cells"].append(untouched)
    notebook, findings = transplant_cells(release, sent)
    place = texts(notebook).index("prices = (50, 2)")
    assert at(notebook, "quiz-q2").source == "cost = None\ncost = 3 * 50 + 40 * 2"
    assert notebook.cells[place + 1] is at(notebook, "quiz-q2")
    assert kinds(findings) == ["copied-cell"]
    assert_sound(notebook, findings, release)


def test_untouched_notebook_has_no_findings(release):
    notebook, findings = transplant_cells(release, json.loads(nbformat.writes(release)))
    assert (notebook, findings) == (release, [])


def test_own_cells_keep_their_place(release, sent):
    own = {"cell_type": "code", "source": "import math", "metadata": {"tags": ["mine"]}, "id": "x"}
    words = {"cell_type": "raw", "source": ["a <b>", "note"], "metadata": {}, "id": "y"}
    place = sent["cells"].index(at(sent, "quiz-q3"))
    sent["cells"][place:place] = [own, words]
    sent["cells"].insert(0, {"cell_type": "code", "source": "first = 1"})
    notebook, findings = transplant_cells(release, sent)
    place = notebook.cells.index(at(notebook, "quiz-q3"))
    assert notebook.cells[place - 2].source == "import math"
    assert notebook.cells[place - 1].cell_type == "markdown"
    assert "<b>" not in notebook.cells[place - 1].source
    assert notebook.cells[0].source == "first = 1"
    assert findings == []
    assert_sound(notebook, findings, release)


def test_equal_own_cells_get_ids_of_their_own(release, sent):
    sent["cells"] += [{"cell_type": "code", "source": "print(1)"}] * 3
    notebook, findings = transplant_cells(release, sent)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert_sound(notebook, findings, release)


def test_edited_plain_code_runs_as_released_and_then_as_edited(release, sent):
    sent["cells"][1]["source"] += "\nimport math"
    notebook, findings = transplant_cells(release, sent)
    assert notebook.cells[1].source == release.cells[1].source
    assert notebook.cells[2].source.endswith("import math")
    assert kinds(findings) == ["edited-cell"]
    assert not findings[0].needs_human
    assert_sound(notebook, findings, release)


def test_moved_and_deleted_cells_are_put_back(release, sent):
    cells = sent["cells"]
    cells.remove(at(sent, "quiz-q1-check"))
    cells.remove(at(sent, "quiz-q5"))
    cells.insert(0, cells.pop(cells.index(at(sent, "quiz-q3"))))
    notebook, findings = transplant_cells(release, sent)
    found = {(finding.kind, finding.cell) for finding in findings}
    assert found == {
        ("deleted-cell", "quiz-q1-check"),
        ("missing-answer", "quiz-q5"),
        ("moved-cells", ""),
    }
    assert_sound(notebook, findings, release)


@pytest.mark.parametrize("lost", ["id", "metadata"])
def test_ids_or_metadata_dropped_by_an_editor_are_no_loss(release, sent, lost):
    for cell in sent["cells"]:
        cell.pop(lost)
    notebook, findings = transplant_cells(release, sent)
    assert at(notebook, "quiz-q2").source == at(sent_of(release, sent), "quiz-q2").source
    assert len(notebook.cells) == len(release.cells)
    assert findings == []


def sent_of(release, sent):
    """The submission with the metadata and ids that a test took away."""
    whole = copy.deepcopy(release)
    for cell, given in zip(whole.cells, sent["cells"], strict=True):
        cell.source = "".join(given["source"])
    return whole


def test_retyped_answer_is_graded_as_what_it_was(release, sent):
    at(sent, "quiz-q1")["cell_type"] = "raw"
    notebook, findings = transplant_cells(release, sent)
    assert at(notebook, "quiz-q1").cell_type == "code"
    assert "astype(int)" in at(notebook, "quiz-q1").source
    assert kinds(findings) == ["retyped-cell"]


def test_format_3_is_read(release, sent):
    for cell in sent["cells"]:
        cell.pop("id")
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    old = {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": sent["cells"]}, 7]}
    notebook, findings = transplant_cells(release, old)
    assert "astype(int)" in at(notebook, "quiz-q1").source
    assert findings == []


def test_another_notebook_is_told_as_such(release):
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    notebook, findings = transplant_cells(release, json.loads(nbformat.writes(other)))
    assert notebook == release
    assert kinds(findings) == ["other-notebook"]


def test_control_characters_and_surrogates_become_text(release, sent):
    at(sent, "quiz-q2")["source"] = "\ufeffcost = 1\r\n# \ud800\x00\x1b[2J\rx = 2"
    notebook, findings = transplant_cells(release, sent)
    assert at(notebook, "quiz-q2").source == "cost = 1\n# ?[2J\nx = 2"
    assert_sound(notebook, findings, release)


def test_marks_of_hidden_tests_are_taken_apart_and_code_stays_code(release, sent):
    marked = "# BEGIN HIDDEN TESTS\ncost = 230  ### END HIDDEN TESTS"
    at(sent, "quiz-q2")["source"] = marked
    at(sent, "quiz-r1")["source"] = "BEGIN HIDDEN TESTS"
    sent["cells"] += [{"cell_type": "code", "source": f"{marked}\n# {number}"} for number in "12"]
    notebook, findings = transplant_cells(release, sent)
    answer = at(notebook, "quiz-q2").source
    assert answer == "# BEGIN\u2060 HIDDEN TESTS\ncost = 230  ### END\u2060 HIDDEN TESTS"
    compile(answer, "answer", "exec")
    assert findings == []
    assert_sound(notebook, findings, release)


def test_floods_are_cut(release, sent):
    at(sent, "quiz-q2")["source"] = "#" * (receive.MAX_TEXT + 1)
    sent["cells"] += [{"cell_type": "code", "source": "1"}] * receive.MAX_CELLS
    sent["cells"][0]["metadata"]["tags"] = ["t" * 10_000]
    notebook, findings = transplant_cells(release, sent)
    assert len(notebook.cells) == receive.MAX_CELLS
    assert kinds(findings) == ["too-large", "too-large", "tags"]
    assert max(len(finding.text) for finding in findings) < 200


@pytest.mark.parametrize(
    "content",
    [
        b"", b" \n", b"\x00" * 100, b"\xff\xfe\x00", b"{", b"null", b"[]", b"7", b'"text"', b"NaN",
        b'{"cells": 3}', b'{"cells": {}}', b'{"cells": "quiz"}', b"[" * 200_000, b"9" * 10_000,
        b'{"cells":' * 50_000, b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"<html>", b'{"worksheets": 1}',
    ],
)  # fmt: skip
def test_what_is_no_notebook_leaves_the_released_one(tmp_path, release, content):
    path = tmp_path / "quiz.ipynb"
    path.write_bytes(content)
    notebook, findings = transplant(release, path)
    assert notebook == release
    assert kinds(findings) == ["unreadable"]


def test_huge_number_and_doubled_keys_are_read(tmp_path, release, sent):
    path = tmp_path / "quiz.ipynb"
    text = json.dumps({**sent, "nbformat": 10**17}).replace("1" + "0" * 17, "9" * 10_000)
    path.write_text(text.replace('"nbformat_minor": 5', '"nbformat_minor": NaN, "cells": 1', 1))
    notebook, findings = transplant(release, path)
    assert findings == [] or kinds(findings) == ["unreadable"]
    assert_sound(notebook, findings, release)


def test_utf16_and_byte_order_mark_are_read(tmp_path, release, sent):
    path = tmp_path / "quiz.ipynb"
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_text(json.dumps(sent), encoding=encoding)
        assert transplant(release, path)[1] == []


def test_no_path_is_followed_or_waited_for(tmp_path, release, sent):
    real = tmp_path / "real.ipynb"
    real.write_text(json.dumps(sent))
    odd = {name: tmp_path / f"{name}.ipynb" for name in ("link", "loop", "pipe", "folder", "none")}
    odd["link"].symlink_to(real)
    odd["loop"].symlink_to(odd["loop"])
    os.mkfifo(odd["pipe"])
    odd["folder"].mkdir()
    for path in [*odd.values(), Path("/dev/zero"), Path("/proc/self/mem"), Path("a\x00b")]:
        notebook, findings = transplant(release, path)
        assert notebook == release
        assert kinds(findings) == ["unreadable"], path


def test_too_large_file_is_not_read(tmp_path, release):
    path = tmp_path / "quiz.ipynb"
    path.touch()
    os.truncate(path, 10**12)
    notebook, findings = transplant(release, path)
    assert notebook == release
    assert kinds(findings) == ["too-large"]


def test_preprocessor_replaces_findings_that_were_sent(desk, sent):
    preprocessor = Transplant()
    preprocessor.config.CourseDirectory.root = str(desk.root)
    submitted = nbformat.from_dict(sent)
    submitted.metadata["anomaly_labs_findings"] = [{"kind": "x"}]
    resources = {"nbgrader": {"assignment": "quiz", "notebook": "quiz", "student": "ann"}}
    notebook, _ = preprocessor.preprocess(submitted, resources)
    assert read(notebook) == []
    assert notebook.metadata.kernelspec == desk.release.metadata.kernelspec
    assert at(notebook, "quiz-q2-check") == at(desk.release, "quiz-q2-check")


def test_preprocessor_says_that_nothing_was_released(desk):
    preprocessor = Transplant()
    preprocessor.config.CourseDirectory.root = str(desk.root)
    resources = {"nbgrader": {"assignment": "lab9", "notebook": "lab9", "student": "ann"}}
    with pytest.raises(CourseError, match="needs the notebook that was given to learners"):
        preprocessor.preprocess(nbformat.v4.new_notebook(), resources)


def test_findings_travel_in_the_notebook(release):
    notebook = copy.deepcopy(release)
    found = [Finding("copied-cell", "quiz-q1", "A sentence.")]
    write(notebook, found)
    assert read(nbformat.reads(nbformat.writes(notebook), as_version=4)) == found


def test_finding_of_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=f"known kinds are: {next(iter(KINDS))}"):
        Finding("strange", "", "")


def test_quote_is_short_and_on_one_line():
    for value in ("x" * 5000, "a\n\x1b[31mb\u202ec" * 50, ["a"], None, "'\"" * 100):
        assert len(quote(value)) <= 2 * MAX_QUOTE
        assert quote(value).isprintable()
