"""What Canvas and Moodle do with a CSV file of grades, written from documentation and sources.

Canvas: "How do I import grades in the Gradebook?" and lib/gradebook_importer.rb. The first row
names the columns: Student, ID, then SIS User ID and SIS Login ID together or neither, Section, and
the assignments, of which one that Canvas knows carries its number, "name (1234)". A row whose first
cell holds "Points Possible" gives the maximum. Every cell that is a number loses all points and
commas but the last. A learner is found by ID (its digits in front), else SIS User ID, else SIS
Login ID, else name, the first of that name. An empty cell is no grade.

Moodle: "Grade import" and grade/import/csv/classes/load_data.php. The person who imports chooses
which column identifies a learner and what each other column is: a grade item, its feedback, or
ignored. An identifying cell that is empty to PHP, as "0" is, is skipped, and the row goes to the
learner of the row before; newer versions look the empty text up like any other, and stop where more
than one account has it. A grade is a number of at most 100, empty or ``-`` for none; an unknown
learner or another text stops the whole import.
"""

import csv
import io
import re
from dataclasses import dataclass, field


class ImportStopped(ValueError):
    """The platform refuses the file."""


@dataclass(frozen=True)
class Account:
    """A learner as the platform knows one."""

    name: str
    sis_id: str = ""
    login: str = ""
    email: str = ""
    number: str = ""


@dataclass
class Imported:
    """What is in the platform's gradebook afterwards."""

    grades: dict[tuple[str, str], float | None] = field(default_factory=dict)
    feedback: dict[tuple[str, str], str] = field(default_factory=dict)
    maximum: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def rows(text: str) -> list[list[str]]:
    """The cells of a file; each row has as many as the first."""
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if any(len(row) != len(found[0]) for row in found):
        raise ImportStopped("rows of different length")
    return found


def canvas(text: str, accounts: list[Account]) -> Imported:
    """What Canvas's gradebook holds after the import."""
    header, *others = rows(text)
    if header[:2] != ["Student", "ID"]:
        raise ImportStopped("no header row")
    if header[2:5] == ["SIS User ID", "SIS Login ID", "Section"]:
        n_about = 5
    elif header[2] == "Section":
        n_about = 3
    else:
        raise ImportStopped("no header row")
    result, titles = Imported(), []
    for column in header[n_about:]:
        numbered = re.fullmatch(r"(.+) \((\d+)\)", column)
        titles.append(numbered[1] if numbered else column)
        if numbered:
            result.numbers[numbered[1]] = numbered[2]
    for row in others:
        row = [canvas_cell(cell) for cell in row]
        about, values = row[:n_about], row[n_about:]
        if "Points Possible" in about[0]:
            result.maximum = {t: float(v) for t, v in zip(titles, values, strict=True) if v}
            continue
        account = canvas_account(about, accounts)
        if account is None:
            result.unknown.append(about[0])
            continue
        for title, value in zip(titles, values, strict=True):
            result.grades[account.name, title] = float(value) if value.strip() else None
    return result


def canvas_cell(text: str) -> str:
    if not re.fullmatch(r"-?[0-9.,]+%?", text):
        return text
    *front, last = re.split("[.,]", text.rstrip(".,"))
    return f"{''.join(front)}.{last}" if front else last


def canvas_account(about: list[str], accounts: list[Account]) -> Account | None:
    name, number, sis_id, login = (*about[:2], *(about[2:4] if len(about) == 5 else ("", "")))
    number = re.match(r"\d*", number)[0].lstrip("0")
    for column, value in (("number", number), ("sis_id", sis_id), ("login", login), ("name", name)):
        for account in accounts:
            if value and getattr(account, column) == value:
                return account
    return None


def moodle(
    text: str, accounts: list[Account], *, by: str, items: list[str], newer: bool = False
) -> Imported:
    """What Moodle's gradebook holds, when the learners are told apart by the column `by`."""
    header, *others = rows(text)
    if by not in header:
        raise ImportStopped(f"no column {by} to choose")
    known = {"ID number": "sis_id", "Email address": "email", "Username": "login"}[by]
    result = Imported()
    student = None  # as in the source, it stays from row to row
    for row in others:
        cells = dict(zip(header, row, strict=True))
        value = cells[by].strip()
        if newer or value not in ("", "0"):
            found = [account for account in accounts if getattr(account, known) == value]
            if not found or (newer and len(found) > 1):
                raise ImportStopped(f"no user with {by} {cells[by]}")
            student = found[0]
        if student is None:
            raise ImportStopped("no user found")
        for item in items:
            result.grades[student.name, item] = moodle_grade(cells[item].strip())
            result.feedback[student.name, item] = cells[f"{item} (Feedback)"]
    return result


def moodle_grade(value: str) -> float | None:
    if value in ("", "-"):
        return None
    try:
        grade = float(value)
    except ValueError:
        raise ImportStopped(f"bad grade {value}") from None
    if grade > 100:
        raise ImportStopped(f"grade {value} is too large")
    return grade
