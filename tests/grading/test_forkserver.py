"""Kernels that are forked from one process: as locked in as any other, and cheaper."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_client.manager import KernelManager
from kernels import as_ordinary_user, run
from nbformat.v4 import new_code_cell, new_notebook
from test_attacks_system import CROWD, FILLED_SOCKETS, PAGE_TABLES
from test_sandbox import (
    CHILDREN,
    FILES,
    _wait_until,
    test_system_calls_of_no_use_to_an_exercise_are_refused,  # noqa: F401 - in a forked kernel
)
from traitlets.config import Config

from anomaly_desk.checking.execute import SafeExecute
from anomaly_desk.checking.kernel import Kernel
from anomaly_desk.checking.pictures import as_outputs, is_plain, place, put, shared_pictures
from anomaly_desk.checking.replies import KernelGoneError, MessageLimits
from anomaly_desk.environment import RUN
from anomaly_desk.sandbox import forkserver
from anomaly_desk.sandbox.kernels import NAME, SandboxKernels

HERE = Path(__file__).parent
FORKED = "print('zygote' in open('/proc/self/cmdline').read())"
# What a process may do and see, as far as it does not differ between any two kernels.
STATE = """
import ctypes, json, os, resource, socket, sys
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
kept = [key for key in status if key.startswith(("Cap", "Seccomp", "NoNew", "Sig", "Umask"))]
kept.remove("SigQ")
state = {key: status[key] for key in kept}
state["who"] = [len(set(status[key].split())) for key in ("Uid", "Gid", "Groups")]
state["limits"] = [line for line in open("/proc/self/limits") if "data size" not in line]
state["mounts"] = [line.split()[3:6] for line in open("/proc/self/mountinfo") if "al-" not in line]
seen = ("/", "/dev", "/run", "/tmp", "/etc")
state["folders"] = {path: sorted(os.listdir(path)) for path in seen}
state["place"] = (os.getcwd(), open("/proc/self/oom_score_adj").read())
state["host"] = (socket.gethostname(), len(os.sched_getaffinity(0)), socket.if_nameindex())
state["dumpable"] = ctypes.CDLL(None).prctl(3)
state["python"] = (sys.path, sys.argv[1:], sys.executable, sys.prefix, sys.dont_write_bytecode)
own = ("OMP_WAIT_POLICY",)
state["environment"] = {key: os.environ[key] for key in sorted(os.environ) if key not in own}
print(json.dumps(state))
"""


@pytest.fixture(scope="module", autouse=True)
def server():
    """A server for all kernels of these tests; its folder."""
    with forkserver.running():
        yield Path(os.environ[RUN])


IMPORTS = "import time, pandas, sklearn.metrics, matplotlib.pyplot; print(time.process_time())"


def test_a_forked_kernel_has_the_rights_and_the_sight_of_any_other_and_is_cheaper(server):
    forked, other = (run(FORKED, STATE, IMPORTS, fork_server=on) for on in (True, False))
    assert (forked.texts[0], other.texts[0]) == ("True", "False")
    assert json.loads(forked.texts[1]) == json.loads(other.texts[1])
    assert float(forked.texts[2]) < float(other.texts[2]) / 2
    assert not forked.folder.exists()


@pytest.mark.quick
def test_the_server_forks_with_one_thread(server):
    assert run(FORKED).texts == ["True"]
    (process,) = (p for p in psutil.Process().children() if f"{server}/fonts" in p.cmdline())
    assert process.num_threads() == 1


def test_kernels_see_neither_each_other_nor_the_server():
    look = """
import os, random, numpy as np
print(sorted(int(name) for name in os.listdir("/proc") if name.isdigit())[-1] < 20, os.getppid())
print(random.random(), np.random.random())
"""
    first, second = (run(look).texts[0].splitlines() for _ in range(2))
    assert first[0] == second[0] == "True 0"
    assert not set(first[1].split()) & set(second[1].split())


def test_nothing_of_one_learner_is_in_the_memory_of_the_next():
    search = """
