"""One message that is too large, `exit()` in the middle: what follows goes on as if nothing was."""

import time

import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell

from anomaly_desk.checking.kernel import Kernel
from anomaly_desk.checking.replies import KernelGoneError, MessageLimits
from anomaly_desk.execute import QUIET_KERNEL
from anomaly_labs.inside import agent

MOST = 100_000  # characters; a message may have 1.8 MB
LARGE = 3_000_000
# What ends the connection in spite of the agent, as a hostile notebook can send it.
PAST_THE_AGENT = f"""
ip = get_ipython()
session = ip.kernel.session
content = {{"name": "stdout", "text": "x" * {LARGE}}}
type(session).send(session, ip.display_pub.pub_socket, "stream", content)
"""
CLOSED = """
getattr(get_ipython().kernel.iopub_socket, "io_thread").socket.close()
"""


@pytest.fixture
def kernel():
    limits = MessageLimits(answer=MOST, output=MOST)
    running = Kernel(KernelManager(kernel_name="python3"), limits)
    running.start(timeout=60, arguments=QUIET_KERNEL)
    yield running
    running.stop()


def shown(outputs):
    """What the outputs of a cell say, as one text."""
    return "".join(str(o.get("text") or o.get("data") or o.get("ename")) for o in outputs.cells)


@pytest.mark.parametrize(
    "source",
    [
        f"print('x' * {LARGE})",
        f"from IPython.display import HTML, display\ndisplay(HTML('x' * {LARGE}))",
        f"from IPython.display import HTML\nHTML('x' * {LARGE})",
        f"raise ValueError('x' * {LARGE})",
        f"display({{'application/vnd.plotly.v1+json': [0.5] * {LARGE}}}, raw=True)",
        f"from comm import create_comm\ncreate_comm(data={{'x': 'x' * {LARGE}}})",
        f"d = display(1, display_id=True)\nd.update('x' * {LARGE})",
    ],
    ids=["print", "display", "result", "error", "plotly", "widget", "update"],
)
def test_one_message_that_is_too_large_is_cut_at_once(kernel, source):
    started = time.monotonic()
    outputs = kernel.run(source, timeout=60)
    kept = "plotly" in source or "comm" in source  # the grader never took these
    assert outputs.truncated is not kept
    assert len(shown(outputs)) < MOST
    assert shown(kernel.run("'later'", timeout=30)) == "{'text/plain': \"'later'\"}"
    assert time.monotonic() - started < 8  # one wait for what never comes is 10 s


def test_a13_message_that_gets_past_the_agent_costs_that_cell_alone(kernel):
    started = time.monotonic()
    outputs = kernel.run(f"print('before', flush=True)\n{PAST_THE_AGENT}", timeout=60)
    assert outputs.truncated
    assert "is left out" in shown(outputs)
    for text in ("first", "second"):
        later = kernel.run(f"print({text!r})", timeout=30)
        assert (shown(later), later.truncated) == (f"{text}\n", False)
    assert time.monotonic() - started < 8


def test_a13_kernel_that_shows_nothing_more_is_waited_for_once(kernel, monkeypatch):
    monkeypatch.setattr("anomaly_desk.checking.kernel.GRACE", 2.0)
    assert kernel.run(f"x = 6\n{CLOSED}", timeout=30).truncated
    started = time.monotonic()
    for _ in range(20):
        assert kernel.run("x += 1", timeout=30).truncated
    assert time.monotonic() - started < 2
    assert kernel.gone == ""


@pytest.mark.parametrize(
    "source", ["exit()", "quit()", "exit", "exit(0)", "import sys; sys.exit()", "raise SystemExit"]
)
def test_leaving_ends_the_cell_and_not_the_kernel(kernel, source):
    kernel.run("x = 1", timeout=30)
    assert "SystemExit" in shown(kernel.run(source, timeout=30))
    assert shown(kernel.run("x", timeout=30)) == "{'text/plain': '1'}"


def test_a_function_that_leaves_leaves_no_dead_kernel(kernel):
    kernel.run("def f():\n    exit()", timeout=30)
    assert "SystemExit" in shown(kernel.run("f()", timeout=30))
    assert shown(kernel.run("2", timeout=30)) == "{'text/plain': '2'}"


def test_a14_leaving_for_good_stays_a_death(kernel):
    with pytest.raises(KernelGoneError, match="it died"):
        kernel.run("import os\nos._exit(0)", timeout=30)


def test_short_messages_are_shown_as_they_are():
    data = {"text/plain": "7", "image/png": "iVBO", "application/json": [1]}
    given = {
        "data": data,
        "metadata": {"image/png": {"width": 9}},
        "transient": {"display_id": "a"},
    }
    kept = agent.shown("display_data", given, 100)
    assert kept["data"] == {"text/plain": "7", "image/png": "iVBO"}
    assert kept["transient"] == given["transient"]
    assert agent.shown("status", {"execution_state": "idle"}, 1) == {"execution_state": "idle"}


# graded whole

HUGE_TABLE = """
import pandas as pd
long = pd.DataFrame({"text": [f"{n} " + "x" * 1_000 for n in range(25_000)]})
with pd.option_context("display.max_rows", None, "display.max_colwidth", None):
    display(long)
"""


def test_a_whole_table_is_cut_and_later_cells_keep_their_outputs(desk):
    notebook = desk.solved()
    notebook.cells.insert(2, new_code_cell(HUGE_TABLE))
    notebook.cells.append(new_code_cell("print('shown to the end')"))
    outcome = desk.grade(notebook)
    assert (outcome.points, outcome.kinds) == (desk.full, {"limit-output"})
    assert not outcome.graded.needs_human
    assert "shown to the end" in outcome.feedback
    assert "the rest of the output is left out" in outcome.feedback
    assert outcome.seconds < 60  # 10 s for each later cell, before


def test_exit_in_the_middle_costs_nothing(desk):
    notebook = desk.solved()
    for place, text in ((2, "exit()"), (5, "import sys\nsys.exit()"), (8, "quit")):
        notebook.cells.insert(place, new_code_cell(text))
    outcome = desk.grade(notebook)
    assert (outcome.points, outcome.findings) == (desk.full, ())
