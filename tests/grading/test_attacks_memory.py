"""Attacks on memory that the operating system keeps for a kernel, and on what it shares (A13)."""

import errno
import os
import select
import struct

import pytest
from hoards import BEYOND_MB, HOARDS, LIMIT_MB, PRELUDE, attack
from kernels import run

from anomaly_desk.environment import LIB
from anomaly_desk.sandbox import calls, protection, records, seccomp
from anomaly_desk.sandbox.processes import Process, processes
from anomaly_desk.sandbox.shown import tables
from anomaly_labs.datasets.cache import cache_folder
from anomaly_labs.inside.places import DATA

ALLOWED = "allowed"
NOT_SUPPORTED = errno.errorcode[errno.EOPNOTSUPP]


def answer(machine, name, *arguments):
    """Run the filter as the system would; return the error's name, "done" or "allowed".

    None where the machine has no such call.
    """
    told = calls.ASKED | calls.REFUSED | calls.ATTRIBUTES | calls.IN_WORDS
    number = calls.number(told.get(name, (name, name)), machine)
    if number is None:
        return None
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=iIQ6Q", number, calls.AUDITED[machine], 0, *padded)
    steps = list(struct.iter_unpack("HBBI", seccomp.program(machine)))
    place = held = 0
    while True:
        code, if_true, if_false, value = steps[place]
        place += 1
        if code == seccomp.RETURN:
            word = value & 0xFFFF
            refused = value & 0xFFFF_0000 == seccomp.REFUSE
            return (errno.errorcode[word] if word else "done") if refused else ALLOWED
        if code == seccomp.LOAD:
            (held,) = struct.unpack_from("=I", data, value)
            continue
        tests = {
            seccomp.EQUAL: held == value,
            seccomp.AT_LEAST: held >= value,
            seccomp.ANY_BIT: bool(held & value),
        }
        place += if_true if tests[code] else if_false


THREAD = 0x3D0F00  # what the C library asks for a thread: the same memory, files and signals
ASKED = [
    ("clone", (17,), ALLOWED),  # fork
    ("clone", (THREAD,), ALLOWED),
    ("clone", (THREAD & ~0x400,), "EPERM"),  # whose files nobody would count
    ("clone", (0x1000_0000,), "EPERM"),
    ("close_range", (3, 9, 0), ALLOWED),
    ("close_range", (3, 9, 2), "EINVAL"),
    ("fcntl", (3, 1030, 0), ALLOWED),
    ("fcntl", (3, 5, 0), ALLOWED),
    *[("fcntl", (3, command, 0), "done") for command in (6, 7, 37, 38)],
    *[("fcntl", (3, command, 0), "EPERM") for command in (1024, 1026, 1031)],
    ("mmap", (0, 4096, 3, 0x22), ALLOWED),
    ("mmap", (0, 4096, 3, 0x01), ALLOWED),
    ("mmap", (0, 4096, 3, 0x21), "ENOSYS"),
    ("mmap", (0, 4096, 3, 0x40022), "ENOSYS"),
    ("prctl", (15,), ALLOWED),
    *[("prctl", (option,), "EINVAL") for option in (22, 78, 0x53564D41)],
    ("setsockopt", (3, 1, 2), ALLOWED),
    ("setsockopt", (3, 6, 7), ALLOWED),
    *[("setsockopt", (3, 1, option), "done") for option in (7, 8, 60)],
    *[("socket", (family, 1, 0), ALLOWED) for family in (1, 2, 10, 16)],
    ("socket", (40, 1, 0), "EAFNOSUPPORT"),
    ("socket", (2, 1, 262), "EPROTONOSUPPORT"),
    *[(name, (), "ENOSYS") for name in calls.REFUSED],
    *[(name, (), NOT_SUPPORTED) for name in calls.ATTRIBUTES],
    *[(name, (), "done") for name in calls.IN_WORDS],
    ("inotify_init1", (), "ENOSYS"),
    ("sync", (), "done"),
    ("sched_setaffinity", (), "done"),
]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_answers_each_call_as_it_should(machine):
    wrong = []
    for name, arguments, wanted in ASKED:
        given = answer(machine, name, *arguments)
        if given not in (wanted, None):
            wrong.append((name, arguments, given))
    assert wrong == []
    assert answer(machine, 1_000) == ALLOWED


REFUSED = """
def tried(action, *arguments):
    try:
        return action(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
def made(action, *arguments, most=2_000):
    number = 0
    while number < most and not isinstance(tried(action, *arguments), str):
        number += 1
    return number < most
file = os.open("/tmp/file", os.O_CREAT | os.O_RDWR)
signal.pthread_sigmask(signal.SIG_BLOCK, [40])
print(tried(call, "inotify_init1", 0), tried(call, "syscall", 300, 0, 0))
print(tried(call, "mq_open", b"/q", os.O_CREAT | os.O_RDWR, 0o600, None))
print(tried(os.setxattr, "/tmp/file", "user.note", b"note"))
print(tried(fcntl.fcntl, os.pipe()[1], 1031, 1 << 20))
print(tried(call, "prctl", 78, *map(ctypes.c_ulong, (1, 1 << 10, 0, 0))))
print(tried(call, "syscall", 444, struct.pack("QQ", 0, 3), ctypes.c_size_t(16), 0))
print(tried(call, "close_range", 1 << 20, 1 << 21, 2))
print(made(call, "timer_create", 1, None, ctypes.byref(ctypes.c_void_p())))
print(made(call, "sigqueue", os.getpid(), 40, ctypes.c_void_p()))
print(made(os.dup, file))
"""


