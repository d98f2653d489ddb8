"""What each submission loses for being late, by what the clocks say; or why a human must say it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from anomaly_desk.grading import late
from anomaly_desk.grading.late import Policy
from anomaly_desk.grading.times import shown
from anomaly_desk.submissions import clocks
from anomaly_desk.submissions.clocks import Told
from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.people import Person, Roster
from anomaly_desk.submissions.submission import Submission

GIVEN = "--sent"
COURSE = timedelta(days=366)  # before the deadline and after it nothing of a course is sent


def judge(
    submissions: Iterable[Submission],
    policy: Policy,
    roster: Roster | None,
    maximum: Mapping[str, float],
) -> list[Submission]:
    """Return the submissions with their times, and with a finding where late or not clear.

    Parameters
    ----------
    submissions
        What intake gave.
    policy
        Deadlines, penalties, and the times that the instructor gave.
    roster
        Whose extensions and late days count.
    maximum
        All points of each assignment.
    """
    judged = []
    for one in submissions:
        given = policy.sent.get(f"{one.assignment}/{one.learner}")
        if given:
            one = replace(one, sent=given, clock=GIVEN, told=(Told(GIVEN, (given,)),))
        deadline = policy.deadlines.get(one.assignment)
        if deadline is not None and not one.is_nobodys:
            person = roster.get(one.learner) if roster else None
            one = _judged(one, deadline, person, policy, maximum.get(one.assignment, 0.0))
        judged.append(one)
    return judged


def _judged(
    one: Submission, deadline: datetime, person: Person | None, policy: Policy, maximum: float
) -> Submission:
    until = late.due(deadline, person)
    why = _unclear(one, until, policy)
    if why:
        text = f"{why}; nothing was taken off as long as the instructor gives no time (--sent)."
        found = Finding("late-unclear", "", text)
        return replace(one, sent=None, findings=(*one.findings, found))
    if not one.told:
        return one
    sent = min(_moments(one.told)).astimezone(deadline.tzinfo)
    one = replace(one, sent=sent)
    n_days = late.days(sent, until, policy)
    if n_days == 0:
        return one
    points = late.penalty(n_days, maximum, policy)
    granted = f", {shown(until)} with what was granted" if until != deadline else ""
    begun = "1 begun day" if n_days == 1 else f"{n_days} begun days"
    text = (
        f"Sent {shown(sent)}, after the deadline ({shown(deadline)}{granted}): {begun} at "
        f"{policy.percent:g} % of {maximum:g} points, {points:g} points off."
    )
    return replace(one, penalty=points, findings=(*one.findings, Finding("late", "", text)))


def _unclear(one: Submission, until: datetime, policy: Policy) -> str:
    """Return why it is not clear how late something is, or an empty text."""
    if one.clock == clocks.CANVAS:
        marked = any(finding.kind == "late-mark" for finding in one.findings)
        return "Canvas marks it as late and does not say when it was sent" if marked else ""
    if not one.told:
        return "Nothing says when it was sent"
    said = " and ".join(map(_said, one.told))
    if not all(told.moments for told in one.told):
        return f"{said}, which cannot be read as a time"
    moments = _moments(one.told)
    if min(moments) < until - COURSE or max(moments) > until + COURSE:
        return f"{said}, which is outside of the dates of the course"
    n_days = {late.days(moment, until, policy) for moment in moments}
    if len(n_days) > 1:
        where = "they differ" if len(one.told) > 1 else "that is another time in another place"
        return f"{said}: {where}, and so are the days that it would be late"
    if n_days != {0} and any(told.is_shared for told in one.told):
        return f"{said}, and others have the same time: perhaps all were packed or copied then"
    return ""


def _moments(told: Iterable[Told]) -> list[datetime]:
    return [moment for one in told for moment in one.moments]


def _said(told: Told) -> str:
    """Return what one clock says, with its name."""
    text = quote(told.text) if told.text else ", ".join(shown(m) for m in told.moments)
    return f"The {told.clock} says {text}"
