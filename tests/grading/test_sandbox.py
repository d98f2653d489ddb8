import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager
from kernels import as_ordinary_user, run

from anomaly_desk.errors import SandboxError
from anomaly_desk.sandbox import (
    bubblewrap,
    diagnose,
    limits,
    seccomp,
    shown,
    usage,
)
from anomaly_desk.sandbox.kernels import SandboxKernels
from anomaly_labs import datasets
from anomaly_labs.inside import landlock, places

HERE = Path(__file__).parent

# Prints, for each expression, the name of the error it raises, or what comes back.
TRIES = """
import errno, os, socket, subprocess, sys, ctypes, mmap, pathlib
def tried(action, *arguments):
    try:
        return action(*arguments)
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
"""


# No graphics card, no disk.
DEVICES = "core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero console"


@pytest.mark.quick
def test_a_kernel_computes_draws_and_leaves_nothing_behind():
    devices = "import os; print(*os.listdir('/dev'))"
    ran = run("print(6 * 7)", "import matplotlib.pyplot as plt; _ = plt.plot([1, 2])", devices)
    assert ran.texts[:2] == ["42", "<Figure size 640x480 with 1 Axes>"]
    assert set(ran.texts[2].split()) <= set(DEVICES.split())
    assert (ran.killed_for, ran.died) == (None, False)
    assert not ran.folder.exists()
    assert ran.processes() == []


@pytest.mark.quick
def test_the_course_library_loads_its_data_inside_without_a_warning(monkeypatch):
    data = datasets.load("nsl_kdd", split="test_21", source="synthetic")
    prepared = """
import warnings; warnings.simplefilter("error")
from anomaly_labs import datasets, runtime
print(runtime.prepare(seed=0).fast)
data = datasets.load("nsl_kdd", split="test_21", source="synthetic")
print(data.X.shape, float(data.X["src_bytes"].sum()))
"""
    ran = run(prepared, environment={"ANOMALY_LABS_FAST": "0"})
    assert ran.texts == [f"False\n{data.X.shape} {float(data.X['src_bytes'].sum())}"]


def test_only_what_a_run_may_set_reaches_the_kernel(monkeypatch):
    monkeypatch.setenv("ANOMALY_LABS_PRIVATE_SEED", "17")
    monkeypatch.setenv("SOME_PASSWORD", "secret")
    given = {"ANOMALY_LABS_LEARNER": "ada", "ANOMALY_LABS_FAST": "1"}
    names = "import os; print(*sorted(n for n in os.environ if n[:4] in ('ANOM', 'SOME')))"
    ran = run(names, environment=given)
    assert ran.texts[0].split() == [
        "ANOMALY_LABS_CACHE",
        "ANOMALY_LABS_FAST",
        "ANOMALY_LABS_LEARNER",
        "ANOMALY_LABS_OFFLINE",
    ]


def test_a_kernel_can_be_restarted_in_its_sandbox():
    manager = KernelManager(kernel_name="any", kernel_spec_manager=SandboxKernels())
    manager.start_kernel()
    folder = Path(manager.connection_file).parent
    manager.restart_kernel(now=True)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.stop_channels()
    assert folder.exists()
    manager.shutdown_kernel(now=True)
    assert not folder.exists()


def test_a_hidden_folder_is_empty_even_in_a_shown_one(tmp_path):
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / "gradebook.db").touch()
    (tmp_path / "table.csv").touch()
    tmp_path.chmod(0o755)
    grades = str(tmp_path / "grades")
    look = f"import os; print(sorted(os.listdir({grades!r} + '/..')), os.listdir({grades!r}))"
    ran = run(look, read_only=[str(tmp_path)], hidden=[grades])
    assert ran.texts == ["['grades', 'table.csv'] []"]


def test_parallel_jobs_and_a_local_server_work_inside():
    jobs = """
import warnings; warnings.simplefilter("error")
from joblib import Parallel, delayed
print(Parallel(n_jobs=2)(delayed(abs)(-n) for n in range(3)))
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close(); server.close()
"""
    assert run(jobs).texts == ["[0, 1, 2]"]


def test_the_filter_is_known_for_two_machines_and_leaves_others_alone():
    assert len(seccomp.program("x86_64")) > len(seccomp.program("aarch64")) > 0
    assert seccomp.program("s390x") == b""


def test_system_calls_of_no_use_to_an_exercise_are_refused():
    ran = run(
        TRIES
        + """
library = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    return getattr(library, name)(*arguments) < 0 and errno.errorcode[ctypes.get_errno()]
print(tried(os.memfd_create, "x"), call("shmget", 0, 4096, 0o1600), call("unshare", 0x10000000))
print(call("ptrace", 16, 1, 0, 0), tried(socket.socket, 40, socket.SOCK_STREAM))
print(subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode)
print(tried(os.kill, 1, 9))
"""
    )
    lines = ran.texts[0].splitlines()
    assert lines[:3] == ["ENOSYS ENOSYS ENOSYS", "ENOSYS EAFNOSUPPORT", "1"]
    assert lines[3] in ("EPERM", "None")  # the first process takes no signal from inside


