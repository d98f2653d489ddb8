"""What lies in folders and zips of submissions: which files, whose by their place, sent when."""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from anomaly_desk.submissions import naming
from anomaly_desk.submissions.archive import ARCHIVES, Entry
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.naming import Label
from anomaly_desk.submissions.submission import Submission, read_regular

MAX_ENTRIES = 1000  # of one folder: a learner's folder of a million files must not stop the run
MAX_WRAPPERS = 3  # folders around the folders of a class
STAMP = "timestamp.txt"  # nbgrader's note beside a notebook
NO_NOTEBOOK = "no notebook in it"
CANVAS = "Canvas's mark"
NAMED = "folder's name"
FILE = "file's time"
ATTEMPTS = (STAMP, NAMED)  # clocks that tell one attempt from the next


def in_folder(folder: Path, known: Collection[str]) -> Iterator[Submission]:
    """Yield what may be a submission in a folder of submissions."""
    label = naming.of_folder(folder.name, known)
    if label:  # one learner's
        yield from _of_learner(folder, label, known)
        return
    for entry in _entries(folder):
        if entry.suffix == ".ipynb":
            yield _of_file(entry, known)
        elif entry.is_symlink():
            reason = "the learner's folder is a link, which is not followed"
            yield Submission(entry.name, "", entry, refused=reason)
        elif entry.is_dir():
            label = naming.of_folder(entry.name, known) or Label(entry.name)
            yield from _of_learner(entry, label, known)


def of_named(path: Path, known: Collection[str]) -> Submission:
    """Return a file that was named itself: by its name, else by the folders that hold it."""
    by_name = _of_file(path, known)
    if not by_name.refused:
        return by_name
    folder = path.parent
    assignment = ""
    if folder.name in known:
        folder, assignment = folder.parent, folder.name
    label = naming.of_folder(folder.name, known) or Label(folder.name)
    return _labelled(path, label, assignment)


def in_zip(
    entries: list[Entry], known: Collection[str], is_learner: Callable[[str], bool]
) -> Iterator[Submission]:
    """Yield what may be a submission among a zip's notebooks.

    Parameters
    ----------
    entries
        What lies in the zip.
    known
        The names of the assignments.
    is_learner
        Whether a folder is known to be a learner's.
    """
    senders: dict[str, list[tuple[Entry, Label, tuple[str, ...]]]] = defaultdict(list)
    for entry, parts in zip(entries, _unwrapped([e.parts for e in entries], known, is_learner),
                            strict=True):  # fmt: skip
        label = _of_parts(parts, known)
        if label is not None:
            senders[_sender(label)].append((entry, label, parts))
        elif entry.is_notebook:
            yield Submission(parts[-1], "", entry.path, refused=entry.refused or _unknown(known))
    for theirs in senders.values():
        notebooks = [one for one in theirs if one[0].is_notebook]
        for entry, label, parts in notebooks or theirs[:1]:
            folders = (part for part in parts[1:-1] if part in known)
            assignment = label.assignment or next(folders, "")
            refused = entry.refused
            if not notebooks:
                refused = _nothing(one[0].parts[-1] for one in theirs)
            one = Submission(label.sender, assignment, entry.path, refused=refused, name=parts[-1])
            sent, clock = entry.sent, entry.clock
            if label.sent and clock != STAMP:
                sent, clock = label.sent, NAMED
            yield _stamped(one, label, sent, clock)


def _entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, hidden names left out, sorted by name."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry, _ in zip(entries, range(MAX_ENTRIES), strict=False)]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if not name.startswith(".")]