needle, found, read = b"ada-" + str(8_000 + 231).encode(), 0, 0  # itself is found once
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps.read().splitlines():
        place, rights, *_ = line.split()
        start, end = (int(edge, 16) for edge in place.split("-"))
        if rights.startswith("rw") and end - start < 1 << 26:
            memory.seek(start)
            try:
                text = memory.read(end - start)
            except OSError:
                continue
            read, found = read + len(text), found + text.count(needle)
del text
import os
print(read > 20_000_000, found - 1, os.environ["ANOMALY_LABS_LEARNER"])
"""
    learner = {"ANOMALY_LABS_LEARNER": "ada-8231"}
    own = run(search, environment=learner).texts[0].split()
    assert (own[0], own[2]) == ("True", "ada-8231")
    assert int(own[1]) > 0
    next_one = {"ANOMALY_LABS_LEARNER": "ben"}
    assert run(search, environment=next_one).texts == ["True 0 ben"]


def test_the_server_shares_no_memory_file_or_thread_with_kernels():
    look = """
import os, threading
shared = [line for line in open("/proc/self/maps") if line.split()[1].startswith("rw-s")]
print(shared, threading.active_count() < 20)
opened = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
print([path for path in opened if "al-" in path])
"""
    assert run(look).texts == ["[] True\n[]"]


@pytest.mark.parametrize(
    ("cell", "reason", "settings"),
    [
        (CHILDREN, "memory", {"memory_mb": 300}),
        (PAGE_TABLES, "memory", {"memory_mb": 300}),
        pytest.param(FILLED_SOCKETS, "memory", {"memory_mb": 300}, marks=pytest.mark.slow),
        pytest.param(FILES, "files", {}, marks=pytest.mark.slow),
        pytest.param("while True: pass", "time", {"cpu_s": 2}, marks=pytest.mark.slow),
        pytest.param(CROWD, "processes", {"memory_mb": 2000}, marks=pytest.mark.slow),
    ],
    ids=["children", "page tables", "sockets", "many files", "CPU time", "a crowd"],
)
def test_the_watchdog_ends_a_forked_kernel_beyond_its_limit(cell, reason, settings):
    ran = run(FORKED, cell, "import time; time.sleep(20)", timeout=20, **settings)
    assert ran.texts[0] == "True"
    assert (ran.killed_for, ran.died) == (reason, True)
    assert ran.processes() == []
    assert not ran.folder.exists()


def test_a_huge_array_is_a_memory_error_whatever_was_mapped_before_the_fork():
    ran = run("bytearray(1_000_000_000)", "print('alive')", memory_mb=300)
    assert ran.texts == ["MemoryError:", "alive"]


def test_other_terms_than_those_of_the_server_start_a_kernel_of_its_own():
    assert run(FORKED, environment={"OPENBLAS_NUM_THREADS": "1"}).texts == ["False"]
    assert run(FORKED, cores=1).texts == ["False"]


def test_a_kernel_starts_without_the_server_where_that_cannot_be_reached(server):
    door = (server / forkserver.DOOR).rename(server / "away")
    try:
        assert run(FORKED).texts == ["False"]
    finally:
        door.rename(server / forkserver.DOOR)
        (server / forkserver.BROKEN).unlink()
    assert run(FORKED).texts == ["True"]


def test_a_request_that_cannot_be_met_is_refused_in_words(server):
    with open("/dev/null") as nothing, pytest.raises(forkserver.ForkError, match="OSError"):
        forkserver.enter(
            server,
            [sys.executable, "-m", "keyword"],
            environment={},
            user=None,
            settings="{}",
            init=nothing.fileno(),
            stderr=nothing.fileno(),
        )
    (server / forkserver.BROKEN).unlink()


LEAVE_NOTES = """
import os, subprocess
for note in (
    lambda: os.chmod("/proc/self/exe", 0o700),
    lambda: os.setxattr("/proc/self/exe", "user.q2", b"230"),
):
    try:
        note()
    except OSError:
        pass