def test_everything_ends_when_the_grader_is_killed():
    script = f"""
import asyncio, sys
sys.path.insert(0, {str(HERE)!r})
from anomaly_desk.sandbox.kernels import kernel_manager
async def main():
    manager = kernel_manager()
    await manager.start_kernel()
    client = manager.client(); client.start_channels()
    await client.wait_for_ready(timeout=60)
    print(manager.connection_file, manager.provisioner.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    grader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    file, pid = grader.stdout.readline().split()
    inside = Path(f"/proc/{pid}/task/{pid}/cgroup")
    assert Path(file).exists() and inside.exists()
    grader.send_signal(signal.SIGKILL)
    grader.communicate()
    _wait_until(lambda: not Path(file).parent.exists() and not inside.exists())


def _wait_until(done, seconds=10):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_diagnose_finds_this_machine_fit():
    checks = diagnose.diagnose()
    assert [check for check in checks if check.needed and not check.ok] == []
    assert {"files", "network", "read-only", "kernel", "limits"} <= {c.name for c in checks}
    assert diagnose.is_usable()


def test_diagnose_names_the_package_to_install(monkeypatch):
    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    last = diagnose.diagnose()[-1]
    assert (last.name, last.ok) == ("bubblewrap", False)
    assert "apt install bubblewrap" in last.cure
    assert not diagnose.is_usable()


def test_diagnose_names_systems_with_a_bubblewrap_that_is_new_enough(monkeypatch):
    monkeypatch.setattr(bubblewrap, "released", lambda: (0, 6))
    last = diagnose.diagnose()[-1]
    assert (last.name, last.ok) == ("bubblewrap", False)
    assert "Ubuntu 24.04" in last.cure


def test_diagnose_can_be_asked_where_modules_of_unix_are_missing():
    script = """
import sys
sys.modules.update(dict.fromkeys(["fcntl", "grp", "pwd", "resource", "termios"]))
sys.platform = "win32"
from anomaly_desk.sandbox.diagnose import diagnose
print(diagnose()[0].detail)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "this is win32" in done.stdout


