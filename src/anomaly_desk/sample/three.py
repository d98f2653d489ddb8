"""Three learners for each lab: one perfect, one half right, one who has answered nothing."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat

from anomaly_desk import imports
from anomaly_desk.grading.grade import grade
from anomaly_desk.grading.ledger import Graded
from anomaly_desk.labs.sources import Source
from anomaly_desk.submissions.submission import Submission
from anomaly_labs.files import write_aside


@dataclass(frozen=True)
class Sampled:
    """The result of one sample learner, beside the points that it should be."""

    graded: Graded
    expected: dict[str, float]

    @property
    def as_expected(self) -> bool:
        """Whether every exercise got exactly the points it should, and no human is needed."""
        return not self.graded.needs_human and self.graded.points == self.expected


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


def key(sources: Iterable[Source], executed: Iterable[str]) -> str:
    """Return a digest of all that decides the points and the feedback of the sample class.

    Parameters
    ----------
    sources
        The labs.
    executed
        What `execute.fingerprint` gives for each of them.
    """
    digest = hashlib.sha256(" ".join(executed).encode())
    for source in sources:
        digest.update(f"{source.lab.grading} {nbformat.writes(source.assignment())}".encode())
    for path in imports.files([f"import anomaly_desk.settings, {__name__}"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def grade_sample(
    project: Path, root: Path, sources: list[Source], *, key: str, unsafe: bool
) -> Iterator[Sampled]:
    """Hand in and grade the sample class; yield each result when it is in.

    Parameters
    ----------
    project
        The folder that holds the sources and nbgrader's settings.
    root
        It becomes an nbgrader course folder with a gradebook of its own.
    sources
        The labs to grade.
    key
        What `root` held is deleted unless it was made under the same key: then its results are
        kept.
    unsafe
        Whether the answers run without the sandbox.

    Raises
    ------
    CourseError
        If nothing can be graded here.
    """
    note = root / "key"
    if not note.is_file() or note.read_text() != key:
        shutil.rmtree(root, ignore_errors=True)
        same_rows = partial(Path.write_text, data="0")
        write_aside(root / "private-seed", same_rows)
        write_aside(note, partial(Path.write_text, data=key))
    submissions, expected = [], {}
    for source in sources:
        for learner, solved in sample_class(source).items():
            path = root / "handed-in" / learner / f"{source.name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(source.submission(solved), path)
            submissions.append(Submission(learner, source.name, path))
            points = {q: p if q in solved else 0.0 for q, p in source.points.items()}
            expected[source.name, learner] = points
    for graded in grade(root, project, submissions, unsafe=unsafe):
        yield Sampled(graded, expected[graded.assignment, graded.learner])
