"""How much a sandboxed kernel may use, and the watchdog that ends it when it uses more."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from traitlets import HasTraits, Integer

from anomaly_labs.inside import landlock
from anomaly_labs.inside.places import SOCKETS, WRITABLE

from . import seccomp
from .records import Records
from .usage import MB, computing, proportional, usage

POLL_S = 0.05
SHARED = 4  # processes that seem to hold this many times their limit are not looked at twice
SLACK_S = 5  # the watchdog, which can say why, comes first
MOST_FILES = 20_000
MOST_SOCKETS = 64
MOST_REFUSALS = 40
MOST_SIGNALS = 256  # that wait, and timers, each of which holds one
LOOK_S = 0.5  # between two counts of what computes at the same time
MOST_CROWDED = 6  # such looks


class Limits(HasTraits):  # type: ignore[misc]
    """The limits of one kernel; set them as ``c.BubblewrapProvisioner.memory_mb = …``."""

    memory_mb = Integer(4096, help="resident memory of all processes and files together").tag(
        config=True
    )
    processes = Integer(256, help="processes and threads at once").tag(config=True)
    file_mb = Integer(256, help="largest file").tag(config=True)
    work_mb = Integer(256, help="size of each of home, /tmp and /dev/shm").tag(config=True)
    wall_s = Integer(1800, help="seconds from start to end").tag(config=True)
    cpu_s = Integer(3600, help="processor seconds of all processes together").tag(config=True)
    open_files = Integer(256, help="open files of a process").tag(config=True)
    cores = Integer(2, help="processor cores it may run on; 0 means all").tag(config=True)
    busy = Integer(16, help="processes and threads that compute at once, for seconds on end").tag(
        config=True
    )

    def for_process(self) -> dict[str, int]:
        """Return what the operating system itself enforces, by the names of `resource`.

        Resident memory is the watchdog's. The cap on a process's own writable memory is twice as
        high, because TensorFlow maps more than it uses; it turns one huge array into a
        MemoryError, before the watchdog looks again.

        Examples
        --------
        >>> Limits(memory_mb=100).for_process()["DATA"] >> 20
        200
        """
        return {
            "DATA": 2 * self.memory_mb * MB,
            "NPROC": self.processes + _others(),
            "FSIZE": self.file_mb * MB,
            "NOFILE": self.open_files,
            "CPU": self.cpu_s + SLACK_S,
            "CORE": 1,  # a program of the machine that takes what has crashed is started at 0
            "SIGPENDING": MOST_SIGNALS,
            "MSGQUEUE": 0,
        }

    def settings(self) -> str:
        """Return what the door of the sandbox is told (`landlock.main`)."""
        return landlock.settings(
            self.for_process(), self.cores, WRITABLE, SOCKETS, seccomp.program()
        )


def _others() -> int:
    """Return how many threads of this user count against the kernel's limit of processes.

    From Linux 5.14 on each user namespace counts for itself, and before that a user's tasks are
    counted all over the machine. Root's kernels run under a user of their own.
    """
    release = os.uname().release.split(".") if hasattr(os, "uname") else ["0", "0"]
    if os.getuid() == 0 or (int(release[0]), int(release[1].split("-")[0])) >= (5, 14):
        return 0
    threads = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
            if lines["Uid"].split()[0] == str(os.getuid()):
                threads += int(lines["Threads"])
    return threads


class Watchdog(threading.Thread):
    """Look at a sandbox twenty times a second, and kill it when it goes beyond a limit.

    Attributes
    ----------
    inherited
        Bytes that a forked kernel, and each of its children, has without having taken them.
    """

    inherited = 0

    def __init__(
        self,
        init: int,
        limits: Limits,
        sockets: Path,
        on_kill: Callable[[str], None],
        on_look: Callable[[], None],
    ) -> None:
        super().__init__(name=f"sandbox-{init}", daemon=True)
        self._init, self._limits, self._sockets = init, limits, sockets
        self._on_kill, self._on_look = on_kill, on_look
        self._ended = threading.Event()
        self._records = Records()
        self._deadline = time.monotonic() + limits.wall_s
        self._next_look = 0.0
        self._crowded = 0

    def stop(self) -> None:
        """Look no more; returns when the last look has ended."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Watch until `stop`, until the sandbox ends, or until it goes beyond a limit."""
        refused = 0
        while not self._ended.wait(POLL_S):
            self._on_look()
            try:
                reason = self.verdict()
            except (ProcessLookupError, FileNotFoundError):
                if not os.path.exists(f"/proc/{self._init}"):
                    return
                continue
            except (
                Exception
            ):  # such as no permission for a moment, while bubblewrap changes its user
                refused += 1
                reason = "unwatched" if refused > MOST_REFUSALS else ""
            if reason:
                self._on_kill(reason)
                return

    def verdict(self) -> str:
        """Return which limit is passed now: "time", "memory", "files", "processes", or ""."""
        limits = self._limits
        if time.monotonic() > self._deadline:
            return "time"
        used = usage(self._init, self._records, limits.memory_mb * MB)
        if used.cpu_s > limits.cpu_s:
            return "time"
        allowed = limits.memory_mb * MB - used.stored - used.held
        if allowed < 0:
            return "memory"
        beyond_doubt = (
            SHARED * limits.memory_mb * MB + min(used.processes, 2 * limits.busy) * self.inherited
        )
        if used.resident > allowed and (
            used.resident > beyond_doubt or proportional(self._init) > allowed
        ):
            return "memory"
        if used.files > MOST_FILES or self._too_full():
            return "files"
        return "processes" if self._is_crowd() else ""

    def _is_crowd(self) -> bool:
        """Return whether so much has computed at once for so long that neighbours starve."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_S
            more = computing(self._init) > self._limits.busy
            self._crowded = max(0, self._crowded + (1 if more else -1))
        return self._crowded >= MOST_CROWDED

    def _too_full(self) -> bool:
        """Return whether more lies among the sockets than a kernel puts there, or who can tell."""
        size = 0
        try:
            with os.scandir(self._sockets) as entries:
                for number, entry in enumerate(entries, 1):
                    size += entry.stat(follow_symlinks=False).st_size
                    if number > MOST_SOCKETS or size > MB:
                        return True
        except PermissionError:
            return True
        return False
