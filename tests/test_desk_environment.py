"""Environment variables of the desk are named in one place."""

import ast
import re
from pathlib import Path

import pytest

from anomaly_desk import environment

DESK = Path(environment.__file__).parent


def spelt(source: str) -> list[str]:
    """The texts of a module that are the name of a variable of ours."""
    texts = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)]
    return [t for t in texts if isinstance(t, str) and re.fullmatch(r"ANOMALY_LABS_[A-Z_]+", t)]


@pytest.mark.parametrize(
    "path", sorted(DESK.rglob("*.py")), ids=lambda path: str(path.relative_to(DESK))
)
def test_no_other_module_spells_a_variable(path):
    named = spelt(path.read_text(encoding="utf-8"))
    if path.name == "environment.py":
        assert set(named) <= set(vars(environment).values())
    else:
        assert named == []


def test_a_name_that_is_spelt_again_is_seen():
    assert spelt('import os\nos.environ["ANOMALY_LABS_FAST"] = "1"') == ["ANOMALY_LABS_FAST"]
