"""What the names of files and folders say: sender, assignment, time, as each platform writes them.

Moodle: ``Full Name_12345_assignsubmission_file_/x.ipynb``, or all of it in the file's name; with
``Group-`` in front where groups hand in, and ``Participant 12345`` where marking is blind.
Canvas: ``doejane_12345_67890_x.ipynb``, with ``LATE_`` before the numbers of late work, and
``anon_Ab1cD_67890_x.ipynb`` where marking is anonymous.
Sakai: ``Doe, Jane(doe1)/Submission attachment(s)/x.ipynb``.
nbgrader's exchange: ``learner+assignment+time+letters/x.ipynb``. JupyterHub: ``learner/…``.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from anomaly_desk.submissions import clocks
from anomaly_desk.submissions.clocks import Told

MOODLE, CANVAS, SAKAI, NBGRADER = "Moodle", "Canvas", "Sakai", "nbgrader"
SENT_TO_SAKAI = "submission attachment(s)"

_MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<what>file|onlinetext)_?")
_MOODLE_FLAT = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<what>file)_(?P<file>.+)"
)
_CANVAS = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)")
_CANVAS_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon_(?P<number>[A-Za-z0-9]{5}))_\d+_(?P<file>.+)"
)
_EXCHANGE = re.compile(  # an id may hold a plus, too
    r"(?P<name>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-?\d\d-?\d\d.*)"
)
_SAKAI = re.compile(r"(?P<name>.+)\((?P<number>[^()]+)\)")
_ENDINGS = re.compile(r"\.(ipynb(\.(txt|json))?|json)$", re.IGNORECASE)


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
    told
        When it was sent, by the name.
    file
        The name of the file before the platform put others in front of it.
    otherwise
        Other senders that the name may as well mean.
    """

    sender: str
    platform: str = ""
    number: str = ""
    assignment: str = ""
    late: bool = False
    told: Told | None = None
    file: str = ""
    otherwise: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the sender, with the number where there is one."""
        return f"{self.sender} ({self.number})" if self.number else self.sender


def of_folder(name: str) -> Label | None:
    """Return what the name of a learner's folder says; None where no platform wrote it.

    Examples
    --------
    >>> of_folder("Zoë O'Hara_4711_assignsubmission_file_").sender
    "Zoë O'Hara"
    >>> of_folder("ann+final+2026-12-01 17:00:00.5 UTC+x1").assignment
    'final'
    """
    if found := _MOODLE.fullmatch(name):
        return Label(found["name"], MOODLE, found["number"])
    if found := _EXCHANGE.fullmatch(name):
        told = clocks.of_text(found["time"], clocks.NAMED)
        if not told.moments:  # behind it stand letters that nobody can guess
            told = clocks.of_text(found["time"].rpartition("+")[0], clocks.NAMED)
        return Label(found["name"], NBGRADER, assignment=found["assignment"], told=told)
    return None


def of_sakai(name: str) -> Label | None:
    """Return what the name of a learner's folder says that Sakai made, or None.

    Examples
    --------
    >>> label = of_sakai("Doe, Jane(doe1)")
    >>> label.sender, label.number
    ('Doe, Jane', 'doe1')
    """
    found = _SAKAI.fullmatch(name)
    return Label(found["name"].strip(), SAKAI, found["number"]) if found else None


def of_file(name: str, assignments: Collection[str]) -> list[Label]:
    """Return what the name of a file may say, the likeliest first; empty where it says nothing.

    A platform writes in front of the learner's own name for the file, so what stands first counts.
    An id may hold what looks like Canvas's numbers, too.

    Examples
    --------
    >>> label, *others = of_file("doejane_LATE_12_345_lab.ipynb", ["final"])
    >>> label.sender, label.late, label.file, others
    ('doejane', True, 'lab.ipynb', [])
    >>> [label.sender for label in of_file("a_1_2_final.ipynb", ["final"])]
    ['a', 'a_1_2']
    """
    forms = {_MOODLE_FLAT: MOODLE, _CANVAS_ANONYMOUS: CANVAS, _CANVAS: CANVAS}
    found = [(m, platform) for form, platform in forms.items() if (m := form.fullmatch(name))]
    plain = _by_name(stem(name), assignments)
    if not found:
        return [plain] if plain else []
    first, platform = min(found, key=lambda one: one[0].start("file"))
    late = bool(first.groupdict().get("late"))
    label = Label(first["name"], platform, first["number"], late=late, file=first["file"])
    return [label, plain] if plain and first.re is _CANVAS else [label]


def _by_name(stem: str, assignments: Collection[str]) -> Label | None:
    for assignment in sorted(assignments, key=len, reverse=True):
        if stem.endswith(f"_{assignment}"):
            return Label(stem.removesuffix(f"_{assignment}"), assignment=assignment)
    return None


def stem(name: str) -> str:
    """Return the name of a notebook without its ending, and without one that a browser added.

    Examples
    --------
    >>> [stem(name) for name in ("a.ipynb", "a.IPYNB", "a.ipynb.txt", "a.json", "a.py")]
    ['a', 'a', 'a', 'a', 'a.py']
    """
    return _ENDINGS.sub("", name)


def is_notebook(name: str) -> bool:
    """Return whether a file has the name of a notebook, in small letters or capitals."""
    return name.lower().endswith(".ipynb")


def is_like_notebook(name: str) -> bool:
    """Return whether it has such a name, perhaps with an ending that a browser has added."""
    return re.search(r"\.ipynb(\.(txt|json))?$", name, re.IGNORECASE) is not None


def may_be_notebook(name: str) -> bool:
    """Return whether it may be a notebook that a browser or an editor named otherwise."""
    return _ENDINGS.search(name) is not None
