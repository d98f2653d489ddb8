"""What the columns of a roster mean: our own, Moodle's, Canvas's.

Moodle's lists (participants, grades, grading worksheet) and Canvas's (gradebook, people with
groups) are turned into our own columns; whatever else they have stays under its heading.

References
----------
Moodle's sources, user/action_redir.php, grade/export/lib.php and mod/assign/gradingtable.php;
Canvas's sources, lib/gradebook_exporter.rb and lib/gradebook_importer.rb.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.spreadsheet import Line, RosterError

NEEDED = ("id", "name", "email")
# by which a platform calls a learner in file names
NUMBERS = (
    "canvasid", "moodleid", "participant", "participantid", "participantnumber", "identifier",
    "number",
)  # fmt: skip
# by which a platform finds a learner again when grades come back
KEYS = ("canvasid", "sisuserid", "sisloginid", "idnumber", "username")

_TEST_STUDENTS = ("student, test", "test student")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class _Platform:
    """How a platform's list is read.

    Attributes
    ----------
    what
        What it is, in a sentence.
    ids
        Which headings hold the id: the first that has any value.
    names
        Which headings hold a whole name.
    emails
        Which headings hold an address; the login counts if it is one.
    login
        Under which the platform knows the learner besides.
    advice
        What to do about an id that is missing.
    renamed
        Our own headings for some of the platform's.
    """

    what: str
    ids: tuple[str, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]
    login: str
    advice: str
    renamed: dict[str, str] = field(default_factory=dict)


_MOODLE = _Platform(
    "Moodle's list of participants or grades",
    ("ID number", "Username"),
    ("Full name", "First name/Surname", "First name/Last name"),
    ("Email address", "Email"),
    "Username",
    "let Moodle show it (site administration, Show user identity), or write it in; delete the "
    "line of whoever is no learner",
    {"identifier": "Participant"},
)
_CANVAS = _Platform(
    "Canvas's gradebook or list of people",
    ("SIS User ID", "SIS Login ID", "Canvas ID"),
    ("Student", "Name"),
    ("Email",),
    "SIS Login ID",
    "write it in, or empty this column so that all are known by the next one; delete the line of "
    "whoever is no learner",
    {
        "id": "Canvas ID",
        "canvasuserid": "Canvas ID",
        "userid": "SIS User ID",
        "loginid": "SIS Login ID",
        "sections": "Section",
    },
)


def key(heading: str) -> str:
    """Return a heading as headings are compared.

    Examples
    --------
    >>> key("E-Mail"), key("late_days")
    ('email', 'latedays')
    """
    return re.sub(r"[\s_-]", "", heading).casefold()


def address(text: str) -> bool:
    """Whether a text can be an e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def ours(
    headings: Sequence[str], lines: Sequence[Line], where: str
) -> tuple[list[str], list[Line]]:
    """Return header and lines in our own columns, whoever wrote them.

    Parameters
    ----------
    headings
        The header; each line has as many cells.
    lines
        The lines below it.
    where
        What the message begins with.

    Raises
    ------
    RosterError
        If it is a platform's list in which a learner has no id.
    """
    platform = _platform({key(heading) for heading in headings})
    if platform is None:
        return list(headings), list(lines)
    headings = [platform.renamed.get(key(heading), heading) for heading in headings]
    if platform is _CANVAS:
        lines = [(n, cells) for n, cells in lines if _is_learner(headings, cells)]
    chosen = _id_heading(platform, headings, lines, where)
    return _turned(platform, headings, lines, chosen, where)


def _platform(plain: set[str]) -> _Platform | None:
    if plain >= set(NEEDED):
        return None
    if "canvasuserid" in plain or ("id" in plain and plain & {"student", "sisloginid"}):
        return _CANVAS
    whole = {key(name) for name in _MOODLE.names}
    if plain & whole or ("firstname" in plain and plain & {"surname", "lastname"}):
        return _MOODLE
    return None


def _is_learner(headings: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a line of Canvas's gradebook is a learner's, by the rules of Canvas's import."""
    cell = _by_key(headings, cells)
    if "points possible" in cells[0].casefold():
        return False
    if all(re.fullmatch(r"(Muted|Manual Posting.*)?", text, re.IGNORECASE) for text in cells):
        return False
    return _name(_CANVAS, cell).casefold() not in _TEST_STUDENTS or bool(cell.get("sisuserid"))


def _id_heading(
    platform: _Platform, headings: Sequence[str], lines: Sequence[Line], where: str
) -> str:
    for wanted in platform.ids:
        if any(_by_key(headings, cells).get(key(wanted)) for _, cells in lines):
            return wanted
    came = ", ".join(map(quote, headings[:20]))
    raise RosterError(
        f"{where}: this is {platform.what} without {' and without '.join(platform.ids)}; its first "
        f"line is {came}; {platform.advice}"
    )


def _turned(
    platform: _Platform, headings: Sequence[str], lines: Sequence[Line], chosen: str, where: str
) -> tuple[list[str], list[Line]]:
    """Return the list with our own columns in front."""
    used = {key(each) for each in (*platform.names, *platform.emails)} | {"firstname", "lastname"}
    used |= {"surname", "also"}
    kept = [at for at, heading in enumerate(headings) if key(heading) not in used]
    turned: list[Line] = []
    for number, cells in lines:
        cell = _by_key(headings, cells)
        name, own, login = (
            _name(platform, cell),
            cell.get(key(chosen), ""),
            cell.get(key(platform.login), ""),
        )
        if not own:
            raise RosterError(
                f"{where}, line {number}: this is {platform.what}, and {name or 'this line'} has "
                f"no {chosen}; {platform.advice}"
            )
        emails = [cell.get(key(heading), "") for heading in platform.emails]
        email = next(filter(None, emails), login if address(login) else "")
        also = [cell.get("also", ""), login if login not in (own, email) else ""]
        front = [own, name, email, "|".join(filter(None, also))]
        turned.append((number, [*front, *(cells[at] for at in kept)]))
    return [*NEEDED, "also", *(headings[at] for at in kept)], turned


def _name(platform: _Platform, cell: dict[str, str]) -> str:
    """Return the name; Canvas's "Last, First" as "First Last"."""
    whole = next((cell[key(each)] for each in platform.names if cell.get(key(each))), "")
    last, comma, first = whole.partition(", ")
    if platform is _CANVAS and comma and ", " not in first:
        whole = f"{first} {last}"
    parts = (cell.get("firstname", ""), cell.get("surname", "") or cell.get("lastname", ""))
    return whole or " ".join(filter(None, parts))


def _by_key(headings: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {key(heading): cell for heading, cell in zip(headings, cells, strict=True)}
