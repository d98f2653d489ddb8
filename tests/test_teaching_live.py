"""What a learner predicts and moves: guesses, live controls and their still figures."""

import base64
import re
import struct
import sys
from fractions import Fraction
from operator import attrgetter
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest

from anomaly_desk.execute import _page, run_notebook
from anomaly_desk.labs import sources
from anomaly_labs import runtime
from anomaly_labs.teaching import controls, guesses, live

PROJECT = Path(__file__).parents[1]
VIEW = live.VIEW


@pytest.mark.parametrize(
    ("guess", "came", "said"),
    [
        (None, 0.5, "0.5 came. You gave no guess"),
        (..., 0.5, "You gave no guess"),
        (0.5, 0.5, "you guessed 0.5, and so it came"),
        (0.505, 0.5, "and so it came"),
        (1, 0.25, "you guessed 1, 0.25 came; your guess is 0.75 too high"),
        (np.float32(10), np.int64(12_345), "you guessed 10, 12,345 came; your guess is 12,335 too"),
        (Fraction(1, 2), 1.0, "0.5 too low"),
        ("pot", "mad", "you guessed pot, but mad came"),
        ("half", 0.5, "you guessed half, but 0.5 came"),
        (True, 1.0, "you guessed True, but 1 came"),
        (float("nan"), 0.5, "you guessed nan, but 0.5 came"),
        ([1, 2], 0.5, "you guessed [1, 2], but 0.5 came"),
        ("x" * 500 + "\n", 0.5, "..., but 0.5 came"),
    ],
)  # fmt: skip
def test_any_guess_is_one_line_beside_what_came(capsys, guess, came, said):
    guesses.compare(guess, came, "The recall")
    out = capsys.readouterr().out
    assert out.startswith("The recall: ")
    assert out.count("\n") == 1
    assert said in out


@pytest.fixture
def shown(monkeypatch):
    """The bundles that a control displays."""
    found = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: found.append(data))
    return found


def scores():
    rng = np.random.default_rng(0)
    is_attack = (np.arange(2000) % 10 == 0).astype(int)
    return rng.lognormal(size=2000) + 3 * is_attack, is_attack


CONTROLS = {
    "threshold": lambda: controls.threshold(*scores(), share=0.01),
    "share": lambda: controls.share(0.9, 0.01),
    "epsilon": lambda: controls.epsilon(
        pd.DataFrame(np.outer([0, 0.5, 1], [1.0, -2.0, 3.0]), [0.0, 0.5, 1.0], list("abc")),
        [0.9, 0.6, 0.1],
        limit=0.5,
    ),
}


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG")
    return struct.unpack(">II", picture[16:24])


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_redraws_its_figure_at_each_place_and_closes_it(shown, name):
    import ipywidgets

    before = set(ipywidgets.widget._instances)
    CONTROLS[name]()
    (bundle,) = shown
    made = [one for key, one in ipywidgets.widget._instances.items() if key not in before]
    (picture,) = [one for one in made if isinstance(one, ipywidgets.Image)]
    (slider,) = [one for one in made if isinstance(one, ipywidgets.SelectionSlider)]
    still = base64.b64decode(bundle["image/png"])
    assert picture.value == still
    assert size(still)[0] > 500
    pictures = set()
    for _, value in slider.options:
        slider.value = value
        pictures.add(bytes(picture.value))
    assert len(pictures) == len(slider.options) >= 3
    assert plt.get_fignums() == []
    assert bundle[VIEW]["model_id"] in ipywidgets.widget._instances


