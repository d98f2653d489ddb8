"""What a run of the course has given, as tables for the terminal."""

from rich.markup import escape
from rich.table import Table

from anomaly_desk.execute import Executed
from anomaly_desk.grading.ledger import WITHOUT_SANDBOX
from anomaly_desk.labs.sources import Source
from anomaly_desk.sample.three import Sampled
from anomaly_labs.evaluation import figure_text


def labs_table(labs: list[Source], executed: list[Executed]) -> Table:
    """Return one row for each lab: minutes, limit, data and headline.

    Parameters
    ----------
    labs
        The labs.
    executed
        What the run of each has given.
    """
    table = Table(title="Labs", title_justify="left")
    for heading in ("lab", "minutes", "limit", "data", "headline"):
        table.add_column(heading, justify="right" if heading in ("minutes", "limit") else "left")
    for lab, done in zip(labs, executed, strict=True):
        headline = "\n".join(
            f"{name} = {figure_text(value)}" for name, value in done.headline.items()
        )
        minutes = f"{done.seconds / 60:.1f}"
        if done.seconds > 60 * lab.lab.run_minutes:
            minutes = f"[bold red]{minutes}, too long[/]"
        table.add_row(lab.name, minutes, str(lab.lab.run_minutes), done.source, headline)
    return table


def grades_table(results: list[Sampled]) -> Table:
    """Return one row for each sample learner: the points beside what they should be.

    Parameters
    ----------
    results
        The results of the sample class.
    """
    table = Table(title="Sample class: automatic points", title_justify="left")
    for heading in ("assignment", "learner", "points", "should be", ""):
        table.add_column(heading, justify="right" if heading in ("points", "should be") else "left")
    for sampled in results:
        graded, expected = sampled.graded, sampled.expected
        wrong = [q for q in expected if graded.points.get(q) != expected[q]]
        verdict = f"[bold red]differs: {', '.join(wrong)}[/]" if wrong else "[green]as it should[/]"
        if graded.needs_human:
            verdict += f", [bold red]needs a human: {escape(graded.why)}[/]"
        if graded.unsafe:
            verdict += f", [bold red]{WITHOUT_SANDBOX}[/]"
        points = f"{sum(graded.points.values()):g}"
        row = (graded.assignment, graded.learner, points, f"{sum(expected.values()):g}", verdict)
        table.add_row(*row)
    return table
