"""What says when work was sent, and how it is read.

Which clock counts, in this order; nothing else does:

- the instructor's word (``--sent``);
- nbgrader's exchange: the time in the folder's name, and the note in that folder, which must agree;
- nbgrader's ``submitted/LEARNER/ASSIGNMENT/``: the note beside the notebook;
- Sakai: the note in the learner's folder, beside the folder of what the learner sent;
- Canvas: its mark of late work, as the times in its zips are those of the export;
- the entry of a zip, which Moodle stamps with the time of sending; the file's own time.

A note anywhere else was packed by the learner.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

NOTE = "timestamp.txt"
NAMED = "folder's name"
CANVAS = "Canvas's mark"
ZIP = "zip entry"
FILE = "file's time"
SHARED = ", perhaps of packing or copying"
ATTEMPTS = (NOTE, NAMED)  # clocks that tell one attempt from the next
MAX_NOTE = 200  # bytes of a note that are read
_FEWEST = {ZIP: 3, FILE: 2}  # senders whose files were perhaps stamped in one go

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?\s*([^\s].{0,40})?"
)
_DIGITS = re.compile(r"(\d{14})(\d{3})?")  # as Sakai wrote it, in UTC
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?")
_FURTHEST = timedelta(hours=14)  # from UTC lives nobody


@dataclass(frozen=True)
class Told:
    """What one clock says.

    Attributes
    ----------
    clock
        Which one it is.
    moments
        What it may mean: more than one where an abbreviation stands for several zones, none
        where it cannot be read.
    text
        What stands there, where it is a text.
    """

    clock: str
    moments: tuple[datetime, ...] = ()
    text: str = ""

    @property
    def is_shared(self) -> bool:
        """Whether it may be when files were packed or copied, rather than when one was sent."""
        return self.clock.endswith(SHARED)


def of_text(text: str, clock: str) -> Told:
    """Return what a text says, in UTC where it names no zone, as nbgrader reads it.

    Parameters
    ----------
    text
        Such as nbgrader and Sakai write: a date, a time, and perhaps an offset, the name of a
        zone or its abbreviation.
    clock
        Where it stands.

    Examples
    --------
    >>> [str(m) for m in of_text("2026-10-10 09:15:00.25 CEST", NOTE).moments]
    ['2026-10-10 09:15:00.250000+02:00']
    >>> [str(m) for m in of_text("2026-10-10 09:15:00 PST", NOTE).moments]  # two coasts
    ['2026-10-10 09:15:00-08:00', '2026-10-10 09:15:00+08:00']
    >>> of_text("yesterday", NOTE).moments
    ()
    """
    text = text.strip().lstrip("\ufeff")
    try:
        return Told(clock, tuple(_moments(text)), text)
    except ValueError:
        return Told(clock, (), text)


def note(moment: datetime) -> str:
    r"""Return the text of nbgrader's note of a time.

    Examples
    --------
    >>> note(datetime(2026, 10, 10, 9, 15, tzinfo=UTC))
    '2026-10-10 09:15:00.000000 UTC\n'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC\n"


def of_seconds(seconds: float, clock: str) -> Told:
    """Return what a file's time says, in this machine's zone."""
    try:
        moment = datetime.fromtimestamp(seconds).astimezone()
    except (OSError, ValueError, OverflowError):
        return Told(clock, (), "no time that can be")
    said = moment.isoformat(" ", "seconds")
    return Told(clock, (moment,) if _is_likely(said) else (), said)


def of_zip(seconds: int | None, local: tuple[int, ...], zone: tzinfo | None) -> Told:
    """Return what a zip says of an entry.

    Parameters
    ----------
    seconds
        Since 1970 in UTC, where it says so.
    local
        Otherwise year, month, day, hour, minute and second on a clock
    zone
        of this zone; this machine's when left out.
    """
    if seconds is not None:
        return of_seconds(seconds, ZIP)
    try:
        stamped = datetime(*local)  # type: ignore[arg-type]
    except ValueError:
        return Told(ZIP, (), "no time that can be")
    if stamped.year <= 1980:
        return Told(ZIP, (), "no time")
    return Told(ZIP, (stamped.replace(tzinfo=zone) if zone else stamped.astimezone(),))


def shared(told: Iterable[tuple[object, Told]]) -> Callable[[Told], Told]:
    """Return what marks a time that most senders' files have, as after packing or copying.

    Parameters
    ----------
    told
        Who sent a file, and what its clock says.
    """
    senders, then = set[object](), defaultdict[tuple[str, int], set[object]](set)
    for sender, one in told:
        senders.add(sender)
        for minute in _minutes(one):
            then[one.clock, minute].add(sender)

    def marked(one: Told) -> Told:
        same = max((len(then[one.clock, minute]) for minute in _minutes(one)), default=0)
        many = same >= _FEWEST.get(one.clock, same + 1) and 2 * same > len(senders)
        return replace(one, clock=f"{one.clock}{SHARED}") if many else one

    return marked


def _minutes(one: Told) -> set[int]:
    """Return the minute of a clock's time, and the one before."""
    minute = int(one.moments[0].timestamp() // 60) if one.moments else 0
    return {minute - 1, minute} if one.moments else set()


def _moments(text: str) -> Iterator[datetime]:
    """Yield every moment that a text may mean.

    Raises
    ------
    ValueError
        If it is no time at all.
    """
    if digits := _DIGITS.fullmatch(text):
        text = f"{datetime.strptime(digits[1], '%Y%m%d%H%M%S')}.{digits[2] or 0} UTC"
    found = _TIME.fullmatch(text)
    if not found or not _is_likely(text):
        return
    day, clock, part, zone = found.groups(default="")
    local = datetime.fromisoformat(f"{day}T{clock}")
    local = local.replace(microsecond=int(f"{part:0<6}"[:6]))
    for offset in sorted(_offsets(zone, local)):
        yield local.replace(tzinfo=timezone(offset) if offset else UTC)


def _is_likely(text: str) -> bool:
    """Return whether something can have been sent in the year that begins a text."""
    return 2000 <= int(text[:4]) <= 2100


def _offsets(zone: str, local: datetime) -> frozenset[timedelta]:
    """Return how far ahead of UTC a text says that a clock was; empty for none that can be."""
    if zone in ("", "Z", "UTC", "GMT"):
        return frozenset({timedelta()})
    if given := _OFFSET.fullmatch(zone):
        sign, hours, minutes = given.groups(default="0")
        offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
        return frozenset({offset} if abs(offset) <= _FURTHEST else ())
    if "/" not in zone:
        return _abbreviations(local.year).get(zone, frozenset())
    if zone not in _zones():
        return frozenset()
    # where clocks are put back, an hour comes twice
    twice = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    return frozenset(offset for offset in twice if offset is not None)


@cache
def _zones() -> frozenset[str]:
    """Return the names of zones in which people live."""
    return frozenset(name for name in available_timezones() if not name.startswith("Etc/"))


@cache
def _abbreviations(year: int) -> dict[str, frozenset[timedelta]]:
    """Return what each abbreviation of a zone stands for, anywhere, in some month of a year."""
    found: dict[str, set[timedelta]] = {}
    months = [datetime(year, month, 15) for month in range(1, 13)]
    for zone in map(ZoneInfo, sorted(_zones())):
        for there in (month.replace(tzinfo=zone) for month in months):
            offset = there.utcoffset()
            if offset is not None:
                found.setdefault(there.tzname() or "", set()).add(offset)
    return {name: frozenset(offsets) for name, offsets in found.items()}
