"""The page of the class report: one file, without scripts, of a graded class."""

import base64
import hashlib
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import numpy as np
from markupsafe import Markup

from anomaly_desk.grading import ledger
from anomaly_desk.grading.ledger import WITHOUT_SANDBOX
from anomaly_desk.report import compare, figures, items, similarity
from anomaly_desk.report.classwork import OUTCOMES, Classwork, Work
from anomaly_desk.report.compare import Comparison, Pair
from anomaly_desk.report.items import Item
from anomaly_desk.report.notebooks import plain
from anomaly_desk.sandbox import protection
from anomaly_desk.submissions.findings import UNREAD
from anomaly_desk.submissions.roster import write_private

FOLDER = Path(__file__).parent
MAX_HINTS = 40
MAX_HINT = 300  # characters
PER_GROUP = 4  # pairs of one group with both texts: more would be the same again


@dataclass(frozen=True)
class Row:
    """One exercise in the table: its analysis, and how many had which outcome."""

    name: str
    points: float
    item: Item | None
    counts: tuple[int, ...]
    bar: Markup
    untouched: tuple[str, ...]

    @property
    def said(self) -> str:
        """The outcomes in words."""
        found = zip(self.counts, OUTCOMES, strict=True)
        return ", ".join(f"{count} {outcome}" for count, outcome in found if count)


@dataclass(frozen=True)
class Hint:
    """One sentence of a check, and who was told it."""

    task: str
    text: str
    learners: tuple[str, ...]


def render(work: Classwork, comparison: Comparison, *, names: bool = True) -> str:
    """Return the page; without `names` it says nothing of a single learner.

    Parameters
    ----------
    work
        The graded class.
    comparison
        What `compare.compare` found in the same class.
    names
        Whether the page names learners and shows answers.
    """
    style = (FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    read = [one for one in work.submissions if _is_read(one)]
    totals = [one.total for one in work.submissions]
    seconds = [one.seconds for one in work.submissions if one.seconds is not None]
    return _template(work).render(
        work=work,
        names=names,
        style=Markup(style),
        digest=digest,
        protection=_protection(work),
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        maximum=sum(task.points for task in work.tasks),
        totals=totals,
        median=statistics.median(totals) if totals else None,
        reached=[(name, mark, sum(t >= mark for t in totals)) for name, mark in work.marks],
        human=work.human,
        accepted=ledger.accepted,
        waiting=[one for one in work.submissions if one.waits],
        unread=len(work.submissions) - len(read),
        points_figure=_points_figure(work, totals),
        outcomes=OUTCOMES,
        rows=rows(work, read),
        items=items,
        n_read=len(read),
        hints=[h for h in hints(read) if names or len(h.learners) > 1][:MAX_HINTS],
        kinds=_kinds(work.submissions),
        seconds=seconds,
        seconds_figure=_seconds_figure(seconds),
        comparison=comparison,
        alike=similarity,
        share_figure=_share_figure(comparison.shares),
        shown_pairs=comparison.pairs[: compare.MAX_PAIRS],
        beside=_beside(work, comparison) if names else [],
    )


def _protection(work: Classwork) -> str:
    """Return which protections hold here, unless somebody's work was graded without."""
    unsafe = any(f.kind == "unsafe" for one in work.submissions for f in one.findings)
    return WITHOUT_SANDBOX.capitalize() + "." if unsafe else protection.sentence()


def _template(work: Classwork) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["who"] = work.who
    return environment.get_template("page.html")


def write(path: Path, text: str) -> None:
    """Write the page so that its owner alone can read it."""
    write_private(path, text.encode())


def rows(work: Classwork, read: list[Work]) -> list[Row]:
    """Return the exercises with their analysis; one that waits for its reader has none yet."""
    ready = [t for t in work.tasks if all(one.points[t.name] is not None for one in read)]
    points = [[one.points[task.name] or 0.0 for task in ready] for one in read]
    maximum = np.array([task.points for task in ready], dtype=float)
    table = np.array(points, dtype=float).reshape(len(read), len(ready))
    found = dict(zip((task.name for task in ready), items.analyse(table, maximum), strict=True))
    made = []
    for task in work.tasks:
        outcomes = {one.learner: one.outcomes.get(task.name, "untouched") for one in read}
        counted = Counter(outcomes.values())
        counts = tuple(counted[outcome] for outcome in OUTCOMES)
        untouched = tuple(who for who, outcome in outcomes.items() if outcome == "untouched")
        bar = figures.stacked(counts)
        made.append(Row(task.name, task.points, found.get(task.name), counts, bar, untouched))
    return made


def hints(submissions: Iterable[Work]) -> list[Hint]:
    """Return the sentences of failed checks, the commonest first."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in submissions:
        for task, sentence in one.hints.items():
            told.setdefault((task, plain(sentence)[:MAX_HINT]), []).append(one.learner)
    found = [Hint(task, text, tuple(learners)) for (task, text), learners in told.items()]
    return sorted(found, key=lambda hint: (-len(hint.learners), hint.task, hint.text))


def _is_read(one: Work) -> bool:
    return not any(finding.kind in UNREAD for finding in one.findings)


def _points_figure(work: Classwork, totals: list[float]) -> Markup:
    maximum = sum(task.points for task in work.tasks)
    return figures.histogram(
        totals,
        figures.edges(max([maximum, *totals])),
        title="How many submissions have how many points",
        x_label="points",
        marks=[(f"{name} {mark:g}", mark) for name, mark in work.marks],
    )


def _seconds_figure(seconds: list[float]) -> Markup:
    return figures.histogram(
        seconds,
        figures.edges(max(seconds, default=1.0)),
        title="How long grading a submission took",
        x_label="seconds",
    )


def _share_figure(shares: np.ndarray) -> Markup:
    return figures.histogram(
        shares,
        np.linspace(0, 1, 11),
        title="How much of their code two learners have in common, over all pairs",
        x_label="share of fragments in common",
        marks=[("shown below", similarity.LIMIT)],
        percent=True,
    )


def _kinds(submissions: Iterable[Work]) -> list[tuple[str, int]]:
    """Return how many submissions have a finding of each kind."""
    found = Counter(kind for one in submissions for kind in {f.kind for f in one.findings})
    return sorted(found.items(), key=lambda kind: (-kind[1], kind[0]))


def _beside(work: Classwork, comparison: Comparison) -> list[tuple[Pair, list[compare.Beside]]]:
    """Return the pairs that are shown with both texts: some of each group."""
    group = {learner: number for number, found in enumerate(comparison.groups) for learner in found}
    shown: list[Pair] = []
    used: Counter[int] = Counter()
    for pair in comparison.pairs:
        used[group[pair.one]] += 1
        if used[group[pair.one]] <= PER_GROUP and len(shown) < compare.MAX_BESIDE:
            shown.append(pair)
    return [(pair, compare.beside(work, pair)) for pair in shown]
