"""The command `anomaly-labs` as learners get it: in their wheel, this is ``cli/__init__.py``."""

import typer

from anomaly_labs.cli import data, doctor, progress, verify

app = typer.Typer(
    help="The course anomaly-labs at home.",
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
app.command()(verify.verify)
