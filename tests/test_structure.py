"""The architecture, drawn from the code of both packages: who imports whom."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = ("anomaly_labs", "anomaly_desk")
PAGE = PROJECT / "docs" / "architecture.md"

pytestmark = pytest.mark.quick


def arrows(package: str) -> dict[str, set[str]]:
    """What the page allows: lines such as ``boosting → runtime scale``."""
    block = re.search(rf"```arrows {package}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[1]
    lines = [line.partition("→") for line in block.splitlines() if line.strip()]
    return {module.strip(): set(others.split()) for module, _, others in lines}


def imported(path: Path, package: str) -> set[str]:
    """What one file imports, at its top or inside a function: modules of its own package by their
    names, those of the other as ``package.module``."""
    parts = path.relative_to(PROJECT / "src").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = list(parts[: len(parts) - node.level]) if node.level else []
            base += (node.module or "").split(".") if node.module else []
            found |= {tuple([*base, alias.name][:2]) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")[:2]) for alias in node.names}
    return {
        name[1] if name[0] == package else ".".join(name)
        for name in found
        if name[0] in PACKAGES and len(name) > 1
    }


def modules(package: str) -> dict[str, list[Path]]:
    folder = PROJECT / "src" / package
    grouped: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.py")):
        module = path.relative_to(folder).parts[0].removesuffix(".py")
        if module != "__init__":
            grouped.setdefault(module, []).append(path)
    return grouped


def drawn(package: str) -> dict[str, set[str]]:
    return {
        module: set().union(*(imported(path, package) for path in paths)) - {module}
        for module, paths in modules(package).items()
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_stands_on_the_page(package):
    assert modules(package).keys() == arrows(package).keys()


@pytest.mark.parametrize(("package", "module"), [(p, m) for p in PACKAGES for m in arrows(p)])
def test_a_module_imports_what_the_page_says(package, module):
    assert drawn(package)[module] == arrows(package)[module]


def test_the_library_never_imports_the_desk():
    assert {name for others in drawn("anomaly_labs").values() for name in others
            if name.startswith("anomaly_desk")} == set()  # fmt: skip


def test_an_import_against_the_arrows_is_seen(tmp_path, monkeypatch):
    planted = tmp_path / "src" / "anomaly_labs" / "plots" / "bad.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("def f():\n    from .. import gan\n    import anomaly_desk.build\n")
    monkeypatch.setattr("test_structure.PROJECT", tmp_path)
    assert imported(planted, "anomaly_labs") == {"gan", "anomaly_desk.build"}
