"""Detectors are compared under one rule, and texts hold the figures of it by key."""

import re
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from anomaly_desk.errors import CourseError
from anomaly_desk.labs import measured
from anomaly_labs import evaluation, plots, thresholds
from anomaly_labs.evaluation import Comparison
from anomaly_labs.teaching import comparison

PROJECT = Path(__file__).parents[1]
HELD = np.arange(100.0)
NAMES = ["normal"] * 4 + ["smurf", "smurf", "nmap", "worm", "worm"]
FAMILIES = ["normal"] * 4 + ["dos", "dos", "probe", "r2l", "r2l"]
TEST = np.array([10.0, 20.0, 96.0, 98.0, 97.0, 10.0, 99.0, 97.5, 96.0])
SHARED = {"names": NAMES, "known": ["smurf", "nmap"], "families": FAMILIES}


@pytest.fixture
def both():
    scores = {"trees": (HELD, TEST), "tied": (np.repeat([0.0, 96.5], [97, 3]), TEST)}
    return Comparison(thresholds.percentile, scores, options={"q": 95.0}, **SHARED)


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_course_style()
    yield
    plt.close("all")


def test_table_by_hand(both):
    row = both.table().loc["trees"]
    assert row["threshold"] == 94.0 and row["held_out"] == 0.05
    assert row["false_alarms"] == 0.5 and row["recall"] == 0.8
    assert row["recall_known"] == pytest.approx(2 / 3) and row["recall_new"] == 1.0
    assert row["macro_recall"] == pytest.approx((0.5 + 1 + 1) / 3)
    assert both.rule == "percentile, q=95"


def test_ties_show_what_a_rule_cannot_divide(both):
    table = both.table()
    assert table.loc["tied", ["threshold", "held_out", "tied", "largest_tie"]].tolist() == [
        *(0.0, 0.03, 0.97, 0.97)
    ]
    assert table.loc["trees", ["tied", "largest_tie"]].tolist() == [0.01, 0.01]


def test_recall_by_family(both):
    assert both.by_family()["trees"].to_dict() == {"dos": 0.5, "r2l": 1.0, "probe": 1.0}


def test_equal_false_alarms_are_never_more_than_asked_for(both):
    table = both.at_false_alarms([0.0, 0.24, 0.25, 0.5]).set_index(["detector", "false_alarms"])
    assert table.loc["trees", "recall"].tolist() == [0.2, 0.2, 0.6, 0.8]
    assert table.loc["trees", "recall_new"].tolist() == [0.0, 0.0, 0.5, 1.0]
    for rate in (1.0, -0.1):
        with pytest.raises(ValueError, match="must be at least 0, below 1"):
            both.at_false_alarms([rate])


def test_rule_may_look_at_the_rows_to_judge():
    same = Comparison(thresholds.conformal_bh, {"trees": (HELD, TEST)}, **SHARED)
    assert same.thresholds["trees"] == thresholds.conformal_bh(HELD, TEST)


@pytest.mark.parametrize(
    ("rule", "error", "told"),
    [
        ({"a": 0.5, "b": thresholds.percentile}, ValueError, "give one rule for all"),
        ([thresholds.percentile, thresholds.pot], ValueError, "different rules cannot be compared"),
        (0.5, ValueError, "means something else to each of a, b"),
        (thresholds.f1_optimal, TypeError, "needs attack labels"),
        ("percentile", TypeError, "must be a rule of thresholds"),
    ],
)
def test_two_rules_and_rules_with_labels_are_refused(rule, error, told):
    with pytest.raises(error, match=told):
        Comparison(rule, {"a": (HELD, TEST), "b": (HELD, TEST)}, **SHARED)


def test_number_cuts_one_detector():
    half = Comparison(0.5, {"trees": (HELD, TEST / 100)}, **SHARED)
    assert half.rule == "score above 0.5" and half.thresholds == {"trees": 0.5}


@pytest.mark.parametrize(
    ("held", "test"), [([], TEST), (HELD, TEST[1:]), ([1.0, np.nan], TEST), (HELD[None], TEST)]
)
def test_scores_of_other_rows_are_refused(held, test):
    with pytest.raises(ValueError, match=r"scores|rows"):
        Comparison(thresholds.percentile, {"trees": (held, test)}, **SHARED)


def test_names_and_families_describe_the_same_rows():
    with pytest.raises(ValueError, match="families have the shape"):
        Comparison(0.5, {"a": (HELD, TEST)}, names=NAMES, known=[], families=FAMILIES[1:])
    with pytest.raises(ValueError, match="at least one detector"):
        Comparison(thresholds.percentile, {}, **SHARED)


def test_figure_draws_curve_band_and_point_of_each_detector(both):
    half = Comparison(94.5, {"trees": (HELD, TEST)}, **SHARED)
    bands = pd.DataFrame(
        {"detector": "trees", "types": "new", "false_alarms": [0.01, 0.1], "low": 0, "high": 1}
    )
    ax = plots.recall_over_alarms(both, "new", bands=bands, marks=[half, both])
    assert ax.get_xscale() == "log" and len(ax.collections) == 1
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["trees", "tied", "score above 94.5", "percentile, q=95"]
    points = [line.get_xydata()[0].tolist() for line in ax.lines if len(line.get_xdata()) == 1]
    assert [0.5, 1.0] in points
    colours = {line.get_color() for line in ax.lines if len(line.get_xdata()) > 2}
    assert len(colours) == 2 and not colours & {plots.style.NORMAL, plots.style.ATTACK}


