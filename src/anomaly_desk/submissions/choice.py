"""Which of several files counts, where one learner has more than one for an assignment."""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime

from anomaly_desk.submissions import candidates, clocks, naming, whose
from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.people import LEARNER_ID
from anomaly_desk.submissions.submission import Submission


def one_each(found: list[Submission], *, by_name: bool) -> list[Submission]:
    """Leave one file for each learner and assignment: the one that has the assignment's name.

    Parameters
    ----------
    found
        What came, each under its learner's id where that is known.
    by_name
        Whether senders' names are the ids, as nobody gave a roster.
    """
    groups: dict[tuple[str, str], list[Submission]] = {}
    for one in _apart(found) if by_name else found:
        groups.setdefault((one.assignment, one.learner), []).append(one)
    sent = {learner for assignment, learner in groups if assignment}
    return [
        chosen
        for (name, learner), same in groups.items()
        for chosen in _chosen(name, same)
        # an essay beside the notebook: Moodle has a folder for each
        if name or learner not in sent or not chosen.refused.startswith(candidates.NO_NOTEBOOK)
    ]


def _apart(found: list[Submission]) -> list[Submission]:
    """Return the submissions; refused are those of two senders of one name."""
    senders: dict[str, set[str]] = defaultdict(set)
    for one in found:
        senders[one.learner].add(one.sender)
    return [
        replace(one, learner=quote(one.sender), refused=one.refused or _namesakes(one.learner))
        if LEARNER_ID.fullmatch(one.learner) and len(senders[one.learner]) > 1
        else one
        for one in found
    ]


def _namesakes(learner: str) -> str:
    return f"several senders are called {quote(learner)}: give a roster (--roster)"


def _chosen(assignment: str, same: list[Submission]) -> list[Submission]:
    different = list({(one.path, one.refused): one for one in same}.values())
    different = [
        one for one in different if not one.refused.startswith(candidates.NO_NOTEBOOK)
    ] or different[:1]
    if len(different) == 1:
        return different
    if not assignment or all(one.refused for one in different):
        names = ", ".join(quote(one.title) for one in different[: candidates.MAX_TOLD])
        text = f"{len(different)} files such as {names}: {different[0].refused}"
        return [replace(different[0], refused=text)]
    if len({one.sender for one in different}) > 1:
        return [replace(different[0], refused=_several_senders(different))]
    attempts = [one for one in different if one.clock.startswith(clocks.NAMED)]
    before: tuple[Finding, ...] = ()
    if len(attempts) == len(different):  # nbgrader's exchange keeps all of them
        if any(not told.moments for one in attempts for told in one.told):
            reason = "several attempts, and not all of their times can be read: leave the last one"
            return [replace(different[0], refused=reason)]
        last = max(map(_moment, attempts))
        n_before = len(set(map(_moment, attempts))) - 1
        different = [one for one in different if _moment(one) == last]
        text = f"Graded was the last of {n_before + 1} attempts."
        before = (Finding("left-out", "", text),) if n_before else ()
        if len(different) == 1:
            return [replace(different[0], findings=(*different[0].findings, *before))]
    well_named = [one for one in different if stem(one) == assignment and not one.refused]
    if len(well_named) != 1:
        names = ", ".join(quote(one.title) for one in different[: candidates.MAX_TOLD])
        text = f"several files for one assignment, such as {names}"
        advice = f"leave the one that counts, and call it {assignment}.ipynb"
        return [replace(different[0], refused=f"{text}: {advice}")]
    (best,) = well_named
    others = ", ".join(quote(one.title) for one in different if one is not best)
    finding = Finding("left-out", "", f"Graded was {assignment}.ipynb; left out: {others}.")
    return [replace(best, findings=(*best.findings, *before, finding))]


def _moment(one: Submission) -> datetime:
    """Return when an attempt was made, by its folder's name."""
    return one.told[0].moments[0]


def _several_senders(different: list[Submission]) -> str:
    """Return why work of several senders is not graded for one learner, and what to do."""
    senders = {one.sender: one.label for one in different}
    keys = [whose.key(label) if label else "" for _, label in sorted(senders.items())]
    text = "work of several senders has come for this learner: "
    if all(keys) and all(label and label.number for label in senders.values()):
        return (
            f"{text}{', '.join(keys)}. Write the right one as it stands here into the column "
            "`also` of this learner's line, and what is another learner's into theirs; give the "
            "roster again"
        )
    names = ", ".join(map(quote, sorted(senders)))
    return (
        f"{text}{names}; rename what is another learner's to their id, and leave one that is "
        "this learner's"
    )


def stem(one: Submission) -> str:
    """Return the name under which a file was sent; Canvas numbers further attempts."""
    name = naming.stem(one.title)
    return re.sub(r"-\d{1,3}$", "", name) if one.clock == clocks.CANVAS else name
