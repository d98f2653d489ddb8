"""What a sandbox uses, seen from outside through ``/proc``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anomaly_labs.inside.places import SOCKETS, WRITABLE

from .processes import processes, stat
from .records import PER_ENTRY, PER_FILE, PER_THREAD, Records, open_files

MB = 1 << 20
QUEUES = 16 * MB  # below that nobody asks whose the machine's TCP buffers are: it takes 10 ms


@dataclass(frozen=True)
class Usage:
    """What all processes and files of a sandbox use at one moment; memory in bytes.

    `held` is what the operating system keeps for it: page tables, buffers of sockets, and what
    `records` charges.
    """

    processes: int = 0
    resident: int = 0
    held: int = 0
    cpu_s: float = 0.0
    files: int = 0
    stored: int = 0


def usage(init: int, records: Records, most: int) -> Usage:
    """Return what the sandbox whose first process is `init` uses.

    Parameters
    ----------
    init
        The first process.
    records
        What was counted in earlier looks at this sandbox.
    most
        How many bytes it may use; mappings beyond that are not counted.

    Raises
    ------
    FileNotFoundError, ProcessLookupError
        If the sandbox is not built yet, or gone.
    PermissionError
        If this process may not look into it.
    """
    root = f"/proc/{init}/root"
    os.stat(f"{root}{SOCKETS}")  # until bubblewrap is done, this is the root of the machine
    clock, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGESIZE")
    found = list(processes(init))
    rooms = [os.statvfs(f"{root}{place}") for place in WRITABLE]
    files = sum(room.f_files - room.f_ffree for room in rooms)
    stored = sum((room.f_blocks - room.f_bfree) * room.f_frsize for room in rooms)
    alive = [process for process in found if not process.has_ended]
    resident = sum(process.pages for process in alive) * page
    held = _buffers(init) + files * PER_ENTRY
    for process in alive:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            tables, swapped = _kept(process.folder)
            resident += swapped
            held += tables + process.threads * PER_THREAD
            held += open_files(process.folder) * PER_FILE
    held += records.held(alive, most - stored - held, resident)
    ticks = sum(one.user_ticks + one.system_ticks + one.ticks_of_children for one in found)
    return Usage(len(found), resident, held, ticks / clock, files, stored)


def _kept(folder: str) -> tuple[int, int]:
    """Return the bytes of a process's page tables, and of its memory that lies on a disk."""
    with open(f"{folder}/status", "rb", buffering=0) as file:
        status = file.read(1 << 14)
    return _told(status, b"\nVmPTE:"), _told(status, b"\nVmSwap:")


def _told(status: bytes, name: bytes) -> int:
    r"""Return the kB after a name in bytes; 0 where it is missing, as in a process that has ended.

    Examples
    --------
    >>> _told(b"Name: VmSwap: 9 kB\nVmSwap:\t  230 kB\n", b"\nVmSwap:")
    235520
    """
    found = status.partition(name)[2]
    return int(found.split(maxsplit=1)[0]) * 1024 if found else 0


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
    root = f"/proc/{init}/root/proc"
    for name in filter(str.isdigit, os.listdir(root)):
        with contextlib.suppress(OSError):
            for task in os.listdir(f"{root}/{name}/task"):
                with contextlib.suppress(OSError):
                    running += stat(f"{root}/{name}/task/{task}")[0] == b"R"
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
    for process in processes(init):
        try:
            with open(f"{process.folder}/smaps_rollup") as file:
                lines = file.read().splitlines()
        except PermissionError:  # a process can close its memory to all eyes
            return float("inf")
        except OSError:  # it has ended
            continue
        else:
            shares = [line for line in lines if line.startswith(("Pss:", "SwapPss:"))]
            total += sum(int(line.split()[1]) for line in shares) * 1024
            told = True
    return total if told else float("inf")
