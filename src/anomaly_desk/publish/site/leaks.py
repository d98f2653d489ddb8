"""Find in a page what must not stand in it: answers, hidden tests, addresses that it loads."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

from anomaly_desk.labs import sources
from anomaly_desk.publish.release.secrets import secret_lines

MIN_LETTERS = 20  # shorter lines, such as `return scores`, stand in many places

_LOADED = re.compile(
    r"""<(?:script|img|iframe|frame|source|video|audio|embed|object|link)\b[^>]*?"""
    r"""\s(?:src|srcset|href|data|poster)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)"""
    r"""|url\(\s*["']?((?:https?:)?//[^"')]+)|@import\s+["']((?:https?:)?//[^"']+)""",
    re.I,
)


def secrets(project: Path) -> dict[str, str]:
    """Return the lines that no learner may read, each under its letters.

    They are those of `release.secrets`, without what learners see as a part of another line.
    """
    known = sources.course(project)
    cells = [cell for source in known for cell in source.cells if cell.role != "instructor"]
    visible = letters("\n".join(cell.visible for cell in cells))
    lines = {letters(line): line for line in secret_lines(project, known)}
    return {
        key: line for key, line in lines.items() if len(key) >= MIN_LETTERS and key not in visible
    }


def found(secret: Mapping[str, str], page: str) -> list[str]:
    """Return the secret lines that stand in a page of HTML, however they are marked up."""
    text = letters(unescape(re.sub(r"<[^<>]*>", "", page)))
    return [line for key, line in secret.items() if key in text]


def letters(text: str) -> str:
    """Return the letters and digits of a text, which no highlighting or escaping changes.

    Examples
    --------
    >>> letters("return  (a > b)")
    'returnab'
    """
    return re.sub(r"[\W_]+", "", text)


def loaded(page: str) -> list[str]:
    """Return the web addresses that a page would load by itself; links to click do not count.

    Examples
    --------
    >>> loaded('<a href="https://a.org">a</a> <script src="//b.org/c.js"></script>')
    ['//b.org/c.js']
    """
    return ["".join(groups) for groups in _LOADED.findall(page)]
