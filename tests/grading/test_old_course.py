"""A course folder that an earlier version graded opens with the same rows, and grades the same.

`old_course/make.py` made the folder and says what is in it; `old_course/shown.json` is what that
version showed of it.
"""

import json
import sqlite3
import tarfile
from pathlib import Path

import pytest
from old_course import shown

PROJECT = Path(__file__).parents[2]
OLD = Path(__file__).with_name("old_course")
SHOWN = json.loads((OLD / "shown.json").read_text(encoding="utf-8"))
POINTS = ("automatic", "by hand", "penalty", "total", "maximum")
_OF = """
    join base_cell on base_cell.id = one.cell_id
    join submitted_notebook on submitted_notebook.id = one.notebook_id
    join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
"""
# Task 3 asks for `encode` since, which the edition of that course did not have.
ASKED_SINCE = {("eve", "assessment"): 4}
BY_HAND = {
    "points": f"select student_id, name, manual_score from grade one {_OF}"
    " where manual_score is not null",
    "extra": f"select student_id, name, extra_credit from grade one {_OF} where extra_credit > 0",
    "comments": f"select student_id, name, manual_comment from comment one {_OF}"
    " where manual_comment is not null",
}


def unpacked(folder: Path) -> Path:
    """Unpack the folder; return its course folder."""
    with tarfile.open(OLD / "course.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "grading"


def files(course: Path) -> dict[str, bytes]:
    """Return what grading alone writes."""
    found = [path for part in ("graded", "autograded") for path in (course / part).rglob("*")]
    return {str(path.relative_to(course)): path.read_bytes() for path in found if path.is_file()}


def by_hand(course: Path) -> dict[str, set[tuple[object, ...]]]:
    """Return what a human gave: learner, cell and points or comment."""
    gradebook = sqlite3.connect(course / "gradebook.db")
    try:
        return {what: set(gradebook.execute(query)) for what, query in BY_HAND.items()}
    finally:
        gradebook.close()


def points(rows: list[list[str]]) -> dict[tuple[str, str], list[str]]:
    """Return the points of each learner for each assignment in the rows of an export."""
    header, *others = rows
    found = [dict(zip(header, row, strict=True)) for row in others]
    return {(one["learner"], one["assignment"]): [one[what] for what in POINTS] for one in found}


def grave(report: dict[str, dict[str, list[list[str]]]]) -> set[tuple[str, ...]]:
    """Return learner, kind, state and sentence of the findings that cost points or ask a human.

    Others, such as an edited cell, may come and go with the edition of the notebook.
    """
    rows = {tuple(row) for page in report.values() for row in page["rows"] if len(row) == 4}
    return {row for row in rows if row[1] == "late" or row[2] != "no"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The course folder, what grading wrote into it, and what the present commands show of it."""
    folder = tmp_path_factory.mktemp("opened")
    course = unpacked(folder)
    before = files(course)
    return course, before, shown.everything(course, folder, cwd=PROJECT)


@pytest.mark.parametrize("what", ["export", "feedback", "report", "certify", "verify"])
def test_same_rows_are_shown(opened, what):
    _, _, now = opened
    assert now[what] == SHOWN[what]


def test_nothing_is_graded_to_show_them(opened):
    course, before, _ = opened
    assert len(before) > 10
    assert files(course) == before


def test_all_that_may_be_lost_is_in_the_folder(opened):
    course, _, _ = opened
    header, *rows = SHOWN["export"]["csv"]
    states = {row[header.index("state")] for row in rows}
    assert states == {
        "graded", "needs a human", "waits for a reader", "not graded", "not submitted",
    }  # fmt: skip
    assert any("accepted by a human" in row[-1] for row in rows)
    assert any("points off" in row[-1] for row in rows)
    assert any(one["exit code"] == 0 for one in SHOWN["verify"].values())
    assert all(by_hand(course).values())


@pytest.mark.parametrize("learners", [[], ["ann", "eve"]], ids=["all", "some, anew"])
def test_grading_the_same_files_keeps_points_and_what_humans_gave(tmp_path, learners):
    course = unpacked(tmp_path)
    given = by_hand(course)
    zips = sorted((tmp_path / "handed-in").glob("*.zip"))
    anew = [f"--regrade-only={learner}" for learner in learners]
    code, said = shown.command("grade", *zips, *anew, "--course", course, cwd=PROJECT)
    assert code == 1, said  # some need a human still, or again where points have changed
    assert by_hand(course) == given
    rows = shown.export(course, tmp_path, "csv", cwd=PROJECT)
    expected = points(SHOWN["export"]["csv"])
    for whose, lost in ASKED_SINCE.items():
        automatic, hand, penalty, total, maximum = expected[whose]
        fewer = (str(int(automatic) - lost), hand, penalty, str(int(total) - lost), maximum)
        expected[whose] = list(fewer)
    assert points(rows) == expected
    after, before = grave(shown.report(course, cwd=PROJECT)), grave(SHOWN["report"])
    # what is graded anew may say it in other words
    again = {name for name, _ in ASKED_SINCE}
    asked = {
        (who, what, "yes" if state == "accepted" and who.split("(")[-1][:-1] in again else state)
        for who, what, state, *_ in before
    }
    assert {row[:3] for row in after} == asked
    assert shown.verify(course, cwd=PROJECT) == SHOWN["verify"]
