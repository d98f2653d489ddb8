"""Which files of ours some code runs, told from its text alone: imports, and theirs.

Ours are the two packages, and the modules that a course has in its ``lib/``.

Imports inside functions count, and so do texts that name a module, such as
``"anomaly_desk.pages.formulas"``: nbgrader and Python's ``-m`` take modules by their names.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

PACKAGES: Final = ("anomaly_labs", "anomaly_desk")
LIBRARY: Final = Path(__file__).resolve().parents[1]  # holds both packages
# Not loaded before a kernel asks for it: it starts threads, or only some labs need it.
HEAVY: Final = frozenset(
    {"bokeh", "dask", "distributed", "keras", "tensorflow", "torch", "xgboost"}
)
_OURS: Final = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)*")


def files(texts: Iterable[str], library: Path = LIBRARY, lib: Path | None = None) -> list[Path]:
    """Return the files that code needs, sorted: modules, and what else lies in their packages.

    Parameters
    ----------
    texts
        The code, such as the code cells of a lab.
    library
        The folder that holds the packages.
    lib
        The folder with the course's own modules, if it has some.
    """
    roots = (library, lib) if lib else (library,)
    found: set[Path] = set()
    waiting = [path for text in texts for path in _paths(_asked(ast.parse(text)), roots)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imported(path, roots, path.stat().st_mtime_ns)
    packages = [module.parent for module in found if module.name == "__init__.py"]
    return sorted(found.union(*map(_beside, packages)))


def light(texts: Iterable[str], library: Path = LIBRARY) -> list[str]:
    """Return the modules of ours that code names and whose import loads nothing heavy, sorted.

    Parameters
    ----------
    texts
        The code, such as the code cells of labs.
    library
        The folder that holds the packages.
    """
    names = {
        name for text in texts for name in _asked(ast.parse(text)) if _is_module(name, library)
    }
    return sorted(name for name in names if not HEAVY & _loaded(name, library))


def _loaded(name: str, library: Path) -> set[str]:
    """Return the packages of others that are loaded when a module of ours is imported."""
    others: set[str] = set()
    seen: set[Path] = set()
    waiting = list(_paths([name], (library,)))
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            asked = list(_asked(tree, _package(path, library), at_import=True))
            others.update(name.partition(".")[0] for name in asked)
            waiting += _paths(asked, (library,))
    return others


@lru_cache(maxsize=4096)
def _imported(path: Path, roots: tuple[Path, ...], changed: int) -> tuple[Path, ...]:
    """Return the modules that one of ours may import; `changed` makes an edited file another."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    root = next(root for root in roots if path.is_relative_to(root))
    return tuple(_paths(_asked(tree, _package(path, root)), roots))


def _asked(tree: ast.Module, package: str = "", *, at_import: bool = False) -> Iterator[str]:
    """Yield the full name of whatever is imported, or only of what is when the code is loaded."""
    for node in _at_import(tree) if at_import else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            start = parts[: len(parts) - node.level + 1] if node.level else []
            start += [node.module] if node.module else []
            yield from (".".join([*start, alias.name]) for alias in node.names)
        elif not at_import and _OURS.fullmatch(name := _text(node)):
            yield name


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when a module is loaded: no functions, nothing for types only."""
    for child in ast.iter_child_nodes(node):
        for_types = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not for_types:
            yield child
            yield from _at_import(child)


def _paths(names: Iterable[str], roots: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the modules of ours on the way to each name: importing one imports its packages.

    The first of the roots holds our packages, the others a course's modules.
    """
    for name in names:
        parts = name.split(".")
        for root in roots[:1] if parts[0] in PACKAGES else roots[1:]:
            for length in range(1, len(parts) + 1):
                yield from _module(root.joinpath(*parts[:length]))


def _module(place: Path) -> Iterator[Path]:
    for path in (place / "__init__.py", place.with_suffix(".py")):
        if path.is_file():
            yield path


def _is_module(name: str, library: Path) -> bool:
    parts = name.split(".")
    return parts[0] in PACKAGES and any(_module(library.joinpath(*parts)))


def _package(path: Path, library: Path) -> str:
    return ".".join(path.relative_to(library).parent.parts)


def _beside(package: Path) -> Iterator[Path]:
    """Yield the files of a package that are no modules, those in its plain folders too."""
    for path in package.iterdir():
        plain = not (path / "__init__.py").is_file() and path.name != "__pycache__"
        if path.is_dir() and plain:
            yield from (inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file() and path.suffix != ".py":
            yield path
