"""Which of several files counts, where one learner has more than one for an assignment."""

import re
from dataclasses import replace

from anomaly_desk.submissions import candidates
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
    if len(different) == 1 or not assignment:
        return different
    senders = ", ".join(sorted({quote(one.sender) for one in different}))
    if len({one.sender for one in different}) > 1:
        reason = f"work of several senders has come for this learner: {senders}; give one of them"
        return [replace(different[0], refused=reason)]
    attempts = {one.sent for one in different if one.clock in candidates.ATTEMPTS and one.sent}
    before: tuple[Finding, ...] = ()
    if len(attempts) > 1:  # nbgrader's exchange keeps all of them
        different = [one for one in different if one.sent == max(attempts)]
        text = f"Graded was the last of {len(attempts)} attempts."
        before = (Finding("left-out", "", text),)
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


def stem(one: Submission) -> str:
    """Return the name under which a file was sent; Canvas numbers further attempts."""
    stem = one.title.removesuffix(".ipynb")
    return re.sub(r"-\d{1,3}$", "", stem) if one.clock == candidates.CANVAS else stem
