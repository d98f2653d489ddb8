"""The roster: a CSV file that says who belongs to the class, and the course folder's copy."""

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

from anomaly_desk.errors import CourseError
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.people import LEARNER_ID, Person, Roster
from anomaly_labs.files import write_aside

NEEDED = ("id", "name", "email")
OPTIONAL = ("extension", "late_days", "also")
MAX_BYTES = 5_000_000

_ADVICE = (
    "expected is a CSV file in UTF-8 with a header: the columns id, name and email, and if you "
    "like extension, late_days and also"
)


class RosterError(CourseError):
    """The roster cannot be used; the message says what came, what was expected, what to do."""


def read(path: Path) -> Roster:
    """Return the roster in a CSV file; semicolons, tabs and a byte order mark are understood.

    Raises
    ------
    RosterError
        If it is no such file, or two learners have one id or one e-mail.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RosterError(f"{path}: {error.strerror or error}; {_ADVICE}") from None
    return parse(content, str(path))


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
    rows = list(_rows(_text(content, where), where))
    if not rows:
        raise RosterError(f"{where} is empty; {_ADVICE}")
    (_, headings), *lines = rows
    columns = _columns(headings, where)
    people = tuple(_person(cells, headings, columns, f"{where}, line {n}") for n, cells in lines)
    if not people:
        raise RosterError(f"{where} holds a header and no learner; add one line for each learner")
    for what, values in (("id", [p.id for p in people]), ("email", [p.email for p in people])):
        _refuse_doubles(what, values, where)
    return Roster(people)


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


def _text(content: bytes, where: str) -> str:
    if len(content) > MAX_BYTES:
        raise RosterError(f"{where} is larger than {MAX_BYTES // 1_000_000} MB; {_ADVICE}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RosterError(
            f"{where}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8; in Excel "
            'choose "CSV UTF-8" when you save, elsewhere the character set UTF-8'
        ) from None
    if "\0" in text:
        raise RosterError(f"{where} holds zero bytes, so it is no CSV file in UTF-8; {_ADVICE}")
    return unicodedata.normalize("NFC", text)


def _rows(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each line that holds something."""
    if text[:4].lower() == "sep=":  # Excel's own first line
        text = text.partition("\n")[2]
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            clean = [
                " ".join("".join(c if c.isprintable() else " " for c in cell).split())
                for cell in cells
            ]
            if any(clean):
                yield reader.line_num, clean
    except csv.Error as error:
        raise RosterError(
            f"{where}, line {reader.line_num}: {error}; put a name that holds quotes or the "
            "separator between double quotes, and double the quotes inside"
        ) from None


def _columns(headings: list[str], where: str) -> dict[str, int]:
    """Return the place of each column that is known."""
    plain = [re.sub(r"[\s_-]", "", heading).casefold() for heading in headings]
    known = {name: name.replace("_", "") for name in (*NEEDED, *OPTIONAL)}
    places = {name: plain.index(key) for name, key in known.items() if key in plain}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        came = ", ".join(map(quote, headings[:20]))
        raise RosterError(
            f"{where}: no column {' and no column '.join(missing)}; its first line is {came}; "
            f"{_ADVICE}"
        )
    double = next((name for name, key in known.items() if plain.count(key) > 1), "")
    if double:
        raise RosterError(f"{where} has two columns {double}; leave one")
    return places


def _person(cells: list[str], headings: list[str], places: dict[str, int], where: str) -> Person:
    if any(cells[len(headings) :]):
        raise RosterError(
            f"{where} has {len(cells)} fields, the header {len(headings)}; a name with the "
            "separator in it needs double quotes around it"
        )
    cells = [*cells, *[""] * (len(headings) - len(cells))]
    value = {name: cells[place] for name, place in places.items()}
    if not LEARNER_ID.fullmatch(value["id"]):
        raise RosterError(
            f"{where}: id {quote(value['id'])} is no learner's id: expected are letters A to Z, "
            "digits and . _ - @ + only, up to 64, and no dot in front; mend it"
        )
    if not value["name"]:
        raise RosterError(f"{where}: no name for {value['id']}; write it in the column name")
    if value["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+", value["email"]):
        raise RosterError(f"{where}: {quote(value['email'])} is no e-mail address; mend it")
    others = {h: c for at, (h, c) in enumerate(zip(headings, cells, strict=False))
              if at not in places.values()}  # fmt: skip
    return Person(
        value["id"],
        value["name"],
        value["email"],
        _extension(value.get("extension", ""), where),
        _late_days(value.get("late_days", ""), where),
        tuple(name.strip() for name in value.get("also", "").split("|") if name.strip()),
        others=others,
    )


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


def _refuse_doubles(what: str, values: list[str], where: str) -> None:
    seen: dict[str, str] = {}
    for value in filter(None, values):
        other = seen.get(value.casefold())
        seen[value.casefold()] = value
        if other is not None:
            differ = "" if other == value else f" and {quote(value)}, which differ in capitals only"
            raise RosterError(
                f"{where}: the {what} {quote(other)}{differ} stands in two lines; each learner "
                "needs one of their own"
            )
