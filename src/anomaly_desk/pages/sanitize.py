"""Clean what learners' code displayed, before an instructor's browser shows it."""

import base64
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from anomaly_desk.pages.page import clean
from anomaly_desk.submissions.findings import METADATA_KEY

MAX_HTML = 500_000  # characters of one notebook; beyond it plain text is shown
MAX_PIXELS = 50_000_000  # of one picture
# nbconvert takes time with the square of these, so what exceeds them is shown without colours
MAX_COLOURS = 1_000  # changes of a terminal's colour in one text
MAX_COLOURED = 100_000  # characters of such a text
MAX_CODE = 100_000_000  # sum over the code cells of their length squared: one of 10,000 characters

_CONTROL = re.compile(r"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_STARTS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]?)?")
# The forms that nbconvert can read: it stumbles over \x1b[38m, and over long ones for minutes
_PART = r"(?:[34]8;5;\d{1,3}|[34]8;2;\d{1,3};\d{1,3};\d{1,3}|(?![34]8)\d{0,2})"
_COLOUR = re.compile(rf"\x1b\[{_PART}(?:;{_PART}){{0,7}}m", re.ASCII)
_CELL_METADATA = {"nbgrader", "slideshow", "deletable", "editable", "tags"}
_METADATA = {"kernelspec", "anomaly_labs", METADATA_KEY}


class SanitizeOutputs(NbGraderPreprocessor):  # type: ignore[misc]
    """Leaves text, clean tables and real pictures of a notebook's outputs, and nothing else.

    It runs after the notebook, before its results are written. A learner's code decides what a
    kernel sends: page text, scripts, widgets, pictures, the language's name.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with clean outputs and metadata."""
        cleaner = _Cleaner()
        for cell in nb.cells:
            cell.metadata = _kept(cell.metadata, _CELL_METADATA)
            if cell.cell_type == "code":
                cell.outputs = list(cleaner.outputs(cell.outputs))
                cell.execution_count = _count(cell)
        nb.metadata = _kept(nb.metadata, _METADATA)
        nb.metadata["language_info"] = _language(nb)
        return nb, resources


def clean_picture(kind: str, encoded: str) -> str | None:
    """Return a PNG or JPEG picture, encoded anew.

    None where it is no base64 text, no such picture, or has more than `MAX_PIXELS`.

    Examples
    --------
    >>> clean_picture("image/png", "javascript:alert(1)")
    """
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except ValueError:
        return None
    if not content.startswith(_STARTS[kind]):
        return None
    if kind == "image/png":
        width, height = struct.unpack(">II", content[16:24].ljust(8, b"\xff"))
        if width * height > MAX_PIXELS:
            return None
    return base64.b64encode(content).decode()


class _Cleaner:
    """Cleans the outputs of one notebook, of which all HTML together is limited."""

    def __init__(self) -> None:
        self._left = MAX_HTML

    def outputs(self, outputs: Iterable[Mapping[str, Any]]) -> Iterator[NotebookNode]:
        for output in outputs:
            kind = output.get("output_type")
            if kind == "stream":
                name = "stderr" if output.get("name") == "stderr" else "stdout"
                yield new_output("stream", name=name, text=_text(output.get("text")))
            elif kind == "error":
                lines = output.get("traceback")
                yield new_output(
                    "error",
                    ename=_text(output.get("ename")),
                    evalue=_text(output.get("evalue")),
                    traceback=[_text(line) for line in lines] if isinstance(lines, list) else [],
                )
            elif kind in ("display_data", "execute_result"):
                data = self._shown(output.get("data"))
                count = {"execution_count": _count(output)} if kind == "execute_result" else {}
                if data:
                    yield new_output(kind, data=data, **count)

    def _shown(self, data: Any) -> dict[str, str]:
        """Return what of an output can be shown; its plain text stays beside it."""
        if not isinstance(data, Mapping):
            return {}
        page = _text(data.get("text/html"))
        self._left -= len(page)
        shown = {kind: clean_picture(kind, _text(data.get(kind))) for kind in _STARTS}
        if page and self._left >= 0:
            # MathJax, where the page has it, leaves these classes alone
            shown["text/html"] = f'<div class="tex2jax_ignore mathjax_ignore">{clean(page)}</div>'
        typed = _text(data.get("text/markdown")) or _text(data.get("text/latex"))
        rich = any(shown.values())
        # In place of "<IPython.core.display.Markdown object>"
        shown["text/plain"] = typed if typed and not rich else _text(data.get("text/plain"))
        return {kind: value for kind, value in shown.items() if value}


def _text(value: Any) -> str:
    """Return text that can be written as UTF-8; a terminal's colours stay if they are few."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    text = value if isinstance(value, str) else ""
    text = _CONTROL.sub("", text.encode("utf-8", "replace").decode())
    few = text.count("\x1b") <= MAX_COLOURS and len(text) <= MAX_COLOURED
    return _ESCAPE.sub(lambda it: it[0] if few and _COLOUR.fullmatch(it[0]) else "", text)


def _language(notebook: NotebookNode) -> NotebookNode:
    """Return what pages know of the language; long code is shown without colours.

    Never "ipython3": with it a cell's first line chooses among the languages that Pygments knows.
    """
    squares = (len(cell.source) ** 2 for cell in notebook.cells if cell.cell_type == "code")
    lexer = "python3" if sum(squares) <= MAX_CODE else "text"
    return NotebookNode(name="python", pygments_lexer=lexer, file_extension=".py")


def _count(holder: Mapping[str, Any]) -> int | None:
    count = holder.get("execution_count")
    return count if isinstance(count, int) and 0 <= count < 10**6 else None


def _kept(metadata: Mapping[str, Any], names: set[str]) -> NotebookNode:
    return NotebookNode({name: value for name, value in metadata.items() if name in names})
