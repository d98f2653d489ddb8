"""Each lab's drawings and toy problems: used by that lab alone, described where they stand."""

import importlib
import re
import shutil
from pathlib import Path

import pytest

from anomaly_desk.labs import manifest, sources
from anomaly_labs import gan, plots

PROJECT = Path(__file__).parents[1]
TEXTS = {lab.name: lab.path.read_text() for lab in manifest.labs(PROJECT)}
LABS = [name for name in TEXTS if name in plots.FORMER]


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_has_figures_of_its_own_that_no_other_draws(lab):
    drawn = {name: set(re.findall(r"\bteaching\.(\w+)\(", text)) for name, text in TEXTS.items()}
    assert set(plots.FORMER[lab].split()) <= drawn[lab]
    assert set(re.findall(r"teaching import (lab\w+) as teaching\n", TEXTS[lab])) == {lab}


@pytest.mark.parametrize("lab", LABS)
def test_a_general_figure_keeps_its_name_in_every_lab(lab):
    for name in re.findall(r"\bplots\.(\w+)\(", TEXTS[lab]):
        assert name in vars(plots), name


@pytest.mark.parametrize("lab", LABS)
def test_names_of_the_edition_before_stay_for_this_one(lab):
    for name in plots.FORMER[lab].split():
        module = importlib.import_module(f"anomaly_labs.teaching.{lab}")
        assert getattr(plots, name) is getattr(module, name)
    assert gan.failures.__name__ == "anomaly_labs.teaching.lab3_gan.failures"
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        plots.pie  # noqa: B018


@pytest.mark.parametrize("lab", LABS)
def test_a_figure_of_a_lab_without_its_sentence_is_refused(lab, tmp_path):
    before, cell = re.split(r"(?=teaching\.\w+\()", TEXTS[lab], maxsplit=1)
    drawing, after = cell.split("\n# %% [markdown]", maxsplit=1)
    path = shutil.copytree(PROJECT / "solutions" / lab, tmp_path / lab) / "lab.py"
    path.write_text(f"{before}{drawing}\n# %%\nprint()\n\n# %% [markdown]{after}")
    with pytest.raises(sources.SourceError, match="a figure needs a markdown cell after it"):
        sources.read(path)
