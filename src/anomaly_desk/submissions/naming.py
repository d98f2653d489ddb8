"""What the names of files and folders say: sender, assignment, time, as each platform writes them.

Moodle: ``Full Name_12345_assignsubmission_file_/x.ipynb``, or all of it in the file's name.
Canvas: ``doejane_12345_67890_x.ipynb``, with ``LATE_`` before the numbers of late work.
nbgrader's exchange: ``learner+assignment+time+letters/x.ipynb``. JupyterHub: ``learner/…``.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<what>file|onlinetext)_?")
_MOODLE_FLAT = re.compile(
    r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<what>file)_(?P<file>.+)"
)
_CANVAS = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,6})?\s*(\S{0,40})")


@dataclass(frozen=True)
class Label:
    """What a name says; what it does not say is empty.

    Attributes
    ----------
    sender
        What the platform calls the learner.
    number
        The platform's own number of the learner: two of one name differ in it.
    late
        Whether the platform marked the work as late.
    file
        The name of the file before the platform put others in front of it.
    """

    sender: str
    platform: str = ""
    number: str = ""
    assignment: str = ""
    late: bool = False
    sent: datetime | None = None
    file: str = ""


def of_folder(name: str, assignments: Collection[str]) -> Label | None:
    """Return what the name of a learner's folder says; None where no platform wrote it.

    Examples
    --------
    >>> of_folder("Zoë O'Hara_4711_assignsubmission_file_", ()).sender
    "Zoë O'Hara"
    >>> of_folder("ann+final+2026-12-01 17:00:00.5 UTC+x1", ["final"]).assignment
    'final'
    """
    if found := _MOODLE.fullmatch(name):
        return Label(found["name"], "Moodle", found["number"])
    for assignment in assignments:
        sender, plus, rest = name.partition(f"+{assignment}+")
        if plus and sender and (sent := moment(rest.partition("+")[0])):
            return Label(sender, "nbgrader", assignment=assignment, sent=sent)
    return None


def of_file(name: str) -> Label | None:
    """Return what the name of a file says; None where no platform wrote it.

    Examples
    --------
    >>> label = of_file("doejane_LATE_12_345_lab.ipynb")
    >>> label.sender, label.late, label.file
    ('doejane', True, 'lab.ipynb')
    """
    if found := _MOODLE_FLAT.fullmatch(name):
        return Label(found["name"], "Moodle", found["number"], file=found["file"])
    if found := _CANVAS.fullmatch(name):
        name, number, late = found["name"], found["number"], found["late"] is not None
        return Label(name, "Canvas", number, late=late, file=found["file"])
    return None


def by_name(stem: str, assignments: Collection[str]) -> Label | None:
    """Return what ``<learner>_<assignment>`` says, or None.

    Examples
    --------
    >>> by_name("ann_final", ["final"]).sender
    'ann'
    """
    for assignment in sorted(assignments, key=len, reverse=True):
        if stem.endswith(f"_{assignment}"):
            return Label(stem.removesuffix(f"_{assignment}"), assignment=assignment)
    return None


def moment(text: str) -> datetime | None:
    """Return the time that nbgrader wrote, in UTC where it names no known zone; None for others.

    Examples
    --------
    >>> print(moment("2026-12-01 17:00:00.25 Europe/Berlin"), moment("yesterday"))
    2026-12-01 17:00:00.250000+01:00 None
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    day, clock, part, zone = found.groups(default="")
    try:
        offset = re.fullmatch(r"[+-]\d\d:?\d\d", zone)
        given = datetime.fromisoformat(f"{day}T{clock}{zone if offset else ''}")
        known = given.tzinfo or (ZoneInfo(zone) if zone else UTC)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None
    told = given.replace(microsecond=int(f"{part[1:]:0<6}"), tzinfo=known)
    return told if is_likely(told) else None


def is_likely(told: datetime) -> bool:
    """Return whether something can have been sent then; whoever writes a note may write more."""
    return 2000 <= told.year <= 2100
