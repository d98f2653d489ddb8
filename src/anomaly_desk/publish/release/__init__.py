"""The zip for learners: what goes in, and a check that no answer goes with it."""

from pathlib import Path

from anomaly_desk import course
from anomaly_desk.publish.release.archive import write_zip
from anomaly_desk.publish.release.check import complaints
from anomaly_desk.publish.release.contents import gather
from anomaly_desk.publish.release.targets import Target

__all__ = ["Target", "complaints", "gather", "release"]


def release(
    project: Path, output: Path, *, data: bool, wheels: Target | None, self_study: bool = False
) -> list[str]:
    """Write the zip for learners, unless the check finds something in it; return what it found.

    Two releases of the same state are identical to the byte. The file appears under its name
    only when it has passed the check.

    Parameters
    ----------
    project
        The folder of the course.
    output
        The zip.
    data
        Whether the official data files that are found here go in.
    wheels
        The computers for which the wheels of all packages go in; None for no wheels.
    self_study
        Whether it is an edition with worked solutions of the labs, for those who learn alone.

    Raises
    ------
    CourseError
        If something that belongs into the zip cannot be made; the message says what to do.
    """
    found: list[str] = []

    def accept(path: Path) -> bool:
        found.extend(complaints(project, path, self_study=self_study))
        return not found

    with gather(project, data=data, wheels=wheels, self_study=self_study) as files:
        write_zip(output, files, folder=course.read(project).id, accept=accept)
    return found
