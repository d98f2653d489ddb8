"""Which files of a folder or zip are submissions, whose by their place, and what clock tells when.

Folders and zips go through the same door: both are lists of entries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from anomaly_desk.submissions import clocks, level, naming, receive
from anomaly_desk.submissions.archive import ARCHIVES
from anomaly_desk.submissions.clocks import Told
from anomaly_desk.submissions.entries import Entry
from anomaly_desk.submissions.findings import Finding, quote
from anomaly_desk.submissions.level import IsLearner
from anomaly_desk.submissions.naming import Label
from anomaly_desk.submissions.submission import Submission

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
    sent = [one for each in senders.values() for one in _of_sender(each, known, noted=noted)]
    marked = clocks.shared((one.sender, told) for one in sent for told in one.told)
    for one in sent:
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


def _of_sender(theirs: list[Sent], known: Collection[str], *, noted: bool) -> Iterator[Submission]:
    """Yield the submissions of one sender, and one that is refused where there is none."""
    sent = [(entry, label) for entry, label in theirs if _is_sent(entry, label)]
    tops = dict.fromkeys(entry.parts[0] for entry, _ in sent)
    notebooks = [n for top in tops for n in _notebooks([s for s in sent if s[0].parts[0] == top])]
    chosen = _at_most(notebooks, known)
    notes = {e.parts: clocks.of_text(e.note, clocks.NOTE) for e, _ in theirs if e.is_note}
    said = [e.refused for e, _ in theirs if e.is_folder and e.refused]
    findings = tuple(Finding("left-out", "", f"{quote(text)}.") for text in said)
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
    missing = {e.parts: e for e, _ in theirs if e.is_folder and e.parts[-1] in known}
    empty = [e for p, e in missing.items() if not any(n.parts[: len(p)] == p for n, _ in notebooks)]
    entry, label = theirs[0]
    for one in empty or ([] if chosen else [entry]):
        refused = one.refused or (NO_NOTEBOOK if chosen else _nothing(theirs, notebooks, known))
        assignment = one.parts[-1] if one in empty else ""
        yield Submission(label.sender, assignment, one.path, (), refused, str(label), label=label)


def _is_sent(entry: Entry, label: Label) -> bool:
    """Return whether an entry is what the learner sent and may be a notebook."""
    if entry.is_folder or not naming.may_be_notebook(entry.parts[-1]):
        return False
    if label.platform != naming.SAKAI:
        return True
    return len(entry.parts) > 2 and entry.parts[1].lower() == naming.SENT_TO_SAKAI


def _notebooks(sent: list[Sent]) -> list[Sent]:
    """Return the notebooks; files called .json only where there is no other."""
    named = [one for one in sent if naming.is_like_notebook(one[0].parts[-1])]
    renamed = _renamed([one for one in named if not one[0].is_notebook])
    kept = [one for one in named if one[0].is_notebook or one in renamed]
    return kept or _renamed([one for one in sent if one not in named])


def _renamed(sent: list[Sent]) -> list[Sent]:
    """Return files that hold a notebook under another ending; of too many all."""
    if len(sent) > MAX_NOTEBOOKS:
        return sent
    return [one for one in sent if one[0].refused or _holds_cells(one[0].path)]


def _holds_cells(path: Path) -> bool:
    try:
        cells, _ = receive.cells(receive.read(path))
    except receive.UnreadableError:
        return False
    return bool(cells)


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
        wanted = " or ".join(f"{name}.ipynb" for name in known)
        return (
            f"{len(notebooks):,} notebooks, more than are looked at: leave those that count, and "
            f"call them {wanted}"
        )
    names = [entry.parts[-1] for entry, _ in theirs if not entry.is_folder]
    if any(name.lower().endswith(ARCHIVES) for name in names):
        return f"{NO_NOTEBOOK}, but an archive, which is not opened: unpack it"
    renamed = [name for name in names if naming.may_be_notebook(name)][:MAX_TOLD]
    told = ", ".join(map(quote, renamed))
    return f"{NO_NOTEBOOK}; {told} has the name of one and no cells" if told else NO_NOTEBOOK


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
