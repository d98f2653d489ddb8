"""What an instructor reads before and after grading: the terms, a table, who needs a human."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from anomaly_desk.grading import board, late, ledger, times
from anomaly_desk.grading.ledger import WITHOUT_SANDBOX, Graded
from anomaly_desk.sandbox import protection
from anomaly_desk.submissions import clocks, roster
from anomaly_desk.submissions.people import Person, Roster
from anomaly_desk.submissions.submission import Submission

Result = TypeVar("Result")

NOTHING_SENT = "nothing sent"
_NUMBERS = ("points", "of", "late", "by hand", "findings")


@dataclass(frozen=True)
class Summary:
    """What became of a class.

    Attributes
    ----------
    silent
        Learners of the roster who have sent nothing for an assignment.
    maximum
        Automatic points of each assignment.
    dated
        Whether there was a deadline, so that the times of sending matter.
    zone
        The zone of times in zips that name none; this machine's where it is None.
    """

    results: list[Graded]
    submissions: list[Submission]
    silent: list[tuple[Person, str]]
    class_: Roster | None
    maximum: Mapping[str, float]
    dated: bool = False
    zone: tzinfo | None = None

    def who(self, learner: str) -> str:
        """Return a learner's name and id, as far as they are known."""
        person = self.class_.get(learner) if self.class_ else None
        return str(person) if person else learner

    @cached_property
    def clocks(self) -> Counter[str]:
        """Return what told the times of sending, and how often."""
        return Counter(one.clock or "nothing" for one in self.submissions)

    def sent(self, result: Graded) -> Submission | None:
        """Return what a result is about."""
        key = (result.assignment, result.learner)
        return next((one for one in self.submissions if (one.assignment, one.learner) == key), None)


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


def warning() -> str:
    """Return the line that is printed before and after grading without a sandbox."""
    return (
        f"[bold red]{WITHOUT_SANDBOX.capitalize()}[/]: learners' code ran with all your rights; "
        "never do this with work that you do not trust."
    )


def before(
    console: Console,
    class_: Roster | None,
    policy: late.Policy,
    assignments: Iterable[str],
    file: Path,
) -> None:
    """Print the terms: roster, which is in `file`, deadlines, what being late costs."""
    if class_ is not None:
        _say(console, f"Roster: {len(class_.people)} learners, from {file}.")
        if guessed := roster.guessed(file):
            _say(console, f"{guessed}.")
    for name in assignments:
        if deadline := policy.deadlines.get(name):
            _say(console, f"Deadline of {name}: {times.shown(deadline)}; late work costs {policy}.")


def after(console: Console, summary: Summary, root: Path, *, verbose: bool, unsafe: bool) -> None:
    """Print the table, then in words who needs a human and why, who sent nothing, and where."""
    results = summary.results
    console.print(table(summary))
    for result in results if verbose else ():
        console.print(f"[bold]{escape(summary.who(result.learner))}[/], {result.assignment or '-'}")
        console.print("\n".join(ledger.lines(result)), markup=False, highlight=False)
    human = [result for result in results if result.needs_human]
    if human:
        console.print(f"[bold yellow]For a human to look at ({len(human)}):[/]")
        for result in human:
            who = f"{summary.who(result.learner)}, {result.assignment or 'no assignment'}"
            _say(console, f"  {who}: {' '.join(_reasons(result))}")
        _say(console, "Settle what you have looked at: anomaly-labs accept ASSIGNMENT LEARNER")
    if summary.silent:
        console.print(f"[bold]{NOTHING_SENT.capitalize()} ({len(summary.silent)}):[/]")
        for person, assignment in summary.silent:
            _say(console, f"  {person}, {assignment}")
    if summary.dated:
        by = ", ".join(f"{clock} ({n})" for clock, n in summary.clocks.most_common())
        _say(console, f"Times of sending were told by: {by}.")
        if clocks.ZIP in summary.clocks:
            zone = summary.zone or "the zone of this machine"
            _say(console, f"A zip's times that name no zone were read as times in {zone}.")
    again = sum(result.again for result in results)
    kept = f", {again} of them kept from an earlier run (--regrade grades them anew)"
    number = "1 submission" if len(results) == 1 else f"{len(results)} submissions"
    _say(console, f"{number}{kept if again else ''}.")
    _say(console, f"Findings: {root / 'findings'}; feedback: {root / 'feedback'}")
    if unsafe:
        console.print(warning())
    else:
        _say(console, protection.sentence())


def table(summary: Summary) -> Table:
    """Return one row for each submission, and one for each learner who sent none."""
    headings = ["learner", "assignment", *_NUMBERS]
    if summary.class_:
        headings.insert(1, "name")
    shown = Table(title="Automatic points", title_justify="left")
    for heading in headings:
        justify: Literal["right", "left"] = "right" if heading in _NUMBERS else "left"
        # an id that is cut short could be another learner's
        shown.add_column(heading, justify=justify, overflow="fold")
    if summary.dated:
        shown.add_column("sent", overflow="fold")
    shown.add_column("state", no_wrap=True)
    for result in summary.results:
        shown.add_row(*_cells(result, summary))
    for person, assignment in summary.silent:
        row = [escape(person.id), escape(person.name), assignment, *["-"] * (len(headings) - 3)]
        shown.add_row(*row, *["-"] * summary.dated, f"[dim]{NOTHING_SENT}[/]")
    return shown


def _cells(result: Graded, summary: Summary) -> Iterator[str]:
    person = summary.class_.get(result.learner) if summary.class_ else None
    yield escape(result.learner)
    if summary.class_:
        yield escape(person.name) if person else "-"
    yield result.assignment or "-"
    yield "-" if result.trouble else f"{sum(result.points.values()):g}"
    maximum = summary.maximum.get(result.assignment)
    yield "-" if maximum is None else f"{maximum:g}"
    yield f"{-result.penalty:g}" if result.penalty else ""
    yield str(len(result.by_hand))
    yield str(len(result.findings))
    if summary.dated:
        one = summary.sent(result)
        when = f"{one.sent:%m-%d %H:%M}, " if one and one.sent else "not clear, "
        yield f"{when}{one.clock or 'no clock'}" if one else "-"
    yield _state(result)


def _state(result: Graded) -> str:
    word = board.state(result)
    shown = f"[bold yellow]{word}[/]" if result.needs_human else f"[green]{word}[/]"
    return f"{shown}, [bold red]{WITHOUT_SANDBOX}[/]" if result.unsafe else shown


def _reasons(result: Graded) -> list[str]:
    """Return every reason why somebody should look, each once."""
    serious = [finding.text for finding in result.findings if finding.needs_human]
    return list(dict.fromkeys(filter(None, [result.trouble, *serious])))


def _say(console: Console, text: str) -> None:
    """Print a line as it is, however long and whatever is in it."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
