"""By what Moodle and Canvas find a learner again, and whom they would take for another.

Moodle looks up one column, which the person who imports chooses. For an empty cell its older
versions take the learner of the row before, its newer ones the only account without a value; a 0
is empty, too. Canvas tries ID, SIS User ID, SIS Login ID and name, in this order; of an ID it takes
the digits in front, and of a number with several points or commas it keeps only the last.

References
----------
Moodle's sources, grade/import/csv/classes/load_data.php; Canvas's sources,
lib/gradebook_importer.rb.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from anomaly_desk.errors import CourseError
from anomaly_desk.submissions.columns import key
from anomaly_desk.submissions.people import Person

WAYS = ("id", "email")
MAX_TOLD = 10  # learners in a sentence

_FORMULA = ("=", "+", "-", "@")
_EMPTY = ("", "0")  # to Moodle, which is written in PHP
Values = dict[str, list[str]]


def harmless(text: str) -> str:
    r"""Return text on one line that no spreadsheet takes for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("Ada\tLovelace"), harmless("1-2")
    ("'=1+1", 'Ada Lovelace', '1-2')
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def moodle(people: Sequence[Person], by: str) -> tuple[Values, str]:
    """Return name and columns by which Moodle finds everybody, and in words which is left out.

    Parameters
    ----------
    people
        The learners, in the order of the rows.
    by
        One of `WAYS`: the column that must hold everybody.

    Raises
    ------
    CourseError
        If `by` is another word, or Moodle would misread that column.
    """
    if by not in WAYS:
        raise CourseError(f"identify by {by!r}; expected is one of: {', '.join(WAYS)}")
    own = [_own(person) for person in people]
    ids = [cell.get("idnumber", "") for cell in own]
    ids = ids if any(ids) else [person.id for person in people]
    names = [cell.get("username") for cell in own]
    heading = {
        "id": "Username" if people and names == ids else "ID number",
        "email": "Email address",
    }
    values = {"id": ids, "email": [person.email for person in people]}
    faults = {way: _moodle_faults(people, values[way]) for way in WAYS}
    (other,) = [way for way in WAYS if way != by]
    if faults[by]:
        way_out = "" if faults[other] else f", or identify them by another: --identify-by {other}"
        raise CourseError(
            f"Moodle would misread the column {heading[by]}: {faults[by]}; mend it in the course "
            f"folder's roster.csv, whose column ID number counts before id{way_out}"
        )
    shown = {
        "id": (heading["id"], ids),
        "name": ("Full name", [harmless(person.name) for person in people]),
        "email": (heading["email"], values["email"]),
    }
    columns = dict(column for way, column in shown.items() if not faults.get(way))
    if not faults[other]:
        return columns, ""
    return columns, (
        f"The column {heading[other]} is left out ({faults[other]}); in Moodle identify learners "
        f"by {heading[by]}."
    )


def canvas(people: Sequence[Person]) -> list[list[str]]:
    """Return the cells by which Canvas finds each learner: name, ID, SIS User ID, SIS Login ID.

    Namesakes without Canvas's own number get their id behind the name, lest Canvas, to which none
    of the other cells is known, takes one for the other.

    Raises
    ------
    CourseError
        If Canvas would find nobody, or somebody else, by what it looks at first.
    """
    known = any(_own(person).get("sisuserid") for person in people)
    rows = [_canvas_keys(person, guess=not known) for person in people]
    first = [next(filter(None, row), "") for row in rows]
    columns = [list(column) for column in zip(*rows, strict=True)]
    number = [row[0] for row in rows]
    wrong = {
        "without anything to be found by": lambda at: not first[at],
        "whose Canvas ID is no number": lambda at: not re.fullmatch("[0-9]*", number[at]),
        "found by what looks like a formula and would get an apostrophe": _formula(first),
        "found by what Canvas reads as another number": lambda at: _read(first[at]) != first[at],
        "found by what two share": lambda at: any(_shared(column)(at) for column in columns),
        "named as the line of the maximum is": lambda at: "Points Possible" in people[at].name,
    }  # fmt: skip
    if faults := _faults(people, wrong):
        raise CourseError(
            f"Canvas would misread these rows: {faults}; mend them in the course folder's "
            "roster.csv, or add its column Canvas ID with the ID of Canvas's gradebook export"
        )
    namesakes = _shared([" ".join(sorted(re.findall(r"\w+", p.name))) for p in people])
    names = [
        f"{person.name} ({person.id})" if namesakes(at) and not number[at] else person.name
        for at, person in enumerate(people)
    ]
    return [
        [harmless(name), *(text if text == harmless(text) == _read(text) else "" for text in row)]
        for name, row in zip(names, rows, strict=True)
    ]


def _own(person: Person) -> dict[str, str]:
    """Return the roster's further columns."""
    return {key(heading): value for heading, value in person.others.items()}


def _canvas_keys(person: Person, *, guess: bool) -> list[str]:
    """Return ID, SIS User ID and SIS Login ID; the id is guessed to be a SIS User ID, or not."""
    own = _own(person)
    number, login = own.get("canvasid", ""), own.get("sisloginid", "")
    guessed = person.id if guess and person.id not in (number, login) else ""
    return [number, own.get("sisuserid") or guessed, login or person.email]


def _moodle_faults(people: Sequence[Person], values: Sequence[str]) -> str:
    wrong = {
        "empty (or 0, which is empty to Moodle)": lambda at: values[at] in _EMPTY,
        "like a formula, which would get an apostrophe": _formula(values),
        "the same for two": _shared(values),
    }
    return _faults(people, wrong)


def _formula(values: Sequence[str]) -> Callable[[int], bool]:
    return lambda at: harmless(values[at]) != values[at]


def _shared(values: Sequence[str]) -> Callable[[int], bool]:
    """Return whether the value at a place stands at another, too; capitals do not count."""
    times = Counter(value.casefold() for value in values)
    return lambda at: bool(values[at]) and times[values[at].casefold()] > 1


def _faults(people: Sequence[Person], wrong: dict[str, Callable[[int], bool]]) -> str:
    """Return in words who is concerned by what is wrong, each learner once."""
    told: list[str] = []
    left = list(range(len(people)))
    for what, is_wrong in wrong.items():
        found = [at for at in left if is_wrong(at)]
        left = [at for at in left if at not in found]
        if found:
            told.append(f"{what}: {_names(people[at] for at in found)}")
    return "; ".join(told)


def _names(people: Iterable[Person]) -> str:
    names = [str(person) for person in people]
    more = f" and {len(names) - MAX_TOLD} more" if len(names) > MAX_TOLD else ""
    return f"{', '.join(names[:MAX_TOLD])}{more}"


def _read(text: str) -> str:
    """Return what Canvas reads in a cell."""
    if not re.fullmatch(r"-?[0-9.,]+%?", text):
        return text
    *front, last = re.split("[.,]", text.rstrip(".,"))
    return f"{''.join(front)}.{last}" if front else last
