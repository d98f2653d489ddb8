"""A submission is graded whole or not at all, the same each time, and none stops the others."""

import contextlib
import io
import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from rich.console import Console

import anomaly_labs
from anomaly_desk import outcome, run
from anomaly_desk.errors import CourseError, SandboxError
from anomaly_desk.execute import Executed
from anomaly_desk.grading import copies, grade, ledger, processes
from anomaly_desk.sandbox import diagnose
from anomaly_desk.submissions.findings import Finding

BIN = Path(sys.executable).parent
WRONG = "def flag(scores, threshold):\n    return [0, 0]"

# What no learner can do: the grader itself fails, or is killed, at what it finds in an answer.
TROUBLE = """
import os
from nbgrader.preprocessors import NbGraderPreprocessor


class Trouble(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        text = "".join(cell.source for cell in nb.cells)
        if "boom" in text:
            raise RuntimeError("out of paper")
        if "die" in text:
            os.kill(os.getpid(), 9)
        return nb, resources


c.Autograde.autograde_preprocessors.append(Trouble)
"""


# A neighbour that takes the processor: `slow` has no time at its first grading, `stuck` never has.
HURRY = """
from nbgrader.preprocessors import NbGraderPreprocessor
from pathlib import Path

from anomaly_desk.checking.judge import failure
from anomaly_desk.submissions.findings import Finding, write


class Hurry(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        learner = resources["nbgrader"]["student"]
        with open({runs!r}, "a") as file:
            file.write(f"{{learner}} ")
        n_runs = Path({runs!r}).read_text().split().count(learner)
        if learner == "stuck" or n_runs == 1:
            (check,) = [c for c in nb.cells if c.id == "quiz-q5-check"]
            check.outputs = [failure("CheckFailed", "your code took longer than 3 s")]
            text = "your code took longer than 3 s"
            write(nb, [Finding(kind, "quiz-q5-check", text) for kind in ("limit-time", "waited")])
        return nb, resources


c.Autograde.autograde_preprocessors.insert(1, Hurry)
"""

# Writes down whose kernel ran.
COUNT = """
from nbgrader.preprocessors import NbGraderPreprocessor


class Count(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        with open({runs!r}, "a") as file:
            file.write(resources["nbgrader"]["student"] + " ")
        return nb, resources


c.Autograde.autograde_preprocessors.insert(1, Count)
"""


