"""Errors of a learner's code in a real kernel: one sentence each, and no line of a library."""

import ast
from pathlib import Path

import nbformat
import pytest

from anomaly_desk import execute
from anomaly_desk.labs import manifest, sources

LABS = {lab.name: sources.of_lab(lab) for lab in manifest.labs(Path(__file__).parents[1])}
# Exercises whose functions need no training: a kernel imports, and runs answers and checks.
QUICK = {
    "lab0_start": ("lab0-q2", "lab0-q3", "lab0-q4", "lab0-q5"),
    "lab1_xgboost": ("lab1-q1", "lab1-q2", "lab1-q3", "lab1-q4", "lab1-q5"),
    "lab2_autoencoder": ("lab2-q1", "lab2-q2", "lab2-q3", "lab2-q5", "lab2-q6", "lab2-q9"),
}
# What it is, the answer's body, and what its sentence must hold where it does not come from a hint.
ANSWERS = {
    "a list for an array": ("return list(given) * 0.5", "a list came where an array is needed"),
    "wrong shape": ("return np.zeros((7, 3, 2))", ""),
    "nothing returned": ("np.asarray(given[0])", ""),
    "an error inside": ("return np.arange(3)[len(given) + 9]", "Line 2 of the cell, in `{name}`"),
}
PREPARED = "from anomaly_labs import checks, runtime\nrt = runtime.prepare()\nimport numpy as np"

pytestmark = pytest.mark.notebook


def run(cells: list[str], folder: Path) -> list[nbformat.NotebookNode]:
    """Execute cells in one kernel."""
    made = [nbformat.v4.new_code_cell(text) for text in cells]
    notebook = nbformat.v4.new_notebook(cells=made)
    env = {"ANOMALY_LABS_FAST": "1"}
    return list(execute.run_notebook(notebook, folder=folder, env=env).cells)


def told(cell: nbformat.NotebookNode) -> str:
    """The one sentence that a cell shows; anything else fails."""
    (error,) = [o for o in cell.outputs if o.output_type == "error"]
    (line,) = error.traceback
    assert line.startswith(("✗ ", "… "))
    assert line.removeprefix("✗ ").removeprefix("… ") == error.evalue
    assert "\n" not in line
    assert len(line) < 600
    assert not [word for word in ("Traceback", "site-packages", "File ", "\x1b") if word in line]
    return line


def text_of(lab: str, role: str, question: str) -> str:
    (cell,) = [cell for cell in LABS[lab].cells if cell.keys.get(role) == question]
    return cell.visible if role == "check" else cell.text


