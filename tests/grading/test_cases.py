"""Submissions that once went to the wrong learner, to nobody, or lost points for a clock."""

import io
import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console
from test_archive import notebook, pack
from test_intake import IDS

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import evidence, late, times
from anomaly_desk.grading.run import Wishes, grade_class
from anomaly_desk.submissions.intake import find
from anomaly_desk.submissions.people import Roster
from anomaly_desk.submissions.roster import parse
from anomaly_desk.submissions.submission import Submission

DEADLINE = times.moment("2026-10-11T23:59+02:00")
CONTENT = notebook("final-q1")


def class_(*lines: str) -> Roster:
    return parse("\n".join(["id,name,email,also", *lines]).encode())


CLASS = class_("al1,Ada Example,ada@example.org,", "zo2,Zoë O'Sample,zoe@example.org,")


def folder(root: Path, *names: str, when: str = "2026-10-10T09:00+02:00") -> Path:
    """The files of a zip, unpacked, with their times."""
    start = datetime.fromisoformat(when).timestamp()
    for number, name in enumerate(names):
        path = root / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENT)
        os.utime(path, (start + 600 * number, start + 600 * number))
    return root / "unpacked"


def both(root: Path, *names: str, roster: Roster | None = CLASS) -> list[Submission]:
    """What is found in a zip, which is what is found in the same files unpacked."""
    zipped = find(
        [pack(root / "x.zip", *names, content=CONTENT)], IDS, root=root / "g", roster=roster
    )
    unzipped = find([folder(root, *names)], IDS, root=root / "g", roster=roster)
    facts = [[(o.learner, o.assignment, o.refused) for o in found] for found in (zipped, unzipped)]
    assert sorted(facts[0]) == sorted(facts[1])
    return zipped


def learners(found: list[Submission]) -> list[str]:
    return sorted(one.learner for one in found if not one.refused)


@pytest.mark.parametrize(
    "names",
    [
        ("lab.ipynb.txt", "lab.ipynb.json"),
        ("lab.IPYNB", "lab.Ipynb"),
        ("final.json", "work (1).ipynb.txt"),
        ("final.JSON", "LAB.IPYNB.TXT"),
    ],
)
def test_endings_that_a_browser_changed_are_notebooks(tmp_path, names):
    ada, zoe = (f"{who}/{name}" for who, name in zip(("al1", "zo2"), names, strict=True))
    assert learners(both(tmp_path, ada, zoe)) == ["al1", "zo2"]


def test_file_that_only_looks_like_a_notebook_is_named(tmp_path):
    path = pack(tmp_path / "x.zip", "al1/settings.json", content=b'{"cells": 3}')
    (one,) = find([path], IDS, root=tmp_path / "g", roster=CLASS)
    assert one.refused == "no notebook in it; 'settings.json' has the name of one and no cells"


MOODLE = "{}_{}_assignsubmission_file_/final.ipynb"


@pytest.mark.parametrize("wrappers", ["", "Course-Lab 0-77/", "a/b/", "Course (1)/Lab_0_assign/x/"])
def test_folders_around_marked_work_are_looked_through(tmp_path, wrappers):
    ada, zoe = MOODLE.format("Ada Example", 1001), MOODLE.format("Zoë OSample", 1002)
    assert learners(both(tmp_path, wrappers + ada)) == ["al1"]
    assert learners(both(tmp_path, wrappers + ada, wrappers + zoe)) == ["al1", "zo2"]


def test_folder_around_a_class_whose_senders_are_known_is_looked_through(tmp_path):
    two = ("handed-in/al1/final/x.ipynb", "handed-in/zo2/x.ipynb", "handed-in/grades.csv")
    assert learners(both(tmp_path, *two)) == ["al1", "zo2"]


def test_folder_around_one_learner_may_be_a_learners_own_and_is_asked_about(tmp_path):
    (one,) = both(tmp_path, "handed-in/al1/final.ipynb")
    assert "name the folder that holds 'al1'" in one.refused
    assert learners(find([tmp_path / "unpacked" / "handed-in"], IDS, roster=CLASS)) == ["al1"]


@pytest.mark.parametrize(
    "sender",
    ["Group A-Ada Example", "Default group-Ada Example", "A-B-Ada Example", "G-ada example"],
)
def test_moodles_group_stands_before_the_name(tmp_path, sender):
    assert learners(both(tmp_path, MOODLE.format(sender, 1001))) == ["al1"]


def test_group_or_name_with_a_hyphen_is_not_decided_by_chance(tmp_path):
    two = class_("a,Anna-Lena Example,a@example.org,", "b,Lena Example,b@example.org,")
    (one,) = both(tmp_path, MOODLE.format("Anna-Lena Example", 7), roster=two)
    assert "may be one of" in one.refused


