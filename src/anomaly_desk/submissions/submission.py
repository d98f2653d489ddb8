"""What one learner sent for one assignment, and the job of grading it."""

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anomaly_desk.submissions.clocks import Told
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.naming import Label
from anomaly_desk.submissions.people import LEARNER_ID
from anomaly_desk.submissions.receive import MAX_BYTES


@dataclass(frozen=True)
class Submission:
    """What one learner sent for one assignment; `refused` says why it cannot be graded.

    Attributes
    ----------
    sender
        What the platform calls the learner, with its number where it gives one.
    sent, clock
        When it was sent, or None where that is not clear; and what says so.
    name
        The file's name as it was sent, where `path` has another one.
    told
        What the clocks say that count for it.
    penalty
        Points that being late costs.
    label
        What its place says of the sender.
    """

    learner: str
    assignment: str
    path: Path
    findings: tuple[Finding, ...] = ()
    refused: str = ""
    sender: str = ""
    sent: datetime | None = None
    clock: str = ""
    name: str = ""
    told: tuple[Told, ...] = ()
    label: Label | None = None
    penalty: float = 0.0

    @property
    def title(self) -> str:
        """The name of the file as it was sent."""
        return self.name or self.path.name

    @property
    def is_nobodys(self) -> bool:
        """Whether there is no learner or no assignment to write a result down for."""
        return not self.assignment or LEARNER_ID.fullmatch(self.learner) is None


@dataclass(frozen=True)
class Job:
    """One submission to grade in the course folder `root`, with the project's settings.

    Attributes
    ----------
    fingerprint
        Fingerprint of the assignment that is released in `root`.
    unsafe
        Whether learners' code runs without the sandbox.
    beside
        How many submissions of the assignment are graded in the same run.
    """

    root: Path
    project: Path
    submission: Submission
    fingerprint: str
    unsafe: bool
    beside: int = 1


def read_regular(path: Path) -> bytes | None:
    """Return the bytes of a regular file of at most 50 MB; None for whatever else lies there."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        # should it be replaced meanwhile: neither a link nor a pipe holds the grader up
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        return None
    return content if len(content) <= MAX_BYTES else None
