"""Which protections hold on this machine, in words for instructors."""

from __future__ import annotations

import platform

from anomaly_labs.inside import landlock

from . import bubblewrap, calls, seccomp
from .limits import Limits

COUNTED = (
    "memory, swap, page tables, files in memory, open files and pipes, sockets, threads, mappings, "
    "watches of epoll, processor time"
)
NAMESPACES = "files, processes, network, host name and IPC"
LIMITS = {
    "DATA": "memory of one process",
    "NPROC": "processes",
    "NOFILE": "open files",
    "FSIZE": "size of a file",
    "CPU": "processor time",
    "SIGPENDING": "signals and timers",
    "MSGQUEUE": "message queues",
    "CORE": "core dumps",
}


def protections() -> dict[str, str]:
    """Return what stands between learners' code and this machine, by its name.

    What this machine lacks begins with "none". `diagnose.diagnose` tries whether it holds.

    Examples
    --------
    >>> list(protections())
    ['namespaces', 'seccomp', 'Landlock', 'limits', 'watchdog']
    """
    version = landlock.version()
    names = [LIMITS[name] for name in Limits().for_process()]
    users = " and users" if bubblewrap.throw_away_user() is None else ""
    return {
        "namespaces": f"own {NAMESPACES}{users}",
        "seccomp": filtered(),
        "Landlock": f"version {version}" if version else "none: Linux before 5.13, or switched off",
        "limits": ", ".join(names),
        "watchdog": f"counts {COUNTED}",
    }


def filtered() -> str:
    """Return what the filter of system calls does here, in words."""
    if not seccomp.program():
        return f"none: no filter is known for {platform.machine()}"
    refused = sum(len(table) for _, table in calls.ANSWERS)
    return f"{refused} system calls answered by a filter, {len(calls.ASKED)} by their arguments"


def sentence() -> str:
    """Return `protections` in one line, as every report has it.

    Examples
    --------
    >>> sentence().startswith("Protection: namespaces (own files")
    True
    """
    told = "; ".join(f"{name} ({what})" for name, what in protections().items())
    return f"Protection: {told}."
