"""Cells that take memory of the operating system's own, and how much of it they get.

``python tests/grading/hoards.py`` prints a table of all of them: the median of five, in MB.
"""

import contextlib
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from kernels import Ran, run

MB = 1 << 20
LIMIT_MB, BEYOND_MB = 300, 64
COUNTED = ("Slab", "KernelStack", "PageTables")

# Each calls `crowd` with what one of many processes does; a refusal ends that process at once.
PRELUDE = """
import ctypes, errno, fcntl, mmap, os, resource, signal, socket, struct, sys, threading, time
library = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    result = getattr(library, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result
def crowd(work, processes):
    for number in range(processes):
        if os.fork() == 0:
            with open(os.devnull, "w") as sys.stderr:
                try:
                    work(number)
                except OSError:
                    pass
                finally:
                    time.sleep(60)
                    os._exit(0)
"""
INOTIFY = """
def fill(number):
    folder = f"/tmp/watched-{number}"
    os.mkdir(folder)
    for _ in range(128):
        fd = call("inotify_init1", 0)
        call("inotify_add_watch", fd, folder.encode(), 0x100)
    for n in range(16_000):
        name = f"{folder}/{n:0240}"
        os.close(os.open(name, os.O_CREAT))
        os.remove(name)
crowd(fill, 1)
"""
MAPPINGS = """
def fill(number):
    pages = 66_000
    base = mmap.mmap(-1, pages << 12, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    place = ctypes.addressof(ctypes.c_char.from_buffer(base))
    protect = library.mprotect
    for page in range(1, pages, 2):
        if protect(ctypes.c_void_p(place + (page << 12)), 4096, 1) < 0:
            return
crowd(fill, 8)
"""
FORKED_MAPPINGS = MAPPINGS.replace("crowd(fill, 8)", "fill(0); crowd(lambda number: 0, 60)")
FAMILY = """
def deeper(depth):
    while depth and os.fork() == 0:
        depth -= 1
    time.sleep(60)
    os._exit(0)
held = [bytearray(4096 * 40) for _ in range(800)]
if os.fork() == 0:
    deeper(240)
"""
LOCKS = """
def fill(number):
    for name in range(200):
        file = os.open(f"/tmp/{number}-{name}", os.O_CREAT | os.O_RDWR)
        for byte in range(0, 4_000, 2):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)
crowd(fill, 8)
"""
PIPES = """
def fill(number):
    text = bytes(1 << 20)
    while True:
        _, end = os.pipe()
        os.set_blocking(end, False)
        try:
            fcntl.fcntl(end, 1031, 1 << 20)  # F_SETPIPE_SZ
        except OSError:
            pass
        os.write(end, text)
crowd(fill, 200)
"""
TIMERS = """
def fill(number):
    while True:
        call("timer_create", 1, None, ctypes.byref(ctypes.c_void_p()))
crowd(fill, 8)
"""
SIGNALS = """
def fill(number):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        call("sigqueue", os.getpid(), 40, ctypes.c_void_p())
crowd(fill, 8)
"""
EPOLLS = """
import select
def fill(number):
    half = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2 - 40
    events = [os.eventfd(0) for _ in range(half)]
    for _ in range(half):
        watch = select.epoll()
        kept.append(watch)
        for event in events:
            watch.register(event)
kept = []
crowd(fill, 12)
"""
EPOLLS_OF_OTHERS = """
import select
watches = [select.epoll() for _ in range(50)]
top = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
for turn in range(100):  # a watch lives as long as any process has its file
    events = [os.eventfd(0) for _ in range(20)]
    if os.fork() == 0:
        time.sleep(60)
    for event in events:
        for number in range(150, top - 1):
            os.dup2(event, number)
            for watch in watches:
                try:
                    watch.register(number)
                except FileExistsError:
                    pass
        os.close(event)
time.sleep(60)
"""
SMALL_FILES = """
def fill(number):
    folder = ("/tmp", "/dev/shm", os.getcwd())[number]
    for n in range(1_000_000):
        os.close(os.open(f"{folder}/{n:0240}", os.O_CREAT))
crowd(fill, 3)
"""
ATTRIBUTES = """
def fill(number):
    folder = ("/tmp", "/dev/shm", os.getcwd())[number]
    for n in range(6_000):
        name = f"{folder}/{n}"
        os.close(os.open(name, os.O_CREAT))
        for m in range(10):
            os.setxattr(name, f"user.{m}", bytes(4_000))
crowd(fill, 3)
"""
ACCESS_LISTS = """
def fill(number):
    folder = ("/tmp", "/dev/shm", os.getcwd())[number]
    entry = struct.Struct("<HHI").pack
    people = [entry(2, 4, n) for n in range(8_000)]
    mask = [entry(1, 6, 0xFFFFFFFF), *people, entry(4, 4, 0xFFFFFFFF), entry(16, 4, 0xFFFFFFFF)]
    text = struct.pack("<I", 2) + b"".join([*mask, entry(32, 4, 0xFFFFFFFF)])
    for n in range(6_000):
        os.mkdir(f"{folder}/{n}")
        for kind in ("access", "default"):
            os.setxattr(f"{folder}/{n}", f"system.posix_acl_{kind}", text)
crowd(fill, 3)
"""
THREADS = """
def fill(number):
    while True:
        threading.Thread(target=time.sleep, args=(60,)).start()
threading.stack_size(32 << 10)
crowd(fill, 1)
"""
TERMINALS = """
def fill(number):
    while True:
        ends = os.openpty()
        os.set_blocking(ends[0], False)
        try:
            while True:
                os.write(ends[0], b"x" * 4096)
        except BlockingIOError:
            pass
crowd(fill, 40)
"""
FUTEX_TABLE = """
def fill(number):
    call("prctl", 78, ctypes.c_ulong(1), ctypes.c_ulong(1 << 21), ctypes.c_ulong(0))
crowd(fill, 8)
"""
FILTERS = """
def fill(number):
    steps = struct.pack("HBBI", 0x20, 0, 0, 0) * 4095 + struct.pack("HBBI", 6, 0, 0, 0x7FFF0000)
    text = ctypes.create_string_buffer(steps)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4096, ctypes.addressof(text)))
    for _ in range(7):
        call("prctl", 22, ctypes.c_ulong(2), program, ctypes.c_ulong(0), ctypes.c_ulong(0))
crowd(fill, 200)
"""
RULES = """
def fill(number):
    for _ in range(40):
        rules = call("syscall", 444, struct.pack("QQ", 0, 3), ctypes.c_size_t(16), 0)
        for port in range(1 << 16):
            rule = struct.pack("QQ", 1, port)
            call("syscall", 445, rules, 2, rule, 0)
crowd(fill, 8)
"""
QUEUES = """
def fill(number):
    while True:
        name = f"/{number}-{len(kept)}".encode()
        kept.append(call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, None))
        for _ in range(10):
            call("mq_send", kept[-1], bytes(8192), ctypes.c_size_t(8192), 0)
kept = []
crowd(fill, 8)
"""
LEADERLESS = """
def hoard():
    time.sleep(1)
    held = b"x" * 400_000_000
    time.sleep(60)
if os.fork() == 0:
    threading.Thread(target=hoard).start()
    ctypes.CDLL(None).syscall(60, 0)  # the first thread goes, the process stays
"""
HIDDEN_FILES = """
import _thread
def fill(number):
    def hide():
        call("close_range", 1_000_000, 1_000_001, 2)  # a table of files of its own
        try:
            while True:
                _, end = os.pipe()
                os.set_blocking(end, False)
                os.write(end, bytes(1 << 16))
        except OSError:
            time.sleep(60)
    for _ in range(25):
        _thread.start_new_thread(hide, ())
    time.sleep(60)
threading.stack_size(128 << 10)
crowd(fill, 8)
"""

