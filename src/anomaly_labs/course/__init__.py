"""The instructor's side: build notebooks, execute them, grade a class."""


class CourseError(Exception):
    """What stops building, executing or grading; its message is all that a person needs."""