def command(desk, *words, **options):
    """Start the real command in the desk's project."""
    return subprocess.Popen(
        [BIN / "anomaly-labs", "grade", "--senders-are-right", *map(str, words)],
        cwd=desk.project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def recorded(desk) -> dict[str, dict[str, float]]:
    """The automatic points in the gradebook, by learner; each submission must have one row."""
    query = (
        "select student.id, base_cell.name, grade.auto_score from grade"
        " join base_cell on base_cell.id = grade.cell_id"
        " join submitted_notebook on submitted_notebook.id = grade.notebook_id"
        " join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id"
        " join student on student.id = submitted_assignment.student_id"
    )
    with contextlib.closing(sqlite3.connect(desk.root / "gradebook.db")) as gradebook:
        rows = gradebook.execute(query).fetchall()
    found: dict[str, dict[str, float]] = {}
    for learner, cell, points in rows:
        if cell.endswith("-check"):
            assert cell not in found.setdefault(learner, {}), "a row twice"
            found[learner][cell.removesuffix("-check")] = points
    return found


def class_of_six(desk) -> tuple[Path, dict[str, dict[str, float]]]:
    """Six submissions, and the points that each should get."""
    folder = desk.folder / "class"
    expected = {}
    for number in range(6):
        right = number % 2 == 0
        work = desk.solved() if right else desk.answered(quiz_q1=WRONG)
        desk.hand_in(work, f"learner-{number}", folder=folder)
        expected[f"learner-{number}"] = desk.full if right else {**desk.full, "quiz-q1": 0.0}
    return folder, expected


@pytest.mark.quick
def test_right_answers_get_all_points(desk):
    graded = desk.grade(desk.solved())
    assert graded.points == desk.full
    assert graded.findings == ()
    assert graded.graded.by_hand == ("quiz-r1",)


@pytest.mark.quick
def test_wrong_answers_lose_their_points_only(desk):
    graded = desk.grade(desk.answered(quiz_q1=WRONG, quiz_q5="1 / 0"))
    assert graded.points == {**desk.full, "quiz-q1": 0.0, "quiz-q5": 0.0}


def test_untouched_submission_gets_none(desk):
    graded = desk.grade(desk.release)
    assert graded.points == dict.fromkeys(desk.full, 0.0)
    assert not graded.graded.needs_human


def test_partial_credit_counts(desk):
    half = "def detect(rows):\n    return (rows['failed'] > 3).astype(int)"
    assert desk.grade(desk.answered(quiz_q4=half)).points["quiz-q4"] == 2.0


@pytest.mark.quick
def test_warnings_on_stderr_keep_the_points(desk):
    loud = (
        "import sys, warnings\n"
        "warnings.warn('soon gone')\n"
        "print('careful', file=sys.stderr)\n"
        "def flag(scores, threshold):\n"
        "    warnings.warn('deprecated')\n"
        "    print('working', file=sys.stderr)\n"
        "    return [int(score > threshold) for score in scores]"
    )
    assert desk.grade(desk.answered(quiz_q1=loud)).points == desk.full


def test_renamed_file_is_graded(desk):
    assert desk.grade(desk.solved(), name="Untitled (2).ipynb").points == desk.full


def test_same_submission_gets_the_same_points(desk):
    work = desk.answered(quiz_q2="cost = 1")
    first = desk.grade(work, "same")
    kept = desk.grade(work, "same")
    anew = desk.grade(work, "same", regrade=True)
    assert [o.graded.again for o in (first, kept, anew)] == [False, True, False]
    assert first.points == kept.points == anew.points == {**desk.full, "quiz-q2": 0.0}
    assert first.findings == kept.findings == anew.findings


def test_notebook_that_was_made_for_nbgrader_is_the_same_submission(desk):
    desk.grade(desk.solved(), "collected")
    sent = [
        one
        for one in grade.find([desk.root / "submitted"], desk.known)
        if one.learner == "collected"
    ]
    (again,) = grade.grade(desk.root, desk.project, sent)
    assert again.again


def test_resubmission_keeps_no_old_points_and_no_original_is_lost(desk):
    desk.grade(desk.solved(), "again")
    with Gradebook(f"sqlite:///{desk.root / 'gradebook.db'}") as gradebook:
        written = gradebook.find_grade("quiz-r1", "quiz", "quiz", "again")
        written.manual_score = 1.5
        gradebook.db.commit()
    worse = desk.answered(quiz_q1=WRONG)
    worse.cells = [cell for cell in worse.cells if "quiz-q5" not in str(cell.metadata)]
    outcome = desk.grade(worse, "again")
    assert outcome.points == {**desk.full, "quiz-q1": 0.0, "quiz-q5": 0.0}
    assert recorded(desk)["again"] == outcome.points
    assert "quiz-r1 1.5" in next(f.text for f in outcome.findings if f.kind == "resubmitted")
    assert len(list((desk.root / "received" / "quiz" / "again").glob("*.ipynb"))) == 2


def test_private_seed_is_for_its_owner_only(desk):
    desk.grade(desk.solved())
    seed = desk.root / "private-seed"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    assert seed.read_text().strip().isdigit()


def test_failure_of_the_grader_stops_no_other_and_leaves_no_points(tmp_path, make_desk):
    desk = make_desk(tmp_path, TROUBLE)
    before = desk.grade(desk.solved(), "unlucky")
    assert before.points == desk.full
    folder = desk.hand_in(desk.answered(quiz_q2="cost = 'boom'"), "unlucky")
    desk.hand_in(desk.answered(quiz_q2="cost = 'die'"), "killed", folder=folder)
    desk.hand_in(desk.solved(), "lucky", folder=folder)
    sent = grade.find([folder], desk.known)
    results = {g.learner: g for g in grade.grade(desk.root, desk.project, sent)}
    assert "out of paper" in results["unlucky"].why
    assert "was killed" in results["killed"].why
    assert not results["lucky"].needs_human
    assert recorded(desk) == {"lucky": desk.full}
    assert not (desk.root / "feedback" / "unlucky" / "quiz").exists()
    assert "out of paper" in (desk.root / "findings" / "quiz" / "unlucky.txt").read_text()
    assert desk.grade(desk.solved(), "unlucky").points == desk.full


def test_a12_a_neighbour_that_takes_the_processor_costs_no_points(tmp_path, make_desk):
    runs = tmp_path / "runs"
    desk = make_desk(tmp_path, HURRY.format(runs=str(runs)))
    folder = desk.hand_in(desk.solved(), "slow")
    desk.hand_in(desk.answered(quiz_q2="cost = 1"), "stuck", folder=folder)
    sent = grade.find([folder], desk.known)
    results = {g.learner: g for g in grade.grade(desk.root, desk.project, sent, jobs=2)}
    assert sorted(runs.read_text().split()) == ["slow", "slow", "stuck", "stuck"]
    assert results["slow"].points == desk.full
    assert results["slow"].findings == (processes.ALONE,)
    assert not results["slow"].needs_human
    assert results["stuck"].points == {**desk.full, "quiz-q2": 0.0, "quiz-q5": 0.0}
    kinds = {f.kind for f in results["stuck"].findings}
    assert kinds == {"graded-again", "limit-time", "waited"}
    assert recorded(desk) == {learner: graded.points for learner, graded in results.items()}
    assert all(g.again for g in grade.grade(desk.root, desk.project, sent, jobs=2))


def test_a12_a_loop_that_wants_no_processor_is_tried_once(tmp_path, make_desk):
    runs = tmp_path / "runs"
    desk = make_desk(tmp_path, COUNT.format(runs=str(runs)))
    endless = "import time\nwhile True:\n    time.sleep(0.1)"
    folder = desk.hand_in(desk.answered(quiz_q2=endless), "endless")
    desk.hand_in(desk.answered(quiz_q2=endless), "beside", folder=folder)
    sent = grade.find([folder], desk.known)
    results = {g.learner: g for g in grade.grade(desk.root, desk.project, sent, jobs=2)}
    assert sorted(runs.read_text().split()) == ["beside", "endless"]
    assert {f.kind for f in results["endless"].findings} == {"limit-time"}


def test_a12_a_loop_that_waits_for_a_processor_is_tried_again_alone(tmp_path, make_desk):
    runs = tmp_path / "runs"
    desk = make_desk(tmp_path, COUNT.format(runs=str(runs)))
    folder = desk.hand_in(desk.answered(quiz_q2="while True:\n    pass"), "starved")
    sleepy = "import time\ntime.sleep(4)\ncost = 230"
    desk.hand_in(desk.answered(quiz_q2=sleepy), "beside", folder=folder)
    sent = grade.find([folder], desk.known)
    rival = [sys.executable, "-S", "-c", "while True: pass"]
    rivals = [
        subprocess.Popen(rival, start_new_session=True) for _ in range(3 * (os.cpu_count() or 1))
    ]
    try:
        results = {g.learner: g for g in grade.grade(desk.root, desk.project, sent, jobs=2)}
    finally:
        for one in rivals:
            one.kill()
            one.wait()
    assert sorted(runs.read_text().split()) == ["beside", "starved", "starved"]
    kinds = {f.kind for f in results["starved"].findings}
    assert kinds == {"graded-again", "limit-time", "waited"}


def test_changed_source_is_graded_anew_and_keeps_its_ids(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    desk.grade(desk.solved(), "ann")
    path = desk.project / "solutions" / "quiz" / "lab.py"
    worth = 'check="quiz-q5" points='
    path.write_text(path.read_text().replace(f"{worth}1", f"{worth}3"))
    outcome = desk.grade(desk.solved(), "ann")
    assert not outcome.graded.again
    assert outcome.points == {**desk.full, "quiz-q5": 3.0}


def test_notebooks_of_earlier_releases_need_no_human(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    first = desk.solved()
    path = desk.project / "solutions" / "quiz" / "lab.py"
    for old, new in (
        ('"flag should return one value per score"', '"one value per score, please"'),
        ('check="quiz-q5" points=1', 'check="quiz-q5" points=3'),
    ):
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        desk.known = grade.assignments(desk.project)
        grade.prepare(desk.root, desk.project, desk.known)
    outcome = desk.grade(first, "early")
    assert outcome.points == {**desk.full, "quiz-q5": 3.0}
    assert not outcome.graded.needs_human
    # The first line of a check names its points.
    cells = {("edition", "quiz-q1-check"), ("edition", "quiz-q5-check")}
    assert {(f.kind, f.cell) for f in outcome.findings} == cells
    for cell in first.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "quiz-q1-check":
            cell.source += "\nprint('mine')"
    assert desk.grade(first, "edits").kinds == {"edited-check", "edition"}


def test_exercise_that_comes_too_late_is_refused_in_one_sentence(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    desk.grade(desk.solved(), "ann")
    path = desk.project / "solutions" / "quiz" / "lab.py"
    path.write_text(path.read_text().replace('"quiz-q5"', '"quiz-q6"'))
    with pytest.raises(CourseError, match="was added, removed or renamed after"):
        desk.grade(desk.solved(), "ann")


def test_killed_at_a_random_moment_and_started_again_all_are_graded(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    folder, expected = class_of_six(desk)
    moments = random.Random(1)
    for _ in range(3):
        process = command(desk, folder, "--jobs", "2")
        time.sleep(moments.uniform(1, 8))
        process.kill()
        process.communicate()
    process = command(desk, folder, "--jobs", "2")
    text, _ = process.communicate()
    assert process.returncode == 0, text
    assert recorded(desk) == expected
    for learner, points in expected.items():
        entry = ledger.read(desk.root, "quiz", learner)
        assert entry.graded.points == points
        assert (desk.root / "feedback" / learner / "quiz" / "quiz.html").is_file()


def test_killed_child_costs_its_own_submission_only_until_the_next_run(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    folder, expected = class_of_six(desk)
    process = command(desk, folder, "--jobs", "2")
    killed = kill_one_grading_process(process.pid)
    text, _ = process.communicate()
    assert killed
    assert process.returncode == 1, text
    assert "For a human to look at (1):" in text
    assert len(recorded(desk)) == 5
    process = command(desk, folder)
    text, _ = process.communicate()
    assert process.returncode == 0, text
    assert recorded(desk) == expected


def kill_one_grading_process(main: int) -> bool:
    """Kill the first process that holds a kernel; whether there was one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for child in psutil.Process(main).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                holder = child.parent()
                # the command itself tries a sandbox before it begins
                if child.name() == "bwrap" and holder.name() != "bwrap" and holder.pid != main:
                    holder.kill()
                    return True
        time.sleep(0.05)
    return False


def test_without_a_sandbox_nothing_is_graded(desk, monkeypatch):
    monkeypatch.setenv("PATH", str(BIN))
    with pytest.raises(SandboxError, match=r"doctor.*--unsafe"):
        desk.grade(desk.solved(), "refused")
    assert "refused" not in recorded(desk)


def test_two_copies_of_the_package_are_refused_before_anything_is_graded(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    copy = tmp_path / "copy" / "src"
    shutil.copytree(Path(anomaly_labs.__file__).parents[1], copy)
    folder = desk.hand_in(desk.solved(), "ann")
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    process = command(desk, folder, env=environment)
    text, _ = process.communicate()
    assert process.returncode == 1
    assert str(copy / "anomaly_labs") in text
    assert str(Path(anomaly_labs.__file__).parent) in text
    assert "PYTHONPATH" in text
    assert ledger.read(desk.root, "quiz", "ann") is None
    text, _ = command(desk, folder).communicate()
    assert "graded" in text
    assert ledger.read(desk.root, "quiz", "ann").graded.points == desk.full


def test_modules_of_the_course_are_found_where_kernels_find_them(tmp_path, monkeypatch):
    (tmp_path / "anomaly_labs").mkdir()
    (tmp_path / "anomaly_labs" / "__init__.py").touch()
    monkeypatch.setenv("ANOMALY_LABS_LIB", str(tmp_path / "empty"))
    copies.demand_one(unsafe=False)
    monkeypatch.setenv("ANOMALY_LABS_LIB", str(tmp_path))
    with pytest.raises(CourseError, match=str(tmp_path / "anomaly_labs")):
        copies.demand_one(unsafe=False)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CourseError, match=str(tmp_path / "anomaly_labs")):
        copies.demand_one(unsafe=True)


def test_every_report_on_unsafe_grading_says_so(desk):
    folder = desk.hand_in(desk.solved(), "risky")
    environment = {**os.environ, "PATH": str(BIN)}
    process = command(desk, folder, "--unsafe", "--verbose", env=environment)
    text, _ = process.communicate()
    assert process.returncode == 0, text
    assert text.lower().count("graded without a sandbox") >= 4  # before, table, findings, after
    places = ("findings/quiz/risky.txt", "feedback/risky/quiz/quiz.html", "graded/quiz/risky.json")
    for place in places:
        assert "graded without a sandbox" in (desk.root / place).read_text().lower(), place
    assert json.loads((desk.root / "graded/quiz/risky.json").read_text())["graded"]["unsafe"]
    assert not desk.grade(desk.solved(), "risky").graded.again  # it never counts as a safe result


def test_nbgraders_own_command_takes_the_safe_way(desk):
    cheat = desk.answered(quiz_q1=WRONG, quiz_q2=f"import os\ncost = os.path.exists('{desk.root}')")
    for cell in cheat.cells:
        cell.metadata["tags"] = ["skip-execution"]
    for learner, content in (("own-1", nbformat.writes(cheat)), ("own-2", "{broken")):
        path = desk.root / "submitted" / learner / "quiz" / "quiz.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(content)
    os.mkfifo(desk.root / "submitted/own-1/quiz/pipe.csv")
    (desk.root / "submitted/own-1/quiz/link.txt").symlink_to("/etc/hostname")
    for step in ("autograde", "generate_feedback"):
        ran = subprocess.run(
            [BIN / "nbgrader", step, "quiz", "--student=own-*", "--force"],
            cwd=desk.project,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
    points = recorded(desk)
    assert points["own-1"] == {**desk.full, "quiz-q1": 0.0, "quiz-q2": 0.0}
    assert points["own-2"] == dict.fromkeys(desk.full, 0.0)
    page = (desk.root / "feedback" / "own-2" / "quiz" / "quiz.html").read_text()
    assert "What the grader found" in page
    assert not list((desk.root / "autograded/own-1/quiz").glob("[pl]i*"))


def test_ledger_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    found = (Finding("tags", "quiz-q1", "A tag was dropped."),)
    graded = ledger.Graded("quiz", "ann", {"quiz-q1": 2.0}, found, unsafe=True, seconds=1.0)
    entry = ledger.Entry("digest", "placed", "source", graded)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            ledger.write(tmp_path, "quiz", "ann", entry)
    assert ledger.read(tmp_path, "quiz", "ann") is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    ledger.write(tmp_path, "quiz", "ann", entry)
    assert ledger.read(tmp_path, "quiz", "ann") == entry
    known = {"digest": "digest", "source": "source"}
    assert ledger.kept(tmp_path, "quiz", "ann", **known, unsafe=False) is None
    assert ledger.kept(tmp_path, "quiz", "ann", **known, unsafe=True).again
    ledger.path(tmp_path, "quiz", "ann").write_text("[1")
    assert ledger.read(tmp_path, "quiz", "ann") is None


def test_exercise_that_stopped_the_kernel_says_so_itself(desk):
    page = desk.grade(desk.answered(quiz_q2="import os\nos._exit(1)")).feedback
    points, _, _ = page.partition("</table>")
    assert points.count("It happened in this exercise") == 1
    assert points.count("Not run: an earlier cell stopped the kernel") >= 1
    (row,) = [row for row in points.split("<tr ") if "It happened" in row]
    assert "quiz-q2" in row


def test_acceptance_holds_for_this_result_of_these_bytes_only(tmp_path):
    serious = Finding("kernel-died", "quiz-q1", "the kernel stopped: it died")
    graded = ledger.Graded("quiz", "ann", {"quiz-q1": 2.0}, (serious,), unsafe=False, seconds=1.0)
    entry = ledger.Entry("digest", "placed", "source", graded)
    ledger.write(tmp_path, "quiz", "ann", entry)
    assert ledger.read(tmp_path, "quiz", "ann").needs_human
    ledger.accept(tmp_path, "quiz", "ann", "")
    known = {"digest": "digest", "source": "source", "unsafe": False}
    assert not ledger.read(tmp_path, "quiz", "ann").needs_human
    assert not ledger.kept(tmp_path, "quiz", "ann", **known).needs_human
    slower = replace(entry, graded=replace(graded, seconds=2.0), placed="elsewhere")
    for other, counts in (
        (slower, True),
        (replace(entry, digest="others"), False),
        (replace(entry, graded=replace(graded, points={"quiz-q1": 1.0})), False),
        (replace(entry, graded=replace(graded, penalty=1.0)), False),
        (replace(entry, graded=replace(graded, findings=(serious, serious))), False),
        (replace(entry, graded=None, failed="digest", trouble="torn"), False),
    ):
        ledger.write(tmp_path, "quiz", "ann", other)
        assert ledger.read(tmp_path, "quiz", "ann").needs_human is not counts
    ledger.write(tmp_path, "quiz", "ann", entry)
    ledger.accept(tmp_path, "quiz", "ann", None)
    assert ledger.read(tmp_path, "quiz", "ann").needs_human


def test_acceptance_outlives_findings_in_other_words(tmp_path):
    serious = Finding("kernel-died", "quiz-q1", "the kernel stopped: it died")
    graded = ledger.Graded("quiz", "ann", {"quiz-q1": 2.0}, (serious,), unsafe=False, seconds=1.0)
    entry = ledger.Entry("digest", "placed", "source", graded)
    ledger.write(tmp_path, "quiz", "ann", entry)
    ledger.accept(tmp_path, "quiz", "ann", "asked Ann")
    reworded = replace(serious, text="Its kernel ended.")
    for findings, counts in (
        ((reworded,), True),
        ((replace(reworded, cell="quiz-q2"),), False),
        ((replace(reworded, kind="limit-time"),), False),
        ((reworded, Finding("edited-check", "quiz-q2", "A check was edited.")), False),
    ):
        ledger.write(tmp_path, "quiz", "ann", ledger.Entry("digest"))  # grading begins
        ledger.write(
            tmp_path, "quiz", "ann", replace(entry, graded=replace(graded, findings=findings))
        )
        assert ledger.read(tmp_path, "quiz", "ann").needs_human is not counts


def test_what_an_earlier_version_noted_outlives_other_words_too(tmp_path):
    serious = Finding("kernel-died", "quiz-q1", "the kernel stopped: it died")
    graded = ledger.Graded("quiz", "ann", {"quiz-q1": 2.0}, (serious,), unsafe=False, seconds=1.0)
    entry = ledger.Entry("digest", "placed", "source", graded)
    # what an earlier version wrote for this entry
    noted = "47d919496752c3dca5deb5433d1348dd9b0f4b446399926fe2ae644a5b72f088"
    accepted = tmp_path / "accepted" / "quiz" / "ann.json"
    accepted.parent.mkdir(parents=True)
    accepted.write_text(json.dumps({"result": noted, "note": "asked Ann"}))
    ledger.write(tmp_path, "quiz", "ann", entry)
    assert ledger.read(tmp_path, "quiz", "ann").accepted == "asked Ann"
    reworded = replace(graded, findings=(replace(serious, text="Its kernel ended."),))
    ledger.write(tmp_path, "quiz", "ann", ledger.Entry("digest"))
    ledger.write(tmp_path, "quiz", "ann", replace(entry, graded=reworded))
    assert ledger.read(tmp_path, "quiz", "ann").accepted == "asked Ann"


def test_second_run_at_the_same_time_is_refused(desk):
    with ledger.alone(desk.root, wait=False), pytest.raises(CourseError, match="another run"):
        desk.grade(desk.solved())


def test_lost_gradebook_is_made_anew(tmp_path, make_desk):
    desk = make_desk(tmp_path)
    desk.grade(desk.solved(), "ann")
    (desk.root / "gradebook.db").unlink()
    assert not desk.grade(desk.solved(), "ann").graded.again
    assert recorded(desk) == {"ann": desk.full}


def test_sample_class_goes_without_a_sandbox_and_says_so_loudly(tmp_path, make_desk, monkeypatch):
    desk = make_desk(tmp_path)
    monkeypatch.setattr(diagnose, "is_usable", lambda: False)
    console = Console(file=io.StringIO(), width=200)
    results = run.grade_all(
        desk.project, [desk.source], {"quiz": "key"}, console, folder=tmp_path / "sample"
    )
    console.print(outcome.grades_table(results))
    assert all(sampled.as_expected and sampled.graded.unsafe for sampled in results)
    text = " ".join(console.file.getvalue().split())
    assert text.count("graded without a sandbox") == 1 + 3
    assert "1 of 3: quiz, " in text and "3 of 3: quiz, " in text
    slow, quick = (Executed("quiz", seconds, 0, "", {}) for seconds in (61.0, 59.0))
    console.print(outcome.labs_table([desk.source] * 2, [slow, quick]))
    assert console.file.getvalue().count("1.0, too long") == 1
    assert "Never grade learners' work here" in text