HOARDS = {
    name.lower().replace("_", " "): value
    for name, value in list(globals().items())
    if isinstance(value, str) and name.isupper() and name != "PRELUDE"
}


def held() -> float:
    """Return what the operating system holds for all of the machine, in MB."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    told = dict(line.split(":") for line in lines)
    return sum(int(told[name].split()[0]) for name in COUNTED) / 1024


@contextlib.contextmanager
def watched(peaks: list[float]) -> Iterator[None]:
    """Append the growth of `held` at its highest."""
    ended, start = threading.Event(), held()
    highest = [start]

    def look() -> None:
        while not ended.wait(0.01):
            highest.append(max(highest.pop(), held()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        peaks.append(highest[0] - start)


def attack(cell: str, *, seconds: int = 8, **settings) -> tuple[Ran, float]:
    """Run one of `HOARDS` at the small limit; return what became of it, and the growth in MB."""
    wait = f"import time; time.sleep({seconds})"
    peaks: list[float] = []
    with watched(peaks):
        ran = run(PRELUDE + cell, wait, timeout=seconds + 30, memory_mb=LIMIT_MB, **settings)
    return ran, peaks[0]


def main(names: list[str]) -> None:
    """Print the table."""
    print("| attack | ended for | growth MB | of five |\n|---|---|---|---|")
    for name in names or HOARDS:
        found = [attack(HOARDS[name]) for _ in range(int(sys.argv[1]))]
        growths = [growth for _, growth in found]
        reasons = sorted({ran.killed_for or ("died" if ran.died else "-") for ran, _ in found})
        least, most = min(growths), max(growths)
        print(
            f"| {name} | {' '.join(reasons)} | {statistics.median(growths):.0f} "
            f"| {least:.0f} to {most:.0f} |",
            flush=True,
        )
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[2:])
