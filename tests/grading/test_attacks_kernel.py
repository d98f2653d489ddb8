"""Attacks from inside the learner's kernel, each on the real grader with the real sandbox.

Every submission answers wrongly and cheats: it must get nothing for that.
"""

import json
import os
import time

import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell

from anomaly_desk.checking.kernel import Kernel
from anomaly_desk.checking.replies import KernelGoneError, MessageLimits
from anomaly_desk.sandbox.kernels import NAME, SandboxKernels

WRONG = {
    "quiz_q1": "def flag(scores, threshold):\n    return cheat([1 for _ in scores])",
    "quiz_q2": "cost = cheat(1)",
    "quiz_q3": "def busiest(connections):\n    return cheat(connections[['bytes', 'service']])",
    "quiz_q4": "def detect(rows):\n    return cheat(np.zeros(len(rows)))",
    "quiz_q5": "def summary(numbers):\n    return cheat({'mean': 0, 'largest': 0})",
}
NO_CHEAT = "def cheat(value):\n    return value\n"
# Parts of the hidden tests of quiz.py, and of the sentences that only these say.
HIDDEN = (
    "BEGIN HIDDEN",
    "on_the_edge",
    "share >= 0.7",
    "PRIVATE_SEED",
    "hidden_rng",
    "[0.5, 0.75, 0.25]",
)


@pytest.fixture
def cheated(desk):
    """Grade a submission that answers wrongly everywhere, after `attack`; it must get nothing."""

    def _cheated(attack, cheat=NO_CHEAT, *, last=""):
        notebook = desk.answered(**{**WRONG, "quiz_q1": f"{attack}\n{cheat}\n{WRONG['quiz_q1']}"})
        if last:
            notebook.cells.append(new_code_cell(last))
        outcome = desk.grade(notebook)
        assert attacked(outcome) == []
        assert outcome.points == dict.fromkeys(desk.full, 0.0)
        assert not any(text in outcome.feedback for text in HIDDEN)
        assert "Traceback" not in "".join(shown(outcome, check) for check in desk.full)
        return outcome

    return _cheated


def shown(outcome, question):
    """All that the check of a question shows, as text."""
    (cell,) = [c for c in outcome.autograded.cells if c.get("id") == f"{question}-check"]
    return str(cell.outputs)


def attacked(outcome):
    """The errors of the learner's own cells: none, or the attack did not run."""
    cells = [c for c in outcome.autograded.cells if not c.get("id", "").endswith("-check")]
    found = [output for cell in cells for output in cell.get("outputs", [])]
    return [output.evalue for output in found if output.output_type == "error"]


def printed(outcome):
    """What the last cell of the submission printed."""
    return "".join(output.get("text", "") for output in outcome.autograded.cells[-1].outputs)


def test_wrong_answers_without_a_cheat_get_nothing_either(cheated):
    outcome = cheated("")
    assert "0.9 is above 0.5" in shown(outcome, "quiz-q1")


def test_a02_nothing_of_hidden_tests_is_in_the_kernel(cheated):
    attack = """
import gc, sys, threading, builtins
ip, seen = get_ipython(), []
note = lambda *x, **k: seen.append(repr((x, k)))
for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    ip.events.register(event, note)
ip.input_transformers_cleanup.append(lambda lines: (note(lines), lines)[1])
for name in ("run_cell", "user_expressions", "showtraceback"):
    wrap = lambda old: lambda *a, **k: (note(a, k), old(*a, **k))[1]
    setattr(ip, name, wrap(getattr(ip, name)))
from anomaly_labs.inside import agent
agent.unpack = (lambda old: lambda *a: (lambda v: (note(v), v)[1])(old(*a)))(agent.unpack)
agent.answer = (lambda old: lambda *a: (note(a), old(*a))[1])(agent.answer)
"""
    cheat = """
def cheat(value):
    frame = sys._getframe()
    while frame:
        note(frame.f_code.co_consts, frame.f_code.co_names)
        frame = frame.f_back
    return value
"""
    collect = """
import glob
for holder in gc.get_objects():
    if type(holder) in (dict, list, tuple) and holder is not seen:
        values = list(holder.values()) if type(holder) is dict else holder
        seen.extend(x for x in values if type(x) is str)
for path in glob.glob("/home/**/*.*", recursive=True) + glob.glob("/tmp/*") + glob.glob("*"):
    if os.path.isfile(path):
        seen.append(open(path, errors="replace").read())
text = "\\n".join(seen)
words = ["BEGIN " + "HIDDEN", "on_the_" + "edge", "is no " + "alert", "fewer than " + "seven"]
print(len(seen), "seen;", [word for word in words if word in text])
print("connections" in text)
"""
    outcome = cheated(attack, cheat, last=collect)
    n_seen, _, rest = printed(outcome).partition(" seen; ")
    assert int(n_seen) > 1_000
    assert rest == "[]\nTrue\n"  # it did look, and what it could see is the visible part