def _of_learner(folder: Path, label: Label, known: Collection[str]) -> Iterator[Submission]:
    nothing = True
    inside = _entries(folder)
    for entry in inside:
        assignment = entry.name if entry.name in known else ""
        if entry.suffix == ".ipynb":
            nothing = False
            yield _labelled(entry, label)
        elif entry.is_symlink() and assignment:
            nothing, reason = False, "the folder is a link, not followed"
            yield Submission(label.sender, assignment, entry, refused=reason)
        elif entry.is_dir() and not entry.is_symlink():
            files = [inner for inner in _entries(entry) if inner.suffix == ".ipynb"]
            yield from (_labelled(inner, label, assignment) for inner in files)
            if assignment and not files:
                yield Submission(label.sender, assignment, entry, refused=NO_NOTEBOOK)
            nothing = nothing and not files and not assignment
    if nothing:
        refused = _nothing(entry.name for entry in inside)
        yield Submission(label.sender, "", folder, refused=refused, sender=_sender(label))


def _of_file(path: Path, known: Collection[str]) -> Submission:
    """Return a file whose name says whose it is, or one that is refused."""
    label = naming.of_file(path.name) or naming.by_name(path.stem, known)
    if label is None:
        return Submission(path.stem, "", path, refused=_unknown(known))
    return _labelled(path, label)


def _labelled(path: Path, label: Label, assignment: str = "") -> Submission:
    sent, clock = _time_of(path, label)
    one = Submission(label.sender, assignment or label.assignment, path)
    return _stamped(one, label, sent, clock)


def _stamped(one: Submission, label: Label, sent: datetime | None, clock: str) -> Submission:
    """Return the submission with its sender and its time; a mark of the platform is a finding."""
    found: tuple[Finding, ...] = ()
    if label.platform == "Canvas":  # its zips are stamped when they are made
        sent, clock = None, CANVAS
    if label.late:
        text = "Canvas marks this as late, and its file does not say when it was sent."
        found = (Finding("late-mark", "", text),)
    name = label.file or one.name
    return replace(one, findings=found, sender=_sender(label), sent=sent, clock=clock, name=name)


def _time_of(path: Path, label: Label) -> tuple[datetime | None, str]:
    """Return when a file was sent, and what says so."""
    note = read_regular(path.with_name(STAMP)) or b""
    if told := naming.moment(note[:200].decode("ascii", "replace")):
        return told, STAMP
    if label.sent:
        return label.sent, NAMED
    try:
        changed = datetime.fromtimestamp(os.lstat(path).st_mtime).astimezone()
    except (OSError, ValueError, OverflowError):
        return None, ""
    return (changed, FILE) if naming.is_likely(changed) else (None, "")


def _sender(label: Label) -> str:
    return f"{label.sender} ({label.number})" if label.number else label.sender


def _of_parts(parts: tuple[str, ...], known: Collection[str]) -> Label | None:
    """Return whose a path in a zip is: by its first folder only, which no learner can choose."""
    if len(parts) > 1:
        return naming.of_folder(parts[0], known) or Label(parts[0])
    return naming.of_file(parts[0]) or naming.by_name(parts[0].removesuffix(".ipynb"), known)


def _unwrapped(
    paths: list[tuple[str, ...]], known: Collection[str], is_learner: Callable[[str], bool]
) -> list[tuple[str, ...]]:
    """Return the paths without the folder around the whole class, which is nobody's."""
    for _ in range(MAX_WRAPPERS):
        if len({parts[0] for parts in paths}) != 1 or min(map(len, paths)) == 1:
            break
        wrapper = paths[0][0]
        inner = [parts[1:] for parts in paths]
        labels = [_of_parts(p, known) for p in inner if len(p) > 1 or p[0].endswith(".ipynb")]
        senders = {label.sender for label in labels if label is not None}
        one_learners = is_learner(wrapper) or naming.of_folder(wrapper, known) is not None
        if one_learners or len(senders) < 2 or None in labels or senders & set(known):
            break
        paths = inner
    return paths


def _nothing(names: Iterable[str]) -> str:
    """Return why a learner's folder without a notebook is refused."""
    packed = any(name.lower().endswith(ARCHIVES) for name in names)
    return f"{NO_NOTEBOOK}, but an archive, which is not opened: unpack it" if packed else (
        NO_NOTEBOOK
    )  # fmt: skip


def _unknown(known: Iterable[str]) -> str:
    wanted = " or ".join(f"<learner>_{name}.ipynb" for name in known)
    return f"the file's name does not tell whose: {wanted}"