NAMESAKES = ("Li Sample", 1004), ("Li Sample", 1005)


@pytest.mark.parametrize(
    ("also", "result"),
    [
        (("Li Sample (1004)", "Li Sample (1005)"), ["lw4", "lw5"]),
        (("1004", "1005"), ["lw4", "lw5"]),
        (("Li Sample (1004)", ""), ["lw4"]),
        (("Li Sample", ""), []),
        (("", ""), []),
    ],
)
def test_moodles_number_tells_namesakes_apart_and_nothing_else_does(tmp_path, also, result):
    two = class_(
        *(f"lw{n},Li Sample,li{n}@example.org,{a}" for n, a in zip((4, 5), also, strict=True))
    )
    found = both(tmp_path, *(MOODLE.format(*who) for who in NAMESAKES), roster=two)
    assert learners(found) == result
    for one in found:
        assert not one.refused or f"Write '{one.sender}' into the column `also`" in one.refused


def test_number_of_an_earlier_assignment_gives_nobodys_work_to_a_namesake(tmp_path):
    two = class_("lw4,Li Sample,li4@example.org,Li Sample (1004)", "lw5,Li Sample,li5@example.org,")
    assert learners(both(tmp_path, MOODLE.format("Li Sample", 2004), roster=two)) == []


@pytest.mark.parametrize("also", ["2001", "Participant 2001", "Participant 2001 (2001)"])
def test_blind_marking_knows_a_participant_by_the_number(tmp_path, also):
    blind = class_(f"al1,Ada Example,ada@example.org,{also}", "zo2,Zoë O'Sample,zoe@example.org,")
    name = MOODLE.format("Participant 2001", 2001)
    assert learners(both(tmp_path, name, roster=blind)) == ["al1"]
    (unknown,) = find([pack(tmp_path / "y.zip", name)], IDS, root=tmp_path / "g", roster=CLASS)
    assert "'Participant 2001 (2001)' is not on the roster" in unknown.refused


def judged(found: list[Submission]) -> list[Submission]:
    return evidence.judge(found, late.Policy({"final": DEADLINE}), CLASS, {"final": 15.0})


@pytest.mark.parametrize(
    ("note", "kinds", "penalty"),
    [
        ("2026-10-10 09:15:00.123456 CEST", [], 0.0),
        ("2026-10-11 16:00:00.123456 EDT", [], 0.0),
        ("2026-10-11 23:00:00 -08", ["late"], 1.5),
        ("2026-10-10 09:15:00.123456 NOPE", ["late-unclear"], 0.0),
        ("", ["late-unclear"], 0.0),
    ],
)
def test_note_of_nbgrader_decides_and_the_files_time_never_does_in_its_place(
    tmp_path, note, kinds, penalty
):
    place = folder(tmp_path, "al1/final/final.ipynb", when="2026-11-30T12:00+01:00")
    (place / "al1" / "final" / "timestamp.txt").write_text(note)
    (one,) = judged(find([place], IDS, roster=CLASS))
    assert ([finding.kind for finding in one.findings], one.penalty) == (kinds, penalty)


@pytest.mark.parametrize(
    "place",
    [
        "Ada Example_1_assignsubmission_file_/timestamp.txt",
        "Ada Example_1_assignsubmission_file_/final/timestamp.txt",
        "al1/timestamp.txt",
        "al1/x/timestamp.txt",
    ],
)
def test_note_that_a_learner_packed_helps_nobody(tmp_path, place):
    work = folder(tmp_path, f"{Path(place).parent}/final.ipynb", when="2026-10-13T12:00+02:00")
    (work / place).write_text("2026-09-01 09:00:00 UTC")
    (one,) = judged(find([work], IDS, roster=CLASS))
    assert [finding.kind for finding in one.findings] == ["left-out", "late"]
    assert one.penalty == 3.0


def test_note_in_one_learners_own_zip_must_agree_with_the_zip(tmp_path):
    path = pack(tmp_path / "ada.zip", "al1/final/final.ipynb", "al1/final/timestamp.txt",
                content=b"2026-09-01 09:00:00 UTC")  # fmt: skip
    (one,) = judged(find([path], IDS, root=tmp_path / "g", roster=CLASS))  # the entry: December
    assert [finding.kind for finding in one.findings] == ["late-unclear"]


@pytest.mark.parametrize("zone", ["UTC", "CEST", "EDT", "-08", "+0530"])
def test_zone_in_an_exchange_folder_is_no_part_of_the_name(tmp_path, zone):
    names = [f"{who}+final+2026-10-10 09:15:00.123456 {zone}+a1" for who in ("al1", "zo2")]
    found = both(tmp_path, *(f"{name}/final.ipynb" for name in names))
    assert learners(found) == ["al1", "zo2"]
    assert [one.findings for one in judged(found)] == [(), ()]