def test_without_widgets_the_still_figure_is_shown(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    CONTROLS["share"]()
    (bundle,) = shown
    assert bundle.keys() == {"text/plain", "image/png"}
    assert bundle["text/plain"] == (
        "share of attacks 1 %: At 1 % attacks, 48 of 100 alerts are attacks"
    )


def test_while_grading_a_control_shows_nothing(shown, monkeypatch):
    monkeypatch.setenv(runtime.LEARNER, "ann")
    CONTROLS["threshold"]()
    assert shown == []


def test_cost_counts_alerts_hours_and_missed_attacks(monkeypatch):
    drawn = {}
    monkeypatch.setattr(live, "slider", lambda draw, values, **more: drawn.update(draw=draw))
    found = np.r_[np.arange(1000) / 100, np.full(10, 9.5)]
    is_attack = np.r_[np.zeros(1000), np.ones(10)]
    controls.threshold(found, is_attack, share=0.01, per_day=1000, minutes=6, wage=50, loss=7)
    ax = drawn["draw"](0, plt.figure().subplots())
    # the lowest limit: a fifth of 990 normal connections, and each of ten attacks
    assert " ".join(ax.get_title(loc="left").split()).endswith(
        "208 alerts a day (198 false), 21 analyst hours, cost 1,040"
    )
    plt.close("all")


def test_a_start_that_is_no_value_is_refused():
    with pytest.raises(ValueError, match=r"start=3 must be one of values, which are \[1, 2\]"):
        live.slider(lambda value, ax: ax, [1, 2], start=3, label="x")


def test_an_executed_notebook_keeps_the_still_figure_and_loads_nothing(tmp_path):
    code = "from anomaly_labs.teaching import controls\ncontrols.share(0.9, 0.01)"
    cells = [nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("1 / 0")]
    done = run_notebook(nbformat.v4.new_notebook(cells=cells), folder=tmp_path, env={})
    (output,) = done.cells[0].outputs
    assert output.data.keys() == {"image/png", "text/plain"}
    assert "widgets" not in done.metadata
    page = _page(done, "x")
    assert "data:image/png;base64," in page
    assert "widget-view+json" not in page


def test_a_guess_is_no_edited_cell():
    from anomaly_desk.submissions.transplant import transplant_cells

    cells = [
        nbformat.v4.new_code_cell("guess = None  # your guess: the recall"),
        nbformat.v4.new_code_cell("guesses.compare(guess, 0.5, 'The recall')"),
    ]
    release = nbformat.v4.new_notebook(cells=cells)
    sent = nbformat.from_dict(release)
    sent = nbformat.reads(nbformat.writes(sent).replace("None", "0.25"), 4)
    assert [one.kind for one in transplant_cells(release, sent)[1]] == []
    sent = nbformat.reads(nbformat.writes(sent).replace("The recall", "My recall"), 4)
    assert [one.kind for one in transplant_cells(release, sent)[1]] == ["edited-cell"]


LABS = [source for source in sources.course(PROJECT) if source.lab.status == "ready"]


@pytest.mark.parametrize("source", LABS, ids=attrgetter("name"))
def test_key_tables_of_each_lab_are_guessed_first_and_none_of_an_assessment(source):
    cells = [cell.text for cell in source.cells if cell.kind == "code"]
    asked = [n for n, text in enumerate(cells) if text.startswith("guess = None  # your guess: ")]
    told = [
        n
        for n, text in enumerate(cells)
        if "guesses.compare(guess, " in " ".join(text.split()).replace("( ", "(")
    ]
    assert len(asked) in ((0,) if source.lab.kind == "assessment" else (2, 3))
    # one table, or a cell of numbers and their table, lies between a guess and what came
    assert [after - before in (2, 3) for before, after in zip(asked, told, strict=True)] == [
        True
    ] * len(asked)
    assert not any("\n" in cells[n].strip() for n in asked)


def test_three_labs_have_a_live_control_each():
    found = {
        source.name: re.findall(r"controls\.(\w+)\(", cell.text)
        for source in LABS
        for cell in source.cells
        if "controls." in cell.text and cell.kind == "code"
    }
    assert found == {
        "lab0_start": ["share"], "lab2_autoencoder": ["threshold"], "lab4_adversarial": ["epsilon"],
    }  # fmt: skip
