"""The command `anomaly-labs`: what learners use; other packages add their commands to it.

A package adds commands by an entry point in the group ``anomaly_labs.commands``: a function that
takes the application. The instructor's desk does.
"""

from importlib.metadata import entry_points

import typer

from anomaly_labs.cli import data, doctor, progress, verify

app = typer.Typer(
    help="The course anomaly-labs: data, progress, certificates, and what this machine lacks.",
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

for extension in entry_points(group="anomaly_labs.commands"):
    extension.load()(app)
