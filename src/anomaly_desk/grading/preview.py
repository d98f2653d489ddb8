"""What grading would take for whose work, sent when by which clock; nothing is graded."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from anomaly_desk.grading import times
from anomaly_desk.submissions.people import Roster
from anomaly_desk.submissions.submission import Submission


def are_several(submissions: Iterable[Submission]) -> bool:
    """Return whether there is work of more than one sender."""
    return len({one.sender for one in submissions if one.assignment}) > 1


def show(
    console: Console, submissions: list[Submission], class_: Roster | None, *, unsure: bool
) -> None:
    """Print sender, learner, clock and penalty of each file.

    Parameters
    ----------
    console
        Where to.
    submissions
        With their times, from `evidence.judge`.
    class_
        The roster, or None.
    unsure
        Whether nothing tells that these senders are learners.
    """
    table = Table("learner", "assignment", "file", "sender", "sent", "clock", "penalty")
    for column in table.columns:
        column.overflow = "fold"
    for one in submissions:
        table.add_row(*map(escape, _cells(one, class_)))
    console.print(table)
    for one in submissions:
        said = [f.text for f in one.findings if f.kind.startswith(("late", "left-out"))]
        text = " ".join(filter(None, [one.refused, *said]))
        if text:
            who = f"{one.sender}, {one.title}: {text}"
            console.print(who, markup=False, highlight=False, soft_wrap=True)
    console.print(f"Nothing was graded. Files: {len(submissions)}.", highlight=False)
    if unsure:
        console.print(
            "There is no roster, so each sender would be a learner. Give one (--roster FILE); or, "
            "if the senders above are right, add --senders-are-right.",
            highlight=False,
            soft_wrap=True,
        )


def _cells(one: Submission, class_: Roster | None) -> Iterable[str]:
    person = class_.get(one.learner) if class_ else None
    yield "nobody's" if one.is_nobodys else str(person or one.learner)
    yield one.assignment or "-"
    yield one.title
    yield one.sender
    yield times.shown(one.sent) if one.sent else "-"
    yield one.clock or "-"
    unclear = any(finding.kind == "late-unclear" for finding in one.findings)
    yield "a human decides" if unclear else f"{-one.penalty:g}" if one.penalty else "-"
