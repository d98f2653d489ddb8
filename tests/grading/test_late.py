"""A class at once: roster, deadlines, penalties, who needs a human, and what a second run does."""

import io
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from rich.console import Console
from typer.testing import CliRunner

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import evidence, late, summary, times
from anomaly_desk.grading.board import Board
from anomaly_desk.grading.ledger import Graded
from anomaly_desk.grading.run import Wishes, grade_class
from anomaly_desk.submissions import clocks, roster
from anomaly_desk.submissions.clocks import Told
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.intake import before_autograde
from anomaly_desk.submissions.people import Person, Roster
from anomaly_desk.submissions.submission import Submission
from anomaly_labs import cli

DEADLINE = "2026-12-01T18:00+01:00"
EVENING = times.moment(DEADLINE)
# No endless loop is among these answers: a busy machine must not cost them points.
PATIENT = """
c.SafeExecute.timeout = 100
c.SafeExecute.call_timeout = 30
"""
ROSTER = """id,name,email,extension,late_days
zoh,Zoë O'Hara,zoe@example.org,,
jd7,"Doe, Jane",jane@example.org,24,
js,Jon Smith,jon@example.org,,
nora,Nora Body,nora@example.org,,
"""


def hours(n: float) -> datetime:
    return EVENING + timedelta(hours=n)


@pytest.mark.parametrize(
    ("after", "granted", "grace", "n_days"),
    [
        (-1, {}, 0, 0),
        (0.1, {}, 0, 1),
        (0.1, {}, 10, 0),
        (0.2, {}, 10, 1),
        (24.1, {}, 10, 2),
        (24.1, {"extension": timedelta(hours=24)}, 0, 1),
        (47, {"extension": timedelta(hours=24), "late_days": 1}, 0, 0),
        (100, {"extension": datetime(2026, 12, 5, 23, 59, 59)}, 0, 0),
        (103, {"extension": datetime(2026, 12, 5, 23, 59, 59)}, 0, 1),
        (1, {"extension": datetime(2026, 11, 1)}, 0, 1),
    ],
)
def test_days_begin_after_deadline_extension_and_late_days(after, granted, grace, n_days):
    until = late.due(EVENING, Person("a", "Ada", **granted))
    assert late.days(hours(after), until, late.Policy(grace_minutes=grace)) == n_days


def judged(*told: Told, clock: str = "zip entry", found: tuple[Finding, ...] = ()) -> Submission:
    policy = late.Policy({"quiz": EVENING})
    one = Submission("ann", "quiz", Path("x.ipynb"), found, clock=clock, told=told)
    (result,) = evidence.judge([one], policy, Roster((Person("ann", "Ann"),)), {"quiz": 12.0})
    return result


def entry(after: float, clock: str = "zip entry") -> Told:
    return Told(clock, (hours(after),))


def test_finding_says_when_how_late_and_what_it_costs():
    one = judged(entry(25))
    (found,) = one.findings
    assert found.text == (
        "Sent 2026-12-02 19:00 +01:00, after the deadline (2026-12-01 18:00 +01:00): "
        "2 begun days at 10 % of 12 points, 2.4 points off."
    )
    assert one.penalty == 2.4
    assert judged(entry(-1)).findings == ()
    assert judged(clock=clocks.CANVAS).findings == ()


def note(text: str) -> Told:
    return clocks.of_text(text, clocks.NOTE)


LATE = Finding("late-mark", "", "late")


@pytest.mark.parametrize(
    ("told", "clock", "found", "why"),
    [
        ((), "", (), "Nothing says when"),
        ((), clocks.CANVAS, (LATE,), "Canvas marks it as late"),
        ((entry(99, f"zip entry{clocks.SHARED}"),), "", (), "packed or copied"),
        ((note("soon"),), "", (), "says 'soon', which cannot be read"),
        ((note("2026-12-01 09:00:00 Etc/GMT-14"),), "", (), "cannot be read"),
        ((note("2026-12-01 09:00:00 XYZT"),), "", (), "cannot be read"),
        ((note("1970-01-01 00:00:00 UTC"),), "", (), "cannot be read"),
        ((clocks.of_seconds(0, clocks.FILE),), "", (), "cannot be read"),
        ((entry(-367 * 24),), "", (), "outside of the dates of the course"),
        ((entry(367 * 24),), "", (), "outside of the dates of the course"),
        ((note("2026-12-01 20:00:00 IST"),), "", (), "another time in another place"),
        ((note("2026-12-01 17:00:00 UTC"), entry(2)), "", (), "they differ"),
    ],
)
def test_time_that_is_not_clear_takes_nothing_off_and_asks_a_human(told, clock, found, why):
    one = judged(*told, clock=clock, found=found)
    assert one.findings[-1].kind == "late-unclear"
    assert one.findings[-1].needs_human
    assert why in one.findings[-1].text
    assert (one.sent, one.penalty) == (None, 0.0)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-12-01 17:59:00.123456 CET", 0),
        ("2026-12-01 18:01:00.123456 CET", 1),
        ("2026-12-01 12:01:00.123456 EST", 1),
        ("2026-12-01 08:59:00.123456 -08", 0),
        ("2026-12-01 09:01:00.123456 -08", 1),
        ("2026-12-01 20:59:00 +0400", 0),
        ("2026-12-01 10:00:00 IST", 0),  # Dublin, Jerusalem, Delhi: in time everywhere
        ("2026-12-02 03:00:00 CST", 1),  # Chicago, Havana, Shanghai: a day late everywhere
        ("2026-12-01 18:01:00 Europe/Berlin", 1),
        ("2026-12-01 17:01:00", 1),
        ("20261201165900000", 0),
        ("2026-12-01T17:01:00.123Z", 1),
    ],
)
def test_zones_are_read_as_the_platforms_write_them(text, days):
    assert judged(note(text)).penalty == pytest.approx(1.2 * days)


