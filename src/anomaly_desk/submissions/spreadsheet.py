"""The cells of a CSV file as platforms and spreadsheets write it, and what they may have damaged.

References
----------
Microsoft, "Import or export text (.txt or .csv) files" and "Keeping leading zeros and large
numbers"; the Unicode Standard, general category Cf.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from anomaly_desk.errors import CourseError

MAX_BYTES = 5_000_000
GUESSED = "Windows-1252"
Line = tuple[int, list[str]]  # the number of a line in the file, and its cells

_SAVE = 'in Excel choose "CSV UTF-8" when you save, elsewhere the character set UTF-8'
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls
_BLANK = re.compile("[\u034f\u115f\u1160\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_DECLARED = re.compile(r'"?sep=(.)"?[;,\t ]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mrz|Mär|Mai|Okt|Dez"
_TIME = r"(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?"
_DAMAGE = {
    "an error of a formula": r"#.*",
    "a number with decimals": r"[-+]?\d+[.,]0+",
    "a rounded number": r"[-+]?\d+(?:[.,]\d+)?[Ee][-+]\d+",
    "a number with separators": r"\d{1,3}(?:[,' ]\d{3})+(?:[.,]\d+)?",
    "a date": rf"(?:\d{{1,2}}-)?(?:{_MONTH})-\d\d(?:\d\d)?|\d{{1,2}}[-. ](?:{_MONTH})"
    rf"|\d{{1,4}}/\d{{1,2}}(?:/\d{{1,4}})?{_TIME}|(?:19|20)\d\d-[01]\d-[0-3]\d{_TIME}"
    rf"|(?:[0-3]?\d\.[01]?\d\.|[0-3]\d-[01]\d-)(?:19|20)\d\d{_TIME}|\d{{1,2}}:\d\d(?::\d\d)?",
    "a truth value": "TRUE|FALSE",
}
# in no name of Windows-1252: a capital or a dash inside a word (Mac Roman), other signs than quotes
_ODD = re.compile(
    r"[a-zß-öø-ÿ](?:[À-ÖØ-ÞŠŽŸŒ]|[\u2013\u2014][a-zß-ÿ])"
    r"|[^\x00-\x7f\w\u2018\u2019\u00b4\u00b7\u2013\u2014]"
)


class RosterError(CourseError):
    """The roster cannot be used; the message says what came, what was expected, what to do."""


@dataclass(frozen=True)
class Sheet:
    """What a CSV file holds.

    Attributes
    ----------
    lines
        Those that hold something, the header first.
    charset
        By which the bytes were read; `GUESSED` is the only one that the bytes do not prove.
    """

    lines: tuple[Line, ...]
    charset: str


def read(content: bytes, where: str) -> Sheet:
    r"""Return the cells in the bytes of a CSV file, folded.

    UTF-8 with and without a byte order mark, UTF-16 with one, else Windows-1252; commas,
    semicolons or tabs, or what Excel's line ``sep=`` says.

    Raises
    ------
    RosterError
        If it is no such file; the message begins with `where`.

    Examples
    --------
    >>> read("id;name\r\n007;Zoë\r\n".encode("cp1252"), "roster")
    Sheet(lines=((1, ['id', 'name']), (2, ['007', 'Zoë'])), charset='Windows-1252')
    """
    text, charset = _text(content, where)
    return Sheet(tuple(_lines(text, where)), charset)


def fold(text: str) -> str:
    r"""Return text on one line, without what cannot be seen: zero width, marks of direction.

    Examples
    --------
    >>> fold("\u200eAda\u200b\u00a0 Love\u00adlace\u202c")
    'Ada Lovelace'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen = (
        "" if unicodedata.category(c) == "Cf" else c if c.isprintable() else " "
        for c in _BLANK.sub("", text)
    )  # fmt: skip
    return " ".join(unicodedata.normalize("NFC", "".join(seen)).split())


def damage(text: str) -> str:
    """Return what a spreadsheet has made of an id, a number or an address; empty for nothing.

    Examples
    --------
    >>> damage("1001.0"), damage("1.23457E+11"), damage("1001"), damage("e12.3")
    ('a number with decimals', 'a rounded number', '', '')
    """
    return next((what for what, form in _DAMAGE.items() if re.fullmatch(form, text)), "")


def odd(name: str) -> str:
    """Return what in a name speaks against `GUESSED` as its character set; empty for nothing.

    Examples
    --------
    >>> odd("Zoë Été"), odd("£ukasz"), odd("JosŽ")
    ('', '£', 'sŽ')
    """
    found = _ODD.search(name)
    return found[0] if found else ""


def _text(content: bytes, where: str) -> tuple[str, str]:
    """Return text and character set."""
    if len(content) > MAX_BYTES:
        raise RosterError(f"{where} is larger than {MAX_BYTES // 1_000_000} MB, which no roster is")
    if content.startswith(_WORKBOOKS):
        raise RosterError(f"{where} is a workbook or a zip; it is not UTF-8 text: {_SAVE}")
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        if not marked and b"\0" not in content:
            return _guessed(content, error.start, where), GUESSED
        text = "\0"
    if "\0" in text:
        raise RosterError(f"{where} holds zero bytes or half characters; it is no text: {_SAVE}")
    return text, "UTF-16" if marked else "UTF-8"


def _guessed(content: bytes, first: int, where: str) -> str:
    """Return text in Windows-1252; `first` is the first byte that is not UTF-8."""
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise RosterError(
            f"{where}, line {line}: byte 0x{byte:02x} is not UTF-8 (nor is 0x{content[first]:02x} "
            f"before it) and not {GUESSED}; {_SAVE}"
        ) from None


def _lines(text: str, where: str) -> Iterator[Line]:
    declared = _DECLARED.match(text)
    text = text[declared.end() :] if declared else text
    separator = declared[1] if declared else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            clean = [_cell(cell) for cell in cells]
            if any(clean):
                yield reader.line_num + bool(declared), clean
    except csv.Error as error:
        raise RosterError(
            f"{where}, line {reader.line_num + bool(declared)}: {error}; put a name that holds "
            "quotes or the separator between double quotes, and double the quotes inside"
        ) from None


def _separator(text: str) -> str:
    """Return what parts the first line, outside quotes, into most cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=re.sub('"[^"]*"', "", first).count)


def _cell(text: str) -> str:
    """Return a cell folded; ``="001"``, by which text stays text in Excel, is 001."""
    folded = fold(text)
    wrapped = re.fullmatch('="(.*)"', folded)
    return wrapped[1] if wrapped else folded
