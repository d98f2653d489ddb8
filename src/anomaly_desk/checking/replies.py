"""What may come back from a kernel: how much, which message is meant, and why none came."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anomaly_desk.checking.outputs import Outputs
from anomaly_desk.errors import CourseError

KIND_OF_DEATH = {
    "memory": "limit-memory",
    "time": "limit-time",
    "files": "limit-disk",
    "processes": "limit-processes",
}


class KernelStartError(CourseError):
    """The kernel did not start: that is not the learner's doing."""


class NoReplyError(Exception):
    """A request without a reply; `outputs` is what the cell had shown until then."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.outputs = Outputs(0, {})


class KernelGoneError(NoReplyError):
    """The kernel has died or was killed; the message tells the learner why."""


class TooSlowError(NoReplyError):
    """The kernel did not answer in time but could be interrupted; it can be asked again."""


@dataclass(frozen=True)
class MessageLimits:
    """What one kernel may send."""

    answer: int = 32_000_000  # bytes of one answer to a check
    output: int = 2_000_000  # characters of the outputs of one cell
    outputs: int = 10_000_000  # and of all cells
    memory: int = 2_000_000_000  # bytes that the grader may grow by while it listens


def resident_memory() -> int:
    """Return the bytes of memory that this process holds; 0 where only Linux could tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def answers(message: dict[str, Any], number: str) -> bool:
    """Return whether a message is well formed and belongs to request `number`."""
    parts = [message.get(part) for part in ("header", "content", "parent_header")]
    if any(type(part) is not dict for part in parts):
        return False
    return bool(message["parent_header"].get("msg_id") == number)