@pytest.mark.parametrize("lab", QUICK)
def test_every_kind_of_broken_answer_gets_one_sentence(lab, tmp_path):
    first = next(c for c in LABS[lab].cells if "runtime.prepare" in c.text and c.kind == "code")
    cells, tried = [first.text], []
    for question in QUICK[lab]:
        tree = ast.parse(text_of(lab, "exercise", question))
        name = next(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
        check = text_of(lab, "check", question)
        for what, (body, part) in ANSWERS.items():
            cells += [f"def {name}(*given, **named):\n    {body}", check]
            tried.append((question, what, part.format(name=name)))
        cells += [f"{name} = None", check]
        tried.append((question, "None", ""))
    ran = run(cells, tmp_path)
    given = [(told(cell), *about) for cell, about in zip(ran[2::2], tried, strict=True)]
    assert [line for line in given if line[-1] not in line[0]] == []
    assert not [line for line in given if line[2] == "None" and "is None" not in line[0]]
    assert not [line for line in given if "likely cause: something is None" in line[0]]
    assert [cell.source for cell in ran[1::2] if cell.outputs] == []


KERAS = """import keras
network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
network.compile("adam", "mse")
"""
TREES = """import pandas as pd, xgboost as xgb
rows = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.0, 1.0, 0.0]})
named = xgb.DMatrix(rows, label=[0, 1, 2])
"""
ERRORS = {
    "rows with too few columns": (
        f"{KERAS}network.predict(np.zeros((4, 2)), verbose=0)",
        ("line 4 of the cell, `network.predict(np.zeros((4, 2)), verbose=0)`", "ValueError"),
        "another number of columns",
    ),
    "the history for the model": (
        "history = network.fit(np.zeros((4, 3)), np.zeros((4, 2)), verbose=0)\nhistory.predict(1)",
        ("line 2 of the cell, `history.predict(1)`",),
        "`fit` returns the history",
    ),
    "no number of classes": (
        f'{TREES}xgb.train({{"objective": "multi:softprob"}}, named)',
        ("line 4 of the cell",),
        "`num_class`",
    ),
    "a table for a DMatrix": (
        'xgb.train({}, named, num_boost_round=1).predict(rows)',
        ("line 1 of the cell", "TypeError"),
        "`xgb.DMatrix(X)`",
    ),
    "a reshape without a cut": (
        "np.arange(7).reshape(-1, 3)", ("cannot reshape array of size 7",), "cut the rest off"
    ),
    "an array in an if": ("if np.arange(3) > 1:\n    pass", ("line 1",), "`np.where`"),
    "a slip in a name": ("nmae = 1\nname + 1", ("line 2", "'name' is not defined"), "a slip"),
}  # fmt: skip


def test_errors_of_libraries_are_told_with_their_line_and_likely_cause(tmp_path):
    ran = run([PREPARED, *(code for code, _, _ in ERRORS.values())], tmp_path)
    for cell, (what, (_, parts, cause)) in zip(ran[1:], ERRORS.items(), strict=True):
        line = told(cell).lower()
        assert [part for part in (*parts, cause) if part.lower() not in line] == [], (what, line)


def test_the_rest_is_printed_on_demand(tmp_path):
    ran = run(
        [PREPARED, "checks.traceback()", "np.ones(3) @ np.ones(2)", "checks.traceback()"], tmp_path
    )
    assert ran[1].outputs[0].text.startswith("No error was told")
    assert "checks.traceback() in a new cell prints the rest" in told(ran[2]).replace("`", "")
    assert "Traceback (most recent call last)" in ran[3].outputs[0].text
    assert "ValueError: matmul" in ran[3].outputs[0].text


STOPPED = {
    "stops": "moments = None\n\ndef play():\n    return 1 / 0\n\nmoments = play()",
    "is told": 'checks.expect_answered(moments, "play")\nchecks.passed("lab9-q1")',
    "is mended": "moments = 3",
    "passes": 'checks.expect_answered(moments, "play")\nchecks.passed("lab9-q1") ',
    "was never touched": "answer = None",
    "is open": 'checks.expect_answered(answer, "answer")\nchecks.passed("lab9-q2")',
}


def test_a_check_tells_an_exercise_that_stopped_from_an_untouched_one(tmp_path):
    ran = dict(zip(STOPPED, run([PREPARED, *STOPPED.values()], tmp_path)[1:], strict=True))
    assert "Line 4 of the cell, in `play`, `return 1 / 0`: ZeroDivisionError" in told(ran["stops"])
    line = told(ran["is told"])
    assert "stopped with an error" in line
    assert "ZeroDivisionError" in line
    assert ran["passes"].outputs[0].text == "✓ lab9-q1 passed\n"
    assert told(ran["is open"]).startswith("… Not answered yet")


def test_where_the_grader_runs_a_notebook_python_tells_errors_as_ever(tmp_path, monkeypatch):
    monkeypatch.setenv("ANOMALY_LABS_LEARNER", "")
    (error,) = run([PREPARED, "1 / 0"], tmp_path)[1].outputs
    assert len(error.traceback) > 1
    assert error.evalue == "division by zero"


def test_a_name_that_only_a_function_uses_is_none_that_the_cell_makes():
    from anomaly_labs import mistakes

    made = mistakes._made("a, b = 1, 2\nfor c in ():\n    pass\ndef f(x):\n    y = x\n    return y")
    assert made == {"a", "b", "c", "f"}


OPEN = {
    "an earlier one is open": "def gain(x):\n    raise checks.NotAnswered()",
    "it is told": "gain(1)\nchecks.passed('lab9-q1')",
    "a later one calls it": "def best(x):\n    return gain(x)",
    "it is told of both": "best(1)\nchecks.passed('lab9-q2')",
    "worked": "model = None\ndef fit():\n    return 1\nmodel = fit()",
    "stops": "def ask():\n    return model.predict()\ndef fit():\n    return 1 / 0\nmodel = fit()",
    "is told by its cell": "ask()\nchecks.passed('lab9-q3')",
}


def test_an_open_exercise_and_one_that_stopped_are_named_where_another_meets_them(tmp_path):
    ran = dict(zip(OPEN, run([PREPARED, *OPEN.values()], tmp_path)[1:], strict=True))
    assert told(ran["it is told"]).startswith("… Not answered yet: replace the line")
    line = told(ran["it is told of both"])
    assert line.startswith("… Not answered yet: `best` calls `gain`, which another exercise asks")
    line = told(ran["is told by its cell"])
    assert "stopped with an error" in line
    assert "ZeroDivisionError" in line
