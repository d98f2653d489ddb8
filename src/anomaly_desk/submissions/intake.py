"""Find submissions, tell whose and of which assignment each is, and keep what was sent."""

import hashlib
import os
import re
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from pathlib import Path

from anomaly_desk.errors import CourseError
from anomaly_desk.submissions import archive, candidates, choice, clocks, entries, naming, whose
from anomaly_desk.submissions.entries import Entry
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.level import IsLearner
from anomaly_desk.submissions.people import Roster
from anomaly_desk.submissions.submission import Job, Submission, read_regular
from anomaly_labs.files import write_aside

__all__ = [
    "IntakeError",
    "Job",
    "Submission",
    "before_autograde",
    "digest",
    "find",
    "keep",
    "read_regular",
    "set_others_aside",
]

_GRADE_ID = re.compile(rb'"grade_id":\s*"([^"\\]{1,100})"')


class IntakeError(CourseError):
    """Nothing can be graded: a path that does not exist, or a folder without submissions."""


def find(
    paths: Iterable[Path],
    assignments: Mapping[str, Iterable[str]],
    *,
    roster: Roster | None = None,
    root: Path | None = None,
    zone: tzinfo | None = None,
) -> list[Submission]:
    """Return the submissions below `paths`, one for each learner and assignment, in their order.

    Found are ``FOLDER/<learner>/<any>.ipynb``, ``FOLDER/<learner>/<assignment>/<any>.ipynb`` and
    ``FOLDER/<learner>_<assignment>.ipynb``, what Moodle, Canvas, Sakai and nbgrader's exchange
    write (`naming`), zips of all these, folders around them, and each of these files when it is
    named itself. What a renamed file belongs to is read from its cells; links to folders are not
    followed.

    Parameters
    ----------
    paths
        Folders, zips and notebooks.
    assignments
        The grade ids of each assignment.
    roster
        Whose work it is; without one the sender's name is the learner's id.
    root
        The course folder, in which zips are unpacked.
    zone
        The zone of times in zips that say none; this machine's when left out.

    Raises
    ------
    IntakeError
        If a path does not exist, or holds no submission at all.
    """
    known = {name: frozenset(ids) for name, ids in assignments.items()}
    found: list[Submission] = []
    for path in paths:
        sent = _candidates(path.absolute(), known, roster, root, zone)
        here = [_settled(one, known, roster) for one in sent]
        if not here:
            raise IntakeError(
                f"{path}: no submission found; expected {path}/<learner>/<file>.ipynb, "
                f"{path}/<learner>/<assignment>/<file>.ipynb, {path}/<learner>_<assignment>.ipynb, "
                "or a folder or zip as Moodle, Canvas, Sakai or JupyterHub export it"
            )
        found += here
    return choice.one_each(found, by_name=roster is None)


def digest(path: Path) -> str:
    """Return the SHA-256 of a regular file's bytes, or a digest of what lies there instead."""
    content = read_regular(path)
    return hashlib.sha256(_kind(path) if content is None else content).hexdigest()


def keep(submission: Submission, root: Path) -> Path:
    """Keep the original under its digest; return that file, or the path where none can be read."""
    content = read_regular(submission.path)
    if content is None:
        return submission.path
    folder = root / "received" / submission.assignment / submission.learner
    kept = folder / f"{hashlib.sha256(content).hexdigest()}.ipynb"
    if not kept.is_file():
        write_aside(kept, partial(Path.write_bytes, data=content))
        kept.chmod(0o400)
    return kept


def set_others_aside(folder: Path, beside: Path, *, keep: Collection[Path]) -> None:
    """Move what lies in `folder` beside the regular files `keep` into the folder `beside`.

    nbgrader would copy it, follow it where it is a link, and wait for ever where it is a pipe.
    """
    for other in list(folder.iterdir()) if folder.is_dir() else ():
        if other not in keep or not stat.S_ISREG(other.lstat().st_mode):
            beside.mkdir(parents=True, exist_ok=True)
            other.rename(beside / f"{time.time_ns()}-{other.name}")


def before_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """Leave the notebooks alone to nbgrader's own command, whose hook for a submission this is.

    What stands in place of a notebook is moved away too, and leaves an empty one.
    """
    for path in (Path(notebook).absolute() for notebook in notebooks):
        root, folder = path.parents[3], path.parent
        beside = root / "received" / folder.name / folder.parent.name / "beside"
        kept = [Path(notebook).absolute() for notebook in notebooks]
        stamp = folder / clocks.NOTE
        moments = clocks.of_text(entries.of_file(stamp, stamp.parts).note, clocks.NOTE).moments
        set_others_aside(folder, beside, keep=[*kept, stamp] if len(moments) == 1 else kept)
        if len(moments) == 1:  # nbgrader itself reads no abbreviation of a zone
            write_aside(stamp, partial(Path.write_text, data=clocks.note(moments[0])))
        if not path.exists():
            path.touch()


