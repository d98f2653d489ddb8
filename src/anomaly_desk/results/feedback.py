"""Feedback pages, written again after a human has given points and comments."""

import warnings
from pathlib import Path

from sqlalchemy.exc import SAWarning

from anomaly_desk import build
from anomaly_desk.errors import CourseError
from anomaly_desk.grading import ledger


def write_feedback(root: Path, project: Path, assignment: str | None = None) -> dict[str, int]:
    """Write the page of every graded submission; return how many there are of each assignment.

    Raises
    ------
    CourseError
        If nothing was graded, or nbgrader cannot write the pages.
    """
    found = {
        name: len(list((root / "autograded").glob(f"*/{name}/{name}.ipynb")))
        for name in ([assignment] if assignment else _assignments(root))
    }
    if not any(found.values()):
        what = f"submission of {assignment}" if assignment else "submission"
        raise CourseError(f"no graded {what} in {root}; run `anomaly-labs grade SUBMISSIONS` first")
    course = build.open_course(root, project)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with SQLAlchemy
        for name in found:
            with ledger.alone(root / "feedback", wait=True):
                outcome = course.generate_feedback(name)
            if not outcome["success"]:
                said = f"{outcome.get('log', '')}{outcome.get('error', '')}".strip()
                raise CourseError(f"nbgrader could not write feedback for {name}:\n{said[-2000:]}")
    return found


def _assignments(root: Path) -> list[str]:
    """Return the assignments of which something is graded."""
    return sorted({path.name for path in (root / "autograded").glob("*/*") if path.is_dir()})