def test_exchange_folder_and_its_note_must_agree(tmp_path):
    place = folder(tmp_path, "al1+final+2026-10-12 09:15:00.1 UTC+a1/final.ipynb")
    note = next(place.iterdir()) / "timestamp.txt"
    for text, kind in (
        ("2026-10-12 09:15:00.1 UTC", "late"),
        ("2026-10-01 09:15:00.1 UTC", "late-unclear"),
    ):
        note.write_text(text)
        (one,) = judged(find([place], IDS, roster=CLASS))
        assert [finding.kind for finding in one.findings] == [kind]


@pytest.mark.parametrize("text", ["2026-10-10T07:15:00.123Z", "20261010071500123"])
def test_sakai_tells_the_time_beside_what_the_learner_sent(tmp_path, text):
    top = "Lab 0/Example, Ada(al1)"
    place = folder(
        tmp_path, f"{top}/Submission attachment(s)/final.ipynb", when="2026-11-30T12:00+01:00"
    )
    (place / top / "timestamp.txt").write_text(text)
    (place / top / "Submission attachment(s)" / "timestamp.txt").write_text("2026-01-01 00:00:00")
    (place / "Lab 0" / "grades.csv").write_text("Display ID,ID,Last Name,First Name,grade\n")
    (one,) = judged(find([place], IDS, roster=CLASS))
    assert (one.learner, one.findings) == ("al1", ())
    assert one.sent == datetime.fromisoformat("2026-10-10T07:15:00.123+00:00")


def test_files_copied_at_one_moment_do_not_tell_when_they_were_sent(tmp_path):
    place = folder(tmp_path, "al1/final.ipynb", "zo2/final.ipynb")
    for path in place.rglob("*.ipynb"):
        os.utime(path, (DEADLINE.timestamp() + 9e5, DEADLINE.timestamp() + 9e5))
    for one in judged(find([place], IDS, roster=CLASS)):
        assert [finding.kind for finding in one.findings] == ["late-unclear"]


def test_learners_many_notebooks_are_one_row(tmp_path):
    names = [f"al1/Untitled{number}.ipynb" for number in range(1500)]
    (one,) = both(tmp_path, *names)
    assert one.refused.startswith("1,500 notebooks, of which only those called")
    (named,) = both(tmp_path, *names, "al1/final.ipynb")
    assert not named.refused
    strangers = find([folder(tmp_path / "s", *(f"Untitled{n}.ipynb" for n in range(60)))], IDS)
    assert [one.refused.startswith("60 notebooks such as") for one in strangers] == [True]


def said_of(desk, tmp_path: Path, *names: str, **wishes: object) -> tuple[bool, str]:
    console = Console(file=io.StringIO(), width=200)
    path = pack(tmp_path / "class.zip", *names, content=notebook("quiz-q1"))
    good = grade_class(
        [path], Wishes(**wishes), root=desk.root, project=desk.project, console=console
    )
    return good, console.file.getvalue()


def test_senders_without_a_roster_are_shown_and_not_graded(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    names = ("ada/quiz.ipynb", "bob/quiz.ipynb")
    good, text = said_of(desk, tmp_path, *names)
    assert not good
    assert "ada" in text and "bob" in text and "--senders-are-right" in text
    assert "Nothing was graded" in text
    assert not (desk.root / "graded").exists()


def test_dry_run_shows_sender_clock_and_penalty_and_keeps_nothing(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    (tmp_path / "class.csv").write_text("id,name,email\nada,Ada Example,\n")
    good, text = said_of(
        desk, tmp_path, "Ada Example_7_assignsubmission_file_/quiz.ipynb",
        roster=tmp_path / "class.csv", deadlines=("2026-11-30T18:00+01:00",), dry=True,
    )  # fmt: skip
    assert good
    row = next(line for line in text.splitlines() if "Ada Example (7)" in line)
    for word in ("Ada Example (ada)", "quiz.ipynb", "2026-12-01 17:00", "zip entry", "-1.2"):
        assert word in row
    assert not (desk.root / "graded").exists()
    assert not (desk.root / "roster.csv").exists()
    with pytest.raises(CourseError):
        said_of(desk, tmp_path, "ada/quiz.ipynb", roster=tmp_path / "none.csv", dry=True)


def test_notebook_whose_marks_a_tool_has_dropped_is_known_by_its_checks(tmp_path):
    cells = [{"cell_type": "code", "metadata": {}, "source": ['checks.passed("lab2-q1")']}]
    path = pack(
        tmp_path / "x.zip", "al1/exported.ipynb", content=json.dumps({"cells": cells}).encode()
    )
    (one,) = find([path], IDS, root=tmp_path / "g", roster=CLASS)
    assert (one.assignment, one.refused) == ("lab2_nets", "")
