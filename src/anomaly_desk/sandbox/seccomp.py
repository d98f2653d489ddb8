"""The system calls that the sandbox refuses, as a program for the kernel's seccomp filter.

Refused is what an exercise never needs: memory that belongs to no process and so escapes the
memory limit, new namespaces, looking into other processes, and kinds of sockets that no network
namespace closes. A refused call answers "not implemented", so that libraries fall back; a wish for
larger buffers of a socket is granted in words only.

References
----------
Linux ``Documentation/userspace-api/seccomp_filter.rst`` and ``include/uapi/linux/filter.h``.
"""

import errno
import os
import platform
import struct

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
FIRST, SECOND, THIRD, FOURTH = 16, 24, 32, 40  # and of the arguments, lower half
KILL, REFUSE, ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
NEW_USER_NAMESPACE = 0x1000_0000
X32 = 0x4000_0000
FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
LATER_PROTOCOLS = 18  # TCP and UDP come before; MPTCP and SCTP have buffers that nothing counts
SHARED, ANONYMOUS, HUGE = 0x01, 0x20, 0x4_0000  # mmap
SOCKET_LEVEL, BUFFERS = 1, (7, 8, 60)  # SO_SNDBUF, SO_RCVBUF, SO_ZEROCOPY

# audit number of the machine, the calls whose arguments count, and what is refused there
MACHINES = {
    "x86_64": (
        0xC000_003E,
        {"clone": 56, "socket": 41, "mmap": 9, "setsockopt": 54},
        {
            "memfd_create": 319,
            "shmget": 29,
            "msgget": 68,
            "semget": 64,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "kcmp": 312,
            "bpf": 321,
            "perf_event_open": 298,
            "userfaultfd": 323,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "unshare": 272,
            "setns": 308,
            "mount": 165,
            "umount2": 166,
            "pivot_root": 155,
            "chroot": 161,
            "open_by_handle_at": 304,
            "syslog": 103,
            "quotactl": 179,
            "vmsplice": 278,
        },
    ),
    "aarch64": (
        0xC000_00B7,
        {"clone": 220, "socket": 198, "mmap": 222, "setsockopt": 208},
        {
            "memfd_create": 279,
            "shmget": 194,
            "msgget": 186,
            "semget": 190,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "kcmp": 272,
            "bpf": 280,
            "perf_event_open": 241,
            "userfaultfd": 282,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "unshare": 97,
            "setns": 268,
            "mount": 40,
            "umount2": 39,
            "pivot_root": 41,
            "chroot": 51,
            "open_by_handle_at": 265,
            "syslog": 116,
            "quotactl": 60,
            "vmsplice": 75,
        },
    ),
}
# Calls added since 2019 have one number on all machines.
EVERYWHERE = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "clone3": 435,  # its flags lie in memory, where no filter looks; the C library takes clone then
    "pidfd_getfd": 438,
    "mount_setattr": 442,
    "memfd_secret": 447,
}


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _clone(number: int) -> list[bytes]:
    return [
        _step(EQUAL, number, if_false=4),
        _step(LOAD, FIRST),
        _step(ANY_BIT, NEW_USER_NAMESPACE, if_false=1),
        _step(RETURN, REFUSE | errno.EPERM),
        _step(RETURN, ALLOW),
    ]


def _mmap(number: int) -> list[bytes]:
    """Refuse shared memory without a file and huge pages: neither shows as used by a process."""
    return [
        _step(EQUAL, number, if_false=6),
        _step(LOAD, FOURTH),
        _step(ANY_BIT, HUGE, if_true=2),
        _step(ANY_BIT, SHARED, if_false=2),
        _step(ANY_BIT, ANONYMOUS, if_false=1),
        _step(RETURN, REFUSE | errno.ENOSYS),
        _step(RETURN, ALLOW),
    ]


def _setsockopt(number: int) -> list[bytes]:
    """Answer "done" to who wants larger buffers, and do nothing."""
    left = len(BUFFERS)
    return [
        _step(EQUAL, number, if_false=left + 5),
        _step(LOAD, SECOND),
        _step(EQUAL, SOCKET_LEVEL, if_false=left + 1),
        _step(LOAD, THIRD),
        *(_step(EQUAL, option, if_true=left - n) for n, option in enumerate(BUFFERS)),
        _step(RETURN, ALLOW),
        _step(RETURN, REFUSE),
    ]


def _socket(number: int) -> list[bytes]:
    steps = [
        _step(EQUAL, number, if_true=1),
        _step(RETURN, ALLOW),
        _step(LOAD, THIRD),
        _step(AT_LEAST, LATER_PROTOCOLS, if_false=1),
        _step(RETURN, REFUSE | errno.EPROTONOSUPPORT),
        _step(LOAD, FIRST),
    ]
    for family in FAMILIES:
        steps += [_step(EQUAL, family, if_false=1), _step(RETURN, ALLOW)]
    return [*steps, _step(RETURN, REFUSE | errno.EAFNOSUPPORT)]


def program(machine: str = "") -> bytes:
    """Return the filter for this or a named machine; empty where the machine is not known.

    Examples
    --------
    >>> len(program("x86_64")) % 8, program("pdp11")
    (0, b'')
    """
    machine = machine or platform.machine()
    if machine not in MACHINES:
        return b""
    architecture, numbers, refused = MACHINES[machine]
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, architecture, if_true=1),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
    ]
    if machine == "x86_64":
        steps += [_step(AT_LEAST, X32, if_false=1), _step(RETURN, REFUSE | errno.ENOSYS)]
    for number in (*refused.values(), *EVERYWHERE.values()):
        steps += [_step(EQUAL, number, if_false=1), _step(RETURN, REFUSE | errno.ENOSYS)]
    steps += _clone(numbers["clone"]) + _mmap(numbers["mmap"])
    steps += _setsockopt(numbers["setsockopt"]) + _socket(numbers["socket"])
    return b"".join(steps)


def pipe() -> int:
    """Return an open file with the program; -1 where this machine has none."""
    steps = program()
    if not steps:
        return -1
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(steps)
    return reading
