"""Which files of a folder or zip are submissions, whose by their place, and what clock tells when.

Folders and zips go through the same door: both are lists of entries.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path

from anomaly_desk.submissions import clocks, naming
from anomaly_desk.submissions.archive import ARCHIVES
from anomaly_desk.submissions.clocks import Told
from anomaly_desk.submissions.entries import Entry
from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.naming import Label
from anomaly_desk.submissions.submission import Submission
from anomaly_labs import reader

MAX_WRAPPERS = 3  # folders around the folders of a class
MAX_NOTEBOOKS = 50  # of one learner, whose cells are looked at
MAX_TOLD = 5  # names in a message
NO_NOTEBOOK = "no notebook in it"

LATE = Finding(
    "late-mark", "", "Canvas marks this as late, and its file does not say when it was sent."
)
PACKED = Finding(
    "left-out", "", f"A {clocks.NOTE} that was sent along does not tell when the work was sent."
)

Sent = tuple[Entry, Label]


def found(
    entries: list[Entry], known: Collection[str], is_learner: Callable[[str], bool]
) -> Iterator[Submission]:
    """Yield what may be a submission.

    Parameters
    ----------
    entries
        What lies in a folder or zip.
    known
        The names of the assignments.
    is_learner
        Whether a folder is known to be a learner's.
    """
    senders: dict[str, list[Sent]] = defaultdict(list)
    strangers: list[Entry] = []
    for theirs in _tops(_unwrapped(_timed(entries), known, is_learner)):
        label = _label(theirs, known)
        if label:
            senders[str(label)] += [(entry, label) for entry in theirs]
        elif naming.is_like_notebook(theirs[0].parts[0]):
            strangers += theirs
    for several in senders.values():
        yield from _of_sender(several, known, alone=len(senders) == 1)
    yield from _of_strangers(strangers, known)


def _timed(entries: list[Entry]) -> list[Entry]:
    """Return the entries, their times marked where all may be that of packing or copying."""
    timed = [e for e in entries if e.told and naming.is_like_notebook(e.parts[-1])]
    marked = clocks.shared([entry.told for entry in timed if entry.told])
    new = {id(entry): told for entry, told in zip(timed, marked, strict=True)}
    return [replace(entry, told=new.get(id(entry), entry.told)) for entry in entries]


def _tops(entries: list[Entry]) -> list[list[Entry]]:
    """Return the entries by the folder or file at the top."""
    tops: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        tops[entry.parts[0]].append(entry)
    return list(tops.values())


def _label(theirs: list[Entry], known: Collection[str]) -> Label | None:
    """Return whose a folder or file at the top is: by its own name, which no learner chooses."""
    top = theirs[0].parts[0]
    if not _is_folder(theirs):
        return naming.of_file(top) or naming.by_name(naming.stem(top), known)
    inside = {entry.parts[1].lower() for entry in theirs if len(entry.parts) > 1}
    sakai = naming.of_sakai(top) if naming.SENT_TO_SAKAI in inside else None
    return sakai or naming.of_folder(top) or Label(top)


def _is_folder(theirs: list[Entry]) -> bool:
    return any(len(entry.parts) > 1 or entry.is_folder for entry in theirs)


def _unwrapped(
    entries: list[Entry], known: Collection[str], is_learner: Callable[[str], bool]
) -> list[Entry]:
    """Return the entries without folders around the whole class, which are nobody's."""
    level = entries
    for _ in range(MAX_WRAPPERS):
        notebooks = [e for e in level if naming.is_like_notebook(e.parts[-1])] or level
        tops = {entry.parts[0] for entry in notebooks}
        if len(tops) != 1 or min(len(entry.parts) for entry in notebooks) == 1:
            break
        (wrapper,) = tops
        if naming.of_folder(wrapper) or is_learner(wrapper):
            break
        level = [
            replace(entry, parts=entry.parts[1:])
            for entry in level
            if entry.parts[0] == wrapper and len(entry.parts) > 1
        ]
        if _is_class(level, known, is_learner):
            entries = level
    return entries


def _is_class(
    level: list[Entry], known: Collection[str], is_learner: Callable[[str], bool]
) -> bool:
    """Return whether learners' folders and files lie there, or whatever a platform has marked."""
    tops = [
        theirs
        for theirs in _tops(level)
        if _is_folder(theirs) or naming.is_like_notebook(theirs[0].parts[0])
    ]
    labels = [label for theirs in tops if (label := _label(theirs, known))]
    senders = {label.sender for label in labels}
    own = {naming.SENT_TO_SAKAI, *known}
    if len(labels) < len(tops) or any(sender.lower() in own for sender in senders):
        return False
    marked = all(label.platform and _is_folder(t) for label, t in zip(labels, tops, strict=True))
    return marked or len(senders) > 1 or any(map(is_learner, senders))