def test_figure_reads_the_rate_that_one_can_afford(both):
    title = plots.recall_over_alarms(both, "known", afford=0.25).get_title(loc="left")
    assert " ".join(title.split()) == "Known types at 25 % false alarms: trees 0.67, tied 0.67"
    with pytest.raises(ValueError, match="'known' or 'new'"):
        plots.recall_over_alarms(both, "old")


def test_headline_takes_comparisons_of_one_rule_only(both):
    figures = evaluation.headline(comparison=both, auc=0.9).figures
    assert figures["recall_new_trees"] == 1.0 and figures["false_alarms_tied"] == 1.0
    assert next(iter(figures)) == "auc" and len(figures) == 9
    for name in ("recall_new_types_supervised", "false_alarms_trees", "unseen_attack_recall"):
        with pytest.raises(ValueError, match="must come from one rule"):
            evaluation.headline(**{name: 0.3})


def test_bands_hold_both_test_files_and_every_detector():
    for part in ("nsl", "kdd99"):
        table = comparison.bands(part)
        assert set(table["detector"]) == {"XGBoost", "autoencoder", "BiGAN", "Mahalanobis"}
        assert ((table["low"] <= table["mean"]) & (table["mean"] <= table["high"])).all()
        assert comparison.measured()["data"][part]["seeds"] >= 5
        assert comparison.measured()["data"][part]["source"] == "real"
    with pytest.raises(ValueError, match="choose from nsl, kdd99"):
        comparison.bands("cicids")


def test_figures_come_by_key_as_mean_or_range():
    mean, low, high = comparison.measured()["data"]["nsl"]["detectors"]["xgboost"]["half"][
        "recall_new"
    ]
    assert comparison.figure("nsl.xgboost.half.recall_new") == f"{mean:.2f}"[1:]
    both = f"{low:.2f}"[1:], f"{high:.2f}"[1:]
    assert comparison.figure("nsl.xgboost.half.recall_new.range") == " to ".join(both)
    assert comparison.figure("kdd99.new_types") == "17"
    for key in ("nsl", "nsl.xgboost", "nsl.xgboost.half", "nsl.xgboost.half.no", "no.no", ""):
        with pytest.raises(KeyError, match="holds no figure"):
            comparison.figure(key)


# A claim speaks of attack types that training did not hold, or of detectors at equal false alarms.
CLAIM = re.compile(r"(?i)new (attack )?types|training did not hold|equal false alarms")
KEYED = re.compile(r"<!-- comparison: [\w.]+ -->[^<]*<!-- / -->|@comparison:[\w.]+@")
NUMBER = re.compile(r"(?<![\w.])0?\.\d\d+(?!\w|\.\d)")


def unkeyed(text):
    """Return the claims of a text that hold a figure which was typed by hand."""
    parts = re.split(r"\n\s*\n|\n(?=\|)", text)
    claims = [part for part in parts if CLAIM.search(part)]
    return [part for part in claims if NUMBER.search(KEYED.sub("", part))]


def written():
    """Yield the texts that make such claims: pages, rubrics, and the text cells of labs."""
    for name in ("README.md", "INSTRUCTORS.md"):
        yield name, (PROJECT / name).read_text(encoding="utf-8")
    for path in sorted(PROJECT.glob("solutions/*/rubric.md")):
        yield path.parent.name, path.read_text(encoding="utf-8")
    for path in sorted(PROJECT.glob("solutions/*/lab.py")):
        for cell in jupytext.read(path, fmt="py:percent").cells:
            if cell.cell_type == "markdown":
                yield path.parent.name, cell.source


def test_no_figure_of_a_comparison_is_typed_by_hand():
    assert [(name, claims) for name, text in written() if (claims := unkeyed(text))] == []
    keys = [key for _, text in written() for key in KEYED.findall(text)]
    assert len(keys) >= 40


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It finds .78 of the new types, the other .32.", 1),
        ("It finds @comparison:nsl.a.b@ of the new types, the other .32.", 1),
        ("| recall on new types | <!-- comparison: nsl.a -->.34<!-- / --> |", 0),
        ("| recall on new types | - |\n| AUC | .96 |", 0),
        ("Cut at .5, at equal false alarms, at 1 %.", 0),
    ],
)
def test_typed_figures_are_found(text, found):
    assert len(unkeyed(text)) == found


def test_texts_hold_figures_by_key_and_an_unknown_key_is_refused(tmp_path):
    wanted = comparison.figure("nsl.xgboost.at_1.recall_new")
    assert measured.placed("@comparison:nsl.xgboost.at_1.recall_new@") == wanted
    stale = "<!-- comparison: nsl.xgboost.at_1.recall_new -->.99<!-- / -->"
    assert measured.renewed(f"| {stale} |") == f"| {stale.replace('.99', wanted)} |"
    for text in ("@comparison:nsl.no@", "<!-- comparison: nsl.no -->1<!-- / -->"):
        with pytest.raises(CourseError, match=r"no figure 'nsl\.no'"):
            measured.placed(measured.renewed(text))
