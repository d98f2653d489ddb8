"""The filter of system calls, as a program for the kernel's seccomp.

Refused is what an exercise never needs: memory that belongs to no process and so escapes the
memory limit, new namespaces, looking into other processes, and kinds of sockets that no network
namespace closes. Some wishes are granted in words only: larger buffers of a socket, other
processors, locks on files, writing out to disks. `calls` lists them.

References
----------
Linux ``Documentation/userspace-api/seccomp_filter.rst`` and ``include/uapi/linux/filter.h``.
"""

import errno
import platform
import struct

from . import calls

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
FIRST, SECOND, THIRD, FOURTH = 16, 24, 32, 40  # and of the arguments, lower half
KILL, REFUSE, ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
X32 = 0x4000_0000

NEW_USER_NAMESPACE, THREAD, SAME_FILES = 0x1000_0000, 0x1_0000, 0x400  # clone
OWN_TABLE = 0x2  # close_range: the files of a thread in a table that /proc does not show
SHARED, ANONYMOUS, HUGE = 0x01, 0x20, 0x4_0000  # mmap
FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
LATER_PROTOCOLS = 18  # TCP and UDP come before; MPTCP and SCTP have buffers that nothing counts
SOCKET_LEVEL, BUFFERS = 1, (7, 8, 60)  # SO_SNDBUF, SO_RCVBUF, SO_ZEROCOPY
LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW and those of an open file
LEASE, NOTIFY, PIPE_SIZE = 1024, 1026, 1031
SET_SECCOMP, FUTEX_TABLE, NAME_OF_MAPPING = 22, 78, 0x5356_4D41  # prctl


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _answer(code: int) -> bytes:
    return _step(RETURN, REFUSE | code)


def _one_of(offset: int, values: tuple[int, ...], code: int) -> list[bytes]:
    """Give an answer where an argument has one of these values; all may go on that come after."""
    left = len(values)
    return [
        _step(LOAD, offset),
        *(_step(EQUAL, value, if_true=left - 1 - n) for n, value in enumerate(values[:-1])),
        _step(EQUAL, values[-1], if_false=1),
        _answer(code),
    ]


def _clone() -> list[bytes]:
    """Refuse new users, and threads whose files are not those of their process."""
    return [
        _step(LOAD, FIRST),
        _step(ANY_BIT, NEW_USER_NAMESPACE, if_true=2),
        _step(ANY_BIT, THREAD, if_false=2),
        _step(ANY_BIT, SAME_FILES, if_true=1),
        _answer(errno.EPERM),
    ]


def _close_range() -> list[bytes]:
    return [_step(LOAD, THIRD), _step(ANY_BIT, OWN_TABLE, if_false=1), _answer(errno.EINVAL)]


def _mmap() -> list[bytes]:
    """Refuse shared memory without a file and huge pages: neither shows as used by a process."""
    return [
        _step(LOAD, FOURTH),
        _step(ANY_BIT, HUGE, if_true=2),
        _step(ANY_BIT, SHARED, if_false=2),
        _step(ANY_BIT, ANONYMOUS, if_false=1),
        _answer(errno.ENOSYS),
    ]


def _setsockopt() -> list[bytes]:
    """Answer "done" to who wants larger buffers, and do nothing."""
    buffers = _one_of(THIRD, BUFFERS, 0)
    return [_step(LOAD, SECOND), _step(EQUAL, SOCKET_LEVEL, if_false=len(buffers)), *buffers]


def _socket() -> list[bytes]:
    families = [_step(EQUAL, one, if_true=len(FAMILIES) - n) for n, one in enumerate(FAMILIES)]
    return [
        _step(LOAD, THIRD),
        _step(AT_LEAST, LATER_PROTOCOLS, if_false=1),
        _answer(errno.EPROTONOSUPPORT),
        _step(LOAD, FIRST),
        *families,
        _answer(errno.EAFNOSUPPORT),
    ]


def _fcntl() -> list[bytes]:
    """Grant locks in words, as `flock`; refuse what the memory limit would not see."""
    unseen = (LEASE, NOTIFY, PIPE_SIZE)
    return [*_one_of(SECOND, LOCKS, 0), *_one_of(SECOND, unseen, errno.EPERM)]


def _prctl() -> list[bytes]:
    return _one_of(FIRST, (SET_SECCOMP, FUTEX_TABLE, NAME_OF_MAPPING), errno.EINVAL)


BY_ARGUMENT = {
    "clone": _clone,
    "close_range": _close_range,
    "fcntl": _fcntl,
    "mmap": _mmap,
    "prctl": _prctl,
    "setsockopt": _setsockopt,
    "socket": _socket,
}


def program(machine: str = "") -> bytes:
    """Return the filter for this or a named machine; empty where the machine is not known.

    Parameters
    ----------
    machine
        As `platform.machine` calls it.

    Examples
    --------
    >>> len(program("x86_64")) % 8, program("pdp11")
    (0, b'')
    """
    machine = machine or platform.machine()
    if machine not in calls.AUDITED:
        return b""
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, calls.AUDITED[machine], if_true=1),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
    ]
    if machine == calls.X86_64:
        steps += [_step(AT_LEAST, X32, if_false=1), _answer(errno.ENOSYS)]
    for name, rules in BY_ARGUMENT.items():
        asked = [*rules(), _step(RETURN, ALLOW)]
        number = calls.number(calls.ASKED[name], machine)
        steps += [_step(EQUAL, number or 0, if_false=len(asked)), *asked]
    for code, table in calls.ANSWERS:
        for told in table.values():
            number = calls.number(told, machine)
            if number is not None:
                steps += [_step(EQUAL, number, if_false=1), _answer(code)]
    return b"".join([*steps, _step(RETURN, ALLOW)])
