"""The header of a lab's source, ``# /// lab`` to ``# ///``: TOML that says what the lab is."""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from anomaly_desk.errors import SourceError

FOLDERS: Final = {"core": "labs", "extension": "labs", "assessment": "assessment"}
STATUS: Final = ("ready", "draft")
GRADING: Final = ("fast", "full")

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_HEADER: Final = re.compile(r"# /// lab\n((?:#.*\n)*?)# ///\n")


def fields(path: Path) -> dict[str, Any]:
    """Return what the header of a lab says, each field of a value that it can have.

    Parameters
    ----------
    path
        Its ``lab.py``.

    Raises
    ------
    SourceError
        Naming file and line: no header, not TOML, a field that is missing, unknown or of a value
        that it cannot have, a folder of an impossible name.
    """
    text = path.read_text(encoding="utf-8")
    if not is_name(path.parent.name):
        raise SourceError(
            f"{path}:1: the folder is called {path.parent.name!r}; a lab's name has small "
            "letters, digits and underscores, such as lab5_fraud"
        )
    header = _HEADER.match(text)
    if header is None:
        raise SourceError(f"{path}:1: no header; a lab starts with '# /// lab' ... '# ///'")
    try:
        given = tomllib.loads("\n" + re.sub("(?m)^# ?", "", header[1]))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path}:1: the header is no TOML: {error}") from None
    for key in given.keys() - _FIELDS.keys():
        known = ", ".join(_FIELDS)
        raise SourceError(
            f"{path}:{line_of(text, key)}: the header has no field {key!r}; known: {known}"
        )
    values = {}
    for key, field in _FIELDS.items():
        if key not in given and field.default is None:
            raise SourceError(f"{path}:1: the header lacks {key!r}: {field.expected}")
        value = values[key] = given.get(key, field.default)
        if not field.accepts(value):
            raise SourceError(
                f"{path}:{line_of(text, key)}: {key} = {value!r}; expected is {field.expected}"
            )
    return values


def body(text: str) -> tuple[str, int]:
    """Return the cells of a source without its header, and how many lines the header has."""
    header = _HEADER.match(text)
    start = header.end() if header else 0
    while text[start : start + 1] == "\n":
        start += 1
    return text[start:], text.count("\n", 0, start)


def is_name(name: str) -> bool:
    """Return whether a lab can be called so.

    Examples
    --------
    >>> is_name("lab5_fraud"), is_name("Lab 5")
    (True, False)
    """
    return _NAME.fullmatch(name) is not None


def line_of(text: str, key: str) -> int:
    """Return the line of a source in which the header names a field; 1 where it does not."""
    found = re.search(rf"(?m)^# {re.escape(key)}\b", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


@dataclass(frozen=True)
class _Field:
    """A field of the header: which values it can have, and how that is said."""

    expected: str
    accepts: Callable[[Any], bool]
    default: Any = None


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\n" not in value and "|" not in value


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_words, value))


def _one_of(values: Iterable[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in values


def _is_marks(value: Any) -> bool:
    """Return whether these are no pass marks, or one to pass and perhaps a higher one."""
    if not isinstance(value, dict) or not value.keys() <= {"passed", "distinction"}:
        return False
    if not all(type(points) in (int, float) and points > 0 for points in value.values()):
        return False
    return not value or 0 < value.get("passed", 0) < value.get("distinction", float("inf"))


_FIELDS: Final = {
    "title": _Field("a title in one line", _is_words),
    "order": _Field("a whole number above 0; labs stand in steps of ten", _is_count),
    "kind": _Field(f"one of {', '.join(FOLDERS)}", _one_of(FOLDERS)),
    "status": _Field(f"one of {', '.join(STATUS)}", _one_of(STATUS)),
    "minutes": _Field("the minutes that it takes a learner", _is_count),
    "extra_minutes": _Field(
        "the minutes that its extras take", lambda value: value == 0 or _is_count(value), 0
    ),
    "run_minutes": _Field("the minutes that its code may run on two CPU cores", _is_count),
    "data": _Field(
        'a table of splits by data set, such as { kdd99 = ["test"] }, or {} for none',
        lambda value: isinstance(value, dict) and all(v and _is_list(v) for v in value.values()),
    ),
    "extras": _Field('a list of extras of anomaly-labs, such as ["stream"], or []', _is_list),
    "grading": _Field(f"one of {', '.join(GRADING)}", _one_of(GRADING)),
    "certificate": _Field(
        "the points to pass, such as { passed = 25, distinction = 38 }, or {} for none", _is_marks
    ),
    "holds": _Field("what it is about, in one line without |", _is_words),
    "thirty_minutes": _Field("what to do of it in half an hour, in one line", _is_words),
}
