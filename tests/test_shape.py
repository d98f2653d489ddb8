"""The form in which learners meet a lab: hints that Markdown reads, checks that are folded."""

import re
from operator import attrgetter
from pathlib import Path

import nbformat
import pytest
from nbconvert.filters import markdown2html

from anomaly_desk.labs import manifest, sources

PROJECT = Path(__file__).parents[1]
LABS = manifest.labs(PROJECT)
NAME = attrgetter("name")


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_no_hint_of_a_built_notebook_shows_the_marks_of_markdown(lab):
    notebook = nbformat.read(PROJECT / lab.released, as_version=4)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    shown = "".join(markdown2html(text) for text in texts if "<details>" in text)
    held = re.findall(r"<details>.*?</details>", shown, re.DOTALL)
    assert len(held) == sum(text.count("<details>") for text in texts)
    assert [hint for hint in held if "`" in hint or "&amp;lt;" in hint] == []


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_a_check_is_folded_and_its_first_line_says_what_it_is(lab):
    points = sources.of_lab(lab).points
    notebook = nbformat.read(PROJECT / lab.released, as_version=4)
    folded = [cell for cell in notebook.cells if cell.metadata.get("jupyter")]
    assert [cell.metadata.jupyter for cell in folded] == [{"source_hidden": True}] * len(points)
    assert [cell.source.partition("\n")[0] for cell in folded] == [
        f"# Check of {name}, {n:g} point{'' if n == 1 else 's'}" for name, n in points.items()
    ]
