"""A lab takes no longer than its header says: its tasks, and its text at 180 words a minute."""

import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest

from anomaly_desk.labs import manifest, sources

LABS = manifest.labs(Path(__file__).parents[1])
WORDS_A_MINUTE = 180


def parts(source: sources.Source) -> Iterator[tuple[sources.Cell, bool]]:
    """The cells that a learner reads, and whether they belong to an extra.

    An extra starts at a heading whose cell says "· extra ·" or "**Extra", and ends before the next
    heading of its level.
    """
    level = 0
    for cell in source.cells:
        if cell.kind != "markdown" or {"instructor", "reflect"} & cell.keys.keys():
            continue
        heading = re.search(r"^(#+) ", cell.text, re.MULTILINE)
        if heading and (not level or len(heading[1]) <= level):
            level = len(heading[1]) * (re.search(r"· extra ·|\*\*Extra", cell.text) is not None)
        yield cell, level > 0


def minutes_of(cell: sources.Cell, *, tells_all: bool) -> float:
    """What its task says, and the time to read it; with `tells_all` a task's text is in the first.

    Hints count as text: who needs none is done sooner.
    """
    task = re.search(r"\*\*(\d+) min\b", cell.text)
    text = re.sub(r"<[^>]+>", " ", cell.text)
    words = sum(re.search(r"\w", word) is not None for word in text.split())
    reading = 0.0 if task and tells_all else words / WORDS_A_MINUTE
    return reading + (float(task[1]) if task else 0.0)


def minutes(source: sources.Source) -> tuple[float, float]:
    """The minutes of the core, and those of the core and the extras.

    In an assessment a task's text is read in the task's minutes: they are all that it has.
    """
    tells_all = source.lab.kind == "assessment"
    taken = [(minutes_of(cell, tells_all=tells_all), extra) for cell, extra in parts(source)]
    core = sum(time for time, extra in taken if not extra)
    return core, sum(time for time, _ in taken)


@pytest.mark.parametrize("lab", LABS, ids=attrgetter("name"))
def test_tasks_and_reading_fit_into_the_minutes_of_the_header(lab):
    core, with_extras = minutes(sources.of_lab(lab))
    assert core <= lab.minutes
    assert with_extras <= lab.minutes + lab.extra_minutes


def test_a_lab_of_one_page_more_is_found(tmp_path):
    lab = next(lab for lab in LABS if lab.name == "lab0_start")
    before = minutes(sources.of_lab(lab))
    page = "\n\n# %% [markdown]\n# ## One page more\n# **2 min · {} · no points.** " + "word " * 180
    path = tmp_path / lab.name / "lab.py"
    path.parent.mkdir()
    for kind, core in (("core", 1.0), ("extra", 0.0)):
        path.write_text(lab.path.read_text() + page.format(kind) + "\n")
        more = [b - a for a, b in zip(before, minutes(sources.read(path)), strict=True)]
        assert more[1] == pytest.approx(3, abs=0.1)
        assert more[0] == pytest.approx(3 * core, abs=0.1)
