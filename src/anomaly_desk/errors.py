"""The one root of this package's own errors."""

from anomaly_labs.errors import LabsError


class CourseError(LabsError):
    """What stops building, executing or grading; its message is all that a person needs."""
