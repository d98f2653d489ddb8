"""The command `anomaly-labs`: one line for each command, the modules beside it hold them."""

import typer

from anomaly_labs.cli import (
    course,
    data,
    doctor,
    grading,
    pages,
    progress,
    release,
    report,
    results,
    verify,
)

app = typer.Typer(
    help="Build, check and run the anomaly-labs course.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
data_app = typer.Typer(help="List, download and verify the data sets.", no_args_is_help=True)
app.add_typer(data_app, name="data")

data_app.command("list")(data.list_data)
data_app.command()(data.download)
data_app.command()(data.verify)

app.command()(doctor.doctor)
app.command()(progress.progress)
app.command()(release.release)
app.command()(course.build)
app.command()(course.course)
app.command()(grading.grade)
app.command()(grading.accept)
app.command()(report.report)
app.command()(pages.slides)
app.command()(pages.site)
app.command()(results.feedback)
app.command()(results.certify)
app.command()(results.export)
app.command()(results.formgrader)
app.command()(verify.verify)
