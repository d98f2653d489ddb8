"""Make the course folder that `test_old_course.py` opens: graded before there was a desk.

It was made with the code of commit 0e8144b and is kept as it is. To make it anew::

    git worktree add ../before 0e8144b && cd ../before && make labs
    .venv/bin/python THIS/make.py FOLDER

``course.tar.xz`` and ``shown.json`` in FOLDER then take the places of those beside this file. What
can be made again (feedback, reports, unpacked zips) is left out, and the figures in graded
notebooks are one pixel each. All names are invented. The private key in the pack was made for it
alone and signs nothing but its one certificate; anybody may have it.
"""

import argparse
import json
import re
import shutil
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from shown import command, everything
from sqlalchemy.exc import SAWarning

LAB, EXAM = "lab0_start", "assessment"
ROSTER = """id,name,email,extension,late_days
ann,Ann Late,ann@example.org,,
bob,Bob Granted,bob@example.org,24,
cy,Cy Torn,cy@example.org,,
dee,Dee Absent,dee@example.org,,
eve,Évé Accepted,eve@example.org,,
fay,Fay Empty,fay@example.org,,
"""
DEADLINES = (f"{LAB}=2026-11-20T18:00+01:00", f"{EXAM}=2026-11-27T18:00+01:00")
SENT = "eve=2026-11-27T17:30+01:00"  # her zip says a day later
NOTE = "a line of her own in a check; harmless"

WRONG = {
    "lab0-q1": 'other_mechanism = "A"',
    "lab0-q4": "def window_means(series, width):\n    return series[::width]",
    "assessment-q5": 'settings = {"hidden": [64], "latent": 64, "epochs": 20}',
}
WRITTEN = {
    "ann": {
        "lab0-r1": "A false alarm costs an hour, a miss costs a week. I accept false alarms.",
        "lab0-r2": "Flow records, because they are small.",
        "assessment-r1": "One normal row in twenty lies above it.",
    },
    "bob": {
        "lab0-r1": "We count **test calls** each month; a miss costs $c$ a day, an alarm $c/50$.",
        "lab0-r2": "Call records: they exist already.",
    },
    "eve": {
        "assessment-r1": "It is the 95th percentile of normal rows that were held out.",
        "assessment-r2": "Both: one for known attacks, the other for new ones.",
    },
}
# Learner, assignment, written answer: points, extra credit, comment.
BY_HAND = {
    ("ann", LAB, "lab0-r1"): (1.5, None, "Who pays? **Say it.**"),
    ("ann", LAB, "lab0-r2"): (0.5, None, ""),
    ("bob", LAB, "lab0-r1"): (2.0, None, "Clear."),
    ("bob", LAB, "lab0-r2"): (0.0, None, "Which ones?"),
    ("eve", EXAM, "assessment-r1"): (3.0, None, ""),
    ("eve", EXAM, "assessment-r2"): (3.0, None, "Convincing; costs $\\frac{1}{2}$."),
    ("eve", EXAM, "assessment-q7-check"): (None, 1.0, ""),
}
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5Erk"
    "Jggg=="
)
LEFT_OUT = ("feedback", "report", "unpacked")
_MARKER = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", re.M)


