"""Attacks on the machine around the kernel: files, processes, memory, network (A1, A12 to A17)."""

import os
import socket
import sys
import threading
from pathlib import Path

import pytest
from kernels import run

from anomaly_labs.inside.places import DATA, SOCKETS

RIGHT = {"quiz-q1": 2, "quiz-q2": 1, "quiz-q3": 2, "quiz-q4": 4, "quiz-q5": 1}


def points(**given):
    """Return full points, but those given for some exercises."""
    return {**RIGHT, **{name.replace("_", "-"): value for name, value in given.items()}}


def printed(outcome, grade_id):
    """Return what an answer cell printed."""
    for cell in outcome.autograded.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return "".join(output.get("text", "") for output in cell.outputs)
    raise AssertionError(f"no cell {grade_id}")


@pytest.fixture(scope="module")
def narrow(make_desk, tmp_path_factory):
    """A desk whose kernels get little of everything."""
    return make_desk(
        tmp_path_factory.mktemp("narrow"),
        "c.BubblewrapProvisioner.memory_mb = 400\n"
        "c.BubblewrapProvisioner.processes = 60\n"
        "c.BubblewrapProvisioner.work_mb = 20\n",
    )


def test_a01_no_file_in_sight_holds_hidden_tests_solutions_or_other_peoples_work(desk):
    (desk.root / "submitted" / "ada" / "quiz").mkdir(parents=True, exist_ok=True)
    neighbour = desk.root / "submitted" / "ada" / "quiz" / "notes.txt"
    neighbour.write_text("ada keeps her answer here")
    private = list(map(str, [desk.root, desk.project, neighbour, Path.home() / ".ssh"]))
    look = f"""
import os
needles = [b"a score equal to the thres" + b"hold is no alert", b"ada keeps her an" + b"swer here"]
skipped = ("/proc", "/sys", {DATA!r}, "/usr", "/dev", {sys.prefix!r}, {sys.base_prefix!r})
found, read = [], 0
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if not os.path.join(folder, name).startswith(skipped)]
    for name in files:
        path = os.path.join(folder, name)
        try:
            if os.path.getsize(path) < 10_000_000:
                with open(path, "rb") as file:
                    text = file.read(10_000_000) if os.path.isfile(path) else b""
        except (OSError, MemoryError):
            continue
        read += 1
        found += [path for needle in needles if needle in text]
print(read > 100, found, [path for path in {private!r} if os.path.exists(path)])
def flag(scores, threshold):
    return found
"""
    outcome = desk.grade(desk.answered(quiz_q1=look))
    assert printed(outcome, "quiz-q1") == "True [] []\n"
    assert outcome.points == points(quiz_q1=0)


def test_a12_a_loop_that_swallows_every_interrupt_keeps_earlier_points(desk):
    endless = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True: pass
    except BaseException:
        pass
"""
    outcome = desk.grade(desk.answered(quiz_q3=endless))
    assert outcome.points == points(quiz_q3=0, quiz_q4=0, quiz_q5=0)
    assert outcome.kinds & {"limit-time", "kernel-died"}


def test_a12_a_kernel_that_stops_itself_keeps_earlier_points(desk):
    stop = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"
    outcome = desk.grade(desk.answered(quiz_q3=stop))
    assert outcome.points == points(quiz_q3=0, quiz_q4=0, quiz_q5=0)
    assert outcome.kinds & {"limit-time", "kernel-died"}


def test_a13_floods_of_files_processes_and_memory_end_in_the_sandbox(narrow):
    disk = """
import os
flooded = 0
for place in (os.getcwd(), "/tmp", "/dev/shm"):
    try:
        with open(place + "/flood", "wb") as file:
            while True:
                file.write(bytes(1_000_000))
    except OSError:
        flooded += os.path.getsize(place + "/flood")
        os.remove(place + "/flood")
print(flooded < 70_000_000)
def flag(scores, threshold):
    return flooded
"""
    forks = """
import subprocess
made = []
try:
    while True:
        made.append(subprocess.Popen(["sleep", "600"]))
except OSError:
    print(0 < len(made) < 60)
for child in made:
    child.kill()
    child.wait()
