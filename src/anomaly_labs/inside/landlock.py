"""The door of the sandbox: set the limits, lock the folders, filter the calls, become the kernel.

bubblewrap runs this file inside by its path, before anything of a learner's:
``python -I -S landlock.py '{"limits": {...}, ...}' command…``. So it needs the standard library
only.

References
----------
Linux ``Documentation/userspace-api/landlock.rst`` and the manual page ``seccomp(2)``.
"""

import ctypes
import json
import os
import struct
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same on all machines
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # prctl
# Rights on files, in the order of their bits.
EXECUTE, WRITE, READ, READ_FOLDER, REMOVE_FOLDER, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_SOCKET, TRUNCATE, DEVICE_CONTROL = 1 << 9, 1 << 14, 1 << 15
RIGHTS_OF_VERSION = (13, 14, 15, 15, 16)  # how many of them Landlock 1, 2, … knows


class _Filter(ctypes.Structure):
    """``struct sock_fprog`` of ``linux/filter.h``."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def version() -> int:
    """Return the version of Landlock that this kernel offers; 0 where there is none.

    Examples
    --------
    >>> version() >= 0
    True
    """
    if not sys.platform.startswith("linux"):
        return 0
    offered: int = ctypes.CDLL(None).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, offered)


def libc(name: str, *arguments: object) -> int:
    """Return what a function of the C library returns.

    Parameters
    ----------
    name
        The function.
    arguments
        What it gets.

    Raises
    ------
    OSError
        If it fails.
    """
    library = ctypes.CDLL(None, use_errno=True)
    result: int = getattr(library, name)(*arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name} {arguments[0]}: {os.strerror(code)}")
    return result


def control(option: int, *arguments: object) -> None:
    """Call ``prctl(2)``.

    Parameters
    ----------
    option
        What it shall do.
    arguments
        Up to four more; numbers become as wide as it takes them.

    Raises
    ------
    OSError
        If it fails.
    """
    more = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    libc("prctl", option, *more, *[ctypes.c_ulong(0)] * (4 - len(more)))


def restrict(writable: Iterable[str], sockets: str) -> int:
    """Let this process write below `writable` only, and make nothing but sockets in `sockets`.

    Parameters
    ----------
    writable
        Folders in which files may be made.
    sockets
        The folder that takes sockets.

    Returns
    -------
    int
        The version of Landlock; 0 where the kernel has none, and then nothing is restricted.
    """
    offered = version()
    if not offered:
        return 0
    known = (1 << RIGHTS_OF_VERSION[min(offered, len(RIGHTS_OF_VERSION)) - 1]) - 1
    attributes = struct.pack("=Q", known)
    rules = libc("syscall", CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)

    def allow(path: str, rights: int) -> None:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        libc("syscall", ADD_RULE, rules, 1, struct.pack("=Qi", rights & known, folder), 0)
        os.close(folder)

    allow("/", EXECUTE | READ | READ_FOLDER)
    for path in writable:
        allow(path, known)
    allow("/dev", READ | WRITE | READ_FOLDER | TRUNCATE | DEVICE_CONTROL)
    if sockets:
        allow(sockets, READ | READ_FOLDER | MAKE_SOCKET | REMOVE_FILE)
    control(NO_NEW_PRIVILEGES, 1)
    libc("syscall", RESTRICT_SELF, rules, 0)
    os.close(rules)
    return offered


def limit(limits: Mapping[str, int], cores: int) -> None:
    """Set the process limits (names of `resource` without ``RLIMIT_``) and keep to some cores.

    Parameters
    ----------
    limits
        The limits by name.
    cores
        How many cores; 0 means all.
    """
    import resource

    with open("/proc/self/oom_score_adj", "w") as score:  # if memory runs out, this goes first
        score.write("1000")
    if cores:
        mine = sorted(os.sched_getaffinity(0))
        start = int.from_bytes(os.urandom(2)) % len(mine)  # not the same cores for all kernels
        os.sched_setaffinity(0, {mine[(start + n) % len(mine)] for n in range(cores)})
    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(number, (value, value))


def pass_through(given: str, *, data: int = 0) -> None:
    """Limit this process, then restrict and filter what it does from here on.

    The filter comes last: it refuses what the other two need.

    Parameters
    ----------
    given
        The text of `settings`.
    data
        Bytes of writable memory that are not charged to it.
    """
    told = json.loads(given)
    limits = told["limits"]
    if "DATA" in limits:
        limits["DATA"] += data
    limit(limits, told["cores"])
    restrict(told["writable"], told["sockets"])
    if program := b64decode(told["program"]):
        control(NO_NEW_PRIVILEGES, 1)
        control(SECCOMP, FILTER, ctypes.byref(_Filter(len(program) // 8, program)))


def settings(
    limits: Mapping[str, int], cores: int, writable: Iterable[str], sockets: str, program: bytes
) -> str:
    """Return the first argument of `main`.

    Parameters
    ----------
    limits, cores
        What `limit` gets.
    writable, sockets
        What `restrict` gets.
    program
        The filter of system calls, as the kernel reads it; empty for none.
    """
    told = {"limits": dict(limits), "cores": cores, "writable": list(writable), "sockets": sockets}
    return json.dumps({**told, "program": b64encode(program).decode()})


def main(arguments: list[str]) -> None:
    """Pass the door, then become the command.

    Parameters
    ----------
    arguments
        The text of `settings`, then the command.
    """
    pass_through(arguments[0])
    os.execv(arguments[1], arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
