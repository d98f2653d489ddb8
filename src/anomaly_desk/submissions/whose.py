"""Whose work it is, and what an instructor does where that is not certain."""

from collections.abc import Collection
from dataclasses import replace

from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.naming import Label
from anomaly_desk.submissions.people import LEARNER_ID, Person, Roster, tidy
from anomaly_desk.submissions.submission import Submission

MAX_TOLD = 5  # learners in a message
_AGAIN = "the roster again"
_RENAME = "rename it to the id of the learner whose work it is"


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
    people = roster.whose(one.label) if roster else []
    if len(people) == 1:
        return replace(one, learner=people[0].id)
    if one.learner in known and not people and not one.label.platform:
        reason = f"{shown} is an assignment's name; put it into a folder with the learner's id"
    elif roster is not None:
        reason = _several(one.label, people) if people else _nobody(one.label, roster)
    elif LEARNER_ID.fullmatch(one.learner):
        return one
    else:
        reason = (
            f"{shown} is no learner's id: letters A to Z, digits and . _ - @ + only, up to 64, "
            "and no dot in front; rename it, or give a roster that says whose it is (--roster)"
        )
    return replace(one, learner=shown, refused=one.refused or reason)


def key(label: Label) -> str:
    """Return what to write into the roster for a sender, in quotes; "" where nothing can be."""
    texts = (str(label), label.number) if label.number else (label.sender,)
    whole = (text for text in texts if tidy(quote(text)[1:-1]) == tidy(text) and "|" not in text)
    return next(map(quote, whole), "")


def _nobody(label: Label, roster: Roster) -> str:
    """Return why nobody's work it is, and what to do."""
    near = ", ".join(map(str, roster.nearest(label.sender)))
    told = f"nearest: {near}" if near else "no name is near it"
    text, line = key(label), "the right learner's line, a new one where there is none"
    advice = f"Write {text} into the column `also` of {line}, and give {_AGAIN}"
    if not text:
        advice = f"R{_RENAME[1:]}, who needs a line"
    return f"{quote(str(label))} is not on the roster; {told}. {advice}"


def _several(label: Label, people: list[Person]) -> str:
    """Return why more than one learner's work it may be, and what to do."""
    may_be = f"{quote(str(label))} may be one of: {', '.join(map(str, people[:MAX_TOLD]))}"
    text = key(label)
    write = f"rite {text} into the column `also` of"
    if label.number and text:
        return f"{may_be}. W{write} the right learner's line and of no other, and give {_AGAIN}"
    own = next((one for one in people if one.id.casefold() == label.sender.casefold()), None)
    if own:
        theirs = f"If it is the work of {own}, w{write} this line and of no other"
        return f"{may_be}. {theirs}; if not, {_RENAME}"
    return f"{may_be}; {_RENAME}"