print(os.getuid())
"""
READ_NOTES = """
import os
try:
    print(os.getxattr("/proc/self/exe", "user.q2"))
except OSError:
    print("no note")
"""
HIDDEN_CHILDREN = """
import ctypes, os, subprocess, time
subprocess.Popen(["sleep", "20"])  # the only one that tells what it has
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: its memory is closed to all eyes
for n in range(2):
    if os.fork() == 0:
        hoard = bytearray(b"x" * 200_000_000)
        time.sleep(20)
        os._exit(0)
time.sleep(20)
"""


@pytest.fixture(scope="module")
def of_an_ordinary_user():
    """What became of the forked kernels of a user whose own file the interpreter is."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    script = f"""
import json, os, sys
from kernels import run
from anomaly_desk.sandbox import forkserver
interpreter = os.path.realpath(sys.executable)
with forkserver.running():
    before = os.stat(interpreter)
    flood = "for n in range(100): subprocess.Popen(['sleep', '9'])"
    first = run({FORKED!r}, {LEAVE_NOTES!r}, flood, processes=60)
    second = run({FORKED!r}, {READ_NOTES!r})
    after = os.stat(interpreter)
    hidden = run({FORKED!r}, {HIDDEN_CHILDREN!r}, timeout=10, memory_mb=300)
result = dict(
    first=first.texts, second=second.texts, left=first.folder.exists(),
    mine=before.st_uid == os.getuid(), same=before == after,
    hidden=[hidden.texts[0], hidden.killed_for, hidden.died, hidden.processes()],
)
print(json.dumps(result))
"""
    return as_ordinary_user(script, own_interpreter=True)


def test_an_ordinary_users_kernels_leave_no_note_on_the_interpreter_for_the_next(
    of_an_ordinary_user,
):
    found = of_an_ordinary_user
    assert found["mine"]
    assert (found["first"][0], found["second"][0]) == ("True", "True")
    assert found["first"][1].endswith("1000")
    assert "BlockingIOError" in found["first"][2]
    assert found["second"][1] == "no note"
    assert found["same"]
    assert not found["left"]


def test_a_process_that_closes_its_memory_to_all_eyes_does_not_escape_the_limit(
    of_an_ordinary_user,
):
    assert of_an_ordinary_user["hidden"] == ["True", "memory", True, []]


def started():
    """Start a kernel as the grader does."""
    manager = KernelManager(kernel_name=NAME, kernel_spec_manager=SandboxKernels())
    kernel = Kernel(manager, MessageLimits())
    kernel.start(timeout=60, arguments=[], env=dict(os.environ))
    return kernel


def test_the_figures_of_a_course_are_drawn_once_for_a_class():
    figure = "import matplotlib.pyplot as plt; plt.plot([1, 2]);"
    release = new_notebook(cells=[new_code_cell(figure), new_code_cell("print(unknown)")])
    drawn = shared_pictures(release, started, timeout=30)
    assert list(map(len, drawn.values())) == [1]
    assert shared_pictures(release, lambda: pytest.fail("drawn twice"), timeout=30) == drawn

    kernel = started()
    try:
        kernel.draw(False, timeout=30)
        cell = new_code_cell(figure)
        cell.outputs = kernel.run(figure, timeout=30).cells
        assert "image/png" not in cell.outputs[0].data
        put(cell, drawn[place(release.cells[0])])
        assert cell.outputs == as_outputs(drawn[place(release.cells[0])])
        kernel.draw(True, timeout=30)
        assert "image/png" in kernel.run(figure, timeout=30).cells[0].data
    finally:
        kernel.stop()


def graded(tmp_path, answer, **settings):
    """Grade a notebook of three cells, the last of which draws what the first has bound."""
    texts = ("sizes = [1, 2]", answer, PLOT)
    return cells_of(tmp_path, texts, **settings)[2].outputs[0].data["image/png"]


def cells_of(tmp_path, texts, **settings):
    """Grade a notebook, the second cell of which is the learner's."""
    cells = [new_code_cell(text) for text in texts]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    mark = {"grade_id": "q1", "solution": True, "grade": False, "locked": False}
    cells[1].metadata["nbgrader"] = {**mark, "schema_version": 3}
    submitted = new_notebook(cells=cells)
    released = new_notebook(cells=[cells[0], new_code_cell("", id="cell-1"), *cells[2:]])
    released.cells[1].metadata["nbgrader"] = cells[1].metadata.nbgrader
    path = tmp_path / "release" / "quiz" / "quiz.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(released, path)
    config = Config({"CourseDirectory": {"root": str(tmp_path)}, "SafeExecute": settings})
    place = {"assignment": "quiz", "notebook": "quiz", "student": "ada"}
    ran, _ = SafeExecute(config=config, fast=True).preprocess(submitted, {"nbgrader": place})
    return ran.cells