cost = len(made) + 1000
"""
    hog = "hoard = []\nwhile True:\n    hoard.append(bytearray(b'x' * 1_000_000))"
    outcome = narrow.grade(narrow.answered(quiz_q1=disk, quiz_q2=forks, quiz_q4=hog))
    assert printed(outcome, "quiz-q1") == printed(outcome, "quiz-q2") == "True\n"
    assert outcome.points == points(quiz_q1=0, quiz_q2=0, quiz_q4=0, quiz_q5=0)
    assert "limit-memory" in outcome.kinds


def test_a13_memory_that_belongs_to_no_process_is_refused(desk):
    share = """
import ctypes, mmap, socket
refused = []
def refuse(name, action, *arguments, **more):
    try:
        action(*arguments, **more)
    except OSError:
        refused.append(name)
refuse("shared", mmap.mmap, -1, 1 << 20)
refuse("huge", mmap.mmap, -1, 1 << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
with open("/dev/zero", "r+b") as zero:
    refuse("zero", mmap.mmap, zero.fileno(), 1 << 20)
refuse("mptcp", socket.socket, socket.AF_INET, socket.SOCK_STREAM, 262)
wished = socket.socket()
before = wished.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
wished.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
larger = wished.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) != before
print(*refused, larger, ctypes.CDLL(None).vmsplice(1, 0, 0, 0))
def flag(scores, threshold):
    return refused
"""
    outcome = desk.grade(desk.answered(quiz_q1=share))
    assert printed(outcome, "quiz-q1") == "shared huge zero mptcp False -1\n"
    assert outcome.points == points(quiz_q1=0)


PAGE_TABLES = """
import ctypes, mmap
ctypes.CDLL(None).prctl(15, b"VmPTE: 0 kB")  # a name that lies
flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000  # MAP_NORESERVE
held = mmap.mmap(-1, 100_000 << 21, flags=flags, prot=mmap.PROT_READ)
held.madvise(mmap.MADV_NOHUGEPAGE)
for n in range(100_000): held[n << 21]
"""
FILLED_SOCKETS = """
import os, socket, time
for process in range(15):
    if os.fork() == 0:
        pairs = [socket.socketpair() for n in range(80)]
        for end in (end for pair in pairs for end in pair):
            end.setblocking(False)
            try:
                while True: end.send(bytes(65536))
            except BlockingIOError: pass
        time.sleep(60)
        os._exit(0)
"""
FILLED_CONNECTIONS = """
import socket, time
server = socket.create_server(("127.0.0.1", 0))
kept = []
for n in range(90):
    ends = socket.create_connection(server.getsockname()), server.accept()[0]
    kept.append(ends)
    for end in ends:
        end.settimeout(0.01)
        try:
            while True: end.send(bytes(262144))
        except TimeoutError: pass
"""
CROWD = """
import os, time
for n in range(60):
    if os.fork() == 0:
        os.setsid()
        while True: pass
"""


@pytest.mark.parametrize(
    ("cell", "reason", "memory_mb"),
    [
        (PAGE_TABLES, "memory", 300),
        (FILLED_SOCKETS, "memory", 300),
        (FILLED_CONNECTIONS, "memory", 300),
        (CROWD, "processes", 2000),
    ],
    ids=["page tables", "sockets", "TCP connections", "a crowd that computes"],
)
def test_a13_what_hides_from_the_sum_of_processes_ends_the_kernel(cell, reason, memory_mb):
    ran = run(cell, "import time; time.sleep(20)", timeout=20, memory_mb=memory_mb)
    assert (ran.killed_for, ran.died) == (reason, True)
    assert ran.processes() == []


def test_a14_a_kernel_that_leaves_keeps_earlier_points(desk):
    leave = """
import os, signal
try:
    os.kill(os.getppid(), signal.SIGKILL)
except OSError:
    pass
os._exit(0)
"""
    outcome = desk.grade(desk.answered(quiz_q3=leave))
    assert outcome.points == points(quiz_q3=0, quiz_q4=0, quiz_q5=0)
    assert "kernel-died" in outcome.kinds


def test_a14_a_crash_of_the_interpreter_keeps_earlier_points(desk):
    outcome = desk.grade(desk.answered(quiz_q3="import ctypes\nctypes.string_at(0)"))
    assert outcome.points == points(quiz_q3=0, quiz_q4=0, quiz_q5=0)
    assert "kernel-died" in outcome.kinds


def test_a15_a_process_sent_into_the_background_ends_with_the_kernel(desk):
    mark = f"4242.{os.getpid()}"
    leave = f"""
