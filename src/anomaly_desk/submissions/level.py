"""At which folders a class lies, and whose each of them is by its name.

Around the folders of a class others may lie, which are nobody's. What a platform has marked is
looked for from outside to inside, so that no learner's own folder is taken for a class's.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace

from anomaly_desk.submissions import naming
from anomaly_desk.submissions.entries import Entry
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.naming import Label

MAX_WRAPPERS = 3  # folders around the folders of a class

IsLearner = Callable[[Label], bool]


def tops(entries: list[Entry]) -> list[list[Entry]]:
    """Return the entries by the folder or file at the top."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.parts[0]].append(entry)
    return list(found.values())


def label(
    theirs: list[Entry], known: Collection[str], is_learner: IsLearner | None
) -> Label | None:
    """Return whose a folder or file at the top is: by its own name, which no learner chooses."""
    top = theirs[0].parts[0]
    if not _is_folder(theirs):
        read = naming.of_file(top, known)
        first, *others = [one for one in read if is_learner and is_learner(one)] or read or [None]
        return replace(first, otherwise=tuple(one.sender for one in others)) if others else first
    inside = {entry.parts[1].lower() for entry in theirs if len(entry.parts) > 1}
    sakai = naming.of_sakai(top) if naming.SENT_TO_SAKAI in inside else None
    return sakai or naming.of_folder(top) or Label(top)


def of_class(
    entries: list[Entry], known: Collection[str], is_learner: IsLearner | None
) -> tuple[list[Entry], str]:
    """Return the entries from the folders of learners on, and why those are uncertain, or "".

    Parameters
    ----------
    entries
        What lies in a folder or zip.
    known
        The names of the assignments.
    is_learner
        Whether a label may be that of somebody on the roster; None without one.
    """
    inner = entries
    for _ in range(MAX_WRAPPERS + 1):
        sent = [each for each in tops(inner) if _is_sent(each)]
        labels = [label(each, known, is_learner) for each in sent]
        if any(each and each.platform for each in labels):
            return inner, ""
        if len(sent) != 1 or not _is_folder(sent[0]):
            if inner is entries or _are_learners(labels, is_learner):
                return inner, ""
            break
        if _is_one(labels, known, is_learner):
            break
        inner = [replace(one, parts=one.parts[1:]) for one in sent[0] if len(one.parts) > 1]
    return entries, _doubt(entries, known, is_learner)


def _is_folder(theirs: list[Entry]) -> bool:
    return any(len(entry.parts) > 1 or entry.is_folder for entry in theirs)


def _is_sent(theirs: list[Entry]) -> bool:
    """Return whether it is a folder, or a file with the name of a notebook."""
    return _is_folder(theirs) or naming.is_like_notebook(theirs[0].parts[0])


def _are_learners(labels: list[Label | None], is_learner: IsLearner | None) -> bool:
    """Return whether these are the names of two learners at least, and of nothing else."""
    names = {each.sender for each in labels if each and (is_learner is None or is_learner(each))}
    return None not in labels and len(names) > 1


def _is_one(
    labels: list[Label | None], known: Collection[str], is_learner: IsLearner | None
) -> bool:
    """Return whether one of these is a learner's name, or an assignment's."""
    certain = [each for each in labels if each]
    return any(each.sender in known or (is_learner and is_learner(each)) for each in certain)


def _doubt(entries: list[Entry], known: Collection[str], is_learner: IsLearner | None) -> str:
    """Return why the only folder may be a learner's, or one around a learner's; or ""."""
    (top,) = {entry.parts[0] for entry in entries if entry.is_folder and len(entry.parts) == 1}
    notebooks = [e.parts for e in entries if e.parts[0] == top and naming.is_like_notebook(e.parts[-1])]
    inside = {parts[1] if len(parts) > 2 else "" for parts in notebooks}
    if not inside or inside & {"", *known} or (is_learner and is_learner(Label(top))):
        return ""
    shown = ", ".join(map(quote, sorted(inside)[:3]))
    learner = (
        "Give a roster (--roster)"
        if is_learner is None
        else f"Write {quote(top)} into the column `also` of the learner's line"
    )
    return (
        f"{quote(top)} may be a learner's folder, or lie around {shown}. {learner}; or, if it lies "
        f"around folders of learners, name the folder {quote(top)} itself, unpacked"
    )
