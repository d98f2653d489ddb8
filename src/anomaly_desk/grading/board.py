"""The board that an instructor watches while a class is graded; plain lines without a terminal."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from anomaly_desk.grading.ledger import Graded
from anomaly_desk.submissions.submission import Submission

WAITING, GRADING, GRADED, KEPT, HUMAN = "waiting", "grading", "graded", "kept", "needs a human"
_STYLES = {WAITING: "dim", GRADING: "cyan", GRADED: "green", KEPT: "green", HUMAN: "bold yellow"}
_FRAME = 8  # lines of the terminal that are no rows


def state(graded: Graded) -> str:
    """Return what became of a submission, in a word or three."""
    if graded.needs_human:
        return HUMAN
    return KEPT if graded.again else GRADED


@dataclass
class _Row:
    learner: str
    assignment: str
    state: str = WAITING
    points: str = ""
    began: float = 0.0
    seconds: float = 0.0
    ended: int = 0


class Board:
    """Shows each submission's state, points and seconds, and the time that is left.

    Use it as a context; `begin` and `done` tell it what happens.
    """

    def __init__(self, submissions: Iterable[Submission], console: Console) -> None:
        self.console = console
        self._rows = {
            (one.assignment, one.learner): _Row(one.learner, one.assignment) for one in submissions
        }
        self._total, self._done, self._graded = len(self._rows), 0, 0
        self._started = time.monotonic()
        self._live = Live(
            get_renderable=lambda: self,
            console=console,
            transient=True,
            refresh_per_second=4,
        )

    def __enter__(self) -> "Board":
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    @property
    def n_done(self) -> int:
        """How many submissions have a result."""
        return self._done

    def begin(self, one: Submission) -> None:
        """Show that the grading of a submission has begun."""
        row = self._rows[one.assignment, one.learner]
        row.state, row.began = GRADING, time.monotonic()

    def done(self, graded: Graded) -> None:
        """Show a result."""
        row = self._rows[graded.assignment, graded.learner]
        self._done += 1
        self._graded += row.began > 0
        row.state, row.ended = state(graded), self._done
        row.seconds = 0.0 if graded.again else graded.seconds
        row.points = "" if graded.trouble else f"{sum(graded.points.values()):g}"
        if not self.console.is_terminal:
            self.console.print(self._line(row), markup=False, highlight=False, soft_wrap=True)

    def left(self) -> str:
        """Return how much time is left, as far as one can say."""
        todo = self._total - self._done
        if not todo or not self._graded:
            return ""
        seconds = (time.monotonic() - self._started) / self._graded * todo
        return f"about {duration(seconds)} left"

    def _line(self, row: _Row) -> str:
        parts = [row.state]
        if row.points:
            parts.append(f"{row.points} points")
        if row.seconds:
            parts.append(f"{row.seconds:.1f} s")
        if left := self.left():
            parts.append(left)
        who = f"{row.learner}, {row.assignment or '-'}"
        return f"[{self._done}/{self._total}] {who}: {', '.join(parts)}"

    def __rich__(self) -> Group:
        """Return the table as it stands now: what is being graded, then what ended last."""
        table = Table(title="Grading", title_justify="left")
        for heading in ("learner", "assignment", "state"):
            table.add_column(heading, no_wrap=True)
        for heading in ("points", "seconds"):
            table.add_column(heading, justify="right")
        room = max(3, self.console.height - _FRAME)
        rows = sorted(self._rows.values(), key=_urgency)[:room]
        for row in rows:
            seconds = time.monotonic() - row.began if row.state == GRADING else row.seconds
            table.add_row(
                escape(row.learner),
                row.assignment or "-",
                f"[{_STYLES[row.state]}]{row.state}[/]",
                row.points,
                f"{seconds:.0f}" if seconds else "",
            )
        counts = Counter(row.state for row in self._rows.values())
        said = [f"{counts[word]} {word}" for word in _STYLES if counts[word]]
        return Group(table, Text(", ".join([*said, *filter(None, [self.left()])])))


def duration(seconds: float) -> str:
    """Return a time in the unit that a person would choose.

    Examples
    --------
    >>> duration(41.3), duration(400), duration(8000)
    ('42 s', '7 min', '2.2 h')
    """
    if seconds < 90:
        return f"{int(seconds) + 1} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _urgency(row: _Row) -> tuple[int, int]:
    order = {GRADING: 0, HUMAN: 1, GRADED: 1, KEPT: 1, WAITING: 2}
    return order[row.state], -row.ended
