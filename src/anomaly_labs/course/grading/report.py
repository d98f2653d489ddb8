"""What an instructor sees of grading: progress, a table, the findings."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from anomaly_labs.course import data
from anomaly_labs.course.grading import grade, ledger
from anomaly_labs.course.grading.ledger import WITHOUT_SANDBOX, Graded

Result = TypeVar("Result")

_DATA = re.compile(r"\b(?:datasets|assessment)\.")


def progress(console: Console) -> Progress:
    """Return a progress bar with count and time."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)


def watched(results: Iterable[Result], *, total: int, console: Console) -> Iterator[Result]:
    """Yield the results, with a progress bar meanwhile."""
    with progress(console) as bar:
        task = bar.add_task("submissions", total=total)
        for result in results:
            bar.advance(task)
            yield result


def grade_and_report(
    paths: list[Path],
    *,
    root: Path,
    project: Path,
    jobs: int | None,
    unsafe: bool,
    regrade: bool,
    verbose: bool,
    console: Console,
) -> bool:
    """Grade what lies below `paths`, print the table; return whether no human is needed.

    Raises
    ------
    CourseError
        If nothing can be graded, or not here; the message says what to do.
    """
    known = grade.assignments(project)
    submissions = grade.find(paths, known)
    if unsafe:
        console.print(warning())
    else:
        grade.demand_sandbox()
    data.make_folders_absolute()
    sent = {one.assignment for one in submissions if one.assignment in known}
    if any(_DATA.search(known[name].path.read_text(encoding="utf-8")) for name in sent):
        data.prepare(console)  # the sandbox shows notebooks what is cached, and nothing else
    running = grade.grade(root, project, submissions, jobs=jobs, unsafe=unsafe, regrade=regrade)
    results = list(watched(running, total=len(submissions), console=console))
    results.sort(key=lambda result: (result.assignment, result.learner))
    maximum = {name: sum(source.points.values()) for name, source in known.items()}
    console.print(table(results, maximum))
    if verbose:
        for result in results:
            console.print(f"[bold]{escape(result.learner)}[/], {result.assignment or '-'}")
            console.print("\n".join(ledger.lines(result)), markup=False, highlight=False)
    again = sum(result.again for result in results)
    kept = f", {again} of them kept from an earlier run (--regrade grades them anew)"
    console.print(f"{len(results)} submissions{kept if again else ''}.")
    console.print(f"Findings: {root / 'findings'}; feedback: {root / 'feedback'}", markup=False)
    if unsafe:
        console.print(warning())
    return not any(result.needs_human for result in results)


def warning() -> str:
    """Return the line that is printed before and after grading without a sandbox."""
    return (
        f"[bold red]{WITHOUT_SANDBOX.capitalize()}[/]: learners' code ran with all your rights; "
        "never do this with work that you do not trust."
    )


def table(results: Iterable[Graded], maximum: Mapping[str, float]) -> Table:
    """Return one row for each submission: points, findings, state."""
    shown = Table(title="Automatic points", title_justify="left")
    for heading in ("learner", "assignment", "points", "of", "by hand", "findings"):
        numbers = heading in ("points", "of", "by hand", "findings")
        shown.add_column(heading, justify="right" if numbers else "left")
    shown.add_column("state", overflow="fold")
    for result in results:
        shown.add_row(
            escape(result.learner),
            result.assignment or "-",
            "-" if result.trouble else f"{sum(result.points.values()):g}",
            f"{maximum[result.assignment]:g}" if result.assignment in maximum else "-",
            str(len(result.by_hand)),
            str(len(result.findings)),
            _state(result),
        )
    return shown


def _state(result: Graded) -> str:
    state = "[green]graded[/]"
    if result.needs_human:
        state = f"[bold yellow]needs a human[/]: {escape(result.why)}"
    return f"{state}, [bold red]{WITHOUT_SANDBOX}[/]" if result.unsafe else state
