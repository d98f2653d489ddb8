"""Deadlines, and what work that comes later costs.

The default: for each begun day after the deadline, the extension and the granted late days, 10 % of
the assignment's maximum, written answers included, until nothing is left. Minutes of grace cost
nothing; whoever comes after them is late from the deadline on.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import times
from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.people import Person
from anomaly_desk.submissions.roster import write_private

Deadline = datetime | None

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """What the course folder keeps about deadlines.

    Attributes
    ----------
    deadlines
        The deadline of each assignment; None where one was taken away.
    percent
        What a begun day costs, in per cent of the assignment's maximum.
    grace_minutes
        Minutes after the deadline that cost nothing.
    sent
        Times that the instructor gave, by ``assignment/learner``.
    """

    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    percent: float = 10.0
    grace_minutes: float = 0.0
    sent: Mapping[str, datetime] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the policy in one sentence."""
        grace = f", after {self.grace_minutes:g} minutes of grace" if self.grace_minutes else ""
        return f"{self.percent:g} % of the maximum for each begun day{grace}"


def read(root: Path) -> Policy:
    """Return the policy that the course folder keeps; the default where it keeps none.

    Raises
    ------
    CourseError
        If the file holds something else.
    """
    path = _path(root)
    if not path.is_file():
        return Policy()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        deadlines = {a: t and datetime.fromisoformat(t) for a, t in kept["deadlines"].items()}
        sent = {key: datetime.fromisoformat(t) for key, t in kept["sent"].items()}
        return Policy(deadlines, float(kept["percent"]), float(kept["grace_minutes"]), sent)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CourseError(
            f"{path} does not hold the deadlines as this program writes them ({error}); delete it "
            "and give --deadline again"
        ) from None


def keep(root: Path, policy: Policy) -> None:
    """Keep a policy in the course folder, readable by its owner only."""
    content = {
        "deadlines": {a: t and t.isoformat() for a, t in policy.deadlines.items()},
        "percent": policy.percent,
        "grace_minutes": policy.grace_minutes,
        "sent": {key: t.isoformat() for key, t in policy.sent.items()},
    }
    write_private(_path(root), f"{json.dumps(content, indent=1)}\n".encode())


def deadlines(words: Iterable[str], assignments: Iterable[str]) -> dict[str, Deadline]:
    """Return the deadlines that ``[ASSIGNMENT=]TIME`` gives; "" stands for every assignment.

    Raises
    ------
    CourseError
        If there is no such assignment or time.

    Examples
    --------
    >>> deadlines(["quiz=none"], ["quiz"])
    {'quiz': None}
    """
    known = ["", *assignments]
    given = {}
    for each in words:
        name, _, time = each.rpartition("=")
        if name not in known:
            raise CourseError(
                f"--deadline {quote(each)}; the assignments are {', '.join(known[1:])}"
            )
        given[name] = None if time.strip().casefold() == "none" else times.moment(time)
    return given


def zone(policy: Policy) -> tzinfo | None:
    """Return the zone of the deadlines, in which times without one are read; None without any."""
    known = (deadline for deadline in policy.deadlines.values() if deadline)
    return next((deadline.tzinfo for deadline in known), None)


def due(deadline: datetime, person: Person | None) -> datetime:
    """Return when work is due that costs nothing: with extension and late days.

    Examples
    --------
    >>> print(due(times.moment("2026-12-01T18:00+01:00"), Person("a", "Ada", late_days=2)))
    2026-12-03 18:00:00+01:00
    """
    if person is None:
        return deadline
    own = deadline
    if isinstance(person.extension, timedelta):
        own += person.extension
    elif person.extension is not None:
        until = person.extension
        own = max(own, until if until.tzinfo else until.replace(tzinfo=deadline.tzinfo))
    return own + person.late_days * _DAY


def days(sent: datetime, until: datetime, policy: Policy) -> int:
    """Return how many days after `until` have begun; 0 within the minutes of grace.

    Examples
    --------
    >>> evening = times.moment("2026-12-01T18:00+01:00")
    >>> [days(evening + timedelta(hours=h), evening, Policy()) for h in (-1, 0, 1, 24, 25)]
    [0, 0, 1, 1, 2]
    """
    late = sent - until
    if late <= timedelta(minutes=policy.grace_minutes):
        return 0
    return math.ceil(late / _DAY)


def penalty(n_days: int, maximum: float, policy: Policy) -> float:
    """Return the points that so many begun days cost, at most all of them.

    Examples
    --------
    >>> penalty(2, 42.0, Policy()), penalty(30, 42.0, Policy())
    (8.4, 42.0)
    """
    return round(min(maximum, n_days * policy.percent / 100 * maximum), 6)


def of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those findings that are about being late."""
    return tuple(finding for finding in findings if finding.kind.startswith("late"))


def _path(root: Path) -> Path:
    return root / "late.json"