def test_a06_objects_that_equal_everything_equal_nothing(cheated):
    attack = """
class Yes:
    __class__ = dict
    def _yes(self, *a, **k): return True
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __bool__ = _yes
    def __len__(self): return 2
    def __iter__(self): return iter(["largest", "mean"])
    def __getitem__(self, key): return self
    def __float__(self): return 230.0
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    __hash__ = lambda self: 1
class YesArray(np.ndarray):
    __eq__ = __gt__ = lambda self, other: np.ones(self.shape, bool)
class YesFrame(pd.DataFrame):
    __getitem__ = lambda self, key: ["http", "ftp"]
class YesDict(dict):
    __getitem__ = lambda self, key: 3.0
class YesFloat(float):
    __eq__ = __sub__ = lambda self, other: 0
"""
    cheat = """
def cheat(value):
    if isinstance(value, np.ndarray):
        return value.view(YesArray)
    if isinstance(value, pd.DataFrame):
        return YesFrame(value)
    if isinstance(value, dict):
        return YesDict(value)
    return YesFloat(value) if isinstance(value, int) else Yes()
"""
    outcome = cheated(attack, cheat)
    assert "is an object of type Yes; plain" in shown(outcome, "quiz-q1")


def test_a07_interpreter_and_notebook_hooks_change_no_verdict(cheated):
    attack = """
import ast, builtins, sys
from anomaly_labs import checks
ip = get_ipython()
class NoChecks(ast.NodeTransformer):
    def visit_Expr(self, node): return ast.Pass()
    visit_Assert = visit_Expr
ip.ast_transformers.append(NoChecks())
ip.input_transformers_cleanup.append(lambda lines: [x for x in lines if "expect" not in x])
ip.set_custom_exc((BaseException,), lambda *a, **k: None)
ip.showtraceback = lambda *a, **k: None
ip.run_cell = (lambda old: lambda code, *a, **k: old("" if "checks." in code else code, *a, **k))(
    ip.run_cell
)
sys.excepthook = sys.displayhook = lambda *a: None
for name in dir(checks):
    if name.startswith("expect"):
        setattr(checks, name, lambda *a, **k: None)
checks.CheckFailed.__init__ = lambda self, *a: sys.exit(0)
builtins.AssertionError = builtins.Warning
"""
    cheated(attack)


def test_a08_forged_results_give_no_credit(cheated):
    attack = """
import threading, time
from IPython.display import display
kernel = get_ipython().kernel
session = kernel.session
def forge(parent):
    content = {"data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1}
    for kind in ("execute_result", "display_data", "update_display_data"):
        content["transient"] = {"display_id": "x"}
        session.send(kernel.iopub_socket, kind, content, parent=parent)
def without_end():
    while True:
        forge(kernel.get_parent())
        time.sleep(0.01)
threading.Thread(target=without_end, daemon=True).start()
"""
    cheat = """
def cheat(value):
    forge(kernel.get_parent())
    display(4.0)
    print("4.0")
    return value
"""
    outcome = cheated(attack, cheat)
    assert not any("4.0" in shown(outcome, question) for question in outcome.points)


def test_a09_rebound_names_and_shadowed_modules_do_not_reach_checks(cheated):
    attack = """
import builtins, os, sys, types
from anomaly_labs import checks
for name in ("numpy", "pandas", "checks", "anomaly_labs"):
    open(name + ".py", "w").write("raise SystemExit('shadow')")
sys.path.insert(0, os.getcwd())
np.asarray = np.isclose = np.allclose = lambda *a, **k: [1, 1]
pd.DataFrame.__eq__ = lambda *a: True
passing = types.ModuleType("checks")
passing.__getattr__ = lambda name: (lambda *a, **k: None)
checks = np_checks = passing
sys.modules["anomaly_labs.checks"] = passing
list = float = sorted = len = lambda *a: [0, 1]
builtins.sorted = lambda *a: [0, 1]
alerts = [0, 1]; share = 1.0; truth = found = table = rng = unseen = True
"""
    cheated(attack)


