"""Which cells of the course need not run for a learner: they only draw, and it is drawn already."""

import ast
from collections.abc import Iterable

from nbformat import NotebookNode

from anomaly_desk.checking.pictures import Pictures, bound, is_plain, place, used
from anomaly_desk.labs import names

DRAWING = ("anomaly_labs.plots", "anomaly_labs.teaching", "matplotlib.pyplot")
# Calls of these leave nothing behind but what they return.
PURE = ("anomaly_labs.datasets", "numpy", "pandas")
BUILTINS = {"dict", "enumerate", "float", "int", "len", "list", "max", "min", "range", "round",
            "sorted", "str", "sum", "tuple", "zip"}  # fmt: skip
# Whoever uses one of these in a notebook may find names without naming them.
LOOKS = {"In", "Out", "__import__", "dir", "eval", "exec", "get_ipython", "globals", "locals",
         "vars"}  # fmt: skip
# What changes how others draw, or what is drawn by chance.
LASTING = {"random", "rc", "rcParams", "style", "use_course_style", "load", "set_option", "options"}
_PLAIN = ast.Assign | ast.Expr | ast.For


def idle(drawn: Pictures, notebook: NotebookNode) -> set[str]:
    """Return the places of the cells that need not run, as their figures are known.

    Such a cell calls drawing functions of the course and nothing that could change what other
    cells find, and no other cell uses a name that it binds.

    Parameters
    ----------
    drawn
        The figures that stand in this notebook, of `pictures.unchanged`.
    notebook
        What a learner handed in, as it is graded.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    try:
        trees = [(cell, ast.parse(cell.source)) for cell in cells]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    if any(LOOKS & used(tree) for cell, tree in trees if not is_plain(cell)):
        return set()
    modules = _modules(cell.source for cell in cells if is_plain(cell))
    needed = [(place(c), _needed(tree) if is_plain(c) else used(tree)) for c, tree in trees]
    found = set()
    for cell, tree in trees:
        here = place(cell)
        if is_plain(cell) and here in drawn and _only_draws(tree, modules):
            others = (wanted for where, wanted in needed if where != here)
            if not bound(tree) & set().union(*others):
                found.add(here)
    return found


def _modules(sources: Iterable[str]) -> dict[str, str]:
    """Return the modules that cells import, by the names that they have there."""
    found = {}
    for source in sources:
        for name, statement in names.imported(source).items():
            if isinstance(statement, ast.ImportFrom):
                real = next(a.name for a in statement.names if (a.asname or a.name) == name)
                found[name] = f"{statement.module}.{real}"
            elif isinstance(statement, ast.Import):
                found[name] = next((a.name for a in statement.names if a.asname == name), name)
    return found


def _needed(tree: ast.Module) -> set[str]:
    """Return the names that a cell uses before it has bound them."""
    wanted: set[str] = set()
    own: set[str] = set()
    for statement in tree.body:
        part = ast.Module([statement], [])
        if isinstance(statement, ast.For):
            own |= bound(ast.Module([ast.Assign([statement.target], statement.iter)], []))
        wanted |= used(part) - own - _targets(statement)
        own |= bound(part)
    return wanted


def _targets(statement: ast.stmt) -> set[str]:
    """Return the names that an assignment only binds."""
    loaded = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and _is_load(n)}
    return bound(ast.Module([statement], [])) - loaded


def _is_load(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


def _only_draws(tree: ast.Module, modules: dict[str, str]) -> bool:
    """Return whether all that a cell calls draws, makes values, or belongs to what it made."""
    own = bound(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    harmless = all(isinstance(statement, _PLAIN) for statement in tree.body)
    shows = bool(tree.body) and isinstance(tree.body[-1], ast.Expr)
    strange = (ast.Import, ast.ImportFrom, ast.Delete, ast.Global, ast.NamedExpr, ast.Lambda)
    if not harmless or shows or any(isinstance(node, strange) for node in ast.walk(tree)):
        return False
    if own & modules.keys() or not all(map(_only_binds, ast.walk(tree))):
        return False
    reached = [_reached(call.func, own, modules) for call in calls]
    return all(reached) and any(word.startswith(DRAWING) for word in reached)


def _only_binds(node: ast.AST) -> bool:
    """Return whether a node writes to nothing but names."""
    is_part = isinstance(node, ast.Attribute | ast.Subscript)
    return not (isinstance(node, ast.AugAssign) or (is_part and not _is_load(node)))


def _reached(function: ast.expr, own: set[str], modules: dict[str, str]) -> str:
    """Return what a call reaches, with its module; nothing where that is not known to be pure."""
    words: list[str] = []
    while isinstance(function, ast.Attribute):
        words.insert(0, function.attr)
        function = function.value
    if isinstance(function, ast.Call):  # of what that made
        return "own"
    if not isinstance(function, ast.Name):
        return ""
    if not words:
        return function.id if function.id in BUILTINS else ""
    if function.id in own:
        return "own"
    full = ".".join([modules.get(function.id, ""), *words])
    return full if full.startswith((*DRAWING, *PURE)) and not LASTING & {*words} else ""
