"""Find submissions, tell whose and of which assignment each is, and keep what was sent."""

import hashlib
import os
import re
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from anomaly_labs.course import CourseError
from anomaly_labs.course.submissions.findings import Finding, quote
from anomaly_labs.course.submissions.receive import MAX_BYTES
from anomaly_labs.datasets.cache import write_aside

LEARNER = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,63}")
MAX_ENTRIES = 1000  # of one folder: a learner's folder of a million files must not stop the run

_GRADE_ID = re.compile(rb'"grade_id":\s*"([^"\\]{1,100})"')


class IntakeError(CourseError):
    """Nothing can be graded: a path that does not exist, or a folder without submissions."""


@dataclass(frozen=True)
class Submission:
    """What one learner sent for one assignment; `refused` says why it cannot be graded."""

    learner: str
    assignment: str
    path: Path
    findings: tuple[Finding, ...] = ()
    refused: str = ""

    @property
    def is_nobodys(self) -> bool:
        """Whether there is no learner or no assignment to write a result down for."""
        return not self.assignment or LEARNER.fullmatch(self.learner) is None


@dataclass(frozen=True)
class Job:
    """One submission to grade in the course folder `root`, with the project's settings.

    Attributes
    ----------
    source
        Fingerprint of the assignment that is released in `root`.
    unsafe
        Whether learners' code runs without the sandbox.
    """

    root: Path
    project: Path
    submission: Submission
    source: str
    unsafe: bool


def find(paths: Iterable[Path], assignments: Mapping[str, Iterable[str]]) -> list[Submission]:
    """Return the submissions below `paths`, one for each learner and assignment, in their order.

    Found are ``FOLDER/<learner>/<any>.ipynb``, ``FOLDER/<learner>/<assignment>/<any>.ipynb`` and
    ``FOLDER/<learner>_<assignment>.ipynb``, and each of these files when it is named itself. What
    a renamed file belongs to is read from its cells; links to folders are not followed.

    Parameters
    ----------
    assignments
        The grade ids of each assignment.

    Raises
    ------
    IntakeError
        If a path does not exist, or holds no submission at all.
    """
    known = {name: frozenset(ids) for name, ids in assignments.items()}
    found: list[Submission] = []
    for path in paths:
        here = [_settled(one, known) for one in _candidates(path.absolute(), known)]
        if not here:
            raise IntakeError(
                f"{path}: no submission found; expected {path}/<learner>/<file>.ipynb, "
                f"{path}/<learner>/<assignment>/<file>.ipynb or {path}/<learner>_<assignment>.ipynb"
            )
        found += here
    return _one_each(found)


def digest(path: Path) -> str:
    """Return the SHA-256 of a regular file's bytes, or a digest of what lies there instead."""
    content = read_regular(path)
    return hashlib.sha256(_kind(path) if content is None else content).hexdigest()


def read_regular(path: Path) -> bytes | None:
    """Return the bytes of a regular file of at most 20 MB; None for whatever else lies there."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        # should it be replaced meanwhile: neither a link nor a pipe holds the grader up
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError:
        return None
    return content if len(content) <= MAX_BYTES else None


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
        set_others_aside(folder, beside, keep=[Path(n).absolute() for n in notebooks])
        if not path.exists():
            path.touch()


def _candidates(path: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Submission]:
    """Yield what may be a submission, with the assignment that its place names, or none."""
    if not os.path.lexists(path):
        raise IntakeError(f"{path}: no such file or folder")
    if path.suffix == ".ipynb":
        yield _by_place(path, known)
        return
    for entry in _entries(path):
        if entry.suffix == ".ipynb":
            yield _by_name(entry, known)
        elif entry.is_symlink():
            reason = "the learner's folder is a link, which is not followed"
            yield Submission(entry.name, "", entry, refused=reason)
        elif entry.is_dir():
            yield from _of_learner(entry, known)


def _entries(folder: Path) -> list[Path]:
    """Return what lies in a folder, hidden names left out, sorted by name."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry, _ in zip(entries, range(MAX_ENTRIES), strict=False)]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if not name.startswith(".")]