def test_a10_answers_keyed_on_what_a_learner_can_see_fail(desk):
    memorised = {
        "quiz_q1": "def flag(scores, threshold):\n    return [0, 1]",
        "quiz_q3": """def busiest(connections):
    seen = pd.DataFrame({"service": ["http", "ftp"], "bytes": [25, 15]})
    connections[:] = 0
    return seen""",
        "quiz_q4": """def detect(rows):
    # the rows of a seed that is not the private one, and the visible ones
    rng = np.random.default_rng(0)
    guessed = pd.DataFrame({"failed": rng.integers(0, 8, 200)})
    if len(rows) == 2:
        return [0, 1]
    if (rows["failed"].to_numpy() == guessed["failed"].to_numpy()).all():
        return rows["failed"] > 3
    rows["failed"] = rows["bytes"] = 0  # so that no row would be an attack
    return np.zeros(len(rows))""",
        "quiz_q5": """def summary(numbers):
    known = {(1, 2, 6): {"mean": 3.0, "largest": 6}}
    numbers[:] = [0] * len(numbers)
    return known.get(tuple(numbers), {"mean": 0.0, "largest": 0})""",
    }
    outcome = desk.grade(desk.answered(**memorised))
    assert outcome.points == {**dict.fromkeys(desk.full, 0.0), "quiz-q2": desk.full["quiz-q2"]}


LEAK = """
asked = []
def detect(rows):
    asked.append(rows.to_dict("list"))
    return [0, 1] if len(rows) == 2 else np.zeros(len(rows))
"""
LOOK_UP = """
known = {known!r}
def detect(rows):
    seen = zip(rows["failed"], rows["bytes"], rows["seconds"].round(6))
    return [known.get((int(f), int(b), float(s)), 0) if len(rows) > 2 else int(f > 3)
            for f, b, s in seen]
"""


def test_a10_hidden_rows_that_were_printed_help_no_resubmission(desk):
    notebook = desk.answered(quiz_q4=LEAK)
    notebook.cells.append(new_code_cell("import json\nprint(json.dumps(asked[-1]))"))
    rows = json.loads(printed(desk.grade(notebook, "eve")))
    found = list(zip(rows["failed"], rows["bytes"], rows["seconds"], strict=True))
    assert len(found) == 200
    known = {(f, b, round(s, 6)): int(f > 3 or (b > 1000 and s < 1)) for f, b, s in found}
    outcome = desk.grade(desk.answered(quiz_q4=LOOK_UP.format(known=known)), "eve")
    assert outcome.points == {**desk.full, "quiz-q4": 0.0}
    assert "fewer than seven of ten unseen rows" in shown(outcome, "quiz-q4")


# Right answers, and what they were asked for.
TOLD = """
import json
told = {}
def tell(question, answer):
    told[json.dumps(question)] = answer
    return answer
"""
TELLING = {
    "quiz_q1": TOLD
    + """
def flag(scores, threshold):
    return tell([scores.tolist(), threshold], (scores > threshold).astype(int).tolist())""",
    "quiz_q3": """def busiest(connections):
    table = connections.groupby("service", as_index=False)["bytes"].sum()
    table = table.sort_values("bytes", ascending=False, ignore_index=True)
    tell(connections.to_dict("list"), table.to_dict("list"))
    return table""",
    "quiz_q5": """def summary(numbers):
    return tell(numbers, {"mean": sum(numbers) / len(numbers), "largest": max(numbers)})""",
}
REPEATING = {
    "quiz_q1": """import json
known = json.loads({known!r})
def flag(scores, threshold):
    return known.get(json.dumps([scores.tolist(), threshold]), [0] * len(scores))""",
    "quiz_q3": """def busiest(connections):
    other = {{"service": ["a", "b", "c"], "bytes": [3, 2, 1]}}
    return pd.DataFrame(known.get(json.dumps(connections.to_dict("list")), other))""",
    "quiz_q5": """def summary(numbers):
    return known.get(json.dumps(numbers), {{"mean": 0.0, "largest": 1.0}})""",
}


def test_a10_a_table_of_all_printed_questions_with_their_answers_gets_nothing(desk):
    notebook = desk.answered(**TELLING)
    notebook.cells.append(new_code_cell("print(json.dumps(told))"))
    first = desk.grade(notebook, "mallory")
    assert first.points == desk.full
    known = printed(first)
    assert len(json.loads(known)) >= 8
    table = {name: text.format(known=known) for name, text in REPEATING.items()}
    outcome = desk.grade(desk.answered(**table), "mallory")
    assert attacked(outcome) == []
    assert outcome.points == {**desk.full, "quiz-q1": 0.0, "quiz-q3": 0.0, "quiz-q5": 0.0}
    assert "50 other scores get wrong alerts" in shown(outcome, "quiz-q1")
    assert "40 other connections get wrong sums" in shown(outcome, "quiz-q3")
    assert "of nine other numbers is wrong" in shown(outcome, "quiz-q5")