@pytest.mark.parametrize("words", ["soon", "other=2026-12-01", "quiz=", "2026-13-01"])
def test_deadline_that_is_none_is_refused(words):
    with pytest.raises(CourseError, match=r"is no time; expected|the assignments are quiz"):
        late.deadlines([words], ["quiz"])


def test_policy_is_kept_for_its_owner_only(tmp_path):
    policy = late.Policy({"quiz": EVENING, "lab": None}, 5.0, 15.0, {"quiz/ann": EVENING})
    late.keep(tmp_path, policy)
    assert late.read(tmp_path) == policy
    assert stat.S_IMODE((tmp_path / "late.json").stat().st_mode) == 0o600
    (tmp_path / "late.json").write_text("{}")
    with pytest.raises(CourseError, match="delete it and give --deadline again"):
        late.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("2026-12-01 10:00:00.0 UTC", True),
        ("2026-12-01 05:00:00.0 EST", True),
        ("2026-12-01 05:00:00.0 IST", False),
        ("soon", False),
    ],
)
def test_nbgraders_own_command_sees_the_time_of_sending_and_no_other_text(tmp_path, text, stays):
    folder = tmp_path / "submitted" / "ann" / "quiz"
    folder.mkdir(parents=True)
    (folder / "quiz.ipynb").touch()
    (folder / "timestamp.txt").write_text(text)
    before_autograde("quiz", "ann", [str(folder / "quiz.ipynb")])
    assert (folder / "timestamp.txt").is_file() == stays
    if stays:
        assert (folder / "timestamp.txt").read_text() == "2026-12-01 10:00:00.000000 UTC\n"


def test_board_shows_states_and_time_left_and_fits_the_screen():
    sent = [Submission(f"learner-{n}", "quiz", Path("x")) for n in range(40)]
    console = Console(file=io.StringIO(), width=100, height=20)
    board = Board(sent, console)
    board.begin(sent[0])
    board.begin(sent[1])
    board.done(Graded("quiz", "learner-0", {"quiz-q1": 2.0}, (), False, 3.0))
    with console.capture() as shown:
        console.print(board)
    lines = shown.get().splitlines()
    assert len(lines) <= 20
    assert "learner-1" in lines[4] and "grading" in lines[4]
    assert "learner-0" in lines[5] and "graded" in lines[5]
    assert "38 waiting, 1 grading, 1 graded, about" in lines[-1]


def test_command_says_which_options_do_not_go_together_and_what_is_wrong_with_a_roster(tmp_path):
    (tmp_path / "class.csv").write_text("name\nAda\n")
    runner, course = CliRunner(), f"--course={tmp_path / 'grading'}"
    both = runner.invoke(cli.app, ["grade", str(tmp_path), "--regrade", "--regrade-only", "ann"])
    assert both.exit_code == 2
    assert "leave one out" in both.output
    roster_ = runner.invoke(
        cli.app, ["grade", str(tmp_path), course, "--roster", str(tmp_path / "class.csv")]
    )
    assert roster_.exit_code == 1
    assert "no column id and no column email" in " ".join(roster_.output.split())
    assert not (tmp_path / "grading").exists()


def sent_zip(desk, path: Path) -> Path:
    wrong = desk.answered(quiz_q1="def flag(scores, threshold):\n    return [0, 0]")
    work = {
        "Zoë O'Hara_1_assignsubmission_file_/quiz.ipynb": (desk.release, (2026, 12, 3, 18, 0, 0)),
        "Jane Doe_2_assignsubmission_file_/mine.ipynb": (wrong, (2026, 12, 2, 10, 0, 0)),
        "Jon Smit_3_assignsubmission_file_/quiz.ipynb": (wrong, (2026, 12, 1, 10, 0, 0)),
    }
    with zipfile.ZipFile(path, "w") as target:
        for name, (notebook, when) in work.items():
            target.writestr(zipfile.ZipInfo(name, when), nbformat.writes(notebook))
    return path


