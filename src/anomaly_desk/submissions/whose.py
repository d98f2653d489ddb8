"""Whose work it is, and what an instructor does where that is not certain."""

from collections.abc import Collection
from dataclasses import replace

from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.naming import Label
from anomaly_desk.submissions.people import LEARNER_ID, Person, Roster
from anomaly_desk.submissions.submission import Submission

MAX_TOLD = 5  # learners in a message


def settled(one: Submission, known: Collection[str], roster: Roster | None) -> Submission:
    """Return the submission under the learner's id, or refused where that is not certain.

    Parameters
    ----------
    one
        What was found.
    known
        The names of the assignments, which are no learners'.
    roster
        Whose work it may be; without one the sender's name is the id.
    """
    sender, shown = one.sender or one.learner, quote(one.sender or one.learner)
    one = replace(one, sender=sender)
    if one.label is None:
        return replace(one, learner=shown)
    if roster is not None:
        people = roster.whose(one.label)
        if len(people) == 1:
            return replace(one, learner=people[0].id)
        reason = _several(one.label, people) if people else _nobody(one.label, roster)
    elif one.learner in known:
        reason = f"{shown} is an assignment's name; put it into a folder with the learner's id"
    elif LEARNER_ID.fullmatch(one.learner):
        return one
    else:
        reason = (
            f"{shown} is no learner's id: letters A to Z, digits and . _ - @ + only, up to 64, "
            "and no dot in front; rename it, or give a roster that says whose it is (--roster)"
        )
    return replace(one, learner=shown, refused=one.refused or reason)


def _nobody(label: Label, roster: Roster) -> str:
    """Return why nobody's work it is, and what to do."""
    near = ", ".join(map(str, roster.nearest(label.sender)))
    return (
        f"{quote(str(label))} is not on the roster; "
        f"{f'nearest: {near}' if near else 'no name is near it'}. Write {_key(label)} into the "
        "column `also` of the right learner's line, and give the roster again"
    )


def _several(label: Label, people: list[Person]) -> str:
    """Return why more than one learner's work it may be, and what to do."""
    them = ", ".join(map(str, people[:MAX_TOLD]))
    if not label.number:
        return (
            f"{quote(str(label))} may be one of: {them}; rename it to the id of the learner whose "
            "work it is, and leave the name out of the others' column `also`"
        )
    return (
        f"{quote(str(label))} may be one of: {them}. Write {_key(label)} into the column `also` "
        "of the right learner's line and of no other, and give the roster again"
    )


def _key(label: Label) -> str:
    """Return what to write into the roster for a sender, whole."""
    text = quote(str(label))
    return quote(label.number) if label.number and text[1:-1] != str(label) else text
