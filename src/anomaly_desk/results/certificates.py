"""Certificates for those who passed the assessment: who gets one, and where it is kept."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anomaly_desk.errors import CourseError
from anomaly_desk.labs import manifest
from anomaly_desk.pages.feedback import number
from anomaly_desk.results import paper
from anomaly_desk.results.grades import Grade
from anomaly_desk.submissions.roster import write_private
from anomaly_labs import certificates as signing
from anomaly_labs.certificates import Certificate

# The points from which on each level is reached, the highest first, for each assignment.
Marks = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Issued:
    """What became of one learner's certificate.

    Attributes
    ----------
    certificate
        None where there is none.
    files
        The page and the PDF.
    why
        Why there is no certificate, or no PDF of it; empty otherwise.
    waits
        Whether there may still be one: something is not graded yet.
    """

    grade: Grade
    certificate: Certificate | None = None
    files: tuple[Path, ...] = ()
    why: str = ""
    waits: bool = False


def folder(root: Path) -> Path:
    """Return where the certificates of the course folder `root` are."""
    return root / "certificates"


def marks(project: Path) -> Marks:
    """Return the pass marks of each assignment that has some, as its header says."""
    return {lab.name: lab.marks for lab in manifest.labs(project) if lab.marks}


def level(grade: Grade, marks: Marks) -> str:
    """Return the level that the points reach, or an empty text.

    Parameters
    ----------
    grade
        The grade of one learner.
    marks
        The pass marks, as `marks` gives them.

    Raises
    ------
    CourseError
        If there are no certificates for this assignment.
    """
    if grade.assignment not in marks:
        known = ", ".join(marks)
        raise CourseError(f"no certificates for {grade.assignment!r}; there are some for: {known}")
    reached = grade.total if grade.total is not None else -1.0
    levels = marks[grade.assignment].items()
    return next((name for name, limit in levels if reached >= limit - 1e-9), "")


def issue(
    grades: Iterable[Grade],
    root: Path,
    key: Ed25519PrivateKey,
    *,
    course: str,
    marks: Marks,
    today: datetime.date,
) -> list[Issued]:
    """Write the certificates of all who passed; return what became of each learner's.

    Nobody gets one while written answers wait for a reader, or while the submission needs a human
    and nobody has accepted it: points and level could still change.
    A certificate that says the same as the one from before is left as it is, with its date; one
    that is no longer deserved is moved aside as ``<name>.withdrawn``.

    Parameters
    ----------
    grades
        The grades of the learners.
    root
        nbgrader's course folder, in which the certificates are kept.
    key
        The course's private key, which signs.
    course
        What the course is called on them.
    marks
        The pass marks, as `marks` gives them.
    today
        The date of new ones.
    """
    return [_issue(grade, root, key, course, level(grade, marks), today) for grade in grades]


def _issue(
    grade: Grade,
    root: Path,
    key: Ed25519PrivateKey,
    course: str,
    reached: str,
    today: datetime.date,
) -> Issued:
    stem = folder(root) / f"{grade.person.id}-{grade.assignment}"
    if grade.waits:
        return Issued(grade, why=grade.state, waits=True)
    if not reached:
        _withdraw(stem)
        return Issued(grade, why=grade.state if grade.total is None else "not passed")
    certificate = Certificate(
        name=signing.tidy(grade.person.name) or grade.person.id,
        course=course,
        assignment=grade.assignment,
        level=reached,
        points=number(grade.total or 0.0),
        maximum=number(grade.maximum),
        date=today.isoformat(),
    )
    certificate = _as_before(certificate, stem, key)
    files = [_with_suffix(stem, ".html")]
    write_private(files[0], paper.page(certificate, key))
    missing = paper.missing(certificate.name)
    if missing:
        _with_suffix(stem, ".pdf").unlink(missing_ok=True)
        why = f"no PDF: its letters lack {missing!r} of the name; print the HTML page instead"
        return Issued(grade, certificate, tuple(files), why)
    files.append(_with_suffix(stem, ".pdf"))
    write_private(files[1], paper.pdf(certificate, key))
    return Issued(grade, certificate, tuple(files))


def _as_before(certificate: Certificate, stem: Path, key: Ed25519PrivateKey) -> Certificate:
    """Return the certificate with the date of an earlier one that says the same."""
    earlier = _with_suffix(stem, ".html")
    if earlier.is_file():
        before = signing.verify_file(earlier.read_bytes(), key.public_key()).certificate
        if before is not None and replace(before, date=certificate.date) == certificate:
            return before
    return certificate


def _withdraw(stem: Path) -> None:
    """Set aside what an earlier grading gave; it was signed, so tell whoever has a copy."""
    for suffix in (".html", ".pdf"):
        path = _with_suffix(stem, suffix)
        if path.is_file():
            path.rename(path.with_name(f"{path.name}.withdrawn"))


def _with_suffix(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)  # an id may hold a dot
