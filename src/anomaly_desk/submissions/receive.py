"""Read what a learner handed in, whatever it is, into plain cells."""

import errno
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anomaly_desk.submissions.findings import Finding

MAX_BYTES = 20_000_000
MAX_CELLS = 1_000
MAX_TEXT = 200_000  # characters of one cell
MAX_DIGITS = 18  # of an integer, as in the floor of 2**63

# nbgrader's feedback stops at these words in a cell that is no check: a joiner without width parts
# them. Its other marks are of no account in what was handed in.
_MARK = re.compile(r"(BEGIN|END)(?= HIDDEN TESTS)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")


class UnreadableError(Exception):
    """No notebook can be read from the file; the finding says why."""

    def __init__(self, why: str, kind: str = "unreadable") -> None:
        super().__init__(why)
        text = f"The file could not be graded: {why}."
        self.finding = Finding(kind, "", text)


@dataclass(frozen=True)
class SentCell:
    """One cell as the learner sent it, reduced to what may count."""

    kind: str
    text: str
    id: str
    grade_id: str
    tags: tuple[str, ...]
    marks: dict[str, Any] | None


def read(path: Path) -> Any:
    """Return the JSON in the file at `path`, of any shape.

    Neither links nor pipes, devices or folders are opened; at most `MAX_BYTES` are read.

    Raises
    ------
    UnreadableError
        If there is no such JSON; nothing else is raised.
    """
    content = _content(path)
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = content.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")
    if not text.strip():
        raise UnreadableError("it is empty")
    try:
        return json.loads(text, parse_int=_bounded)
    except RecursionError:
        raise UnreadableError("its parts are nested too deeply for a notebook") from None
    except (ValueError, MemoryError):
        raise UnreadableError(
            "it is no notebook but broken or other text; save it in Jupyter and hand it in again"
        ) from None


def cells(submitted: Any) -> tuple[list[SentCell], list[Finding]]:
    """Return the cells of a parsed notebook of format 4 or 3, and what had to be left out.

    Raises
    ------
    UnreadableError
        If there is no list of cells.
    """
    found = _listed(submitted)
    findings = []
    if len(found) > MAX_CELLS:
        text = f"The notebook has {len(found)} cells; only the first {MAX_CELLS} were read."
        findings.append(Finding("too-large", "", text))
    sent = []
    for cell in found[:MAX_CELLS]:
        if not isinstance(cell, dict):
            continue
        one, whole = _sent(cell)
        sent.append(one)
        if not whole:
            text = f"A cell has more than {MAX_TEXT} characters; the rest was left out."
            findings.append(Finding("too-large", "", text))
    return sent, findings


def same_text(one: str, other: str) -> bool:
    """Return whether two sources differ in blanks at line ends at most."""
    return _essence(one) == _essence(other)


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
        raise UnreadableError(
            f"it is larger than {limit} MB; clear its outputs and hand it in again", "too-large"
        )
    return content


def _bounded(digits: str) -> int:
    """Return the integer, or 0 for one that no notebook holds (and int() is slow to read)."""
    return int(digits) if len(digits) <= MAX_DIGITS else 0


def _listed(submitted: Any) -> list[Any]:
    if isinstance(submitted, dict):
        found, sheets = submitted.get("cells"), submitted.get("worksheets")
        if isinstance(found, list):
            return found
        if isinstance(sheets, list):  # nbformat 3 and before
            return list(_cells_of_sheets(sheets))
    raise UnreadableError("it holds no list of cells, so it is no notebook")


def _cells_of_sheets(sheets: list[Any]) -> Iterator[Any]:
    for sheet in sheets:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            yield from sheet["cells"]


def _sent(cell: dict[str, Any]) -> tuple[SentCell, bool]:
    metadata = _mapping(cell.get("metadata"))
    marks = metadata.get("nbgrader")
    tags = metadata.get("tags")
    text = _text(cell.get("source", cell.get("input")))
    sent = SentCell(
        kind="code" if cell.get("cell_type") == "code" else "markdown",
        text=text[:MAX_TEXT],
        id=_name(cell.get("id")),
        grade_id=_name(_mapping(marks).get("grade_id")),
        tags=tuple(_name(tag) for tag in tags if tag) if isinstance(tags, list) else (),
        marks=marks if isinstance(marks, dict) else None,
    )
    return sent, len(text) <= MAX_TEXT


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _name(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _text(value: Any) -> str:
    """Return a source as text for UTF-8, without control characters and marks of nbgrader."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    text = _name(value).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))
    return _MARK.sub("\\1\u2060", text)


def _essence(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().split("\n")]
