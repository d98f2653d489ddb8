"""The processes of a sandbox, seen from outside through ``/proc``.

References
----------
The manual page ``proc(5)``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

GONE = (b"Z", b"X")


@dataclass(frozen=True)
class Process:
    """One process of a sandbox; `folder` in ``/proc`` is where it tells what it has.

    One that has ended and waits for its parent has nothing any more.
    """

    folder: str
    parent: str
    has_ended: bool
    began: bytes
    user_ticks: int
    system_ticks: int
    ticks_of_children: int
    threads: int
    pages: int


def processes(init: int) -> Iterator[Process]:
    """Yield the processes of a sandbox: all that its own ``/proc`` lists, and nothing else.

    Parameters
    ----------
    init
        Its first process.

    Raises
    ------
    FileNotFoundError, ProcessLookupError
        If the sandbox is not built yet, or gone.
    PermissionError
        If this process may not look into it.
    """
    root = f"/proc/{init}/root/proc"
    for name in filter(str.isdigit, os.listdir(root)):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            yield _process(root, name)


def _process(root: str, name: str) -> Process:
    """Look at a process; where its first thread has ended, another one tells of its memory."""
    folder = f"{root}/{name}"
    told = stat(folder)
    threads, pages, ended = int(told[17]), told[21], told[0] in GONE
    tasks = os.listdir(f"{folder}/task") if ended and threads > 1 else []
    for place in (f"{folder}/task/{task}" for task in tasks):
        other = stat(place)
        if other[0] not in GONE:
            folder, pages, ended = place, other[21], False
            break
    parent = f"{root}/{int(told[1])}"
    user, system, *of_children = map(int, told[11:15])
    ticks = (user, system, sum(of_children))
    return Process(folder, parent, ended, told[19], *ticks, threads, int(pages))


def stat(folder: str) -> list[bytes]:
    """Return what a process or thread tells of itself, from its state on.

    Its name comes before that; it stands in brackets and may hold anything.

    Parameters
    ----------
    folder
        Its folder in ``/proc``.
    """
    with open(f"{folder}/stat", "rb", buffering=0) as file:
        return file.read(4096).rpartition(b")")[2].split()
