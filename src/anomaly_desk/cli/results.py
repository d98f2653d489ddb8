"""Commands for what comes out of a graded class: grades, feedback, certificates."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from anomaly_labs.terminal import console, one_sentence_errors

if TYPE_CHECKING:
    from anomaly_desk.results.certificates import Issued
    from anomaly_desk.results.grades import Grade

MAX_TOLD = 40  # learners in a line
Course = Annotated[
    Path | None,
    typer.Option("--course", help="nbgrader's course folder; grading/ when left out"),
]


def export(
    output: Annotated[Path, typer.Option(help="the CSV file to write", show_default=False)],
    form: Annotated[str, typer.Option("--format", help="canvas, moodle or csv")] = "csv",
    assignment: Annotated[
        list[str] | None,
        typer.Option(help="only this one; can be repeated; all that was handed in when left out"),
    ] = None,
    canvas_id: Annotated[
        list[str] | None,
        typer.Option(help="Canvas's number of an assignment, as assessment=1234; can be repeated"),
    ] = None,
    identify_by: Annotated[
        str, typer.Option(help="by which Moodle is to find learners: id or email")
    ] = "id",
    course_folder: Course = None,
) -> None:
    """Write all grades to a CSV file, for Canvas, for Moodle, or plain.

    Nothing is written while the platform would find nobody, or another learner, for one of the
    rows.
    """
    from anomaly_desk.results import exports, grades
    from anomaly_desk.submissions.roster import write_private

    with one_sentence_errors():
        found = grades.read(_folder(course_folder), assignment or ())
        ids = exports.numbers(canvas_id or ())
        text = exports.table(found, form, canvas_ids=ids, by=identify_by)
        mark = "utf-8-sig" if form == "csv" else "utf-8"  # by which Excel knows the letters
        write_private(output.absolute(), text.encode(mark))
    console.print(f"{output}: {exports.count(found)}", markup=False, highlight=False)
    if form == "moodle" and (missing := exports.left_out(found, identify_by)):
        console.print(missing, markup=False, highlight=False)
    unsettled = "look, then anomaly-labs accept; the number may change"
    _tell("needs a human", _of(found, "needs a human"), unsettled)
    unread = [grade for grade in found if any(task.waits for task in grade.tasks)]
    _tell("waits for a reader", unread, "points so far; read the answers (anomaly-labs formgrader)")
    _tell("not graded", _of(found, "not graded"), "no grade was written; see the folder findings/")
    _tell("not submitted", _of(found, "not submitted"), "no grade was written")


def feedback(
    assignment: Annotated[
        str | None, typer.Argument(help="only this one", show_default=False)
    ] = None,
    course_folder: Course = None,
) -> None:
    """Write the feedback pages again, with what was given by hand since grading."""
    from anomaly_desk import build as builder
    from anomaly_desk.results.feedback import write_feedback

    with one_sentence_errors():
        root = _folder(course_folder)
        with console.status("writing feedback"):
            pages = write_feedback(root, builder.project_folder(), assignment)
        for name, number in pages.items():
            console.print(
                f"{name}: {number} page{'s' * (number != 1)}", markup=False, highlight=False
            )
    console.print(f"{root / 'feedback'}", markup=False, highlight=False, soft_wrap=True)


def certify(
    learners: Annotated[
        list[str] | None, typer.Argument(help="ids; the whole class when left out")
    ] = None,
    course_folder: Course = None,
) -> None:
    """Write certificates, as page and PDF, for everybody who passed the assessment.

    Nobody gets one while written answers wait for a reader, or while the submission needs a human
    (`anomaly-labs accept` settles that). Exit code 0: everybody's result is settled; 1: somebody's
    is not.
    """
    import datetime

    from anomaly_desk import build as builder
    from anomaly_desk import course
    from anomaly_desk.errors import CourseError
    from anomaly_desk.results import certificates, grades, keys
    from anomaly_labs import certificates as signing

    with one_sentence_errors():
        root = _folder(course_folder)
        project = builder.project_folder()
        marks, name = certificates.marks(project), course.read(project).name
        if not marks:
            raise CourseError(
                "no lab of this course has certificates; write the points to pass into a header: "
                "certificate = { passed = 25 }"
            )
        found = grades.of_learners(grades.read(root, list(marks)), learners or ())
        key = keys.private_key(root)
        issued = certificates.issue(
            found, root, key, course=name, marks=marks, today=datetime.date.today()
        )
    console.print(_table(issued))
    made = sum(one.certificate is not None for one in issued)
    told = f"{made} certificate{'' if made == 1 else 's'}: {certificates.folder(root)}"
    console.print(told, markup=False, soft_wrap=True)
    print_ = signing.fingerprint(key.public_key())
    told = f"Public key {print_}: give {root / signing.PUBLIC} to whoever wants to check them."
    console.print(told, markup=False, highlight=False, soft_wrap=True)
    waiting = [one for one in issued if one.waits]
    if waiting:
        console.print(
            f"[bold yellow]{len(waiting)} wait{'s' if len(waiting) == 1 else ''}[/]: read the "
            "written answers (anomaly-labs formgrader), settle what needs a human "
            "(anomaly-labs accept), run again."
        )
        raise typer.Exit(1)


def formgrader(
    port: Annotated[int, typer.Option(help="any free one when left out", min=0, max=65535)] = 0,
    browser: Annotated[bool, typer.Option(help="open it in the browser")] = True,
    course_folder: Course = None,
) -> None:
    """Open nbgrader's formgrader, to read written answers; Ctrl-C ends it. Needs no network."""
    from anomaly_desk import build as builder
    from anomaly_desk import data
    from anomaly_desk.results import formgrader as page

    with one_sentence_errors():
        root = _folder(course_folder)
        data.make_folders_absolute()
        console.print("formgrader starts; Ctrl-C ends it. When you are done:")
        console.print("  anomaly-labs feedback; anomaly-labs certify; anomaly-labs export ...")
        page.start(root, builder.project_folder(), port=port, browser=browser)


def _folder(named: Path | None) -> Path:
    from anomaly_desk import build as builder

    return (named or builder.project_folder() / "grading").absolute()


def _of(grades: "Iterable[Grade]", state: str) -> "list[Grade]":
    return [grade for grade in grades if grade.state == state]


def _tell(state: str, grades: "Iterable[Grade]", what: str) -> None:
    """Print whose work is in this state, for each assignment."""
    who: dict[str, list[str]] = {}
    for grade in grades:
        who.setdefault(grade.assignment, []).append(grade.person.id)
    for assignment, learners in who.items():
        shown = ", ".join(learners[:MAX_TOLD]) + (", ..." if len(learners) > MAX_TOLD else "")
        head = f"[bold yellow]{state}[/], {escape(assignment)}, {len(learners)}"
        console.print(f"{head}: {escape(shown)} ({what})", highlight=False)


def _table(issued: "Iterable[Issued]") -> Table:
    shown = Table("learner", "name", title="Certificates", title_justify="left")
    shown.add_column("points", justify="right")
    shown.add_column("result", overflow="fold")
    for one in issued:
        total, paper = one.grade.total, one.certificate
        result = f"[green]{paper.level}[/]" if paper else ""
        person = one.grade.person
        shown.add_row(
            escape(person.id),
            escape(person.name),
            "-" if total is None else f"{total:g}",
            "; ".join(filter(None, (result, escape(one.why)))),
        )
    return shown
