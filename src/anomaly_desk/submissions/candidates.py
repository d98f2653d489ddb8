"""Which files of a folder or zip are submissions, whose by their place, and what clock tells when.

Folders and zips go through the same door: both are lists of entries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from anomaly_desk.submissions import clocks, level, naming
from anomaly_desk.submissions.archive import ARCHIVES
from anomaly_desk.submissions.clocks import Told
from anomaly_desk.submissions.entries import Entry
from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.level import IsLearner
from anomaly_desk.submissions.naming import Label
from anomaly_desk.submissions.submission import Submission
from anomaly_labs import reader

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
    entries: list[Entry], known: Collection[str], is_learner: IsLearner | None
) -> Iterator[Submission]:
    """Yield what may be a submission.

    Parameters
    ----------
    entries
        What lies in a folder or zip.
    known
        The names of the assignments.
    is_learner
        Whether a label may be that of somebody on the roster; None without one.
    """
    senders: dict[tuple[str, str, str], list[Sent]] = defaultdict(list)
    strangers: list[Entry] = []
    class_, doubt = level.of_class(entries, known, is_learner)
    for theirs in level.tops(class_):
        label = level.label(theirs, known, is_learner)
        if label:
            sender = (label.platform, label.sender, label.number)
            senders[sender] += [(entry, label) for entry in theirs]
        elif naming.is_like_notebook(theirs[0].parts[0]):
            strangers += theirs
    noted = _are_noted(class_, known, alone=len(senders) == 1)
    marked = clocks.shared(
        (sender, entry.told)
        for sender, theirs in senders.items()
        for entry, _ in theirs
        if entry.told and naming.may_be_notebook(entry.parts[-1])
    )
    for folder in (folder for theirs in senders.values() for folder in _by_folder(theirs)):
        for one in _in_folder(folder, known, noted=noted):
            yield replace(one, told=tuple(map(marked, one.told)), refused=one.refused or doubt)
    yield from _of_strangers(strangers, known)


def _are_noted(entries: list[Entry], known: Collection[str], *, alone: bool) -> bool:
    """Return whether every notebook has a note where nbgrader puts it, so that it has put them.

    In a zip of one learner's it may as well be the learner.
    """
    notes = {entry.parts[:-1] for entry in entries if entry.is_note}
    sent = [entry for entry in entries if naming.is_like_notebook(entry.parts[-1])]
    zipped = any(entry.told and entry.told.clock.startswith(clocks.ZIP) for entry in sent)
    return not (alone and zipped) and all(
        len(entry.parts) > 2 and entry.parts[1] in known and entry.parts[:2] in notes
        for entry in sent
    )


def _by_folder(theirs: list[Sent]) -> Iterator[list[Sent]]:
    """Yield what a sender's folders hold, each by itself, and what came in no folder."""
    folders: dict[str, list[Sent]] = defaultdict(list)
    for entry, label in theirs:
        alone = len(entry.parts) == 1 and not entry.is_folder
        folders["" if alone else entry.parts[0]].append((entry, label))
    yield from folders.values()


def _in_folder(theirs: list[Sent], known: Collection[str], *, noted: bool) -> Iterator[Submission]:
    """Yield the submissions of one folder, and one that is refused where there is none."""
    sent = [(entry, label) for entry, label in theirs if _is_sent(entry, label)]
    notebooks = _notebooks(sent, known)
    chosen = _at_most(notebooks, known)
    notes = {e.parts: clocks.of_text(e.note, clocks.NOTE) for e, _ in theirs if e.is_note}
    said = [e.refused for e, _ in theirs if e.is_folder and e.refused]
    said += [_too_many(notebooks, known)] if len(notebooks) > len(chosen) > 0 else []
    findings = tuple(Finding("left-out", "", f"{text[0].upper()}{text[1:]}.") for text in said)
    for entry, label in chosen:
        told = _told(entry, label, notes, known, noted=noted)
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
    entry, label = theirs[0]
    filled = {n.parts[:2] for n, _ in notebooks}
    folders = [e for e, _ in theirs if e.is_folder and len(e.parts) == 2 and not label.platform]
    empty = [e for e in folders if e.parts[1] in known and e.parts not in filled]
    for one in empty if chosen or (empty and not notebooks) else [*empty, entry]:
        reason = NO_NOTEBOOK if chosen else _nothing(theirs, notebooks, known)
        refused = one.refused or "; ".join((reason, *said[:1]))
        assignment = one.parts[-1] if one in empty else _assignment(entry, label, known)
        told = (label.told,) if label.told else ()
        yield Submission(
            label.sender, assignment, one.path, (), refused, str(label), told=told, label=label
        )


