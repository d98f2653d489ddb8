"""What the operating system keeps for a sandbox beside the memory of its processes.

Charged is much more than a record takes: a kernel can make many between two looks and while they
are counted, and a fork copies all of a process at once. An ordinary kernel is charged some 10 MB.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from operator import itemgetter

from .processes import Process

PER_MAPPING, PER_WATCH = 2 << 10, 4 << 10
PER_FILE = 32 << 10  # half of a pipe
PER_THREAD = 32 << 10  # its stack in the kernel, and what describes it
PER_ENTRY = 3 << 9  # a file in memory, with a long name
UNSEEN = 64 << 20  # of a process that closes its memory to all eyes
CHUNK = 1 << 16
# So much in new records can be made in a hundredth of a second in the system. Time outside of it
# counts a little, as the system may only guess how the two share the whole.
PER_TICK, PER_USER_TICK = 2 << 20, 1 << 16
LEAST_DOUBT = 4  # below a quarter of what a sandbox may use nobody counts again
EPOLL = "anon_inode:[eventpoll]"


def open_files(folder: str) -> int:
    """Return how many files a process has open.

    Parameters
    ----------
    folder
        Its folder in ``/proc``.

    Examples
    --------
    >>> open_files("/proc/self") > 2
    True
    """
    told = os.stat(f"{folder}/fd").st_size  # since Linux 6.2
    try:
        return told or len(os.listdir(f"{folder}/fd"))
    except PermissionError:
        return UNSEEN // PER_FILE


def mappings(folder: str) -> int:
    """Return how many mappings the memory of a process has.

    Parameters
    ----------
    folder
        Its folder in ``/proc``.
    """
    with open(f"{folder}/maps", "rb", buffering=0) as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(CHUNK), b""))


def watches(folder: str) -> int:
    """Return how many watches on files the epolls of a process hold.

    They outlive the open files of that process that they watch.

    Parameters
    ----------
    folder
        Its folder in ``/proc``.
    """
    found = 0
    for name in os.listdir(f"{folder}/fd"):
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(f"{folder}/fd/{name}") == EPOLL:
                with open(f"{folder}/fdinfo/{name}", "rb", buffering=0) as file:
                    found += sum(p.count(b"tfd:") for p in iter(lambda: file.read(CHUNK), b""))
    return found


def _made(process: Process) -> int:
    """Return how many bytes of records a process can have made at most since it began."""
    return process.system_ticks * PER_TICK + process.user_ticks * PER_USER_TICK


class Records:
    """Counts mappings and watches, which is slow, anew only where there may be too many."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[bytes, int, int]] = {}

    def held(self, processes: Iterable[Process], room: int, resident: int) -> int:
        """Return the bytes that are charged for mappings and watches.

        A process is charged what was counted last, a new one what its parent is, until there may be
        more than there is room for: it can make so much in the time that it has computed since.

        Parameters
        ----------
        processes
            All processes of the sandbox.
        room
            How many bytes it may use, its own memory and these.
        resident
            How many its own memory takes, what is shared counted more than once.
        """
        processes = list(processes)
        self._forget({process.folder for process in processes})
        charges: dict[str, int] = {}
        certain, doubtful = 0, []
        for process in processes:
            charge, doubt = self._known(process, charges)
            charges[process.folder] = charge
            if doubt:
                doubtful.append((charge + doubt, charge, process))
            else:
                certain += charge
        doubtful.sort(key=itemgetter(0), reverse=True)
        left = sum(most for most, *_ in doubtful)
        guessed = sum(charge for _, charge, _ in doubtful)
        enough = max(room - resident - certain, room // LEAST_DOUBT)
        aim = left if left <= enough else enough / 2
        for most, charge, process in doubtful:
            if left <= aim or certain > room:
                break
            certain += self._count(process)
            left, guessed = left - most, guessed - charge
        return certain + guessed

    def _known(self, process: Process, charges: Mapping[str, int]) -> tuple[int, int]:
        """Return what a process is charged, and how much more it may hold."""
        began, then, charge = self._kept.get(process.folder, (b"", 0, 0))
        if began == process.began:
            return charge, _made(process) - then
        if process.parent in charges:
            return charges[process.parent], _made(process) or 1
        return self._count(process), 0

    def _count(self, process: Process) -> int:
        try:
            found = mappings(process.folder) * PER_MAPPING + watches(process.folder) * PER_WATCH
        except PermissionError:
            found = UNSEEN
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            found = 0
        self._kept[process.folder] = (process.began, _made(process), found)
        return found

    def _forget(self, alive: set[str]) -> None:
        for folder in self._kept.keys() - alive:
            del self._kept[folder]
