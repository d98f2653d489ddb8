"""The roster: a CSV file that says who belongs to the class, and the course folder's copy."""

import os
import re
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

from anomaly_desk.submissions import defects, spreadsheet
from anomaly_desk.submissions.columns import KEYS, NEEDED, NUMBERS, address, key, ours
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.people import LEARNER_ID, Person, Roster
from anomaly_desk.submissions.spreadsheet import RosterError
from anomaly_labs.files import write_aside

OPTIONAL = ("extension", "late_days", "also")

_ADVICE = (
    "expected is a CSV file in UTF-8 with a header: the columns id, name and email, and if you "
    "like extension, late_days and also; Moodle's list of participants and Canvas's gradebook are "
    "read as they are"
)


def read(path: Path) -> Roster:
    """Return the roster in a CSV file, with our own columns or as Moodle or Canvas wrote it.

    Raises
    ------
    RosterError
        If it is no such file, a spreadsheet has damaged it, or two learners have one id or one
        e-mail.
    """
    return parse(_content(path), str(path))


def guessed(path: Path) -> str:
    """Return in a sentence how a roster's letters were guessed; empty where they are certain.

    Raises
    ------
    RosterError
        See `read`.
    """
    content = _content(path)
    if spreadsheet.read(content, str(path)).charset != spreadsheet.GUESSED:
        return ""
    names = [person.name for person in parse(content, str(path)).people]
    shown = next((name for name in names if not name.isascii()), "")
    return (
        f"{path} is not UTF-8 and is read as {spreadsheet.GUESSED}"
        f"{f', with names such as {quote(shown)}' if shown else ''}; if a name is wrong, save it "
        "as CSV UTF-8 and give it again"
    )


def parse(content: bytes, where: str = "roster") -> Roster:
    r"""Return the roster in the bytes of a CSV file.

    Raises
    ------
    RosterError
        See `read`; the message begins with `where`.

    Examples
    --------
    >>> parse(b"name;email;id\nLovelace, Ada;ada@example.org;a1\n").people[0].id
    'a1'
    """
    sheet = spreadsheet.read(content, where)
    if not sheet.lines:
        raise RosterError(f"{where} is empty; {_ADVICE}")
    (_, headings), *lines = sheet.lines
    lines = [(n, _filled(cells, len(headings), f"{where}, line {n}")) for n, cells in lines]
    headings, lines = ours(headings, lines, where)
    columns = _columns(headings, where)
    people = [_person(cells, headings, columns, f"{where}, line {n}") for n, cells in lines]
    if not people:
        raise RosterError(f"{where} holds a header and no learner; add one line for each learner")
    if sheet.charset == spreadsheet.GUESSED:
        defects.refuse_odd_letters(people, lines, where)
    defects.refuse_doubles("id", [person.id for person in people], where)
    defects.refuse_doubles("email", [person.email for person in people], where)
    for heading in headings:
        if key(heading) in KEYS:
            defects.refuse_doubles(heading, [person.others[heading] for person in people], where)
    return Roster(tuple(people))


def kept_path(root: Path) -> Path:
    """Return where the course folder keeps its copy of the roster."""
    return root / "roster.csv"


def kept(root: Path) -> Roster | None:
    """Return the roster that the course folder `root` keeps, or None where it keeps none."""
    path = kept_path(root)
    return read(path) if path.is_file() else None


def keep(root: Path, path: Path) -> Roster:
    """Read a roster and keep a copy in the course folder, readable by its owner only.

    Raises
    ------
    RosterError
        If it cannot be used; the copy of an earlier one stays then.
    """
    roster = read(path)
    write_private(kept_path(root), path.read_bytes())
    return roster


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, aside and then renamed."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_aside(path, partial(_write_private, content=content))


def _write_private(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "wb") as file:
        file.write(content)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(spreadsheet.MAX_BYTES + 1)
    except OSError as error:
        raise RosterError(f"{path}: {error.strerror or error}; {_ADVICE}") from None


