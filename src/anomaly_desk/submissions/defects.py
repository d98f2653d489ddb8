"""What in a roster cannot be right: damaged cells, letters of another character set, doubles."""

from collections.abc import Mapping, Sequence

from anomaly_desk.submissions import spreadsheet
from anomaly_desk.submissions.columns import KEYS, NUMBERS, key
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.people import Person
from anomaly_desk.submissions.spreadsheet import Line, RosterError


def refuse_damage(cells: Mapping[str, str], where: str) -> None:
    """Refuse what a spreadsheet has made of ids, addresses and numbers.

    Parameters
    ----------
    cells
        A learner's cells by their heading.
    where
        What the message begins with.

    Raises
    ------
    RosterError
        If a cell by which a learner is known is damaged.
    """
    for heading, text in cells.items():
        made = spreadsheet.damage(text)
        known = key(heading) in ("id", "email", *KEYS, *NUMBERS)
        if made and (known or (heading == "name" and text.startswith("#"))):
            raise RosterError(
                f"{where}: {heading} {quote(text)} is {made}, as a spreadsheet makes it of other "
                "text; download the list again and do not save it from a spreadsheet, or format "
                "the column as text there and write in what it was"
            )


def refuse_odd_letters(people: Sequence[Person], lines: Sequence[Line], where: str) -> None:
    """Refuse names that show the guessed character set to be the wrong one.

    Parameters
    ----------
    people
        The learners, one for each line.
    lines
        The lines.
    where
        What the message begins with.

    Raises
    ------
    RosterError
        If a name holds letters that no name has in it.
    """
    for (number, _), person in zip(lines, people, strict=True):
        if found := spreadsheet.odd(person.name):
            raise RosterError(
                f"{where}, line {number}: the file is not UTF-8, and {spreadsheet.GUESSED} gives "
                f"{quote(person.name)}, with {quote(found)} in a name: another character set; save "
                "it as UTF-8 (in Excel: CSV UTF-8)"
            )


def refuse_doubles(what: str, values: Sequence[str], where: str) -> None:
    """Refuse a value that stands in two lines, where each learner needs one of their own.

    Parameters
    ----------
    what
        What the values are.
    values
        One of each learner; empty where there is none.
    where
        What the message begins with.

    Raises
    ------
    RosterError
        If two are the same but for capitals.
    """
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
