"""Which of several files counts, where one learner has more than one for an assignment."""

import re
from dataclasses import replace
from datetime import datetime

from anomaly_desk.submissions import candidates, clocks, naming
from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.submission import Submission


def one_each(found: list[Submission]) -> list[Submission]:
    """Leave one file for each learner and assignment: the one that has the assignment's name."""
    groups: dict[tuple[str, str], list[Submission]] = {}
    for one in found:
        groups.setdefault((one.assignment, one.learner), []).append(one)
    sent = {learner for assignment, learner in groups if assignment}
    return [
        chosen
        for (name, learner), same in groups.items()
        for chosen in _chosen(name, same)
        # an essay beside the notebook: Moodle has a folder for each
        if name or learner not in sent or not chosen.refused.startswith(candidates.NO_NOTEBOOK)
    ]


def _chosen(assignment: str, same: list[Submission]) -> list[Submission]:
    different = list({one.path: one for one in same}.values())
    if len(different) == 1:
        return different
    if not assignment:
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
        names = ", ".join(quote(one.title) for one in different)
        return [replace(different[0], refused=f"several files for one assignment: {names}")]
    (best,) = well_named
    others = ", ".join(quote(one.title) for one in different if one is not best)
    finding = Finding("left-out", "", f"Graded was {assignment}.ipynb; left out: {others}.")
    return [replace(best, findings=(*best.findings, *before, finding))]


def _moment(one: Submission) -> datetime:
    """Return when an attempt was made, by its folder's name."""
    return one.told[0].moments[0]


def _several_senders(different: list[Submission]) -> str:
    """Return why work of several senders is not graded for one learner, and what to do."""
    senders = sorted({one.sender for one in different})
    text = f"work of several senders has come for this learner: {', '.join(map(quote, senders))}"
    if all(one.label and one.label.number for one in different):
        return (
            f"{text}. Write the right one as it stands here into the column `also` of this "
            "learner's line, and what is another learner's into theirs; give the roster again"
        )
    return f"{text}; leave the others out, and grade again"


def stem(one: Submission) -> str:
    """Return the name under which a file was sent; Canvas numbers further attempts."""
    name = naming.stem(one.title)
    return re.sub(r"-\d{1,3}$", "", name) if one.clock == clocks.CANVAS else name