def _of_sender(theirs: list[Sent], known: Collection[str], *, alone: bool) -> Iterator[Submission]:
    """Yield the submissions of one sender, and one that is refused where there is none."""
    sent = [(entry, label) for entry, label in theirs if _is_sent(entry, label)]
    notebooks = [one for one in sent if one[0].is_notebook] or _renamed(sent)
    chosen = _at_most(notebooks, known)
    notes = {e.parts: clocks.of_text(e.note, clocks.NOTE) for e, _ in theirs if e.is_note}
    said = [e.refused for e, _ in theirs if e.is_folder and e.refused]
    findings = tuple(Finding("left-out", "", f"{quote(text)}.") for text in said)
    for entry, label in chosen:
        told = _told(entry, label, notes, known, alone=alone)
        packed = notes and not any(one.clock == clocks.NOTE for one in told)
        yield Submission(
            label.sender,
            _assignment(entry, label, known),
            entry.path,
            (*findings, *([LATE] if label.late else []), *([PACKED] if packed else [])),
            entry.refused,
            str(label),
            name=label.file or entry.parts[-1],
            told=told,
            label=label,
        )
    missing = {e.parts: e for e, _ in theirs if e.is_folder and e.parts[-1] in known}
    empty = [e for p, e in missing.items() if not any(n.parts[: len(p)] == p for n, _ in notebooks)]
    entry, label = theirs[0]
    for one in empty or ([] if chosen else [entry]):
        refused = one.refused or _nothing(theirs, notebooks, known)
        assignment = one.parts[-1] if one in empty else ""
        yield Submission(label.sender, assignment, one.path, (), refused, str(label), label=label)


def _is_sent(entry: Entry, label: Label) -> bool:
    """Return whether an entry is what the learner sent and may be a notebook."""
    if entry.is_folder or not naming.may_be_notebook(entry.parts[-1]):
        return False
    if label.platform != naming.SAKAI:
        return True
    return len(entry.parts) > 2 and entry.parts[1].lower() == naming.SENT_TO_SAKAI


def _renamed(sent: list[Sent]) -> list[Sent]:
    """Return the first files that hold a notebook under another ending."""
    return [one for one in sent[:MAX_NOTEBOOKS] if one[0].refused or _holds_cells(one[0].path)]


def _holds_cells(path: Path) -> bool:
    try:
        return bool(reader.cells(reader.read(path)))
    except reader.UnreadableError:
        return False


def _at_most(notebooks: list[Sent], known: Collection[str]) -> list[Sent]:
    """Return the notebooks; of too many only those that are called as an assignment is."""
    if len(notebooks) <= MAX_NOTEBOOKS:
        return notebooks
    named = [one for one in notebooks if naming.stem(one[1].file or one[0].parts[-1]) in known]
    return named if len(named) <= MAX_NOTEBOOKS else []


def _assignment(entry: Entry, label: Label, known: Collection[str]) -> str:
    folders = (label.assignment, *entry.parts[1:-1])
    return next((name for name in folders if name in known), "")


def _told(
    entry: Entry,
    label: Label,
    notes: dict[tuple[str, ...], Told],
    known: Collection[str],
    *,
    alone: bool,
) -> tuple[Told, ...]:
    """Return what the clocks say that count for a notebook; see `clocks`."""
    if label.platform == naming.CANVAS:
        return ()
    own = (entry.told,) if entry.told else ()
    beside = notes.get((*entry.parts[:-1], clocks.NOTE))
    if label.platform == naming.NBGRADER:
        return tuple(told for told in (label.told, beside) if told)
    if label.platform == naming.SAKAI:
        note = notes.get((entry.parts[0], clocks.NOTE))
        return (note,) if note else own
    if label.platform or not beside or len(entry.parts) != 3 or entry.parts[1] not in known:
        return own
    packed = alone and own and own[0].clock.startswith(clocks.ZIP)  # perhaps by the learner
    return (beside, *own) if packed else (beside,)


def _nothing(theirs: list[Sent], notebooks: list[Sent], known: Collection[str]) -> str:
    """Return why there is nothing to grade of a sender."""
    if notebooks:
        wanted = ", ".join(f"{name}.ipynb" for name in known)
        return f"{len(notebooks):,} notebooks, more than are looked at; expected are {wanted}"
    names = [entry.parts[-1] for entry, _ in theirs if not entry.is_folder]
    if any(name.lower().endswith(ARCHIVES) for name in names):
        return f"{NO_NOTEBOOK}, but an archive, which is not opened: unpack it"
    renamed = [name for name in names if naming.may_be_notebook(name)][:MAX_TOLD]
    told = ", ".join(map(quote, renamed))
    return f"{NO_NOTEBOOK}; {told} has the name of one and no cells" if told else NO_NOTEBOOK


def _of_strangers(files: list[Entry], known: Collection[str]) -> Iterator[Submission]:
    """Yield notebooks whose names tell nobody; many of them as one."""
    wanted = " or ".join(f"<learner>_{name}.ipynb" for name in known)
    reason = f"the file's name does not tell whose: {wanted}"
    if len(files) <= MAX_NOTEBOOKS:
        for entry in files:
            yield Submission(
                naming.stem(entry.parts[-1]), "", entry.path, (), entry.refused or reason
            )
        return
    names = ", ".join(quote(entry.parts[-1]) for entry in files[:MAX_TOLD])
    text = f"{len(files):,} notebooks such as {names}: {reason}"
    yield Submission("", "", files[0].path, (), text, f"{len(files):,} notebooks")
