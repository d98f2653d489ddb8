"""Hidden tests call a learner's functions with rows of the private seed, not with literals alone.

A function can print what a hidden test calls it with. Rows of the private seed are others after
every change of the notebook: a table of what was printed answers nothing.
"""

import ast
from operator import attrgetter
from pathlib import Path

import pytest

from anomaly_desk.labs import manifest, sources

LABS = manifest.labs(Path(__file__).parents[1])
NAME = attrgetter("name")
DRAWS = {"checks.hidden_rng", "assessment.unseen"}


def called(text: str) -> list[str]:
    nodes = ast.walk(ast.parse(text))
    return [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]


def hidden_calls(cell: sources.Cell) -> set[str]:
    """What the hidden part of a check calls, beyond what its visible part does."""
    visible = called(cell.visible)
    return {
        name for name in called(cell.text) if called(cell.text).count(name) > visible.count(name)
    }


def undrawn(source: sources.Source) -> list[str]:
    """The checks that call a learner's function, but with no row of the private seed."""
    functions = {
        cell.keys["exercise"]: {
            node.name for node in ast.parse(cell.text).body if isinstance(node, ast.FunctionDef)
        }
        for cell in source.cells
        if "exercise" in cell.keys
    }
    return [
        cell.keys["check"]
        for cell in source.cells
        if "check" in cell.keys
        and functions[cell.keys["check"]] & set(called(cell.text))
        and not (DRAWS & hidden_calls(cell) and functions[cell.keys["check"]] & hidden_calls(cell))
    ]


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_each_function_meets_rows_of_the_private_seed(lab):
    assert undrawn(sources.of_lab(lab)) == []


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_no_hidden_test_draws_from_a_seed_that_stands_in_the_source(lab):
    cells = [cell for cell in sources.of_lab(lab).cells if "check" in cell.keys]
    fixed = [c.keys["check"] for c in cells if "np.random.default_rng" in hidden_calls(c)]
    assert fixed == []


def test_checks_without_such_rows_are_found(tmp_path):
    lab = LABS[0]
    fixed = tmp_path / lab.name / "lab.py"
    fixed.parent.mkdir()
    text = lab.path.read_text().replace("checks.hidden_rng()", "np.random.default_rng(3)")
    fixed.write_text(text)
    assert undrawn(sources.read(fixed)) == [f"lab0-q{n}" for n in (2, 3, 4, 5)]
