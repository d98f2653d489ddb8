"""The files below a folder that may hold submissions, as a zip lists its own."""

import heapq
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from anomaly_desk.submissions import clocks, naming
from anomaly_desk.submissions.clocks import NOTE, Told
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.submission import read_regular

# Files and folders below one folder, by how deep it lies: a learner's million files must not stop
# the run, nor hide another learner's.
MOST = (1_000_000, 20_000, 5_000, 2_000)
DEEPEST = 9
DEEP = f"what lies in {DEEPEST} folders is not looked at"
LINK = "it is a link, which is not followed"


@dataclass(frozen=True)
class Entry:
    """One file or folder of a submission.

    Attributes
    ----------
    parts
        Its folders and its name, for telling whose it is; never used as a path.
    path
        Where it lies, or was unpacked; the zip itself where it was not.
    told
        Its own time, or None where it has none.
    refused
        Why it is not read, or an empty text.
    is_folder
        Whether it is a folder.
    note
        The first letters of nbgrader's or Sakai's note of the time, whoever wrote it.
    """

    parts: tuple[str, ...]
    path: Path
    told: Told | None = None
    refused: str = ""
    is_folder: bool = False
    note: str = ""

    @property
    def is_notebook(self) -> bool:
        """Whether it is called a notebook."""
        return naming.is_notebook(self.parts[-1])

    @property
    def is_note(self) -> bool:
        """Whether it is called as the note of a time is."""
        return self.parts[-1] == NOTE and not self.is_folder


def is_hidden(name: str) -> bool:
    """Return whether a system or a program has put it there: nobody sent it."""
    return name.startswith(".") or name == "__MACOSX"


def below(folder: Path, parts: tuple[str, ...] = ()) -> list[Entry]:
    """Return what lies below a folder, hidden names left out, sorted by name.

    Links to folders are not followed.

    Parameters
    ----------
    folder
        Where to look.
    parts
        What stands before the names in each entry's `parts`.
    """
    return _below(folder, parts, 0)


def of_file(path: Path, parts: tuple[str, ...]) -> Entry:
    """Return the entry of a file; a note of the time is read."""
    note = ""
    if parts[-1] == NOTE:
        note = (read_regular(path) or b"")[: clocks.MAX_NOTE].decode("utf-8", "replace")
    try:
        told = clocks.of_seconds(os.lstat(path).st_mtime, clocks.FILE)
    except OSError:
        told = None
    return Entry(parts, path, told, note=note)


def of_named(path: Path, known: Collection[str]) -> list[Entry]:
    """Return the entries of a file that was named itself: by its name, else with its folders."""
    if naming.of_file(path.name, known):
        return [of_file(path, (path.name,))]
    here = path.parent
    deeper = here.name in known or here.name.lower() == naming.SENT_TO_SAKAI
    folders = (here.parent.name, here.name) if deeper else (here.name,)
    notes = {(*folders, clocks.NOTE): here / clocks.NOTE}
    if deeper:
        notes[folders[0], clocks.NOTE] = here.parent / clocks.NOTE
    beside = [of_file(note, parts) for parts, note in notes.items() if note.is_file()]
    return [of_file(path, (*folders, path.name)), *beside]


def _below(folder: Path, parts: tuple[str, ...], depth: int) -> list[Entry]:
    most, found = MOST[min(depth, len(MOST) - 1)], list[Entry]()
    for path, is_folder, is_link in _listed(folder, most + 1):
        inner = (*parts, path.name)
        if len(found) >= most:
            text = f"over {most:,} files lie in {quote(folder.name)}, and only these are looked at"
            return [*found[:most], Entry(inner, folder, refused=text, is_folder=True)]
        if is_folder and is_link:
            found.append(Entry(inner, path, refused=LINK, is_folder=True))
        elif is_folder and not naming.is_notebook(path.name):
            deep = depth + 1 == DEEPEST
            found.append(Entry(inner, path, refused=DEEP if deep else "", is_folder=True))
            found += [] if deep else _below(path, inner, depth + 1)
        else:
            found.append(of_file(path, inner))
    return found


def _listed(folder: Path, most: int) -> list[tuple[Path, bool, bool]]:
    """Return the first names in a folder by the alphabet; which are folders, and which links."""
    try:
        with os.scandir(folder) as entries:
            seen = (one for one in entries if not is_hidden(one.name))
            first = heapq.nsmallest(most, seen, key=lambda one: one.name)
            return [(Path(one.path), _is_folder(one), one.is_symlink()) for one in first]
    except OSError:
        return []


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False
