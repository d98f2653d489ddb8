"""What a command costs, with all that it starts: seconds, CPU seconds and memory."""

import ctypes
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
LOOK_S, TICK_S = 0.5, 0.05


def adopt_orphans() -> None:
    """Become the parent of what outlives its own, so that `Watch` sees it."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


@dataclass
class Cost:
    """What one command took: seconds, CPU seconds, and memory in MB at each look."""

    wall: float
    cpu: float
    memory: list[tuple[int, float]]

    @property
    def peak(self) -> float:
        """The most memory at any look."""
        return max((mb for _, mb in self.memory), default=0.0)


class Watch(threading.Thread):
    """Sees all processes that stem from this one; sums up their CPU time and their memory.

    Who waits for a child learns its CPU time, but nobody waits for what is killed with its
    namespace, as sandboxed kernels are. So every process is looked at many times a second.
    """

    def __init__(self, done: Callable[[], int]) -> None:
        super().__init__(daemon=True)
        self.memory: list[tuple[int, float]] = []
        self._done = done
        self._ended = threading.Event()
        self._seen: dict[tuple[int, int], int] = {}

    def run(self) -> None:
        """Look until `stop`."""
        turns = round(LOOK_S / TICK_S)
        for turn in itertools.cycle(range(turns)):
            if self._ended.wait(TICK_S):
                return
            family = self.count()
            if turn == 0:
                self.memory.append((self._done(), proportional_mb(family)))

    def stop(self) -> float:
        """Return the CPU seconds of all that was seen."""
        self._ended.set()
        self.join()
        return self.seconds

    @property
    def seconds(self) -> float:
        """CPU seconds of all that was seen so far."""
        return sum(self._seen.values()) / os.sysconf("SC_CLK_TCK")

    def count(self) -> set[int]:
        """Note what each process has used so far; return their numbers."""
        stats: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                words = stat.read_bytes().rpartition(b")")[2].split()
                stats[int(stat.parent.name)] = [int(words[place]) for place in (1, 11, 12, 19)]
        found: set[int] = set()
        new = {os.getpid()}
        while new:
            new = {number for number, (parent, *_) in stats.items() if parent in new} - found
            found |= new
        for number in found:
            _, user, system, started = stats[number]
            self._seen[number, started] = user + system
        return found


def proportional_mb(processes: Iterable[int]) -> float:
    total = 0
    for number in processes:
        with suppress(OSError):
            for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
                total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return total / 1e3


def measure(command: list[str], done: Callable[[], int], **given: Any) -> Cost:
    """Run a command and return what it and all that it starts takes."""
    watch, started = Watch(done), time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **given)
    watch.start()
    said, _ = process.communicate()
    wall = time.monotonic() - started
    while watch.count():  # what outlives the command, until it ends too
        with suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        time.sleep(TICK_S)
    cost = Cost(wall, watch.stop(), watch.memory)
    if process.returncode:
        sys.stdout.buffer.write(said[-4000:])
        raise SystemExit(f"{command[:4]} ended with {process.returncode}")
    return cost