PLOT = "import matplotlib.pyplot as plt; plt.plot(sizes);"


def test_a_figure_of_the_course_shows_what_a_learner_has_changed(tmp_path):
    shared = graded(tmp_path, "cost = 230")
    changed = graded(tmp_path, "sizes[0] = 9")
    assert changed != shared
    assert changed == graded(tmp_path, "sizes[0] = 9", share_figures=False)
    assert shared == graded(tmp_path, "cost = 230", share_figures=False)


def test_a_cell_that_only_draws_shows_the_same_without_being_run(tmp_path, monkeypatch):
    draws = "fig, ax = plt.subplots()\nfor n in (1, 2):\n    ax.plot([n, 3])"
    texts = ("import matplotlib.pyplot as plt", "a = 3", draws, "a")
    whole = cells_of(tmp_path, texts, share_figures=False)
    run: list[str] = []
    really = Kernel.run
    monkeypatch.setattr(Kernel, "run", lambda *a, **k: (run.append(a[1]), really(*a, **k))[1])
    shared = cells_of(tmp_path, texts)
    assert [cell.outputs for cell in shared] == [cell.outputs for cell in whole]
    assert [cell.execution_count for cell in shared] == [1, 2, 3, 4]
    assert run.count(texts[2]) == 2  # to be drawn, and once more for comparison
    assert run.count(texts[3]) == 3


def test_only_cells_of_the_course_are_plain():
    graded, answer = new_code_cell("1"), new_code_cell("1")
    graded.metadata["nbgrader"] = {"grade": True, "solution": False}
    answer.metadata["nbgrader"] = {"grade": False, "solution": True}
    assert [is_plain(c) for c in (new_code_cell("1"), graded, answer)] == [True, False, False]


def test_a_killed_grader_leaves_no_server_and_no_folder():
    script = """
import os, time
from kernels import run
from anomaly_desk.sandbox import forkserver
with forkserver.running():
    print(os.environ["ANOMALY_LABS_RUN"], flush=True)
    run("1")
"""
    path = {"PYTHONPATH": str(HERE)}
    grader = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=os.environ | path
    )
    folder = Path(grader.stdout.readline().strip())
    _wait_until((folder / forkserver.DOOR).exists)
    time.sleep(0.5)  # now the server imports the stack
    grader.kill()
    grader.communicate()
    _wait_until(lambda: not folder.exists() and not serving(folder))


def serving(folder):
    """Return whether a server of this folder lives."""
    commands = Path("/proc").glob("[0-9]*/cmdline")
    return any(str(folder / "fonts") in read(command) for command in commands)


def read(path):
    """Return a text, empty where its process has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


@pytest.mark.slow
def test_every_test_of_sandbox_and_machine_holds_with_forked_kernels():
    names = ("test_sandbox.py", "test_attacks_system.py", "test_attacks_memory.py")
    files = [str(HERE / name) for name in names]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *files]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_kernel_that_ends_between_two_cells_has_shown_nothing():
    error = KernelGoneError("it is gone")
    assert str(error) == "it is gone"
    assert error.outputs.cells == [] and not error.outputs.truncated
