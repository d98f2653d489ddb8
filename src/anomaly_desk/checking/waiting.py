"""Whether a kernel was slow by itself, or waited for a processor that others had."""

import os
import threading
import time
from dataclasses import dataclass

from jupyter_client.manager import KernelManager

from anomaly_desk.sandbox.usage import scheduled

# Of the time in which a cell did not end. Alone, it has a third more of a processor than it had at
# most; below that, who did not end would not have ended. Measured on two cores: an endless loop
# misses .04 on an idle machine and .16 beside one that computes; under a load of 7 it misses .31 by
# itself and .38 to .52 beside two to four more. A cell that sleeps misses .01 beside four.
MISSED = 0.25
LOOK_S = 0.25  # what a thread does after the last look before it ends is not seen


@dataclass(frozen=True)
class Moment:
    """Seconds on the clock; that all threads of a kernel had run and had waited by then."""

    clock: float
    ran: float
    waited: float


class Waiting(threading.Thread):
    """Looks at the threads of a kernel four times a second, until there are none any more.

    Parameters
    ----------
    manager
        The kernel's; where the system tells nothing of its threads, none has ever waited.

    Attributes
    ----------
    begun
        The moment of the first look.
    """

    def __init__(self, manager: KernelManager) -> None:
        super().__init__(name="waiting", daemon=True)
        self._provisioner = manager.provisioner
        free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        self._cores = min(getattr(self._provisioner, "cores", 0) or free, free)
        self._seen: dict[str, tuple[int, int]] = {}
        self._ran = self._waited = 0
        self._lock = threading.Lock()
        self.begun = self.now()

    def run(self) -> None:
        """Look until the kernel is gone."""
        while self.now() and self._seen:
            time.sleep(LOOK_S)

    def now(self) -> Moment:
        """Look, and return what has come together until now."""
        with self._lock:
            pid = getattr(self._provisioner, "pid", None)
            seen = scheduled(pid) if pid else {}
            for thread, (ran, waited) in seen.items():
                before = self._seen.get(thread, (0, 0))
                if before[0] > ran:  # another thread in its place
                    before = (0, 0)
                self._ran += ran - before[0]
                self._waited += waited - before[1]
            self._seen = seen
            return Moment(time.monotonic(), self._ran / 1e9, self._waited / 1e9)

    def missed(self, since: Moment) -> float:
        """Return what part of the time since then the kernel went without a processor.

        Threads that wait for each other's processors, because they are more than the cores that
        their kernel may use, would wait alone as well: they have missed nothing.
        """
        now = self.now()
        seconds = max(now.clock - since.clock, 1e-3)
        ran, waited = now.ran - since.ran, now.waited - since.waited
        wanted = min(ran + waited, self._cores * seconds)
        return max(wanted - ran, 0.0) / max(wanted, seconds)
