"""Which names a cell binds and which it takes from others, read from its text alone."""

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anomaly_desk.labs.sources import Cell


def stored(source: str) -> set[str]:
    r"""Return the names that a cell defines at its top level, imports left out.

    Examples
    --------
    >>> sorted(stored("import os\na, b = 1, [x for x in range(3)]\ndef c(): d = 1"))
    ['a', 'b', 'c']
    """
    return _bound(ast.parse(source).body) - set(imported(source))


def imported(source: str) -> dict[str, ast.stmt]:
    """Return, for each name that a cell's top level imports, a statement that imports it alone.

    Examples
    --------
    >>> {name: ast.unparse(node) for name, node in imported("import a.b, c as d").items()}
    {'a': 'import a.b', 'd': 'import c as d'}
    """
    return {
        name: single
        for node in ast.parse(source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name, single in _singles(node)
    }


def used(source: str) -> set[str]:
    r"""Return the names that a cell needs from other cells: neither its own nor Python's.

    Examples
    --------
    >>> sorted(used("y = x + 1\ndef f(a):\n    return a + z + len(y)"))
    ['x', 'z']
    """
    needed = _needed(ast.parse(source))
    return needed - stored(source) - imported(source).keys() - set(dir(builtins))


def prepared(source: str) -> ast.Call | None:
    """Return the call in the cell's statement ``rt = runtime.prepare(...)``, if it has one."""
    for node in ast.parse(source).body:
        named = ast.unparse(node).startswith("rt = runtime.prepare(")
        if named and isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            return node.value
    return None


def loads(source: str) -> set[str]:
    """Return the cell's calls of ``datasets.load`` whose arguments are plain constants.

    Examples
    --------
    >>> loads("data = datasets.load('kdd99', split='test').X + datasets.load(name)")
    {"datasets.load('kdd99', split='test')"}
    """
    return {
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "datasets.load"
        and all(
            isinstance(v, ast.Constant) for v in (*node.args, *(k.value for k in node.keywords))
        )
    }


def complaints(cells: Iterable["Cell"]) -> Iterator[tuple[int, str]]:
    """Find names that the grader cannot give to a check, a locked cell, or a learner's cell.

    The grader runs checks outside the learner's kernel: it takes imports, `rt` and locked cells as
    they stand in the source, and asks the kernel for the names of exercises.
    """
    read = []
    for cell in cells:
        if cell.kind == "code" and cell.role != "instructor":
            try:
                read.append(_Read(cell))
            except SyntaxError as error:
                yield cell.line, f"Python cannot read this cell: {error.msg}"
    trusted = {name: r for r in read for name in r.trusted}
    owners: dict[str, Cell] = {}
    for r in read:
        for name in sorted(used(r.cell.text)):
            complaint = _about(name, r.cell, owners.get(name), trusted.get(name))
            if complaint:
                yield r.cell.line, complaint
        for name in r.given:
            if r.cell.role != "check" or name not in owners:
                owners[name] = r.cell
        for name in r.brought:
            owners.pop(name, None)


class _Read:
    """The names that one cell gives to the others."""

    def __init__(self, cell: "Cell") -> None:
        self.cell = cell
        imports = set(imported(cell.text))
        prepares = {"rt"} if prepared(cell.text) is not None else set()
        from_course = cell.role in ("plain", "locked")
        self.brought = imports | prepares if from_course else set()
        self.given = (stored(cell.text) | imports) - self.brought
        self.trusted = self.brought | (self.given if cell.role == "locked" else set())


def _about(name: str, cell: "Cell", owner: "Cell | None", trusted: _Read | None) -> str:
    """Return what is wrong with a `cell` that takes `name` from the cell `owner`, or nothing."""
    if owner is None:  # an import, `rt`, or a mistake that running the notebook shows
        return ""
    where = f"`{name}` of line {owner.line}"
    if owner.role == "check" and cell.role != "check":
        return f"{where} is defined by a check, and checks do not run in the learner's kernel"
    if owner.role == "check":
        return f"a check uses {where}, another check; each check runs by itself"
    if cell.role == "check" and owner.role == "plain":
        return f"a check uses {where}, whose cell is not locked; give that cell the key locked=..."
    if cell.role == "check" and owner.role == "exercise" and trusted is not None:
        return f"a check uses {where}, a name that line {trusted.cell.line} has too; rename one"
    if cell.role == "locked" and owner.role != "locked":
        return f"a locked cell uses {where}, which the grader does not run; lock that cell too"
    return ""


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)
_SCOPES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


def _bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that these nodes bind, those of functions and comprehensions left out."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, _NAMED) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        if not isinstance(node, _SCOPES):
            found |= _bound(ast.iter_child_nodes(node))
    return found


def _needed(node: ast.AST) -> set[str]:
    """Return the names that a node reads and that no function or comprehension in it binds."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        found |= _needed(child)
    if isinstance(node, _SCOPES):
        found -= _bound(ast.iter_child_nodes(node))
        found -= {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
    return found


def _singles(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, ast.stmt]]:
    for alias in node.names:
        single = type(node)(**{**dict(ast.iter_fields(node)), "names": [alias]})
        yield (alias.asname or alias.name).split(".")[0], ast.fix_missing_locations(single)
