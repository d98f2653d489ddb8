"""Grades as CSV files: for Canvas's gradebook, for Moodle's, and plain.

Whoever handed nothing in has no grade in any of them: an empty cell for Canvas, ``-`` for Moodle,
"not submitted" in the plain file. The same goes for a file in which nothing could be read, until a
human has accepted it. A cell of text that a spreadsheet would take for a formula gets
an apostrophe in front; one by which a platform finds a learner never does (`identity`).

References
----------
Instructure, Canvas Instructor Guide, "How do I import grades in the Gradebook?"; Moodle
documentation, "Grade import".
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from anomaly_desk.errors import CourseError
from anomaly_desk.grading.ledger import accepted
from anomaly_desk.pages.feedback import number
from anomaly_desk.results import identity
from anomaly_desk.results.grades import Grade
from anomaly_desk.results.identity import harmless
from anomaly_desk.submissions.findings import told
from anomaly_desk.submissions.people import Person

FORMATS = ("canvas", "moodle", "csv")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
PLAIN = (
    "learner", "name", "e-mail", "assignment", "automatic", "by hand", "penalty", "total",
    "maximum", "state", "findings",
)  # fmt: skip

_NO_GRADE = "-"


def table(
    grades: Sequence[Grade],
    form: str,
    *,
    canvas_ids: Mapping[str, str] | None = None,
    by: str = "id",
) -> str:
    """Return the grades as the text of a CSV file in one of `FORMATS`.

    Parameters
    ----------
    grades
        The rows, from `grades.read`.
    form
        One of `FORMATS`.
    canvas_ids
        Canvas's own number of an assignment, by which its column finds it; without one, Canvas
        asks which of its assignments is meant.
    by
        By which Moodle is to find learners: one of `identity.WAYS`.

    Raises
    ------
    CourseError
        If there is no such format, a number for an assignment that is not exported, or a row that
        the platform would book on nobody or on another learner.
    """
    if form not in FORMATS:
        raise CourseError(f"format {form!r}; expected is one of: {', '.join(FORMATS)}")
    if by != "id" and form != "moodle":
        raise CourseError(
            f"identify by {by!r}; only Moodle's file can be identified by another way"
        )
    if form == "canvas":
        return _text(canvas(grades, canvas_ids or {}))
    return _text(moodle(grades, by) if form == "moodle" else plain(grades))


def canvas(grades: Sequence[Grade], ids: Mapping[str, str]) -> list[list[str]]:
    """Return the rows of a file that Canvas imports into its gradebook.

    The roster's columns "Canvas ID", "SIS User ID", "SIS Login ID" and "Section" are used where it
    has them; otherwise the learner's id is the SIS User ID and the e-mail the SIS Login ID.

    Raises
    ------
    CourseError
        If `ids` names another assignment, or Canvas would misread a row.
    """
    assignments = _assignments(grades)
    unknown = [name for name in ids if name not in assignments]
    if unknown:
        known = ", ".join(assignments)
        raise CourseError(f"Canvas's number of {unknown[0]!r}: exported is only {known}")
    titles = [f"{name} ({ids[name]})" if name in ids else name for name in assignments]
    maximum = [number(each) for each in assignments.values()]
    rows = [[*CANVAS, *titles], [POINTS_POSSIBLE, "", "", "", "", *maximum]]
    people = _by_person(grades)
    cells = identity.canvas([person for person, _ in people])
    for (person, of_person), about in zip(people, cells, strict=True):
        own = {heading.casefold(): value for heading, value in person.others.items()}
        points = [_points(of_person.get(name)) for name in assignments]
        rows.append([*about, harmless(own.get("section", "")), *points])
    return rows


def moodle(grades: Sequence[Grade], by: str = "id") -> list[list[str]]:
    """Return the rows of a file that Moodle imports: of each assignment grade and feedback.

    Raises
    ------
    CourseError
        If `by` is none of `identity.WAYS`, or Moodle would misread a cell of that column.
    """
    assignments = _assignments(grades)
    people = _by_person(grades)
    columns, _ = identity.moodle([person for person, _ in people], by)
    titles = [title for name in assignments for title in (name, f"{name} (Feedback)")]
    rows = [[*columns, *titles]]
    for about, (_, of_person) in zip(zip(*columns.values(), strict=True), people, strict=True):
        cells = list(about)
        for name in assignments:
            grade = of_person.get(name)
            cells.append(_points(grade) or _NO_GRADE)
            cells.append(harmless(remarks(grade)) if grade else "")
        rows.append(cells)
    return rows


def left_out(grades: Sequence[Grade], by: str = "id") -> str:
    """Return in a sentence which column Moodle's file lacks because it would be misread; or empty.

    Raises
    ------
    CourseError
        See `moodle`.
    """
    return identity.moodle([person for person, _ in _by_person(grades)], by)[1]


def plain(grades: Iterable[Grade]) -> list[list[str]]:
    """Return one row for each learner and assignment, with all that is known."""
    rows = [list(PLAIN)]
    for grade in grades:
        total, person = grade.total, grade.person
        points = (grade.automatic, grade.by_hand, grade.penalty, total or 0.0)
        rows.append(
            [
                *(harmless(text) for text in (person.id, person.name, person.email)),
                harmless(grade.assignment),
                *([number(each) for each in points] if total is not None else [""] * 4),
                number(grade.maximum),
                grade.state,
                harmless(" ".join(_said(grade))),
            ]
        )
    return rows


def remarks(grade: Grade) -> str:
    """Return the points of each exercise, comments and findings in one line."""
    if grade.total is None:
        return "; ".join([grade.state, *told(grade.findings)])
    said = [
        f"{task.name}: {'not read yet' if task.waits else number(task.points)}"
        f" of {number(task.maximum)}{f' ({task.comment})' if task.comment else ''}"
        for task in grade.tasks
    ]
    if grade.penalty:
        said.append(f"late: -{number(grade.penalty)}")
    return "; ".join([*said, *told(grade.findings)])


def numbers(pairs: Iterable[str]) -> dict[str, str]:
    """Return Canvas's numbers of assignments.

    Raises
    ------
    CourseError
        If a text is not a name, an equals sign and a number.

    Examples
    --------
    >>> numbers(["assessment=1234"])
    {'assessment': '1234'}
    """
    found = {}
    for pair in pairs:
        name, _, number_ = pair.partition("=")
        if not (name and number_.isascii() and number_.isdigit()):
            raise CourseError(f"{pair!r}; expected is an assignment and its number: lab1=1234")
        found[name] = number_
    return found


def count(grades: Sequence[Grade]) -> str:
    """Return in words how much is exported."""
    learners, names = len(_by_person(grades)), list(_assignments(grades))
    return (
        f"{learners} learner{'' if learners == 1 else 's'}, {', '.join(names) or 'no assignment'}"
    )


def _said(grade: Grade) -> list[str]:
    """Return what the grader found, and whether a human has looked at it."""
    found = told(grade.findings)
    return found if grade.accepted is None else [*found, f"({accepted(grade.accepted)})"]


def _points(grade: Grade | None) -> str:
    return "" if grade is None or grade.total is None else number(grade.total)


def _assignments(grades: Iterable[Grade]) -> dict[str, float]:
    """Return the assignments with their maximum, in the order of the grades."""
    return {grade.assignment: grade.maximum for grade in grades}


def _by_person(grades: Iterable[Grade]) -> list[tuple[Person, dict[str, Grade]]]:
    found: dict[str, tuple[Person, dict[str, Grade]]] = {}
    for grade in grades:
        _, of_person = found.setdefault(grade.person.id, (grade.person, {}))
        of_person[grade.assignment] = grade
    return list(found.values())


def _text(rows: list[list[str]]) -> str:
    """Return the file's text; every cell is quoted, so none can be split by another separator."""
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return written.getvalue()