@pytest.mark.quick
def test_what_takes_memory_of_the_system_is_refused_or_kept_small():
    text = run(PRELUDE + REFUSED).texts[0]
    assert text.splitlines() == [
        "ENOSYS ENOSYS",
        "ENOSYS",
        NOT_SUPPORTED,
        "EPERM",
        "EINVAL",
        "ENOSYS",
        "EINVAL",
        *["True"] * 3,
    ]


ENDED = ["mappings", "epolls of others", "terminals", "leaderless"]


@pytest.mark.parametrize("name", ENDED)
def test_what_is_hoarded_in_the_system_ends_the_kernel(name):
    ran, _ = attack(HOARDS[name], seconds=20)
    assert (ran.killed_for, ran.died) == ("memory", True)
    assert ran.processes() == []


@pytest.mark.slow
@pytest.mark.parametrize("name", HOARDS)
def test_nothing_that_is_hoarded_goes_far_beyond_the_limit(name):
    """A growth of the whole machine, so other work on it counts too; hence the second try."""
    growths = []
    while not growths or (growths[-1] > LIMIT_MB + BEYOND_MB and len(growths) < 3):
        growths.append(attack(HOARDS[name])[1])
    assert growths[-1] <= LIMIT_MB + BEYOND_MB, growths


WORDS = """
import fcntl, os, sys
def tried(action, *arguments):
    try:
        return action(*arguments) or "done"
    except OSError as error:
        return type(error).__name__
mine = os.sched_getaffinity(0)
os.sched_setaffinity(0, range(os.cpu_count()))
print(os.sched_getaffinity(0) == mine and len(mine) == 1)
both = [open(sys.executable) for _ in range(2)]
print(*(tried(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB) for file in both))
with open("/tmp/file", "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
locks = open("/proc/locks").read().count("ADVISORY")
print(locks, tried(os.fsync, both[0].fileno()), tried(os.sync))
import sqlite3
with sqlite3.connect("/tmp/base") as base:
    base.execute("create table numbers (n)")
    base.execute("insert into numbers values (230)")
    print(*base.execute("select n from numbers").fetchone())
"""


@pytest.mark.skipif(os.cpu_count() == 1, reason="there is no other processor to move to")
def test_locks_and_other_processors_are_granted_in_words_only():
    assert run(WORDS, cores=1).texts[0].splitlines() == ["True", "done done", "0 done done", "230"]


def test_no_path_of_the_machine_is_told_but_those_of_python(monkeypatch, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "module.py").write_text("x = 230")
    monkeypatch.setenv(LIB, str(tmp_path))
    ran = run(
        "print(open('/proc/1/cmdline').read().replace(chr(0), ' '))",
        "print(open('/proc/self/mountinfo').read())",
        f"import os; from own import module; print(module.x, *os.listdir({DATA!r}))",
    )
    for text, word in zip(ran.texts, ("ipykernel_launcher", "/home/learner", "230"), strict=False):
        assert word in text
        assert not [path for path in (cache_folder(), tmp_path) if str(path) in text]
    assert sorted(ran.texts[2].split()[1:]) == [table.name for table in tables()]


def test_records_are_counted_as_the_system_lists_them():
    everything = processes(os.getpid())  # as of a sandbox whose first process this is
    mine = next(one for one in everything if one.folder.endswith(f"/{os.getpid()}"))
    epoll, ends = select.epoll(), [os.pipe() for _ in range(3)]
    before = records.open_files(mine.folder), records.watches(mine.folder)
    for reading, _ in ends:
        epoll.register(reading)
    more = os.dup(0)
    assert records.open_files(mine.folder) == before[0] + 1
    assert records.watches(mine.folder) == before[1] + 3
    with open("/proc/self/maps") as maps:
        assert abs(records.mappings(mine.folder) - len(maps.readlines())) < 20
    assert mine.threads >= 1 and not mine.has_ended
    for fd in (more, *(end for pair in ends for end in pair)):
        os.close(fd)
    epoll.close()


def test_a_process_is_counted_again_only_where_it_may_have_made_too_much(monkeypatch):
    counted = []
    monkeypatch.setattr(records, "mappings", lambda folder: counted.append(folder) or 1_000)
    monkeypatch.setattr(records, "watches", lambda folder: 0)
    kept, mb = records.Records(), 1 << 20
    one = _process(ticks=0)
    assert kept.held([one], 400 * mb, 0) == 1_000 * records.PER_MAPPING
    kept.held([_process(ticks=50)], 400 * mb, 0)
    assert len(counted) == 1
    kept.held([_process(ticks=100)], 400 * mb, 250 * mb)  # less is left than may have been made
    assert len(counted) == 2
    kept.held([_process(ticks=101, began=b"9")], 400 * mb, 0)  # another one with its number
    assert len(counted) == 3
    family = [_process(ticks=101, began=b"9"), _process(3, ticks=0)]
    assert kept.held(family, 400 * mb, 0) == 2_000 * records.PER_MAPPING
    assert len(counted) == 3  # a child is charged as its parent
    kept.held([*family, *(_process(n, ticks=9) for n in range(4, 24))], 400 * mb, 0)
    assert len(counted) > 3


def _process(number=2, *, ticks, began=b"1"):
    return Process(f"/proc/{number}", "/proc/2", False, began, 0, ticks, 0, 1, 100)


def test_a_process_closed_to_all_eyes_is_charged_as_if_it_had_many(monkeypatch):
    def closed(folder):
        raise PermissionError(folder)

    monkeypatch.setattr(records, "mappings", closed)
    assert records.Records().held([_process(ticks=0)], 1 << 30, 0) == records.UNSEEN


def test_protections_are_named_in_one_line():
    told = protection.sentence()
    for word in ("own files", "system calls", "signals and timers", "mappings", "Landlock"):
        assert word in told
    assert "\n" not in told