def _of_learner(folder: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Submission]:
    nothing = True
    for entry in _entries(folder):
        if entry.suffix == ".ipynb":
            nothing = False
            yield Submission(folder.name, "", entry)
        elif entry.name in known:
            nothing = False
            if entry.is_symlink():
                yield Submission(
                    folder.name, entry.name, entry, refused="the folder is a link, not followed"
                )
                continue
            files = [inner for inner in _entries(entry) if inner.suffix == ".ipynb"]
            yield from (Submission(folder.name, entry.name, inner) for inner in files)
            if not files:
                yield Submission(folder.name, entry.name, entry, refused="no notebook in it")
    if nothing:
        yield Submission(folder.name, "", folder, refused="no notebook in it")


def _by_name(path: Path, known: Mapping[str, frozenset[str]]) -> Submission:
    """Return a file ``<learner>_<assignment>.ipynb``."""
    for assignment in sorted(known, key=len, reverse=True):
        if path.stem.endswith(f"_{assignment}"):
            return Submission(path.stem.removesuffix(f"_{assignment}"), assignment, path)
    wanted = " or ".join(f"<learner>_{name}.ipynb" for name in known)
    return Submission(path.stem, "", path, refused=f"the file's name does not tell whose: {wanted}")


def _by_place(path: Path, known: Mapping[str, frozenset[str]]) -> Submission:
    """Return a file that was named itself: by its name, else by the folders that hold it."""
    by_name = _by_name(path, known)
    if not by_name.refused:
        return by_name
    if path.parent.name in known:
        return Submission(path.parent.parent.name, path.parent.name, path)
    return Submission(path.parent.name, "", path)


def _settled(one: Submission, known: Mapping[str, frozenset[str]]) -> Submission:
    """Return the submission with its assignment, or with the reason why it is refused."""
    if not LEARNER.fullmatch(one.learner):
        shown = quote(one.learner)
        reason = (
            f"{shown} is no learner's id: letters A to Z, digits and . _ - @ + only, up to 64, "
            "and no dot in front; rename it"
        )
        return replace(one, learner=shown, refused=reason)
    if one.refused or one.assignment:
        return one
    text = (read_regular(one.path) or b"").replace(b"\0", b"")  # UTF-16 becomes readable, too
    inside = {id_.decode("ascii", "replace") for id_ in _GRADE_ID.findall(text)}
    fitting = {name: len(inside & ids) for name, ids in known.items()}
    best = max(fitting, key=lambda name: fitting[name])
    if fitting[best]:
        return replace(one, assignment=best)
    if one.path.stem in known:
        return replace(one, assignment=one.path.stem)
    if len(known) == 1:
        return replace(one, assignment=next(iter(known)))
    reason = f"neither its name nor its cells tell which of {', '.join(known)} this is"
    return replace(one, refused=f"{quote(one.path.name)}: {reason}")


def _one_each(found: list[Submission]) -> list[Submission]:
    """Leave one file for each learner and assignment: the one that has the assignment's name."""
    groups: dict[tuple[str, str], list[Submission]] = {}
    for one in found:
        groups.setdefault((one.assignment, one.learner), []).append(one)
    return [chosen for (name, _), same in groups.items() for chosen in _chosen(name, same)]


def _chosen(assignment: str, same: list[Submission]) -> list[Submission]:
    different = list({one.path: one for one in same}.values())
    if len(different) == 1 or not assignment:
        return different
    well_named = [one for one in different if one.path.stem == assignment and not one.refused]
    if len(well_named) != 1:
        names = ", ".join(quote(one.path.name) for one in different)
        return [replace(different[0], refused=f"several files for one assignment: {names}")]
    others = ", ".join(quote(one.path.name) for one in different if one is not well_named[0])
    finding = Finding("left-out", "", f"Graded was {assignment}.ipynb; left out: {others}.")
    return [replace(well_named[0], findings=(finding,))]


def _kind(path: Path) -> bytes:
    """Return what identifies something that is no regular file, or too large a one."""
    try:
        status = os.lstat(path)
    except OSError:
        return b"nothing"
    return f"{status.st_mode} {status.st_size} {status.st_mtime_ns}".encode()