def test_diagnose_names_a_way_out_on_other_systems(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    (only,) = diagnose.diagnose()
    assert not only.ok
    assert "--unsafe" in only.cure


def test_diagnose_names_the_switch_that_forbids_sandboxes(monkeypatch):
    monkeypatch.setattr(diagnose, "_switch", lambda name: "1" if "apparmor" in name else "?")
    broken = diagnose._broken("setting up uid map: Permission denied")
    assert "uid map" in broken.detail
    assert "/etc/apparmor.d/bwrap" in broken.cure


def test_diagnose_names_a_folder_that_the_throw_away_user_cannot_read(monkeypatch, tmp_path):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(bubblewrap, "throw_away_user", lambda: 61_000)
    monkeypatch.setattr(shown, "needed", lambda: [tmp_path])
    (check,) = diagnose._readable()
    assert not check.ok
    assert str(tmp_path) in check.cure


def test_without_landlock_a_kernel_that_fills_the_folder_of_its_sockets_is_ended(
    monkeypatch, tmp_path
):
    """The door in its place asks for a system call that no machine has."""
    door = tmp_path / "landlock.py"
    door.write_text(Path(landlock.__file__).read_text().replace("= 444, 445", "= 9_999, 445"))
    tmp_path.chmod(0o755)
    monkeypatch.setattr(landlock, "__file__", str(door))
    needed = [*shown.needed(), tmp_path]
    monkeypatch.setattr(bubblewrap, "needed", lambda: needed)
    (check,) = (check for check in diagnose.diagnose() if check.name == "landlock")
    assert (check.ok, check.needed) == (False, False)
    assert diagnose.is_usable()
    fill = f"for n in range(999): open(f'{places.SOCKETS}/{{n}}', 'w').close()"
    ran = run(fill, "import time; time.sleep(9)", fork_server=False)
    assert (ran.killed_for, ran.folder.exists()) == ("files", False)


def test_a_kernel_that_closes_the_folder_of_its_sockets_leaves_nothing_behind():
    ran = run(f"import os, time; os.chmod('{places.SOCKETS}', 0); time.sleep(1)")
    assert not ran.folder.exists()


def test_a_project_that_is_an_environment_itself_is_not_shown(monkeypatch):
    project = HERE.parents[1]
    monkeypatch.setattr(bubblewrap, "needed", lambda: [project])
    (check,) = diagnose._walls()
    assert not check.ok
    assert f"{project} must stay hidden" in check.detail


def test_a_folder_to_show_that_is_not_there_is_named():
    with pytest.raises(SandboxError, match="/no/such/folder"):
        run("1", read_only=["/no/such/folder"])


FILL = """
for place in ("/tmp", "/dev/shm"):
    with open(place + "/file", "wb") as file:
        file.write(bytes(150_000_000))
import time; time.sleep(60)
"""
CHILDREN = """
import subprocess, sys
hog = "hog = bytearray(b'x' * 150_000_000); import time; time.sleep(60)"
for n in range(3): subprocess.Popen([sys.executable, "-c", hog])
import time; time.sleep(60)
"""
FILES = """
for n in range(1_000_000): open(f"/tmp/{n}", "w").close()
"""


@pytest.mark.parametrize(
    ("cell", "reason", "settings"),
    [
        (FILL, "memory", {"memory_mb": 250, "work_mb": 200}),
        (CHILDREN, "memory", {"memory_mb": 300}),
        (FILES, "files", {}),
        ("import time; time.sleep(60)", "time", {"wall_s": 4}),
        ("while True: pass", "time", {"cpu_s": 2}),
    ],
    ids=["files in memory", "children", "many files", "wall time", "CPU time"],
)
def test_the_watchdog_ends_a_kernel_beyond_its_limit(cell, reason, settings):
    ran = run(cell, **settings)
    assert (ran.killed_for, ran.died) == (reason, True)
    assert ran.processes() == []
    assert not ran.folder.exists()


def test_a_shared_array_and_a_wish_for_larger_buffers_are_no_crime():
    share = """
import multiprocessing, socket
fork = multiprocessing.get_context("fork")
shared = fork.Array("d", 1000)
child = fork.Process(target=shared.__setitem__, args=(0, 7.0))
child.start(); child.join()
server = socket.socket(); server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
print(shared[0], server.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR))
"""
    assert run(share).texts == ["7.0 1"]


def test_eight_jobs_at_once_are_no_crowd():
    jobs = """
import multiprocessing, time
def compute(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end: pass
with multiprocessing.get_context("fork").Pool(8) as pool: pool.map(compute, [4] * 8)
print("done")
"""
    ran = run(jobs)
    assert (ran.texts, ran.killed_for) == (["done"], None)


def test_one_huge_array_is_a_memory_error_and_no_death():
    ran = run("bytearray(1_000_000_000)", "print('alive')", memory_mb=300)
    assert ran.texts == ["MemoryError:", "alive"]


def test_a_forked_family_that_shares_its_memory_stays_within_the_limit():
    share = """
import multiprocessing, time
held = bytearray(b"x" * 150_000_000)
fork = multiprocessing.get_context("fork")
family = [fork.Process(target=time.sleep, args=(2,)) for n in range(4)]
for member in family: member.start()
for member in family: member.join()
print("done")
"""
    ran = run(share, memory_mb=400)
    assert (ran.texts, ran.killed_for) == (["done"], None)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_has_the_same_sandbox():
    script = """
import json
from kernels import run
from anomaly_desk.sandbox.diagnose import diagnose
bad = [check.detail for check in diagnose() if check.needed and not check.ok]
ran = run(
    "import subprocess as s; print(s.run(['unshare', '-U', 'true'], stderr=s.DEVNULL).returncode)",
    "for n in range(100): s.Popen(['sleep', '9'])",
    processes=60,
)
print(json.dumps([bad, ran.texts, ran.folder.exists()]))
"""
    bad, texts, left = as_ordinary_user(script)
    assert bad == []
    assert texts[0] == "1"
    assert "BlockingIOError" in texts[1]
    assert not left


def test_a_look_takes_the_plain_sum_where_many_children_would_make_the_exact_one_slow(
    monkeypatch,
):
    """A child of a forked kernel has inherited memory: for so many as may compute, no more."""
    machine = limits.Limits(memory_mb=400, busy=16)
    dog = limits.Watchdog(1, machine, Path("/"), print, print)
    dog.inherited = 100 * limits.MB
    beyond = (4 * 400 + 2 * 16 * 100) * limits.MB
    asked = []
    monkeypatch.setattr(limits, "proportional", lambda init: asked.append(init) or 0)
    for resident, many, reason, looked in (
        (beyond + 1, 250, "memory", []),
        (beyond, 250, "", [1]),
        ((4 * 400 + 3 * 100) * limits.MB + 1, 3, "memory", []),
    ):
        used = usage.Usage(processes=many, resident=resident)
        monkeypatch.setattr(limits, "usage", lambda *_, used=used: used)
        monkeypatch.setattr(dog, "_too_full", lambda: False)
        monkeypatch.setattr(dog, "_is_crowd", lambda: False)
        assert (dog.verdict(), asked) == (reason, looked)
        asked.clear()
