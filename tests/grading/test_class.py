"""The sample class: thirty submissions of the assessment, each gets the points that it should."""

import csv

import pytest
from typer.testing import CliRunner

from anomaly_desk.build import project_folder
from anomaly_desk.errors import CourseError
from anomaly_desk.labs.new import write_course
from anomaly_desk.sample import thirty, verdict
from anomaly_desk.sample.learners import ALL, CLASS
from anomaly_desk.submissions import roster
from anomaly_desk.submissions.findings import KINDS
from anomaly_labs.cli import app

SOURCE = thirty.source(project_folder())
CLASSES = {f"A{number}" for number in range(1, 21)}


def command(*words):
    return CliRunner().invoke(app, ["class", *map(str, words)])


def test_command_writes_whose_submissions_are_wanted_and_refuses_unknown_names(tmp_path):
    assert command("--only", "nobody").exit_code == 2
    wanted = ("--only", "perfect", "--only", "untouched")
    assert command(*wanted, "--write-only", "--output", tmp_path).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"perfect", "untouched", "expected.csv"}


def test_thirty_learners_with_names_of_their_own_hand_in_thirty_different_files(tmp_path):
    thirty.write(SOURCE, tmp_path)
    files = {path.parents[1].name: path for path in tmp_path.glob("[!.]*/assessment/*.ipynb")}
    assert files.keys() == {one.name for one in CLASS}
    assert len(files) == len(CLASS) == 30
    assert len({path.read_bytes() for name, path in files.items() if "link" not in name}) == 29
    assert files["cheat-a11-link"].samefile(files["perfect"])


def test_every_class_of_attacks_occurs():
    assert {name for one in CLASS for name in one.classes.split()} == CLASSES
    assert all(one.classes for one in CLASS if one.name.startswith("cheat-"))


def test_what_each_should_get_stands_beside_the_files(tmp_path):
    thirty.write(SOURCE, tmp_path)
    with open(tmp_path / "expected.csv", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    full = sum(SOURCE.points.values())
    assert rows.keys() == {one.name for one in CLASS}
    assert all(0 <= float(row["least"]) <= float(row["most"]) <= full for row in rows.values())
    assert float(rows["perfect"]["least"]) == full
    assert {kind for row in rows.values() for kind in row["findings"].split()} <= KINDS.keys()


def test_two_of_the_roster_hand_in_nothing(tmp_path):
    thirty.write(SOURCE, tmp_path / "handed-in")
    class_ = roster.read(thirty.write_roster(tmp_path / "roster.csv"))
    sent = {path.name for path in (tmp_path / "handed-in").glob("[!.]*/")}
    assert {person.id for person in class_.people} - sent == set(thirty.ABSENT)
    assert len(class_.people) == 32
    assert all(person.email for person in class_.people)


def test_full_points_of_a_cheat_would_be_a_success():
    for one in CLASS:
        if one.name.startswith("cheat-"):
            attacked = set(ALL) - set(one.earns)
            assert not attacked & set(one.solved), one.name
            assert attacked


def test_cheats_aim_at_what_a_kernel_holds():
    """A cell that imports the desk ends there, and what it was to try is not tried."""
    texts = [text for file in ("right", "thirty") for _, text in thirty.cells(file)]
    assert len(texts) > 100
    assert not [text for text in texts if "anomaly_desk" in text]


def test_points_that_a_cheat_won_are_told(tmp_path):
    (cheat,) = [one for one in CLASS if one.name == "cheat-a03-tags"]
    told = list(verdict.differences(SOURCE, cheat, {"assessment-q2": 2.0}, tmp_path))
    assert told == ["assessment-q2 got 2", "needs a human", "not found: tags"]


def test_pages_that_hold_hidden_tests_or_scripts_are_told():
    page = "<p>fresh = assessment<b>.</b>unseen(500)</p><script>alert(&#39;x&#39;)</script>"
    assert len(list(verdict.leaks(page))) == 2
    assert list(verdict.leaks("<p>&lt;script&gt;alert()&lt;/script&gt;</p>")) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_class_gets_what_it_should(tmp_path):
    said = command("--output", tmp_path / "handed-in", "--course", tmp_path / "course")
    assert said.exit_code == 0, said.output


def test_a_course_without_the_assessment_is_told_where_the_thirty_belong(tmp_path):
    with pytest.raises(CourseError, match="the thirty have answered the assessment of anomaly-la"):
        thirty.source(write_course(tmp_path / "own").parents[2])
