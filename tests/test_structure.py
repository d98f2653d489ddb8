"""The architecture, drawn from the code: who imports whom."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "anomaly_labs"

ARROWS = {
    "errors": set(),
    "runtime": {"errors"},
    "checks": {"errors", "runtime"},
    "thresholds": {"evaluation"},
    "evaluation": set(),
    "resampling": set(),
    "datasets": {"errors", "runtime"},
    "scale": {"runtime"},
    "cluster": {"scale"},  # a former name
    # what takes a client cuts its tables and survives lost workers the same way
    "features": {"matrix", "scale"},
    "boosting": {"matrix", "runtime", "scale"},
    "embeddings": {"features"},
    "files": set(),
    # the checks and the whitening lie beside the detectors; training checks rows batch by batch
    "matrix": set(),
    "training": {"matrix"},
    "autoencoder": {"files", "matrix", "training"},
    "baselines": {"matrix"},
    "gan": {"files", "matrix", "training"},
    # the schema says what an attacker can move, the encoder how to turn it back
    "adversarial": {"datasets", "features", "files", "gan", "matrix", "training"},
    "plots": {"evaluation"},
    # drawings and toy problems of one lab each: Lab 3's play the GANs' game in the plane
    "teaching": {"gan", "plots"},
    "exams": {"checks", "datasets", "runtime"},
    "assessment": {"exams"},  # a former name
    "course": {"checks", "datasets", "evaluation", "runtime"},
    "cli": {"course", "datasets", "runtime"},
}


def imported(path: Path) -> set[str]:
    """Modules of this package that one file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            base = (node.module or "").split(".")
            if base[0] == "anomaly_labs":
                found |= {base[1]} if len(base) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level > 0:
            depth = len(path.relative_to(PACKAGE).parts) - node.level
            if depth == 0:
                module = (node.module or "").split(".")[0]
                found |= {module} if module else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {name[1] for name in names if name[0] == "anomaly_labs" and len(name) > 1}
    return found


def modules() -> dict[str, list[Path]]:
    grouped: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if module != "__init__":
            grouped.setdefault(module, []).append(path)
    return grouped


def test_every_module_has_its_place_in_the_architecture():
    assert modules().keys() == ARROWS.keys()


@pytest.mark.parametrize("module", ARROWS)
def test_dependencies_point_where_the_architecture_allows(module):
    arrows = set().union(*(imported(path) for path in modules()[module])) - {module}
    assert arrows <= ARROWS[module]
