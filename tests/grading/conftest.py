"""A desk to grade at: a course folder with the quiz, and the real way through the grader."""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from anomaly_desk.environment import RUN
from anomaly_desk.grading import grade
from anomaly_desk.grading.ledger import Graded
from anomaly_desk.labs import sources
from anomaly_desk.sandbox import forkserver
from anomaly_desk.submissions.findings import Finding

PROJECT = Path(__file__).parents[2]
collect_ignore = ["quiz", "answers"]  # cells of notebooks, no modules

# A test of an endless loop should not take as long as a learner may.
SHORT_LIMITS = """
c.SafeExecute.timeout = 5
c.SafeExecute.call_timeout = 3
"""

Submission = NotebookNode | bytes | Callable[[Path], None]


@dataclass(frozen=True)
class Outcome:
    """What became of one submission."""

    graded: Graded
    feedback: str
    autograded: NotebookNode | None
    seconds: float

    @property
    def points(self) -> dict[str, float]:
        """The automatic points of each exercise."""
        return self.graded.points

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the grader found."""
        return self.graded.findings

    @property
    def kinds(self) -> set[str]:
        """The kinds of the findings."""
        return {finding.kind for finding in self.findings}


class Desk:
    """A course folder with a gradebook, in which the quiz is released.

    `run` is the folder of a fork server that has been started for more than one call of `grade`:
    its submissions then share what those of one grading run share.
    """

    def __init__(self, folder: Path, settings: str = "", *, run: str = "") -> None:
        self.folder, self.run = folder, run
        self.project = folder / "project"
        shutil.copytree(Path(__file__).with_name("quiz"), self.project / "solutions" / "quiz")
        own = (PROJECT / "nbgrader_config.py").read_text() + SHORT_LIMITS + settings
        (self.project / "nbgrader_config.py").write_text(own)
        shutil.copy(PROJECT / "course.toml", self.project)
        self.root = self.project / "grading"
        self.known = grade.assignments(self.project)
        self.source = self.known["quiz"]
        self.full = self.source.points
        grade.prepare(self.root, self.project, self.known)
        self.release = nbformat.read(self.root / "release/quiz/quiz.ipynb", as_version=4)
        self._sent = 0

    def solved(self) -> NotebookNode:
        """Return a submission in which everything is answered rightly."""
        return self.answered()

    def answered(self, **answers: str) -> NotebookNode:
        """Return a submission with these sources of answer cells; ``quiz_q1`` is ``quiz-q1``."""
        given = {name.replace("_", "-"): text for name, text in answers.items()}
        right = self.source.submission({cell.grade_id for cell in self.source.cells})
        texts = {
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in right.cells
            if "nbgrader" in cell.metadata
        }
        unknown = given.keys() - texts.keys()
        assert not unknown, f"no such cell: {unknown}"
        notebook = nbformat.from_dict(self.release)
        for cell in notebook.cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("solution"):
                cell.source = given.get(mark.grade_id, texts[mark.grade_id])
        return notebook

    def hand_in(
        self,
        submission: Submission,
        learner: str = "",
        *,
        folder: Path | None = None,
        name: str = "quiz.ipynb",
    ) -> Path:
        """Put a notebook, bytes, or what a function makes at a path into a folder of submissions.

        Returns that folder, which is a new one when none is given.
        """
        self._sent += 1
        folder = folder or self.folder / "inbox" / str(self._sent)
        path = folder / (learner or f"learner-{self._sent}") / name
        path.parent.mkdir(parents=True)
        if callable(submission):
            submission(path)
        elif isinstance(submission, bytes):
            path.write_bytes(submission)
        else:
            nbformat.write(submission, path)
        return folder

    def grade(
        self,
        submission: Submission,
        learner: str = "",
        *,
        name: str = "quiz.ipynb",
        unsafe: bool = False,
        regrade: bool = False,
    ) -> Outcome:
        """Hand in and grade one submission; without `learner` it is a new learner's."""
        folder = self.hand_in(submission, learner, name=name)
        started = time.monotonic()
        sent = grade.find([folder], self.known)
        with self._in_one_run():
            (graded,) = grade.grade(self.root, self.project, sent, unsafe=unsafe, regrade=regrade)
        seconds = time.monotonic() - started
        page = self.root / "feedback" / graded.learner / "quiz" / "quiz.html"
        notebook = self.root / "autograded" / graded.learner / "quiz" / "quiz.ipynb"
        return Outcome(
            graded=graded,
            feedback=page.read_text() if page.is_file() else "",
            autograded=nbformat.read(notebook, as_version=4) if notebook.is_file() else None,
            seconds=seconds,
        )

    @contextlib.contextmanager
    def _in_one_run(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            if self.run:
                patch.setenv(RUN, self.run)
                patch.setattr(grade, "_one_import", contextlib.nullcontext)
            yield


@pytest.fixture(scope="session")
def one_import() -> Iterator[str]:
    """A fork server for all these tests, as one grading run has for all its learners."""
    quiz = sources.read(Path(__file__).with_name("quiz") / "lab.py")
    with forkserver.running(grade.preloaded([quiz])):
        place = os.environ.pop(RUN, "")  # tests without a desk start kernels as they like
        yield place
        os.environ.update({RUN: place} if place else {})


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, one_import: str) -> Desk:
    """A course folder with the quiz, made once; each submission is a new learner's."""
    return Desk(tmp_path_factory.mktemp("desk"), run=one_import)


@pytest.fixture(scope="session")
def make_desk(one_import: str) -> Callable[..., Desk]:
    """Make a course folder of a test's own: ``make_desk(folder, settings)``."""
    return partial(Desk, run=one_import)


@pytest.fixture(scope="module")
def source() -> sources.Source:
    """The source of the quiz."""
    return sources.read(Path(__file__).with_name("quiz") / "lab.py")


@pytest.fixture(scope="module")
def release(source: sources.Source) -> NotebookNode:
    """The quiz as learners get it."""
    return source.submission(set())


@pytest.fixture(scope="module")
def solved(source: sources.Source) -> NotebookNode:
    """The quiz with every answer right."""
    return source.submission({cell.grade_id for cell in source.cells if cell.grade_id})


@pytest.fixture
def sent(solved: NotebookNode) -> dict[str, Any]:
    """A solved submission as plain JSON, to be changed by a test."""
    return json.loads(nbformat.writes(solved))
