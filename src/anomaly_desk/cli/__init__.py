"""The instructor's half of the command `anomaly-labs`."""

import typer

from anomaly_desk.cli import course, doctor, grading, pages, release, report, results


def add_commands(app: typer.Typer) -> None:
    """Add the desk's commands; its `doctor`, which looks at more, takes the other's place."""
    app.info.help = "Build, check, run, grade and publish the anomaly-labs course."
    for command in (
        doctor.doctor,
        release.release,
        course.new,
        course.build,
        course.course,
        grading.grade,
        grading.accept,
        report.report,
        pages.slides,
        pages.site,
        results.feedback,
        results.certify,
        results.export,
        results.formgrader,
    ):
        app.command(rich_help_panel="The instructor's desk")(command)