import os, signal, subprocess
if not os.fork():
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen(["setsid", "nohup", "sleep", {mark!r}])
    os._exit(0)
os.wait()
"""
    # not the kernel itself: it has threads, and Python warns where such a process forks
    daemon = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {leave!r}])
print(subprocess.run(["pgrep", "-f", {mark!r}], capture_output=True).returncode)
"""
    outcome = desk.grade(desk.answered(quiz_q1=daemon))
    assert printed(outcome, "quiz-q1") == "0\n"
    assert outcome.points == points(quiz_q1=0)
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_text())
        except OSError:
            continue
    assert not [command for command in commands if mark in command]


def test_a16_no_server_outside_can_be_reached(desk, tmp_path):
    visitors = []
    addresses = [
        (socket.AF_INET, ("127.0.0.1", 0)),
        (socket.AF_UNIX, f"\0anomaly-labs-{os.getpid()}"),
        (socket.AF_UNIX, str(tmp_path / "door")),
    ]
    servers = [socket.socket(family, socket.SOCK_STREAM) for family, _ in addresses]
    for server, (_, address) in zip(servers, addresses, strict=True):
        server.bind(address)
        server.listen()
        waiting = threading.Thread(target=_welcome, args=(server, visitors), daemon=True)
        waiting.start()
    reached = [(server.family.value, server.getsockname()) for server in servers]
    call = f"""
import socket
reached = []
for family, address in {[*reached, (2, ("1.1.1.1", 53)), (2, ("8.8.8.8", 443))]!r}:
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        caller.settimeout(2)
        try:
            caller.connect(address)
            reached.append(address)
        except OSError:
            pass
for family in (17, 38, 40):  # raw packets, ciphers of the kernel, host of a virtual machine
    try:
        socket.socket(family, socket.SOCK_STREAM).close()
        reached.append(family)
    except OSError:
        pass
print(reached)
def flag(scores, threshold):
    return reached
"""
    outcome = desk.grade(desk.answered(quiz_q1=call))
    for server in servers:
        server.close()
    assert printed(outcome, "quiz-q1") == "[]\n"
    assert visitors == []
    assert outcome.points == points(quiz_q1=0)


def _welcome(server, visitors):
    try:
        visitors.append(server.accept()[1])
    except OSError:
        return  # closed at the end of the test


def test_a17_nothing_outside_can_be_changed(desk, tmp_path):
    canary = tmp_path / "canary"
    canary.write_text("sings")
    package = Path(sys.modules["anomaly_labs"].__file__).parent
    targets = [
        desk.root / "gradebook.db",
        desk.root / "submitted" / "ada" / "quiz" / "quiz.ipynb",
        desk.project / "solutions" / "quiz" / "lab.py",
        desk.project / "nbgrader_config.py",
        canary,
        package / "checks.py",
        package / "sitecustomize.py",
        Path(sys.prefix) / "lib" / "startup.pth",
        Path.home() / ".bashrc",
        Path.home() / ".ipython" / "profile_default" / "startup" / "00.py",
        Path("/usr/bin/env"),
        Path("/etc/cron.d/learner"),
        Path(SOCKETS) / "file",
    ]
    before = {path: path.read_bytes() if path.is_file() else None for path in targets}
    change = f"""
import os
changed = []
for path in {[str(path) for path in targets]!r}:
    for action in (
        os.remove,
        os.rmdir,
        lambda path: os.chmod(path, 0o777),
        lambda path: open(path, "a").close(),
        lambda path: os.makedirs(os.path.dirname(path)),
        lambda path: os.symlink("/usr", path),
    ):
        try:
            action(path)
            changed.append(path)
        except OSError:
            pass
print([path for path in changed if not path.startswith("/tmp/")])
def flag(scores, threshold):
    return changed
"""
    outcome = desk.grade(desk.answered(quiz_q1=change), learner="mallory")
    after = {path: path.read_bytes() if path.is_file() else None for path in targets}
    gradebook = desk.root / "gradebook.db"
    before.pop(gradebook), after.pop(gradebook)  # it has gained a learner: mallory
    assert printed(outcome, "quiz-q1") == "[]\n"
    assert after == before
    assert outcome.points == points(quiz_q1=0)