def main() -> None:
    """Make the pack and what the commands show of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the two files go")
    target, checkout = parser.parse_args().folder, Path.cwd()
    with tempfile.TemporaryDirectory(prefix="old-course-") as made:
        folder = Path(made)
        course = folder / "grading"
        hand_in(folder, checkout)
        course.mkdir(mode=0o700)
        (course / "private-seed").write_text("20261130\n")
        say("grade", *zips(folder), "--roster", folder / "roster.csv", "--sent", SENT,
            *(f"--deadline={deadline}" for deadline in DEADLINES), "--course", course)  # fmt: skip
        read_by_hand(course)
        say("accept", EXAM, "eve", "--note", NOTE, "--course", course)
        say("certify", "--course", course)
        (folder / "exported").mkdir()
        take_figures_out(course)
        shown = everything(course, folder / "exported", cwd=checkout)
        for name in LEFT_OUT:
            shutil.rmtree(course / name, ignore_errors=True)
        shutil.rmtree(folder / "exported")
        refuse_traces(folder, (str(folder), str(checkout), str(Path.home())))
        target.mkdir(parents=True, exist_ok=True)
        pack(folder, target / "course.tar.xz")
    (target / "shown.json").write_text(f"{json.dumps(shown, indent=1, ensure_ascii=False)}\n")


def say(*words: object) -> None:
    """Give a command in the checkout and print what it says."""
    code, said = command(*words, cwd=Path.cwd())
    print(f"{words[0]}: exit code {code}\n{said}")


def zips(folder: Path) -> list[Path]:
    """Return what the platform exported."""
    return [folder / "handed-in" / f"{name}.zip" for name in (LAB, EXAM)]


def hand_in(folder: Path, checkout: Path) -> None:
    """Write the roster, and a zip of each assignment as Moodle exports it."""
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (folder / "handed-in").mkdir()
    lab, exam = zips(folder)
    right = solutions(checkout, LAB) | solutions(checkout, EXAM)
    easy = {f"{EXAM}-q{n}": right[f"{EXAM}-q{n}"] for n in range(1, 8)}
    first = {name: right[name] for name in ("lab0-q2", "lab0-q5", "lab0-q6")}
    ann = answered(checkout, LAB, first | WRONG | WRITTEN["ann"])
    exam_ann = answered(
        checkout, EXAM, {f"{EXAM}-q2": right[f"{EXAM}-q2"]} | WRONG | WRITTEN["ann"]
    )
    exam_eve = answered(checkout, EXAM, easy | WRITTEN["eve"])
    for cell in exam_eve.cells:
        cell.source = cell.source.replace('learner = ""', 'learner = "eve"')
        if cell.metadata.get("nbgrader", {}).get("grade_id") == f"{EXAM}-q1-check":
            cell.source += "\nprint('this took me an hour')"
    bob = answered(checkout, LAB, right | WRITTEN["bob"])
    write_zip(lab, {
        f"Ann Late_101_assignsubmission_file_/{LAB}.ipynb": (text(ann), (21, 20, 0)),
        "Bob Granted_102_assignsubmission_file_/mine.ipynb": (text(bob), (21, 10, 0)),
        f"Cy Torn_103_assignsubmission_file_/{LAB}.ipynb": (text(ann)[:900], (20, 9, 30)),
        f"Fay Empty_106_assignsubmission_file_/{LAB}/notes.txt": ("later\n", (20, 9, 40)),
    })  # fmt: skip
    write_zip(exam, {
        f"Ann Late_201_assignsubmission_file_/{EXAM}.ipynb": (text(exam_ann), (27, 11, 0)),
        f"Évé Accepted_205_assignsubmission_file_/{EXAM}.ipynb": (text(exam_eve), (28, 9, 0)),
    })  # fmt: skip


def solutions(checkout: Path, name: str) -> dict[str, str]:
    """Return the right answer of each exercise."""
    notebook = jupytext.read(checkout / "solutions" / f"{name}.py", fmt="py:percent")
    return {
        cell.metadata["exercise"]: _MARKER.sub("", cell.source).rstrip("\n")
        for cell in notebook.cells
        if "exercise" in cell.metadata
    }


def answered(checkout: Path, name: str, answers: dict[str, str]) -> NotebookNode:
    """Return the learners' notebook with these answers in their cells."""
    folder = checkout / ("assessment" if name == EXAM else "labs")
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("solution"):
            cell.source = answers.get(mark["grade_id"], cell.source)
    return notebook


def text(notebook: NotebookNode) -> str:
    """Return a notebook as it is written to a file."""
    return f"{nbformat.writes(notebook)}\n"


def write_zip(path: Path, files: dict[str, tuple[str, tuple[int, int, int]]]) -> None:
    """Write a zip of these files, each with its day of November 2026, hour and minute."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for name, (content, (day, hour, minute)) in files.items():
            target.writestr(zipfile.ZipInfo(name, (2026, 11, day, hour, minute, 0)), content)


def read_by_hand(course: Path) -> None:
    """Give points and comments as formgrader's page does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "anomaly-labs") as gradebook:
            for (learner, name, cell), (points, extra, comment) in BY_HAND.items():
                grade = gradebook.find_grade(cell, name, name, learner)
                grade.manual_score, grade.extra_credit = points, extra
                grade.needs_manual_grade = points is None and grade.auto_score is None
                if comment:
                    gradebook.find_comment(cell, name, name, learner).manual_comment = comment
            gradebook.db.commit()


def take_figures_out(course: Path) -> None:
    """Put one pixel in the place of each figure: they are nine tenths of the folder."""
    for path in course.glob("autograded/*/*/*.ipynb"):
        notebook, mode = nbformat.read(path, as_version=4), path.stat().st_mode
        for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = PIXEL
        path.chmod(0o600)
        path.write_text(text(notebook), encoding="utf-8")
        path.chmod(mode)


def refuse_traces(folder: Path, traces: Iterable[str]) -> None:
    """Raise where a file names a folder of this machine."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found = [trace for trace in traces if trace.encode() in content]
        if found:
            raise SystemExit(f"{path.relative_to(folder)} holds {', '.join(found)}")


def pack(folder: Path, path: Path) -> None:
    """Pack a folder, so that the same files always give the same bytes."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.mtime, info.uid, info.gid, info.uname, info.gname = 0, 0, 0, "", ""
        info.mode &= 0o700
        return info

    with tarfile.open(path, "w:xz", format=tarfile.GNU_FORMAT, preset=9) as archive:
        for one in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.add(one, one.relative_to(folder).as_posix(), filter=plain)


if __name__ == "__main__":
    main()
