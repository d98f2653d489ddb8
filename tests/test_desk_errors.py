"""One tree of errors: what a person may meet is a `CourseError`, and its message is a sentence."""

import importlib
import pkgutil

import anomaly_desk
import anomaly_labs.cli  # noqa: F401  (it loads the commands of the desk, which need it)
from anomaly_desk.errors import CourseError
from anomaly_labs.errors import LabsError

# Met by the grader alone.
CAUGHT = {
    "AnswerError": "tells the learner what a check found, as a failed check does",
    "NoReplyError": "becomes the output of a cell, or a KernelStartError",
    "KernelGoneError": "a NoReplyError",
    "TooSlowError": "a NoReplyError",
    "ForkError": "the kernel starts without the fork server instead",
}


def errors() -> dict[str, type[BaseException]]:
    """Every class of errors that the desk defines."""
    found = {}
    for info in pkgutil.walk_packages(anomaly_desk.__path__, "anomaly_desk."):
        if "sphinx" in info.name:  # settings of Sphinx, no module of ours
            continue
        module = importlib.import_module(info.name)
        found |= {
            name: value
            for name, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, BaseException)
            if value.__module__ == info.name
        }
    return found


def test_every_error_that_a_person_may_meet_is_a_course_error():
    known = errors()
    assert issubclass(CourseError, LabsError)
    assert {name for name, kind in known.items() if not issubclass(kind, CourseError)} == set(
        CAUGHT
    )
    assert {"SandboxError", "RosterError", "GradingError"} <= known.keys()
