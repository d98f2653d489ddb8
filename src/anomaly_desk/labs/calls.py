"""What a cell calls, under whatever name the notebook has imported it."""

import ast
from collections.abc import Iterable, Iterator, Mapping

# As every lab imports them; a cell alone is understood too.
USUAL = {
    "datasets": "anomaly_labs.datasets",
    "plots": "anomaly_labs.plots",
    "plt": "matplotlib.pyplot",
    "teaching": "anomaly_labs.teaching.lab",
}


def imported(texts: Iterable[str]) -> dict[str, str]:
    """Return what the names stand for that code imports; what is no Python is passed over.

    Examples
    --------
    >>> found = imported(["from anomaly_labs.plots import roc_curve as roc", "import numpy as np"])
    >>> found["roc"], found["np"]
    ('anomaly_labs.plots.roc_curve', 'numpy')
    """
    found = dict(USUAL)
    for text in texts:
        for node in ast.walk(_parsed(text)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def called(text: str, known: Mapping[str, str]) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call with the full name of what it calls; ``.hist`` where the object is unknown.

    Parameters
    ----------
    text
        The code of one cell.
    known
        From `imported`.

    Examples
    --------
    >>> known = imported(["from anomaly_labs import plots as p"])
    >>> [name for name, _ in called("p.roc_curve(y, s); ax.hist(s)", known)]
    ['anomaly_labs.plots.roc_curve', '.hist']
    """
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Call):
            yield _full_name(node.func, known), node


def is_python(text: str) -> bool:
    """Return whether Python can read a text."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _full_name(node: ast.expr, known: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    root = known.get(node.id, node.id if not parts else "") if isinstance(node, ast.Name) else ""
    return ".".join([root, *reversed(parts)])


def _parsed(text: str) -> ast.Module:
    return ast.parse(text if is_python(text) else "")  # `rules` and `names` name what is none
