"""The system calls that the sandbox answers itself, by their numbers on two machines.

References
----------
Linux ``arch/x86/entry/syscalls/syscall_64.tbl`` and ``include/uapi/asm-generic/unistd.h``.
"""

import errno

X86_64, AARCH64 = "x86_64", "aarch64"
AUDITED = {X86_64: 0xC000_003E, AARCH64: 0xC000_00B7}  # how the filter is told the machine

# Calls whose arguments decide.
ASKED = {
    "clone": (56, 220),
    "close_range": (436, 436),
    "fcntl": (72, 25),
    "mmap": (9, 222),
    "prctl": (157, 167),
    "setsockopt": (54, 208),
    "socket": (41, 198),
}

# "Not implemented": so that libraries fall back.
REFUSED = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "modify_ldt": (154, None),
    "mbind": (237, 235),
    "set_mempolicy_home_node": (450, 450),
    "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "clone3": (435, 435),  # its flags lie in memory, where no filter looks; libraries take clone
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_by_handle_at": (304, 265),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "vmsplice": (278, 75),
}

# "Not supported by this file": who copies a file with its attributes goes on without them.
ATTRIBUTES = {
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
}

# "Done", without being done. Files that a kernel can write lie in memory, where nothing has to be
# written out, and are its own; what else it can lock or write out is the machine's.
IN_WORDS = {
    "sched_setaffinity": (203, 122),
    "flock": (73, 32),
    "sync": (162, 81),
    "syncfs": (306, 267),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "msync": (26, 227),
    "sync_file_range": (277, 84),
}

ANSWERS = ((errno.ENOSYS, REFUSED), (errno.EOPNOTSUPP, ATTRIBUTES), (0, IN_WORDS))


def number(told: tuple[int, int | None], machine: str) -> int | None:
    """Return one number of such a pair; None where the machine has no such call.

    Parameters
    ----------
    told
        The numbers on `X86_64` and on `AARCH64`.
    machine
        One of the two.

    Examples
    --------
    >>> number(REFUSED["inotify_init1"], "aarch64")
    26
    """
    return told[(X86_64, AARCH64).index(machine)]
