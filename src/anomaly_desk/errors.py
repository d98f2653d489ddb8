"""The one root of this package's own errors."""

from anomaly_labs.errors import LabsError


class CourseError(LabsError):
    """What stops building, executing or grading; its message is all that a person needs."""


class SourceError(CourseError):
    """A lab that cannot be built; the message names file and line."""
