"""Pictures of the course's own figures, drawn once for all submissions of a grading run.

To draw them takes most of the time of a small lab. They come from the course's own cells alone, in
a kernel of their own, never from anything that a learner's code has touched.
"""

import ast
import json
from collections.abc import Callable

from nbformat import NotebookNode
from nbformat.v4 import new_output

from anomaly_desk.checking.kernel import Kernel
from anomaly_desk.checking.once import once
from anomaly_desk.checking.replies import NoReplyError
from anomaly_labs.notebooks import is_answer, is_check

FIGURE = "<Figure size"  # how a figure begins as text
Pictures = dict[str, list[dict[str, str]]]  # what each figure of a cell shows, by kind


def pictures(release: NotebookNode, start: Callable[[], Kernel], *, timeout: float) -> Pictures:
    """Return the figures of the course's own cells, by `place`.

    A cell that needs an answer fails here, and has none; nor has one whose figure shows what
    differs from run to run, such as seconds.

    Parameters
    ----------
    release
        The pristine notebook.
    start
        Starts a kernel, in which no code of a learner runs.
    timeout
        Seconds for each cell.
    """
    first, second = (_drawn(release, start(), timeout) for _ in range(2))
    return {where: drawn for where, drawn in first.items() if second.get(where) == drawn}


def _drawn(release: NotebookNode, kernel: Kernel, timeout: float) -> Pictures:
    found = {}
    try:
        for cell in release.cells:
            if not is_plain(cell):
                continue
            shown = kernel.run(cell.source, timeout=timeout).cells
            drawn = [dict(output.data) for output in shown if _is_figure(output)]
            if (
                drawn
                and all("image/png" in one for one in drawn)
                and not any(o.output_type == "error" for o in shown)
            ):
                found[place(cell)] = drawn
    except NoReplyError:
        return found
    finally:
        kernel.stop()
    return found


def shared_pictures(
    release: NotebookNode, start: Callable[[], Kernel], *, timeout: float
) -> Pictures:
    """Return `pictures`, made once in a run; none where no run shares anything."""
    name = json.dumps([place(cell) for cell in release.cells if cell.cell_type == "code"])
    made = once(name, lambda: json.dumps(pictures(release, start, timeout=timeout)))
    return json.loads(made) if made else {}


def unchanged(drawn: Pictures, release: NotebookNode, submitted: NotebookNode) -> Pictures:
    """Return the pictures of cells that use nothing that a learner's cell has bound before.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cells = [new_code_cell("sizes = [1, 2]"), new_code_cell("plot(sizes)")]
    >>> release = new_notebook(cells=cells)
    >>> drawn = {place(release.cells[1]): ["a picture"]}
    >>> other = new_notebook(cells=[*release.cells])
    >>> len(unchanged(drawn, release, other))
    1
    >>> other.cells.insert(1, new_code_cell("sizes[0] = 9"))
    >>> len(unchanged(drawn, release, other))
    0
    """
    pristine = {place(cell) for cell in release.cells if is_plain(cell)}
    kept: Pictures = {}
    changed: set[str] = set()
    for cell in submitted.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return kept  # a magic, or nothing that runs: what follows may be other than it was
        own = is_plain(cell) and place(cell) in pristine
        binds = bound(tree)
        if own and not changed & (used(tree) - binds):
            changed -= binds
            kept |= {place(cell): drawn[place(cell)]} if place(cell) in drawn else {}
        else:
            changed |= binds
    return kept


def used(tree: ast.Module) -> set[str]:
    """Return the names that a cell uses or binds."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def bound(tree: ast.Module) -> set[str]:
    """Return the names that a cell binds, or whose parts it does, outside of functions."""
    names: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            said = [inner.names for inner in ast.walk(node) if isinstance(inner, ast.Global)]
            names.update(*said)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp):
            if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                names |= _roots(node)
            elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                names.add(node.name)
            elif isinstance(node, ast.MatchMapping) and node.rest:
                names.add(node.rest)
            waiting += ast.iter_child_nodes(node)
    return names


def _roots(node: ast.AST) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def put(cell: NotebookNode, drawn: list[dict[str, str]]) -> None:
    """Give figures that were not drawn their pictures, if there are as many.

    Results get the number of their cell: a kernel does not count the cells that did not run.
    """
    figures = [output for output in cell.outputs if _is_figure(output)]
    if len(figures) == len(drawn):
        for output, figure in zip(figures, drawn, strict=True):
            output.data["image/png"] = figure["image/png"]
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count


def as_outputs(drawn: list[dict[str, str]]) -> list[NotebookNode]:
    """Return figures as a cell that draws them shows them."""
    return [new_output("display_data", data=dict(figure)) for figure in drawn]


def is_plain(cell: NotebookNode) -> bool:
    """Return whether a cell of code is neither an answer nor a check."""
    return cell.cell_type == "code" and not is_answer(cell) and not is_check(cell)


def place(cell: NotebookNode) -> str:
    """Return what tells a cell from all others, and from an earlier form of itself."""
    return f"{cell.get('id', '')}\n{cell.source}"


def _is_figure(output: NotebookNode) -> bool:
    text = output.data.get("text/plain", "") if output.output_type == "display_data" else ""
    return bool(text.startswith(FIGURE))
