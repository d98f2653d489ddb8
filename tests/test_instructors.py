"""INSTRUCTORS.md: every command in it exists with its options, and grading day works as told."""

import csv
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

import clones
from anomaly_desk.labs import sources
from anomaly_desk.sample import thirty
from anomaly_desk.sample.learners import CLASS
from anomaly_labs.cli import app

PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "INSTRUCTORS.md").read_text(encoding="utf-8")
ELSEWHERE = {"make class": "tests/grading/test_class.py", "make course": "tests/test_run.py"}
LEARNERS = ("perfect", "half-right", "untouched", "renamed-file", "edited-check")


def commands(text: str) -> list[str]:
    """The lines of the shell blocks, without what stands behind a #."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    return [
        shlex.join(words)
        for b in blocks
        for line in b.splitlines()
        if (words := shlex.split(line, comments=True))
    ]


def mentioned(text: str) -> set[str]:
    """Every command of ours, in blocks and between backquotes."""
    quoted = re.findall(r"`((?:make|anomaly-labs) [^`]*)`", text)
    return {
        line for line in [*commands(text), *quoted] if line.startswith(("make ", "anomaly-labs "))
    }


@pytest.mark.parametrize("line", sorted(mentioned(TEXT)))
def test_command_exists_with_its_options(line):
    program, name, *words = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{name}:", (PROJECT / "Makefile").read_text(), re.M)
        return
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(app, [name, "--help"])
    assert shown.exit_code == 0
    assert {word for word in words if word.startswith("--")} <= set(
        re.findall(r"--[a-z-]+", shown.output)
    )


def test_options_mentioned_exist():
    with_options = "".join(sorted(mentioned(TEXT)))
    assert "--course" in TEXT and "--data" in with_options


def test_minutes_are_those_of_the_labs():
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+)", TEXT, re.M))
    for source in sources.course(PROJECT):
        assert f"{rows[source.name]} minutes" in source.cells[0].text, source.name


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A copy of the project, as after a clone, with a few of the thirty sample submissions."""
    folder = tmp_path_factory.mktemp("stranger") / "anomaly-labs"
    clones.copy(PROJECT, folder)
    (folder / ".venv").symlink_to(PROJECT / ".venv")
    handed_in = folder.parent / "handed-in"
    wanted = [one for one in CLASS if one.name in LEARNERS]
    thirty.write(thirty.source(PROJECT), handed_in, wanted)
    sent = datetime(2026, 11, 1, 12).timestamp()  # before the page's deadline
    for path in handed_in.rglob("*"):
        os.utime(path, (sent, sent), follow_symlinks=False)
    shutil.make_archive(str(folder / "handed-in"), "zip", handed_in)
    with open(folder / "roster.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "email"])
        rows.writerows([name, name.title(), f"{name}@example.org"] for name in (*LEARNERS, "ada"))
    return folder


def run(line: str, folder: Path, codes: tuple[int, ...] = (0,)) -> str:
    bin_folder = Path(sys.executable).parent
    env = os.environ | {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "ANOMALY_LABS_FAST": "1",
    }
    ran = subprocess.run(["sh", "-c", line], cwd=folder, env=env, capture_output=True, text=True)
    assert ran.returncode in codes and "Traceback" not in ran.stderr, (
        f"{line}\n{ran.stdout}{ran.stderr}"
    )
    return ran.stdout


def grade_by_hand(root: Path) -> None:
    """Give full points to every written answer, as formgrader does."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        for submission in book.assignment_submissions("assessment"):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if grade.auto_score is None:
                        grade.manual_score, grade.needs_manual_grade = grade.max_score, False
        book.db.commit()


def formgrader_starts(folder: Path) -> None:
    """Start the command as typed, until it shows its link; then stop it."""
    with open(folder / "log.txt", "w") as log:
        line = (
            "anomaly-labs formgrader --no-browser"  # what `make formgrader` runs, without a browser
        )
        process = subprocess.Popen(shlex.split(line), cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(240):
            if "token=" in (folder / "log.txt").read_text():
                return
            time.sleep(0.25)
        raise AssertionError((folder / "log.txt").read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_stranger_gets_from_the_page_to_grades_and_certificates(desk):
    for line in commands(TEXT):
        if line == "make formgrader":
            grade_by_hand(desk / "grading")
            formgrader_starts(desk)
        elif line.startswith("export ") or line in ELSEWHERE:
            continue
        elif "--regrade-only" in line:
            run(line.replace("ada", "half-right"), desk)
        elif line.startswith("anomaly-labs accept"):
            assert run("anomaly-labs certify", desk, codes=(1,))
            run(line.replace("ada", "edited-check"), desk)
        elif line.endswith("--dry-run"):
            assert "Nothing was graded" in run(line, desk)
        elif line.startswith("anomaly-labs grade"):
            assert "For a human to look at (1)" in run(line, desk, codes=(1,))
        else:
            run(line, desk)
    with open(desk / "build" / "grades.csv", newline="", encoding="utf-8-sig") as file:
        grades = {row["learner"]: row for row in csv.DictReader(file)}
    assert set(grades) == {*LEARNERS, "ada"}
    assert grades["ada"]["total"] == ""
    assert float(grades["perfect"]["total"]) == 42
    assert [path.stem for path in desk.glob("grading/certificates/**/*.pdf")]
    assert (desk / "grading" / "report" / "assessment.html").is_file()
    assert list((desk / "build" / "slides").glob("*.html"))
    assert (desk / "build" / "site" / "index.html").is_file()
