"""What a sandbox uses, seen from outside through ``/proc``.

References
----------
The manual page ``proc(5)``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anomaly_labs.inside.places import SOCKETS, WRITABLE

MB = 1 << 20
QUEUES = 16 * MB  # below that nobody asks whose the machine's TCP buffers are: it takes 10 ms


@dataclass(frozen=True)
class Usage:
    """What all processes and files of a sandbox use at one moment; memory in bytes.

    `held` is what the operating system keeps for it: page tables and buffers of sockets.
    """

    processes: int = 0
    resident: int = 0
    held: int = 0
    cpu_s: float = 0.0
    files: int = 0
    stored: int = 0


def usage(init: int) -> Usage:
    """Return what the sandbox whose first process is `init` uses.

    Its own ``/proc`` lists its processes and nothing else, however they were started.

    Raises
    ------
    FileNotFoundError, ProcessLookupError
        If the sandbox is not built yet, or gone.
    PermissionError
        If this process may not look into it.
    """
    root = Path(f"/proc/{init}/root")
    os.stat(f"{root}{SOCKETS}")  # until bubblewrap is done, this is the root of the machine
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGESIZE")
    processes = resident = 0
    held = _buffers(init)
    cpu = 0.0
    for name in os.listdir(root / "proc"):
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # The name of a process stands in brackets and may hold anything.
            fields = (root / "proc" / name / "stat").read_bytes().rpartition(b")")[2].split()
            cpu += sum(map(int, fields[11:15])) / ticks
            resident += int(fields[21]) * page
            processes += 1
            tables = (root / "proc" / name / "status").read_bytes().partition(b"\nVmPTE:")[2]
            held += int(tables.split(maxsplit=1)[0]) * 1024 if tables else 0
    files = stored = 0
    for place in WRITABLE:
        room = os.statvfs(f"{root}{place}")
        files += room.f_files - room.f_ffree
        stored += (room.f_blocks - room.f_bfree) * room.f_frsize
    return Usage(processes, resident, held, cpu, files, stored)


def _buffers(init: int) -> int:
    """Return about how many bytes the sockets of a sandbox hold, in whatever process they are.

    Each is charged with as much as can wait in it, and TCP, whose buffers grow, with what does.
    """
    network = Path(f"/proc/{init}/net")
    told = {
        words[0]: dict(zip(words[1::2], map(int, words[2::2]), strict=True))
        for words in map(str.split, (network / "sockstat").read_text().splitlines())
    }
    total = told["sockets:"]["used"] * _one_socket()
    machine = told["TCP:"]["mem"] * os.sysconf("SC_PAGESIZE")
    if machine > QUEUES:
        queued = 0
        for name in ("tcp", "tcp6"):
            with contextlib.suppress(FileNotFoundError):
                for line in (network / name).read_text().splitlines()[1:]:
                    queued += sum(int(size, 16) for size in line.split()[4].split(":"))
        total += min(machine, 2 * queued)  # a package takes more room than its content
    return total


@cache
def _one_socket() -> int:
    """Return what one socket holds at most: its buffer and a last message that goes beyond.

    A container may not be told the size of buffers; then it is the one that Linux comes with.
    """
    told = Path("/proc/sys/net/core/wmem_default")
    return (int(told.read_text()) if told.exists() else 212_992) * 3 // 2


def computing(init: int) -> int:
    """Return how many processes and threads of a sandbox run or wait for a processor now."""
    running = 0
    root = Path(f"/proc/{init}/root/proc")
    for name in filter(str.isdigit, os.listdir(root)):
        with contextlib.suppress(OSError):
            for task in os.listdir(root / name / "task"):
                with contextlib.suppress(OSError):
                    stat = (root / name / "task" / task / "stat").read_bytes()
                    running += stat.rpartition(b")")[2].split()[0] == b"R"
    return running


def scheduled(launcher: int) -> dict[str, tuple[int, int]]:
    """Return for how long each thread of a kernel has run, and has waited for a processor.

    Nanoseconds, by the place of the thread in ``/proc``; threads that have ended are not there.

    Parameters
    ----------
    launcher
        The process that was started for the kernel: bubblewrap, or without a sandbox its own.
    """
    found = {}
    for process in _kernel(launcher):
        with contextlib.suppress(OSError):
            for task in os.listdir(process / "task"):
                place = process / "task" / task / "schedstat"
                with contextlib.suppress(OSError):
                    ran, waited, _ = map(int, place.read_bytes().split())
                    found[str(place)] = (ran, waited)
    return found


def _kernel(launcher: int) -> Iterator[Path]:
    """Yield the processes of a kernel: those of its sandbox, or without one its descendants."""
    yield Path(f"/proc/{launcher}")
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split():
            if os.readlink(f"/proc/{child}/ns/pid") == os.readlink("/proc/self/ns/pid"):
                yield from _kernel(int(child))
            else:
                inside = Path(f"/proc/{child}/root/proc")
                yield from (inside / name for name in os.listdir(inside) if name.isdigit())


def proportional(init: int) -> float:
    """Return the resident memory with shared pages counted once, in bytes; slower than `usage`.

    It is infinite where the system does not tell, so that the plain sum decides.
    """
    total, told = 0, False
    for rollup in Path(f"/proc/{init}/root/proc").glob("[0-9]*/smaps_rollup"):
        try:
            lines = rollup.read_text().splitlines()
        except PermissionError:  # a process can close its memory to all eyes
            return float("inf")
        except OSError:  # it has ended
            continue
        else:
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
            told = True
    return total if told else float("inf")
