"""Grade a sample class through nbgrader: learners whose points are known beforehand."""

import json
import multiprocessing
import os
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from sqlalchemy.exc import SAWarning

from anomaly_labs.course import CourseError, build
from anomaly_labs.course.sources import Source
from anomaly_labs.datasets.cache import write_aside


class GradingError(CourseError):
    """nbgrader could not grade a submission; the message holds its log."""


@dataclass(frozen=True)
class Graded:
    """The automatic points of one learner in one lab, beside what they should be."""

    lab: str
    learner: str
    points: dict[str, float]
    expected: dict[str, float]

    @property
    def as_expected(self) -> bool:
        """Whether every exercise got exactly the points it should."""
        return self.points == self.expected


def sample_class(source: Source) -> dict[str, set[str]]:
    """Return which exercises each sample learner answers.

    Reflections are answered by the perfect learner only; they get no automatic points.
    """
    exercises = list(source.points)
    reflections = {c.keys["reflect"] for c in source.cells if "reflect" in c.keys}
    return {
        "perfect": {*exercises, *reflections},
        "half-right": set(exercises[: (len(exercises) + 1) // 2]),
        "untouched": set(),
    }


def grade_sample(project: Path, root: Path, sources: list[Source]) -> Iterator[Graded]:
    """Hand in, autograde and give feedback for the sample class; yield each result when it is in.

    `root` becomes an nbgrader course folder with a gradebook of its own; what it held is deleted.
    The notebooks run in fast mode, one process for each core.

    Raises
    ------
    GradingError
        If nbgrader fails on a submission.
    """
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    course = build.open_course(root, project)
    jobs = []
    for source in sources:
        build.release(course, source)
        for learner, solved in sample_class(source).items():
            _hand_in(root, source, learner, solved)
            expected = {q: p if q in solved else 0.0 for q, p in source.points.items()}
            jobs.append((project, root, source.name, learner, expected))
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=spawn)
    try:
        for future in as_completed([pool.submit(_grade, *job) for job in jobs]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)  # what has not begun when one fails is not begun


def keep_grades(root: Path, key: str, graded: list[Graded]) -> None:
    """Note the results under the `key` of what they were made from."""
    kept = {"key": key, "graded": [asdict(result) for result in graded]}
    write_aside(root / "graded.json", lambda aside: aside.write_text(json.dumps(kept, indent=1)))


def kept_grades(root: Path, key: str) -> list[Graded]:
    """Return the noted results of the same `key`, or none."""
    path = root / "graded.json"
    kept = json.loads(path.read_text()) if path.is_file() else {}
    return [Graded(**result) for result in kept["graded"]] if kept.get("key") == key else []


def _hand_in(root: Path, source: Source, learner: str, solved: set[str]) -> None:
    folder = root / "submitted" / learner / source.name
    folder.mkdir(parents=True)
    nbformat.write(source.submission(solved), folder / f"{source.name}.ipynb")


def _grade(project: Path, root: Path, lab: str, learner: str, expected: dict[str, float]) -> Graded:
    os.environ["ANOMALY_LABS_FAST"] = "1"
    # nbgrader's own way with SQLAlchemy; nothing that an instructor could mend
    warnings.filterwarnings("ignore", category=SAWarning)
    course = build.open_course(root, project)
    for outcome in (course.autograde(lab, learner), course.generate_feedback(lab, learner)):
        if not outcome["success"]:
            raise GradingError(f"{learner}, {lab}: {outcome.get('log', outcome.get('error'))}")
    with course.gradebook as gradebook:
        notebook = gradebook.find_submission_notebook(lab, lab, learner)
        points = {
            grade.name.removesuffix("-check"): float(grade.auto_score or 0.0)
            for grade in notebook.grades
            if grade.name.endswith("-check")
        }
    return Graded(
        lab=lab,
        learner=learner,
        points={question: points.get(question, 0.0) for question in expected},
        expected=expected,
    )
