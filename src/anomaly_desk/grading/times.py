"""Times as people type them, as reports show them, and as nbgrader keeps them."""

from datetime import UTC, datetime

from anomaly_desk.errors import CourseError
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.roster import end_of_day


def moment(text: str) -> datetime:
    """Return the time that a person gave; without a zone it is this machine's.

    Raises
    ------
    CourseError
        If it is none.

    Examples
    --------
    >>> print(moment("2026-12-01T18:00+01:00"))
    2026-12-01 18:00:00+01:00
    """
    try:
        given = end_of_day(text.strip())
    except ValueError:
        raise CourseError(
            f"{quote(text)} is no time; expected is one like 2026-12-01T18:00+01:00, or a day like "
            "2026-12-01, which ends at 23:59:59"
        ) from None
    return given if given.tzinfo else given.astimezone()


def shown(moment_: datetime) -> str:
    """Return a time as reports show it.

    Examples
    --------
    >>> shown(moment("2026-12-01T18:00+01:00"))
    '2026-12-01 18:00 +01:00'
    """
    whole = moment_.replace(second=0, microsecond=0).isoformat(" ", "minutes")
    return f"{whole[:16]} {whole[16:]}".strip()


def utc(moment_: datetime) -> datetime:
    """Return a time as nbgrader keeps it: in UTC, without a zone."""
    return moment_.astimezone(UTC).replace(tzinfo=None)


def from_utc(kept: datetime) -> datetime:
    """Return a time of the gradebook with its zone."""
    return kept.replace(tzinfo=UTC)
