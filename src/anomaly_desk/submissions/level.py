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
MAX_TOLD = 3  # names in a message

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
        fitting = [one for one in read if is_learner and is_learner(one)] or read[:1]
        others = tuple(one.sender for one in fitting[1:])
        return replace(fitting[0], otherwise=others) if fitting else None
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
    inner, around = entries, list[str]()
    for _ in range(MAX_WRAPPERS + 1):
        sent = [each for each in tops(inner) if _is_sent(each, known)]
        labels = [label(each, known, is_learner) for each in sent]
        if _are_certain(labels, known, is_learner) or any(
            of and of.platform and (not around or _is_folder(each))
            for each, of in zip(sent, labels, strict=True)
        ):
            return inner, ""
        if len(sent) != 1 or not _is_folder(sent[0]):
            break
        (top,) = {each.sender for each in labels if each}
        if top in known or (is_learner and is_learner(Label(top))):
            break
        around.append(top)
        inner = [replace(one, parts=one.parts[1:]) for one in sent[0] if len(one.parts) > 1]
    inside = [str(each) for each in labels if each and each.sender not in known] or around[1:][-1:]
    return entries, _doubt(around[0], inside, is_learner) if around and inside else ""


def _is_folder(theirs: list[Entry]) -> bool:
    return any(len(entry.parts) > 1 or entry.is_folder for entry in theirs)


def _is_sent(theirs: list[Entry], known: Collection[str]) -> bool:
    """Return whether it is a folder, a notebook, or a file whose name says whose."""
    top = theirs[0].parts[0]
    renamed = naming.may_be_notebook(top) and naming.of_file(top, known)
    return _is_folder(theirs) or naming.is_like_notebook(top) or bool(renamed)


def _are_certain(
    labels: list[Label | None], known: Collection[str], is_learner: IsLearner | None
) -> bool:
    """Return whether these are two learners at least, by a platform or the roster, and no more."""
    certain = [each for each in labels if each]
    names = {
        str(each) for each in certain if each.platform or is_learner is None or is_learner(each)
    }
    of_assignment = any(each.sender in known for each in certain if not each.platform)
    return None not in labels and len(names) > 1 and not of_assignment


def _doubt(top: str, inside: list[str], is_learner: IsLearner | None) -> str:
    """Return why a folder may be a learner's, or lie around those of learners."""
    shown = ", ".join(map(quote, inside[:MAX_TOLD]))
    learner = (
        "give a roster (--roster)"
        if is_learner is None
        else f"write {quote(top)} into the column `also` of the learner's line"
    )
    return (
        f"{quote(top)} may be a learner's folder, or lie around those of learners: {shown}. If it "
        f"is a learner's, {learner}; if not, name the folder that holds {shown}, unpacked"
    )
