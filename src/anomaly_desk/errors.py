"""The root of all errors of this package that a person may meet."""

from anomaly_labs.errors import LabsError


class CourseError(LabsError):
    """What stops building, executing or grading; its message is all that a person needs."""


class SourceError(CourseError):
    """A lab that cannot be built; the message names file and line."""


class SandboxError(CourseError):
    """Learners' code cannot be locked in on this machine; the message says why."""