def _candidates(
    path: Path,
    known: Collection[str],
    roster: Roster | None,
    root: Path | None,
    zone: tzinfo | None,
) -> Iterator[Submission]:
    """Yield what may be a submission, with the assignment that its place names, or none."""
    is_learner = (lambda label: bool(roster.whose(label))) if roster else None
    if not os.path.lexists(path):
        raise IntakeError(f"{path}: no such file or folder")
    if path.is_dir() and not naming.is_notebook(path.name):
        placed = root is not None and path.is_relative_to(root / "submitted")
        for one in candidates.found(_entries(path, known), known, is_learner):
            # the notebooks there are of our own making, and so is their time
            told = tuple(told for told in one.told if told.clock in clocks.ATTEMPTS)
            yield replace(one, told=told) if placed else one
    elif naming.may_be_notebook(path.name):
        yield from candidates.found(entries.of_named(path, known), known, lambda _: True)
    elif path.is_file():
        yield from _in_zip(path, known, is_learner, root, zone)
    else:
        raise IntakeError(f"{path}: neither a folder nor a zip nor a notebook")


def _entries(folder: Path, known: Collection[str]) -> list[Entry]:
    """Return the entries of a folder: of a class, or of one learner, whose name it has then."""
    found = entries.below(folder)
    tops = {entry.parts[0] for entry in found if entry.is_folder or len(entry.parts) > 1}
    if naming.of_folder(folder.name) or (tops and tops <= set(known)):
        return [replace(entry, parts=(folder.name, *entry.parts)) for entry in found] or [
            Entry((folder.name,), folder, is_folder=True)
        ]
    return found


def _in_zip(
    path: Path,
    known: Collection[str],
    is_learner: IsLearner | None,
    root: Path | None,
    zone: tzinfo | None,
) -> Iterator[Submission]:
    if root is None:
        raise IntakeError(f"{path}: a zip needs a course folder to be unpacked in; give `root`")
    try:
        found = archive.unpack(path, root / "unpacked", zone)
    except archive.ArchiveError as error:
        yield Submission(path.name, "", path, refused=str(error), sender=path.name)
        return
    yield from candidates.found(found, known, is_learner)


def _settled(
    one: Submission, known: Mapping[str, frozenset[str]], roster: Roster | None
) -> Submission:
    """Return the submission with learner and assignment, or with the reason why it is refused."""
    one = _timed(whose.settled(one, known, roster))
    if one.refused or one.assignment:
        return one
    text = (read_regular(one.path) or b"").replace(b"\0", b"")  # UTF-16 becomes readable, too
    inside = {id_.decode("ascii", "replace") for id_ in _GRADE_ID.findall(text)}
    # where a tool has dropped the marks, checks still name their exercise
    for among in (inside.__contains__, lambda id_: f'\\"{id_}\\"'.encode() in text):
        fitting = {name: sum(map(among, ids)) for name, ids in known.items()}
        best = max(fitting, key=lambda name: fitting[name])
        if fitting[best]:
            return replace(one, assignment=best)
    if (stem := choice.stem(one)) in known:
        return replace(one, assignment=stem)
    if len(known) == 1:
        return replace(one, assignment=next(iter(known)))
    reason = f"neither its name nor its cells tell which of {', '.join(known)} this is"
    return replace(one, refused=f"{quote(one.title)}: {reason}; rename it to the right one")


def _timed(one: Submission) -> Submission:
    """Return the submission with its time, where all clocks that count say the same."""
    if one.label and one.label.platform == naming.CANVAS:
        return replace(one, clock=clocks.CANVAS)
    clock = " and ".join(dict.fromkeys(told.clock for told in one.told))
    moments = {moment for told in one.told for moment in told.moments or (None,)}
    return replace(one, sent=moments.pop() if len(moments) == 1 else None, clock=clock)


def _kind(path: Path) -> bytes:
    """Return what identifies something that is no regular file, or too large a one."""
    try:
        status = os.lstat(path)
    except OSError:
        return b"nothing"
    return f"{status.st_mode} {status.st_size} {status.st_mtime_ns}".encode()