def _is_sent(entry: Entry, label: Label) -> bool:
    """Return whether an entry is what the learner sent and may be a notebook."""
    if entry.is_folder or not naming.may_be_notebook(entry.parts[-1]):
        return False
    if label.platform != naming.SAKAI:
        return True
    return len(entry.parts) > 2 and entry.parts[1].lower() == naming.SENT_TO_SAKAI


def _notebooks(sent: list[Sent], known: Collection[str]) -> list[Sent]:
    """Return the notebooks, and files that hold one under another ending."""
    renamed = [one for one in sent if not one[0].is_notebook]
    if len(renamed) > MAX_NOTEBOOKS:
        renamed = [one for one in renamed if _is_well_named(one, known)][:MAX_NOTEBOOKS]
    holding = [one for one in renamed if one[0].refused or _holds_cells(one[0].path)]
    return [one for one in sent if one[0].is_notebook or one in holding]


def _is_well_named(one: Sent, known: Collection[str]) -> bool:
    """Return whether a file is called as an assignment is."""
    return naming.stem(one[1].file or one[0].parts[-1]) in known


def _holds_cells(path: Path) -> bool:
    try:
        return bool(reader.cells(reader.read(path)))
    except reader.UnreadableError:
        return False


def _at_most(notebooks: list[Sent], known: Collection[str]) -> list[Sent]:
    """Return the notebooks; of too many only those that are called as an assignment is."""
    if len(notebooks) <= MAX_NOTEBOOKS:
        return notebooks
    named = [one for one in notebooks if _is_well_named(one, known)]
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
    noted: bool,
) -> tuple[Told, ...]:
    """Return what the clocks say that count for a notebook; see `clocks`."""
    if label.platform == naming.CANVAS:
        return ()
    own = (entry.told,) if entry.told else ()
    above = notes.get((entry.parts[0], clocks.NOTE))
    if label.platform == naming.NBGRADER:
        return tuple(told for told in (label.told, above) if told)
    if label.platform == naming.SAKAI:
        return (above,) if above else own
    beside = notes.get((*entry.parts[:2], clocks.NOTE))
    if label.platform or not beside or len(entry.parts) < 3 or entry.parts[1] not in known:
        return own
    return (beside,) if noted else (beside, *own)  # which the learner may have packed


def _nothing(theirs: list[Sent], notebooks: list[Sent], known: Collection[str]) -> str:
    """Return why there is nothing to grade of a sender."""
    if notebooks:
        return _too_many(notebooks, known)
    names = [entry.parts[-1] for entry, _ in theirs if not entry.is_folder]
    if any(name.lower().endswith(ARCHIVES) for name in names):
        return f"{NO_NOTEBOOK}, but an archive, which is not opened: unpack it"
    renamed = [name for name in names if naming.may_be_notebook(name)][:MAX_TOLD]
    told = ", ".join(map(quote, renamed))
    return f"{NO_NOTEBOOK}; {told} has the name of one and no cells" if told else NO_NOTEBOOK


def _too_many(notebooks: list[Sent], known: Collection[str]) -> str:
    """Return that only some of the notebooks are looked at, and what to do."""
    wanted = " or ".join(f"{name}.ipynb" for name in known)
    return (
        f"{len(notebooks):,} notebooks, of which only those called {wanted} are looked at: leave "
        "those that count, and call them so"
    )


def _of_strangers(files: list[Entry], known: Collection[str]) -> Iterator[Submission]:
    """Yield notebooks whose names tell nobody; many of them as one."""
    wanted = " or ".join(f"<learner>_{name}.ipynb" for name in known)
    reason = f"the file's name does not tell whose: rename it to {wanted}"
    if len(files) <= MAX_NOTEBOOKS:
        for entry in files:
            yield Submission(
                naming.stem(entry.parts[-1]), "", entry.path, (), entry.refused or reason
            )
        return
    names = ", ".join(quote(entry.parts[-1]) for entry in files[:MAX_TOLD])
    text = f"{len(files):,} notebooks such as {names}: {reason}"
    yield Submission("", "", files[0].path, (), text, f"{len(files):,} notebooks")
