"""Grade answers, never files: put a learner's answers into the pristine released notebook."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from anomaly_desk.errors import CourseError
from anomaly_desk.submissions import edition, findings, receive
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.graft import Graft
from anomaly_desk.submissions.matching import match
from anomaly_labs import reader
from anomaly_labs.reader import UnreadableError

MAX_FINDINGS = 100  # a page of ten thousand would be read by nobody
_PATH = "anomaly_labs_submission"  # where an exporter notes the file that it converts


def transplant(release: NotebookNode, path: Path) -> tuple[NotebookNode, list[Finding]]:
    """Return the released notebook with the answers of the file at `path`, and what was found.

    Whatever lies at the path, the result is a valid notebook with every pristine cell.

    Parameters
    ----------
    release
        The notebook as it was given to learners.
    path
        What a learner handed in. Links are not followed.
    """
    try:
        submitted = reader.read(path)
    except UnreadableError as error:
        return deepcopy(release), [_unreadable(error)]
    return transplant_cells(release, submitted)


def transplant_cells(release: NotebookNode, submitted: Any) -> tuple[NotebookNode, list[Finding]]:
    """Return the released notebook with the answers of a parsed notebook of any shape.

    Only the sources of answer cells are taken, as `matching` knows them, and the learner's own
    cells, which keep their place after the nearest known cell. A second transplant changes nothing.
    """
    try:
        sent, found = receive.cells(submitted)
    except UnreadableError as error:
        return deepcopy(release), [_unreadable(error)]
    matched = match(release.cells, sent)
    if all(place is None for place in matched.places):
        text = "No cell of this assignment is in the file; it may be another notebook."
        return deepcopy(release), [*found, Finding("other-notebook", "", text)]
    graft = Graft(release.cells, sent, matched)
    notebook = deepcopy(release)
    notebook.cells = list(graft.cells())
    of_edition = edition.compare(release, submitted, sent)
    return notebook, [*found, *of_edition, *graft.findings()][:MAX_FINDINGS]


class Transplant(NbGraderPreprocessor):  # type: ignore[misc]
    """Replace what was handed in by the released notebook with its answers; note the findings.

    The first of nbgrader's sanitize preprocessors, so that its commands and formgrader's button
    grade no file as it came. With `SubmissionExporter` a broken file is no obstacle either.

    Raises
    ------
    CourseError
        If the assignment is not released.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the transplanted notebook."""
        release = self._release(resources["nbgrader"])
        if _PATH in resources:
            notebook, found = transplant(release, Path(resources[_PATH]))
        else:
            notebook, found = transplant_cells(release, nb)
        findings.write(notebook, found)
        return notebook, resources

    def _release(self, job: dict[str, str]) -> NotebookNode:
        course = _course_of(self)
        folder = course.format_path(course.release_directory, ".", job["assignment"])
        path = Path(folder) / f"{job['notebook']}.ipynb"
        if not path.is_file():
            raise CourseError(
                f"no {path}: grading needs the notebook that was given to learners; "
                f"make it with `nbgrader generate_assignment {job['assignment']}`"
            )
        return nbformat.read(path, as_version=4)


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """nbgrader's way to write notebooks, which does not open what was handed in by itself.

    Set it as ``c.Autograde.exporter_class``: `Transplant` gets the path, so that no broken file,
    link or pipe stops nbgrader.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> Any:
        """Convert the file at a path."""
        resources = dict(resources or {})
        job = resources.get("nbgrader", {})
        course = _course_of(self)
        handed_in = course.format_path(
            course.submitted_directory, job.get("student", "."), job.get("assignment", ".")
        )
        if Path(filename).parent != Path(handed_in):
            return super().from_filename(filename, resources=resources, **kw)
        resources[_PATH] = filename
        return self.from_notebook_node(nbformat.v4.new_notebook(), resources=resources, **kw)


def _unreadable(error: UnreadableError) -> Finding:
    kind = "too-large" if error.is_too_large else "unreadable"
    return Finding(kind, "", f"The file could not be graded: {error}. It can be handed in again.")


def _course_of(part: Any) -> CourseDirectory:
    """Return the course folder that a part of nbgrader works in."""
    owner = part.parent
    while owner is not None:
        if isinstance(getattr(owner, "coursedir", None), CourseDirectory):
            return owner.coursedir
        owner = owner.parent
    return CourseDirectory(config=part.config)
