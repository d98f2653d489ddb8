"""What grading a class costs: ``python benchmarks/grading.py``, beside plain nbgrader.

Thirty submissions of Lab 0, every third of them with half of the answers, graded in fast mode by
both sides: plain nbgrader by one ``nbgrader autograde lab0_start`` with its own settings, which
runs strangers' code and hidden tests in one unprotected process, and ``anomaly-labs grade --jobs
2``. Release and submissions are made before the clock starts; ours also writes feedback. Plain
nbgrader draws the figures of the notebook for each learner, ours once for all.

CPU time is user and system time of all processes that either side starts, also of those that
outlive their parents (this process adopts them). Memory is proportional (a page that is shared
counts once), looked at twice a second. The claim: at most half of the CPU seconds of plain
nbgrader.

With ``--many 100`` it also grades a hundred submissions of the same lab with one answer each, and
prints the memory at a quarter, half, three quarters and all of them: it must not grow.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from costs import Cost, adopt_orphans, measure

PROJECT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "lab0_start"
CLAIM = 0.5
GROWTH = 1.25  # peak of the last quarter over that of the first
PLAIN = """
c = get_config()
c.CourseDirectory.course_id = "plain"
c.CourseDirectory.root = {root!r}
c.ClearSolutions.code_stub = {{"python": {code!r}}}
c.ClearSolutions.text_stub = {text!r}
c.ExecutePreprocessor.timeout = 300
c.Execute.timeout = 300
"""
RELEASE_OURS = """
import sys
from pathlib import Path
from anomaly_desk.grading import grade
project = Path(sys.argv[2])
grade.prepare(Path(sys.argv[1]), project, {sys.argv[3]: grade.assignments(project)[sys.argv[3]]})
"""


def write_plain(root: Path) -> None:
    """Make a course folder of plain nbgrader in which the lab is released."""
    import nbformat

    from anomaly_desk.labs import sources

    source = sources.read(PROJECT / "solutions" / ASSIGNMENT / "lab.py")
    settings = PLAIN.format(root=str(root), code=sources.CODE_STUB, text=sources.TEXT_STUB)
    (root / "nbgrader_config.py").write_text(settings)
    folder = root / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(source.assignment(), folder / f"{ASSIGNMENT}.ipynb")
    subprocess.run(
        nbgrader("generate_assignment"), cwd=root, check=True, capture_output=True, env=setting()
    )


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def nbgrader(step: str) -> list[str]:
    return [program("nbgrader"), step, ASSIGNMENT]


def setting() -> dict[str, str]:
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "ANOMALY_LABS_FAST": "1", "PATH": programs}


def write_submissions(release: Path, folder: Path, n: int, *, few: bool = False) -> None:
    """Write `n` submissions as ``folder/<learner>/lab0_start/lab0_start.ipynb``."""
    import nbformat

    from anomaly_desk.labs import sources

    source = sources.read(PROJECT / "solutions" / ASSIGNMENT / "lab.py")
    exercises = [c.grade_id for c in source.cells if c.role in ("exercise", "reflect")]
    for number in range(n):
        notebook = nbformat.read(release, as_version=4)
        some = 1 if few else len(exercises) // (2 if number % 3 == 2 else 1)
        right = source.submission(set(exercises[:some]))
        texts = {
            c.metadata.nbgrader.grade_id: c.source for c in right.cells if "nbgrader" in c.metadata
        }
        for cell in notebook.cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("solution"):
                cell.source = texts[mark["grade_id"]]
        path = folder / f"learner-{number:03d}" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def autograde_plain(root: Path, n: int) -> Cost:
    graded = root / "autograded"
    cost = measure(
        nbgrader("autograde"), lambda: len(list(graded.glob("*/*"))), cwd=root, env=setting()
    )
    if len(list(graded.glob("*/*/*.ipynb"))) != n:
        raise SystemExit("plain nbgrader left a submission ungraded")
    return cost


def grade_ours(root: Path, inbox: Path, n: int, jobs: int) -> Cost:
    graded = root / "feedback"
    command = [
        program("anomaly-labs"),
        "grade",
        str(inbox),
        "--senders-are-right",
        "--course",
        str(root),
    ]
    cost = measure(
        [*command, "--jobs", str(jobs)],
        lambda: len(list(graded.glob("*/*"))),
        cwd=PROJECT,
        env=setting(),
    )
    if len(list(graded.glob("*/*/*.html"))) != n:
        raise SystemExit("a submission was left ungraded")
    return cost


def release_ours(root: Path) -> Path:
    root.mkdir()
    command = [sys.executable, "-c", RELEASE_OURS, str(root), str(PROJECT), ASSIGNMENT]
    subprocess.run(command, check=True, env=setting(), cwd=PROJECT)
    return root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"


def compare(folder: Path, n: int, jobs: int, side: str) -> bool:
    """Print the table of both sides; return whether the claim holds."""
    rows = {}
    if side != "ours":
        plain = folder / "plain"
        plain.mkdir()
        write_plain(plain)
        release = plain / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        write_submissions(release, plain / "submitted", n)
        rows["plain nbgrader autograde"] = autograde_plain(plain, n)
    if side != "plain":
        ours = folder / "ours"
        write_submissions(release_ours(ours), folder / "inbox", n)
        rows[f"anomaly-labs grade --jobs {jobs}"] = grade_ours(ours, folder / "inbox", n, jobs)
    print(f"{n} submissions of {ASSIGNMENT}, fast mode, {os.cpu_count()} cores\n")
    print("| grader | wall s | submissions / min | CPU s / submission | ratio | peak memory MB |")
    print("|---|---|---|---|---|---|")
    base = next(iter(rows.values())).cpu
    for name, cost in rows.items():
        print(
            f"| {name} | {cost.wall:.1f} | {60 * n / cost.wall:.1f} | {cost.cpu / n:.2f} "
            f"| {cost.cpu / base:.2f} | {cost.peak:.0f} |"
        )
    if len(rows) < 2:
        return True
    kept = cost.cpu <= CLAIM * base
    print(f"\nat most {CLAIM:.0%} of plain nbgrader's CPU seconds: {'yes' if kept else 'NO'}")
    return kept


def many(folder: Path, n: int, jobs: int) -> bool:
    """Print the memory while `n` small submissions are graded; return whether it is bounded."""
    root = folder / "many"
    write_submissions(release_ours(root), folder / "small", n, few=True)
    cost = grade_ours(root, folder / "small", n, jobs)
    print(f"\n{n} small submissions: {cost.wall:.1f} s, {cost.cpu / n:.2f} CPU s each\n")
    print("| submissions | peak memory MB |")
    print("|---|---|")
    peaks = []
    for quarter in range(4):
        low, high = n * quarter // 4, n * (quarter + 1) // 4
        seen = [mb for graded, mb in cost.memory if low <= graded < high + (quarter == 3)]
        peaks.append(max(seen, default=0.0))
        print(f"| {low + 1} to {high} | {peaks[-1]:.0f} |")
    bounded = peaks[-1] <= GROWTH * peaks[0]
    print(f"\nthe last quarter needs no more than the first: {'yes' if bounded else 'NO'}")
    return bounded


def main() -> int:
    parser = argparse.ArgumentParser(
        description="CPU time, throughput and memory of grading, beside plain nbgrader."
    )
    parser.add_argument("--submissions", type=int, default=30, help="of Lab 0 (default 30)")
    parser.add_argument("--many", type=int, default=0, help="then so many small ones, for memory")
    parser.add_argument("--jobs", type=int, default=2, help="of anomaly-labs grade (default 2)")
    parser.add_argument("--side", choices=("both", "plain", "ours"), default="both")
    given = parser.parse_args()
    adopt_orphans()
    folder = Path(tempfile.mkdtemp(prefix="grading-"))
    try:
        good = True
        if given.submissions:
            good = compare(folder, given.submissions, given.jobs, given.side)
        if given.many:
            good = many(folder, given.many, given.jobs) and good
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
