"""Read a notebook file that may be anything, into plain cells: what `grade` and `progress` see.

No library of Jupyter's is asked: a file may be a link or a pipe, of another format, cleaned by a
tool, or no notebook at all.
"""

import errno
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from anomaly_labs.errors import LabsError

MAX_BYTES: Final = 50_000_000
MAX_PARTS: Final = 10_000_000  # commas and brackets; parsed, each takes about 40 bytes
MAX_DIGITS: Final = 18  # of an integer, as in the floor of 2**63

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_MARKDOWN_MAGIC = re.compile(r"\A\s*%md(?:-sandbox)?\b[ \t]*\n?")
_CLEAR = "clear its outputs and save it"


class UnreadableError(LabsError):
    """No notebook can be read from a file; the message says why, in words that follow "file:".

    Parameters
    ----------
    why
        The reason.
    is_too_large
        Whether the reason is the size.
    """

    def __init__(self, why: str, *, is_too_large: bool = False) -> None:
        super().__init__(why)
        self.is_too_large = is_too_large


def read(path: Path) -> Any:
    """Return the JSON in the file at `path`, of any shape.

    Neither links nor pipes, devices or folders are opened; at most `MAX_BYTES` are read.

    Parameters
    ----------
    path
        Where the file lies.

    Raises
    ------
    UnreadableError
        If there is no such JSON; nothing else is raised.
    """
    content = _content(path)
    if sum(content.count(mark) for mark in (b",", b"[", b"{")) > MAX_PARTS:
        raise UnreadableError(f"it holds too many single values; {_CLEAR}", is_too_large=True)
    text = content.decode(json.detect_encoding(content), errors="replace")
    if not text.strip():
        raise UnreadableError("it is empty")
    try:
        return json.loads(text, parse_int=_bounded)
    except RecursionError:
        raise UnreadableError("its parts are nested too deeply for a notebook") from None
    except (ValueError, MemoryError):
        raise UnreadableError(
            "it is no notebook but broken or other text; save it in Jupyter"
        ) from None


def cells(submitted: Any) -> list[dict[str, Any]]:
    """Return the cells of a parsed notebook of format 4 or 3.

    Parameters
    ----------
    submitted
        What `read` gave.

    Raises
    ------
    UnreadableError
        If there is no list of cells.
    """
    if isinstance(submitted, dict):
        found, sheets = submitted.get("cells"), submitted.get("worksheets")
        if isinstance(found, list):
            return [cell for cell in found if isinstance(cell, dict)]
        if isinstance(sheets, list):  # nbformat 3 and before
            return list(_cells_of_sheets(sheets))
    raise UnreadableError("it holds no list of cells, so it is no notebook")


def source(cell: Mapping[str, Any]) -> tuple[str, str]:
    r"""Return kind and text of a cell; the kind is ``code``, or ``markdown`` for all others.

    The text can be written as UTF-8, has ``\n`` at line ends and no control characters.

    Parameters
    ----------
    cell
        One of `cells`.

    Examples
    --------
    >>> source({"cell_type": "heading", "level": 2, "source": ["The", " end"]})
    ('markdown', '## The end')
    >>> source({"cell_type": "code", "source": "%md\n# As Databricks has it"})
    ('markdown', '# As Databricks has it')
    """
    text = plain(cell.get("source", cell.get("input")))
    kind, level = cell.get("cell_type"), cell.get("level")
    if kind == "heading":  # nbformat 3
        text = f"{'#' * level if isinstance(level, int) and 0 < level < 7 else '#'} {text}"
    if kind != "code":
        return "markdown", text
    words = _MARKDOWN_MAGIC.sub("", text, count=1)
    return ("code", text) if words == text else ("markdown", words)


def plain(value: Any) -> str:
    """Return a text, or the pieces of one, as text for UTF-8 without control characters.

    Parameters
    ----------
    value
        What stands in the file; whatever is no text gives an empty one.
    """
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    text = value if isinstance(value, str) else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def _cells_of_sheets(sheets: list[Any]) -> Iterator[dict[str, Any]]:
    for sheet in sheets:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            yield from (cell for cell in sheet["cells"] if isinstance(cell, dict))


def _content(path: Path) -> bytes:
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)  # none of them exists everywhere
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise UnreadableError("it is no regular file but a link, folder, pipe or device")
        descriptor = os.open(path, flags)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("it changed while it was read")
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        missing = getattr(error, "errno", None) in (errno.ENOENT, errno.ENOTDIR)
        why = "there is no such file" if missing else "it cannot be opened"
        raise UnreadableError(why) from None
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1_000_000
        raise UnreadableError(f"it is larger than {limit} MB; {_CLEAR}", is_too_large=True)
    return content


def _bounded(digits: str) -> int:
    """Return the integer, or 0 for one that no notebook holds (and int() is slow to read)."""
    return int(digits) if len(digits) <= MAX_DIGITS else 0