def run(desk, path: Path, **wishes: object) -> tuple[bool, str]:
    console = Console(file=io.StringIO(), width=150)
    good = grade_class(
        [path], Wishes(**wishes), root=desk.root, project=desk.project, console=console
    )
    return good, console.file.getvalue()


def penalties(desk) -> dict[str, float]:
    query = (
        "select student_id, late_submission_penalty from submitted_notebook"
        " join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id"
    )
    with closing(sqlite3.connect(desk.root / "gradebook.db")) as gradebook:
        return {learner: points or 0.0 for learner, points in gradebook.execute(query)}


def test_moodles_zip_becomes_a_graded_class(tmp_path, make_desk):
    desk = make_desk(tmp_path, PATIENT)
    file, path = tmp_path / "class.csv", sent_zip(desk, tmp_path / "moodle.zip")
    file.write_text(ROSTER)

    good, text = run(desk, path, roster=file, deadlines=(DEADLINE,))
    assert not good
    # zoh has no automatic points: what is taken off waits for points that a human gives
    assert penalties(desk) == {"zoh": 2.4, "jd7": 0.0}
    assert "'Jon Smit (3)', no assignment: 'Jon Smit (3)' is not on the roster" in text
    assert "nearest: Jon Smith (js)" in text
    assert "Nothing sent (2):\n  Jon Smith (js), quiz\n  Nora Body (nora), quiz" in text
    assert "about" in text and "left" in text
    assert "zip entry (3)" in text
    page = (desk.root / "feedback" / "zoh" / "quiz" / "quiz.html").read_text()
    assert "2 begun days at 10 % of 12 points, 2.4 points off" in page
    for report in (text, (desk.root / "findings" / "quiz" / "zoh.txt").read_text()):
        assert re.search(
            r"Protection: namespaces .*seccomp .*watchdog \(counts memory, swap", report
        )

    # the stranger is told to the roster; all else is kept
    file.write_text(ROSTER.replace("late_days", "late_days,also").replace(
        "js,Jon Smith,jon@example.org,,", "js,Jon Smith,jon@example.org,,,Jon Smit"))  # fmt: skip
    good, text = run(desk, path, roster=file)
    assert good, text
    assert "2 of them kept" in text
    assert penalties(desk) == {"zoh": 2.4, "jd7": 0.0, "js": 0.0}

    # what the instructor grants changes that learner's result only, and the roster is still known
    good, text = run(desk, path, sent=("Zoë O'Hara=2026-12-01T17:00+01:00",))
    assert penalties(desk)["zoh"] == 0.0
    assert "2 of them kept" in text
    assert "--sent (1)" in text
    good, text = run(desk, path, only=("jon",))
    assert "1 submission." in text
    assert "Nothing sent" not in text
    with pytest.raises(CourseError, match=r"'nora' has sent nothing .* jd7, js, zoh"):
        run(desk, path, only=("nora",))
    assert roster.kept(desk.root).get("js").also == ("Jon Smit",)


def test_stopped_by_the_keyboard_the_same_command_continues(tmp_path, make_desk):
    desk = make_desk(tmp_path, PATIENT)
    folder = desk.hand_in(desk.solved(), "ann")
    desk.hand_in(desk.solved(), "bob", folder=folder)
    words = [Path(sys.executable).parent / "anomaly-labs", "grade", folder, "--jobs", "1",
             "--senders-are-right"]  # fmt: skip
    process = subprocess.Popen(
        words, cwd=desk.project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    said = process.stdout.readline()
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    text = said + process.communicate()[0]
    assert process.returncode == 130
    assert "[1/2] ann, quiz: graded, 10 points" in text
    assert text.endswith("1 of 2 submissions have their result.\n"
                         "Stopped. The same command continues.\n")  # fmt: skip
    good, text = run(desk, folder, senders_are_right=True)
    assert good, text
    assert "1 of them kept" in text


def test_end_of_a_run_tells_the_zone_of_zips_and_cuts_no_id(tmp_path):
    learners = ["cheat-" * 8 + one for one in ("a13", "a14")]
    graded = [Graded("assessment", who, {"assessment-q1": 1.0}, (), False, 1.0) for who in learners]
    sent = [
        Submission(who, "assessment", tmp_path, sent=EVENING, clock=clocks.ZIP) for who in learners
    ]
    class_ = Roster(tuple(Person(who, f"{who} of the sample class") for who in learners))
    told = summary.Summary(graded, sent, [], class_, {"assessment": 36.0}, True, EVENING.tzinfo)
    console = Console(file=io.StringIO(), width=100)
    summary.after(console, told, tmp_path, verbose=False, unsafe=False)
    text = console.file.getvalue()
    assert "name no zone were read as times in UTC+01:00" in text
    assert "…" not in text
    assert "2 submissions." in text
    one = summary.Summary(graded[:1], sent[:1], [], class_, {})
    summary.after(console, one, tmp_path, verbose=False, unsafe=False)
    assert "1 submission." in console.file.getvalue()
