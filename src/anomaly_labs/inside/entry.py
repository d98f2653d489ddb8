"""The way into a sandbox for a process that was forked outside of it, and the rights it leaves.

bubblewrap builds the room as for every kernel. A process outside joins its namespaces, so that it
sees the same files, processes and network, and its child, which lives inside, gives up what
bubblewrap, ``setpriv`` and the door (`landlock`) take from every other process in there. Python
3.11 has no `os.setns`; the C library has.

References
----------
The manual pages ``setns(2)`` and ``capabilities(7)``.
"""

from __future__ import annotations

import ctypes
import os
import signal

from .landlock import NO_NEW_PRIVILEGES, control, libc, pass_through
from .places import HOME

# All namespaces of a sandbox. Only an ordinary user's has a user namespace of its own.
NAMESPACES = {
    "mnt": 0x0002_0000,
    "cgroup": 0x0200_0000,
    "uts": 0x0400_0000,
    "ipc": 0x0800_0000,
    "user": 0x1000_0000,
    "pid": 0x2000_0000,
    "net": 0x4000_0000,
}
DUMPABLE, DROP_BOUNDING, AMBIENT, CLEAR_ALL = 4, 24, 47, 4  # prctl
CAPABILITY_VERSION = 0x2008_0522
RESIDENT, DATA = 1, 5  # fields of /proc/self/statm
LAST_CAPABILITY = "/proc/sys/kernel/cap_last_cap"


def join(init: int, user: int | None) -> None:
    """Join the namespaces of a sandbox; the next child of this process lives in it.

    Parameters
    ----------
    init
        An open file that stands for the first process inside (``pidfd_open(2)``).
    user
        From `bubblewrap.throw_away_user`.

    Raises
    ------
    OSError
        Where the system forbids it, or is older than Linux 5.8.
    """
    wanted = sum(flag for name, flag in NAMESPACES.items() if user is None or name != "user")
    libc("setns", init, wanted)


def give_up_rights(user: int | None) -> None:
    """Become `user` without any capability or group; an ordinary user stays who it is.

    Parameters
    ----------
    user
        The user's number, or None.
    """
    with open(LAST_CAPABILITY) as file:
        last = int(file.read())
    for capability in range(last + 1):
        control(DROP_BOUNDING, capability)
    control(AMBIENT, CLEAR_ALL)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    libc("capset", header, (ctypes.c_uint32 * 6)())
    control(NO_NEW_PRIVILEGES, 1)
    control(DUMPABLE, 1)  # its own /proc belongs to it again, as after any start of a program


def close_all_but(kept: int, stderr: int) -> int:
    """Keep nothing of what was open outside but `kept`, whose new number is returned.

    The standard input and output become the sandbox's own ``/dev/null``.

    Parameters
    ----------
    kept
        The open file to keep.
    stderr
        What becomes the standard error.
    """
    nothing = os.open("/dev/null", os.O_RDWR)
    for fd, number in ((nothing, 0), (nothing, 1), (stderr, 2), (kept, 3)):
        if fd != number:
            os.dup2(fd, number, inheritable=number < 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    return 3


def _memory(kind: int) -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[kind]) * os.sysconf("SC_PAGESIZE")


def resident() -> int:
    """Return the bytes of memory that this process holds, shared ones too."""
    return _memory(RESIDENT)


def settle(user: int | None, settings: str) -> None:
    """Pass the door: from here on this process is as any other in the sandbox.

    What it has mapped before the fork, and shares, is not charged to it.

    Parameters
    ----------
    user
        From `bubblewrap.throw_away_user`.
    settings
        From `landlock.settings`.
    """
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    give_up_rights(user)
    pass_through(settings, data=_memory(DATA))
    os.chdir(HOME)