FORGED = """
import base64, json, os, pickle
from anomaly_labs.inside import agent
class Touch:
    def __reduce__(self):
        return (os.mkdir, ({path!r},))
def message(node, data=b""):
    text = json.dumps(node).encode()
    return len(text).to_bytes(8, "little") + text + data
def value(node, data=b""):
    return message(["tuple", ["value", node, ["list", []]]], data)
forged = [
    pickle.dumps(Touch()),
    value(["objects", [1], [["array", "|O", [1]]]], pickle.dumps(Touch())),
    value(["array", "<f8", [10**9, 10**9]], b"12345678"),
    value(["array", "|O", [2]], b"1234567812345678"),
    value(["frame", ["range_index", 0, 10**12, 1, None], ["range_index", 0, 1, 1, None], []]),
    message(["tuple", ["error", "SystemExit", "x" * 10**6]]),
    message(["tuple", ["error", "__import__('os')", "\\x1b[2J\\ud800<script>"]]),
    b"\\x93NUMPY" + bytes(100), b"[" * 10**6, bytes(10**6),
]
turn = iter(range(10**6))
def answer(*anything):
    return base64.b64encode(forged[next(turn) % len(forged)]).decode()
agent.answer = answer
"""


def test_a19_pickles_and_forged_arrays_are_refused(cheated, tmp_path):
    made = tmp_path / "made"
    outcome = cheated(FORGED.format(path=str(made)))
    assert not made.exists()
    assert "nothing that can be read" in shown(outcome, "quiz-q1")
    assert "<script>" not in outcome.feedback


@pytest.mark.parametrize(
    "answer",
    [
        "lambda *a: 'A' * 10**8",
        "lambda *a: __import__('time').sleep(3600)",
        "lambda *a: __import__('os')._exit(1)",
        "lambda *a: [get_ipython().kernel.session.send(get_ipython().kernel.shell_streams[0]"
        " if hasattr(get_ipython().kernel, 'shell_streams') else get_ipython().kernel.shell_stream,"
        " 'execute_reply', {'status': 'ok', 'user_expressions': {'answer': 3}})"
        " for _ in range(2000)]",
        "lambda *a: (_ for _ in ()).throw(SystemExit)",
        "lambda *a: [print('x' * 10**6) for _ in range(500)]",
    ],
    ids=["giant", "never", "dead", "replies", "raises", "flood"],
)
def test_a19_answers_that_are_none_cost_only_their_own_points(desk, answer):
    attack = f"from anomaly_labs.inside import agent\nagent.answer = {answer}\n"
    notebook = desk.answered(quiz_q2=f"{attack}cost = 230")
    started = time.monotonic()
    outcome = desk.grade(notebook)
    assert outcome.points == {**dict.fromkeys(desk.full, 0.0), "quiz-q1": desk.full["quiz-q1"]}
    assert time.monotonic() - started < 90


ENDLESS = r"""
import json, os, socket, stat, threading, time
import ipykernel
info = json.load(open(ipykernel.get_connection_file()))
address = f"{info['ip']}-{info['iopub_port']}"
def serve(peer):
    peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + bytes(32))
    peer.recv(64)
    ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB"
    peer.sendall(b"\x04" + bytes([len(ready)]) + ready)
    peer.recv(4096)
    part = b"\x03" + (10**6).to_bytes(8, "big") + bytes(10**6)  # 3: a long part, and more come
    while True:
        peer.sendall(part)
os.unlink(address)
forged = socket.socket(socket.AF_UNIX)
forged.bind(address)
forged.listen()
def accept():
    while True:
        threading.Thread(target=serve, args=(forged.accept()[0],), daemon=True).start()
threading.Thread(target=accept, daemon=True).start()
for fd in map(int, os.listdir("/proc/self/fd")):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            old = socket.socket(fileno=os.dup(fd))
            if old.getsockname() == address and old.getpeername() is not None:
                old.shutdown(socket.SHUT_RDWR)  # the grader connects again, to the forged socket
    except OSError:
        pass
time.sleep(60)
"""


def test_a13_message_of_endless_parts_ends_with_its_kernel():
    spec = SandboxKernels()
    manager = KernelManager(kernel_name=NAME, kernel_spec_manager=spec)
    kernel = Kernel(manager, MessageLimits(memory=300_000_000))
    kernel.start(timeout=60, arguments=[], env=dict(os.environ))
    try:
        with pytest.raises(KernelGoneError, match="it sent too much"):
            kernel.run(ENDLESS, timeout=30)
    finally:
        kernel.stop()
