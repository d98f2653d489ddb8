"""The course's late policy, as nbgrader asks for it when it has graded a submission."""

from pathlib import Path

from nbgrader.api import SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties

from anomaly_desk.grading import late, times
from anomaly_desk.submissions import roster


class LatePolicy(BasePlugin):  # type: ignore[misc]
    """Takes off what `late.Policy` says, from what the course folder and its roster hold."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Return the points that being late costs; nbgrader asks where a deadline has passed."""
        asked = self.parent
        root = Path(CourseDirectory(config=self.config).root)
        submission = asked.gradebook.find_submission(asked.assignment_id, student_id)
        policy, class_ = late.read(root), roster.kept(root)
        deadline = policy.deadlines.get(asked.assignment_id)
        deadline = deadline or times.from_utc(submission.assignment.duedate)
        person = class_.get(student_id) if class_ else None
        n_days = late.days(times.from_utc(submission.timestamp), late.due(deadline, person), policy)
        return late.penalty(n_days, float(submission.max_score), policy)


class LatePenalties(AssignLatePenalties):  # type: ignore[misc]
    """nbgrader's step, with a penalty that also counts against points given by hand later.

    nbgrader cuts it down to the automatic points. Here it stays whole, and whoever adds up takes
    the larger of 0 and points less penalty, as nbgrader's export and our pages do.
    """

    def _check_late_penalty(self, notebook: SubmittedNotebook, penalty: float) -> float:
        return max(0.0, penalty)