def _filled(cells: list[str], n: int, where: str) -> list[str]:
    """Return as many cells as the header has."""
    if any(cells[n:]):
        raise RosterError(
            f"{where} has {len(cells)} fields, the header {n}; a name with the separator in it "
            "needs double quotes around it"
        )
    return [*cells[:n], *[""] * (n - len(cells))]


def _columns(headings: list[str], where: str) -> dict[str, int]:
    """Return the place of each column that is known."""
    plain = [key(heading) for heading in headings]
    known = {name: key(name) for name in (*NEEDED, *OPTIONAL)}
    places = {name: plain.index(each) for name, each in known.items() if each in plain}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        came = ", ".join(map(quote, headings[:20]))
        raise RosterError(
            f"{where}: no column {' and no column '.join(missing)}; its first line is {came}; "
            f"{_ADVICE}"
        )
    single = [*known.items(), *((each, each) for each in KEYS)]
    double = next((name for name, each in single if plain.count(each) > 1), "")
    if double:
        raise RosterError(f"{where} has two columns {double}; leave one")
    return places


def _person(cells: list[str], headings: list[str], places: dict[str, int], where: str) -> Person:
    value = {name: cells[place] for name, place in places.items()}
    others = {h: c for at, (h, c) in enumerate(zip(headings, cells, strict=True))
              if at not in places.values()}  # fmt: skip
    defects.refuse_damage({**{name: value[name] for name in NEEDED}, **others}, where)
    if not LEARNER_ID.fullmatch(value["id"]):
        raise RosterError(
            f"{where}: id {quote(value['id'])} is no learner's id: expected are letters A to Z, "
            "digits and . _ - @ + only, up to 64, and no dot in front; mend it"
        )
    if not value["name"]:
        raise RosterError(f"{where}: no name for {value['id']}; write it in the column name")
    if value["email"] and not address(value["email"]):
        raise RosterError(f"{where}: {quote(value['email'])} is no e-mail address; mend it")
    return Person(
        value["id"],
        value["name"],
        value["email"],
        _extension(value.get("extension", ""), where),
        _late_days(value.get("late_days", ""), where),
        _parts(value.get("also", "")),
        others,
        tuple(
            dict.fromkeys(n for h, c in others.items() if key(h) in NUMBERS for n in _numbers(c))
        ),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _numbers(text: str) -> list[str]:
    """Return the numbers in a cell; Moodle writes "Participant 2001"."""
    parts = [re.sub(r"(?i)participant[ _]*", "", part) for part in _parts(text)]
    return [part for part in parts if re.fullmatch("[0-9]{1,20}", part)]


def _extension(text: str, where: str) -> timedelta | datetime | None:
    if not text:
        return None
    hours = text.replace(",", ".")
    if re.fullmatch(r"\d{1,4}(\.\d+)?", hours):
        return timedelta(hours=float(hours))
    try:
        return end_of_day(text)
    except ValueError:
        raise RosterError(
            f"{where}: extension {quote(text)}; expected are hours (48) or a date, with a time if "
            "you like (2026-12-05, 2026-12-05T18:00+01:00)"
        ) from None


def end_of_day(text: str) -> datetime:
    """Return the time that an ISO text says; a date alone is the end of that day.

    Raises
    ------
    ValueError
        If it is no such text.

    Examples
    --------
    >>> print(end_of_day("2026-12-01"), end_of_day("2026-12-01T18:00+01:00"))
    2026-12-01 23:59:59 2026-12-01 18:00:00+01:00
    """
    moment = datetime.fromisoformat(text)
    alone = re.fullmatch(r"\d{4}-?\d\d-?\d\d", text) is not None
    return datetime.combine(moment, time(23, 59, 59)) if alone else moment


def _late_days(text: str, where: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise RosterError(f"{where}: late_days {quote(text)}; expected is a whole number of days")
    return int(text)
