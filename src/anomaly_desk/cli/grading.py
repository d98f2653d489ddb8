"""Commands of grading day."""

from pathlib import Path
from typing import Annotated

import typer

from anomaly_labs.terminal import console, one_sentence_errors

_LATE = "Deadlines and late work"


Course = Annotated[
    Path | None,
    typer.Option("--course", help="nbgrader's course folder; grading/ when left out"),
]


def accept(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="such as assessment")],
    learners: Annotated[
        list[str],
        typer.Argument(metavar="LEARNER", help="ids of those whose result you have looked at"),
    ],
    note: Annotated[str, typer.Option(help="why, for yourself and the class report")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="take it back")] = False,
    course_folder: Course = None,
) -> None:
    """Settle what "needs a human": you have looked, and the present result counts.

    It is graded then, everywhere. Another submission, or another result of
    this one, needs a human again. What could not be graded at all stays
    without a grade. To change points, use `anomaly-labs formgrader`.
    """
    from anomaly_desk import build as builder
    from anomaly_desk.grading import accept as accepting

    with one_sentence_errors():
        root = (course_folder or builder.project_folder() / "grading").absolute()
        settled = accepting.accept(root, assignment, learners, None if undo else note)
    for learner, why in settled.items():
        word = "needs a human again" if undo else "accepted"
        console.print(
            f"{learner}, {assignment}: {word} ({why})",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def grade(
    submissions: Annotated[
        list[Path], typer.Argument(metavar="SUBMISSIONS...", help="folders, zips or notebooks")
    ],
    roster: Annotated[
        Path | None,
        typer.Option(
            help="CSV with the columns id, name, email, and if you like extension (hours or a "
            "date), late_days, also (other names, parted by |); the course folder keeps a copy",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="submissions at a time; one per core when left out", min=1)
    ] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="grade anew what has not changed, too")
    ] = False,
    regrade_only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEARNER", help="grade this learner anew and nobody else; may be repeated"
        ),
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="run learners' code without the sandbox")
    ] = False,
    course_folder: Course = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="print points by exercise and every finding")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="print sender, clock and penalty of each file, and grade nothing"
        ),
    ] = False,
    senders_are_right: Annotated[
        bool,
        typer.Option(
            "--senders-are-right", help="without a roster: each sender is a learner of that id"
        ),
    ] = False,
    deadline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ASSIGNMENT=]TIME",
            help="such as 2026-12-01T18:00+01:00; kept until another one or `none` comes; without "
            "an assignment it is that of each one graded now",
            rich_help_panel=_LATE,
        ),
    ] = None,
    penalty: Annotated[
        float | None,
        typer.Option(
            help="percent of the assignment's points for each begun day after the deadline, the "
            "extension and the late days; 10 at first, kept",
            min=0,
            max=100,
            rich_help_panel=_LATE,
        ),
    ] = None,
    grace: Annotated[
        float | None,
        typer.Option(
            help="minutes after the deadline that cost nothing; 0 at first, kept",
            min=0,
            rich_help_panel=_LATE,
        ),
    ] = None,
    sent: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEARNER=TIME",
            help="when a learner really sent it, where the file says nothing or wrong; kept",
            rich_help_panel=_LATE,
        ),
    ] = None,
) -> None:
    """Grade learners' notebooks in a sandbox: one, or a class at once.

    SUBMISSIONS are folders such as LEARNER/FILE.ipynb,
    LEARNER/ASSIGNMENT/FILE.ipynb or LEARNER_ASSIGNMENT.ipynb, folders and zips
    as Moodle, Canvas, Sakai, JupyterHub and nbgrader's exchange export them, or
    single notebooks. None of them is changed.

    The roster says whose work it is. What may be nobody's or that of several on
    it needs a human, who is told what to do; learners who have sent nothing are
    listed. Without a roster, work of several senders is listed and not graded,
    until you add --senders-are-right. --dry-run shows the list at any time.

    Started again, the command grades what is new or has changed and keeps the
    rest: after Ctrl-C or a crash the same command continues.

    Exit code 0: all were graded; 1: something needs a human, or nothing could
    be graded; 130: stopped by Ctrl-C. `anomaly-labs accept` settles what a human
    has looked at.
    """
    from anomaly_desk import build as builder
    from anomaly_desk.grading.run import Wishes, grade_class

    if regrade and regrade_only:
        raise typer.BadParameter("--regrade grades all anew, --regrade-only some; leave one out")
    wishes = Wishes(
        jobs=jobs,
        unsafe=unsafe,
        regrade=regrade,
        only=tuple(regrade_only or ()),
        verbose=verbose,
        roster=roster,
        deadlines=tuple(deadline or ()),
        percent=penalty,
        grace=grace,
        sent=tuple(sent or ()),
        dry=dry_run,
        senders_are_right=senders_are_right,
    )
    with one_sentence_errors():
        project = builder.project_folder()
        root = (course_folder or project / "grading").absolute()
        try:
            good = grade_class(submissions, wishes, root=root, project=project, console=console)
        except KeyboardInterrupt:
            console.print("Stopped. The same command continues.")
            raise typer.Exit(130) from None
    raise typer.Exit(0 if good else 1)


def class_(
    output: Annotated[
        Path | None,
        typer.Option(help="folder for the submissions; build/class/handed-in when left out"),
    ] = None,
    course_folder: Annotated[
        Path | None,
        typer.Option("--course", help="course folder to grade in; build/class/course by default"),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="LEARNER", help="this learner and nobody else; may be repeated"),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="submissions at a time; one per core when left out", min=1)
    ] = None,
    write_only: Annotated[
        bool, typer.Option("--write-only", help="write the submissions and grade none")
    ] = False,
) -> None:
    """Try the grader on thirty made submissions of the assessment.

    Some are right in many ways, some broken, some cheat in every known way.
    Each stands in OUTPUT/LEARNER/ with what it should get in
    OUTPUT/expected.csv; they are graded in a course folder of their own, with a
    roster beside it on which two stand who sent nothing, and compared. Takes 6
    minutes, of which an endless loop waits five, beside the others.

    Exit code 0: everybody got what they should; 1: somebody did not, or nothing
    could be graded; 130: stopped by Ctrl-C.
    """
    import time

    from anomaly_desk import build as builder
    from anomaly_desk.sample import learners, thirty

    known = {one.name: one for one in learners.CLASS}
    unknown = [name for name in only or () if name not in known]
    if unknown:
        raise typer.BadParameter(f"no learner {unknown[0]!r}; known are: {', '.join(known)}")
    chosen = [one for one in learners.CLASS if not only or one.name in only]
    started = time.monotonic()
    with one_sentence_errors():
        project = builder.project_folder()
        folder = (output or project / "build" / "class" / "handed-in").absolute()
        root = (course_folder or project / "build" / "class" / "course").absolute()
        with console.status("writing the submissions"):
            thirty.write(thirty.source(project), folder, chosen)
        console.print(f"{len(chosen)} submissions: {folder}", markup=False, soft_wrap=True)
        if write_only:
            return
        try:
            good = thirty.grade_thirty(
                project, folder, root, learners=chosen, jobs=jobs, console=console
            )
        except KeyboardInterrupt:
            console.print("Stopped. The same command continues.")
            raise typer.Exit(130) from None
    console.print(f"{(time.monotonic() - started) / 60:.1f} minutes")
    raise typer.Exit(0 if good else 1)
