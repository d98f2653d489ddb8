"""A notebook of another edition of the course is named, with the exercises that differ."""

import copy
import json
from pathlib import Path

import nbformat
import pytest

import anomaly_labs
from anomaly_desk.labs import sources
from anomaly_desk.publish.release import alone
from anomaly_desk.report.collect import collect
from anomaly_desk.results import exports, grades
from anomaly_desk.submissions.transplant import transplant_cells

QUIZ = Path(__file__).with_name("quiz") / "lab.py"
THIS = anomaly_labs.__version__


@pytest.fixture(scope="module")
def release():
    return sources.read(QUIZ).submission(set())


@pytest.fixture
def sent(release):
    return json.loads(nbformat.writes(release))


def said(release, sent):
    return [(f.kind, f.text) for f in transplant_cells(release, sent)[1]]


def checks(sent):
    """The check cells by the names of their exercises."""
    marks = ((cell, cell["metadata"].get("nbgrader", {})) for cell in sent["cells"])
    return {m["grade_id"].removesuffix("-check"): cell for cell, m in marks
            if m.get("grade") and cell["cell_type"] == "code"}  # fmt: skip


def test_every_notebook_carries_the_edition(release):
    assert release.metadata["anomaly_labs"]["edition"] == THIS


def test_nothing_is_said_of_this_edition_or_of_a_notebook_without_the_stamp(release, sent):
    assert said(release, sent) == []
    del sent["metadata"]["anomaly_labs"]
    assert said(release, sent) == []


def test_a_notebook_before_the_stamp_was_introduced_is_known_by_its_digest(release, sent):
    sent["metadata"]["anomaly_labs"] = {"text": "340361f8bce999be"}
    (finding,) = said(release, sent)
    assert finding == (
        "edition",
        "The notebook was made for an edition before 0.2.0 of the course, and this is "
        f"{THIS}; no exercise differs.",
    )


def test_exercises_whose_check_changed_came_or_went_are_named(release, sent):
    sent["metadata"]["anomaly_labs"]["edition"] = "0.0.9"
    first, second, third, *_ = checks(sent)
    checks(sent)[first]["source"] = "checks.expect(True, 'of old')"
    sent["cells"] = [cell for cell in sent["cells"] if cell is not checks(sent)[second]]
    gone = copy.deepcopy(checks(sent)[third])
    gone["metadata"]["nbgrader"]["grade_id"] = "quiz-q99-check"
    sent["cells"].append(gone)
    found = dict(said(release, sent))
    assert f"differ: {first}, {second} (new), 'quiz-q99' (no more)." in found["edition"]
    assert "'0.0.9'" in found["edition"]
    assert "edited-check" in found  # a human looks


@pytest.mark.parametrize("edition", [7, None, ["0.1"], {"a": 1}, "x" * 5000, "\x1b[31m"])
def test_any_shape_of_a_stamp_is_only_data(release, sent, edition):
    sent["metadata"]["anomaly_labs"]["edition"] = edition
    ((kind, text),) = said(release, sent)
    assert kind == "edition"
    assert len(text) < 250 and text.isprintable()


def test_who_claims_another_edition_to_hide_an_edited_check_still_meets_a_human(release, sent):
    sent["metadata"]["anomaly_labs"]["edition"] = "9.9"
    next(iter(checks(sent).values()))["source"] = "pass"
    findings = transplant_cells(release, sent)[1]
    assert any(finding.needs_human for finding in findings)


def test_a_self_study_edition_is_named_in_feedback_grades_and_report(make_desk, tmp_path):
    desk = make_desk(tmp_path)
    sent = desk.answered(quiz_q2="cost = 0")
    stamped = json.loads(alone.stamped(nbformat.writes(sent).encode()))
    outcome = desk.grade(nbformat.from_dict(stamped), "ann")
    (finding,) = outcome.findings
    assert (finding.kind, finding.needs_human) == ("self-study", False)
    assert "of a self-study edition" in outcome.feedback
    assert "of a self-study edition" in exports.table(grades.read(desk.root), "csv")
    (work,) = collect(desk.root, "quiz").submissions
    assert "self-study" in {one.kind for one in work.findings}
    assert not [*desk.root.rglob("*.tries.json")]
