"""The instructor's half of the command `anomaly-labs`."""

from pathlib import Path

import typer


def add_commands(app: typer.Typer) -> None:
    """Add the desk's commands; its `doctor`, which looks at more, takes the other's place.

    Parameters
    ----------
    app
        The application of `anomaly_labs.cli`, which asks for them when it is imported; so nothing
        of it is imported before.
    """
    from anomaly_desk.cli import course, doctor, grading, pages, release, report, results

    app.callback(help="Build, check, run, grade and publish a course of notebooks.")(settle)
    for command in (
        doctor.doctor,
        release.release,
        course.new,
        course.build,
        course.course,
        grading.grade,
        grading.accept,
        grading.class_,
        report.report,
        pages.slides,
        pages.site,
        results.feedback,
        results.certify,
        results.export,
        results.formgrader,
    ):
        name = command.__name__.removesuffix("_")  # `class` is a word of Python's
        app.command(name, rich_help_panel="The instructor's desk")(command)


def settle() -> None:
    """Let each command, the learners' too, find the modules and data sets of the course here."""
    from anomaly_desk import course as courses
    from anomaly_labs.terminal import one_sentence_errors

    with one_sentence_errors():
        courses.enter(Path.cwd())
