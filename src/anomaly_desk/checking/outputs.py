"""What a cell shows, taken from the messages of a kernel that may send anything."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from anomaly_labs.inside.agent import MIME_TYPES

MAX_TRACEBACK_LINES = 200
PER_OUTPUT = 250  # characters that an empty output takes in the feedback page
MAX_ERROR = 1_000  # characters of an error's name, and of its message


class Outputs:
    """The outputs of one learner's cell, in the order of the messages, up to a size.

    Parameters
    ----------
    max_size
        Characters that are kept; what comes later is dropped and `truncated` is set. Each output
        counts `PER_OUTPUT` besides its text.
    displays
        Outputs that messages may update, by display id: shared by the learner's cells of one
        notebook, so that no message can reach the output of a check.
    """

    def __init__(self, max_size: int, displays: dict[str, NotebookNode]) -> None:
        self.cells: list[NotebookNode] = []
        self.truncated = False
        self.size = 0
        self._max_size = max_size
        self._displays = displays
        self._clear_later = False

    def take(self, kind: Any, content: Any) -> None:
        """Add what one message says; a message of no known form is left out."""
        reader = {
            "stream": self._stream,
            "display_data": self._display,
            "execute_result": self._display,
            "update_display_data": self._update,
            "error": self._error,
            "clear_output": self._clear,
        }.get(kind if type(kind) is str else "")
        if reader is not None and type(content) is dict:
            reader(content)

    def _add(self, output: NotebookNode) -> None:
        if self._clear_later:
            self.cells.clear()
            self._clear_later = False
        self.cells.append(output)

    def cut(self) -> None:
        """Say once that the rest of the output is left out; nothing more is added."""
        if not self.truncated:
            self.truncated = True
            note = "\n… the rest of the output is left out: it is too long\n"
            self._add(new_output("stream", name="stdout", text=note))

    def _fits(self, *texts: str, new: bool = True) -> bool:
        size = self.size + sum(map(len, texts)) + PER_OUTPUT * new
        if size > self._max_size:
            self.cut()
        if self.truncated:
            return False
        self.size = size
        return True

    def _stream(self, content: dict[str, Any]) -> None:
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        text = _text(content.get("text"))
        last = self.cells[-1] if self.cells and not self._clear_later else None
        goes_on = last is not None and last.output_type == "stream" and last.name == name
        if not self._fits(text, new=not goes_on):
            return
        if last is not None and goes_on:
            last.text += text
        else:
            self._add(new_output("stream", name=name, text=text))

    def _display(self, content: dict[str, Any]) -> None:
        data = _bundle(content.get("data"))
        if not data or not self._fits(*data.values()):
            return
        output = new_output("display_data", data=data)
        self._add(output)
        display_id = _display_id(content)
        if display_id:
            self._displays[display_id] = output

    def _update(self, content: dict[str, Any]) -> None:
        shown = self._displays.get(_display_id(content))
        data = _bundle(content.get("data"))
        if shown is not None and data and self._fits(*data.values()):
            shown.data = NotebookNode(data)

    def _error(self, content: dict[str, Any]) -> None:
        lines = content.get("traceback")
        lines = lines[:MAX_TRACEBACK_LINES] if type(lines) is list else []
        traceback = [_text(line) for line in lines]
        name, value = (_text(content.get(key))[:MAX_ERROR] for key in ("ename", "evalue"))
        if not self._fits(name, value, *traceback):
            if any(cell.output_type == "error" for cell in self.cells):
                return
            traceback = [f"{name}: {value}"]
        self._add(new_output("error", ename=name, evalue=value, traceback=traceback))

    def _clear(self, content: dict[str, Any]) -> None:
        if content.get("wait"):
            self._clear_later = True
        else:
            self.cells.clear()


def _text(value: Any) -> str:
    """Return a string that a notebook file can hold."""
    return value.encode(errors="replace").decode() if type(value) is str else ""


def _bundle(data: Any) -> dict[str, str]:
    given = data if type(data) is dict else {}
    return {mime: _text(given[mime]) for mime in MIME_TYPES if type(given.get(mime)) is str}


def _display_id(content: dict[str, Any]) -> str:
    transient = content.get("transient")
    display_id = transient.get("display_id") if type(transient) is dict else ""
    return display_id if type(display_id) is str else ""
