"""Figures of scores, curves and trees say what their data says."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

from anomaly_labs import plots
from anomaly_labs.plots import style
from anomaly_labs.teaching import lab0_start as lab0
from anomaly_labs.teaching import lab1_xgboost as lab1
from anomaly_labs.teaching import lab2_autoencoder as lab2
from anomaly_labs.teaching import lab4_adversarial as lab4

SCORES = np.array([0.9, 0.8, 0.6, 0.3, 0.1])
ATTACK = np.array([1, 1, 0, 1, 0])


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_course_style()
    yield
    plots.use_course_style()
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def title(ax):
    return ax.get_title(loc="left").replace("\n", " ")


def test_ladder_title_counts_hits_and_false_alarms():
    ax = lab1.score_ladder(SCORES, ATTACK, 0.5)
    assert title(ax) == "Threshold 0.5: 2 of 3 attacks found, 1 of 2 normal rows flagged"


def test_ladder_does_not_alert_at_the_threshold_itself():
    assert "1 of 3 attacks found, 0 of 2" in title(lab1.score_ladder(SCORES, ATTACK, 0.8))


def test_roc_steps_draws_one_point_per_threshold_in_any_order():
    ax = lab1.roc_steps(SCORES, ATTACK, [0.0, 1.0, 0.5])
    points = ax.lines[1].get_xydata()
    assert np.allclose(points, [[0, 0], [0.5, 2 / 3], [1, 1]])
    assert set(texts(ax)) == {"0", "0.5", "1"}


def test_roc_title_holds_the_area():
    ax = plots.roc_curve(ATTACK, SCORES, false_alarms_up_to=0.1)
    assert title(ax) == "Area under the curve: 0.83333"
    assert ax.get_xlim()[1] < 0.2


def test_roc_title_never_rounds_a_good_curve_up_to_a_perfect_one():
    scores = np.linspace(0, 1, 20_000)
    attack = (scores > 0.5).astype(int)
    attack[9_999:10_001] = [1, 0]
    ax = plots.roc_curve(attack, scores, recall_from=0.9)
    assert title(ax) == "Area under the curve: above 0.99999"
    assert 0.89 < ax.get_ylim()[0] < 0.9


def test_precision_recall_marks_what_guessing_reaches():
    ax = plots.precision_recall(ATTACK, SCORES, note="")
    assert texts(ax) == ["guessing: 0.6"]
    assert title(ax) == "Average precision: 0.917"


def test_legend_of_precision_recall_leaves_what_guessing_reaches_readable():
    attack = np.repeat([0, 1], [98, 2])
    ax = plots.precision_recall(attack, np.arange(100.0), label="trees")
    ax.figure.draw_without_rendering()
    assert not ax.get_legend().get_window_extent().overlaps(ax.texts[0].get_window_extent())


@pytest.mark.parametrize("draw", [plots.roc_curve, plots.precision_recall])
def test_curves_refuse_a_single_class(draw):
    with pytest.raises(ValueError, match="normal"):
        draw(np.ones(3, dtype=int), np.array([0.1, 0.2, 0.3]))


def test_confusion_matrix_counts_errors_off_the_diagonal():
    table = pd.DataFrame([[5, 1], [2, 1000]], index=["normal", "attack"], columns=["no", "yes"])
    ax = plots.confusion_matrix(table)
    assert title(ax) == "3 errors in 1,008 rows"
    assert texts(ax) == ["5", "1", "2", "1,000"]


def test_confusion_matrix_has_one_order_of_classes():
    names = ["u2r", "normal", "dos"]
    counts = pd.DataFrame([[1, 2, 3], [4, 5, 6], [7, 8, 9]], index=names, columns=names)
    for table in (counts, counts.loc[::-1, ["dos", "u2r", "normal"]]):
        ax = plots.confusion_matrix(table)
        for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
            assert [label.get_text() for label in labels] == ["normal", "dos", "u2r"]
        drawn = [text.get_text() for text in ax.texts[:9]]
        assert drawn == ["5", "6", "4", "8", "9", "7", "2", "3", "1"]
        assert ax.get_title(loc="left") == "30 errors in 45 rows"


def test_share_bars_put_the_largest_on_top_and_cut_the_rest():
    ax = plots.share_bars(pd.Series({"a": 0.1, "b": 0.7, "c": 0.2}), top=2)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["c", "b"]


def test_bars_are_grey_unless_they_are_said_to_be_of_attacks():
    shares = pd.Series({"a": 0.1, "b": 0.7})
    for ax, colour in (
        (plots.share_bars(shares), style.MUTED),
        (plots.share_bars(shares, color=style.ATTACK), style.ATTACK),
    ):
        assert {mpl.colors.to_hex(bar.get_facecolor()) for bar in ax.patches} == {colour}


def test_shades_of_a_confusion_matrix_are_those_of_no_class():
    table = pd.DataFrame([[8, 1], [0, 9]], index=["normal", "attack"], columns=["normal", "attack"])
    image = plots.confusion_matrix(table).images[0]
    shades = image.cmap(image.norm(image.get_array()))
    assert np.allclose(shades[..., 0], shades[..., 2], atol=0.02)


def test_model_selection_tells_what_half_of_the_time_brings():
    table = pd.DataFrame({"seconds": [1.0, 2.0, 3.0], "error": [0.3, 0.1, 0.2]})
    ax = lab1.model_selection(table)
    assert title(ax) == "Half of the time brings an error of 0.1, all of it 0.1"
    assert ax.lines[0].get_ydata().tolist() == [0.3, 0.1, 0.1]
    slow = lab1.model_selection(table.iloc[::-1])
    assert title(slow) == "Half of the time brings an error of 0.2, all of it 0.1"


def test_f1_by_rows_names_weak_classes_beside_their_rows():
    names = ["normal", "spy", "perl"]
    f1, rows = pd.Series([1.0, 0.2, 0.5], names), pd.Series([10_000, 2, 3], names)
    ax = lab1.f1_by_rows(f1, rows)
    assert texts(ax) == ["perl", "spy"]
    assert title(ax).startswith("2 of 3 classes stay below an F1 of 0.8; none")


def test_normal_rows_and_attacks_have_one_colour_each():
    attack = np.array([1, 0])
    ladder = lab1.score_ladder(np.array([0.9, 0.1]), attack, 0.5)
    vectors = lab1.vector_map(np.eye(2), ["a", "b"], values=attack)
    for ax in (ladder, vectors):
        drawn = [mpl.colors.to_hex(group.get_facecolor()[0]) for group in ax.collections]
        assert drawn == [style.ATTACK, style.NORMAL]


def test_rows_that_a_defence_puts_back_are_generated_ones_and_not_blue():
    points = lab4.projections(np.eye(2), np.ones((1, 2)), np.zeros((1, 2))).collections
    drawn = [mpl.colors.to_hex(group.get_facecolor()[0]) for group in points]
    assert drawn[-1] == style.GENERATED and style.NORMAL not in drawn


def test_vector_map_names_the_heaviest_and_shapes_attacks_as_triangles():
    points = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    values = np.array([1.0, 0.0, np.nan])
    ax = lab1.vector_map(points, ["a", "b", "c"], weights=[1, 9, 5], values=values, label_top=2)
    assert texts(ax) == ["b", "c"]
    assert [len(group.get_offsets()) for group in ax.collections] == [1, 2]


def test_type_in_figures_has_two_sizes():
    attack, scores = np.array([1, 0]), np.array([0.9, 0.1])
    table = pd.DataFrame({"seconds": [1.0, 2.0], "error": [0.3, 0.1]})
    drawn = [
        lab0.lettered_points(np.eye(2), {"A": 1}, title="t"),
        lab0.rotor_story(),
        lab0.method_map(),
        lab0.learning_fields(),
        lab1.ensemble_schemes(),
        lab1.decision_tree(("a?", "1", "2")),
        lab1.split_residuals([10, 20], [-1.5, 2], 15, gain=3.061),
        lab1.roc_steps(scores, attack, [0.5]),
        lab1.model_selection(table),
        lab1.vector_map(np.eye(2), ["a", "b"]),
        lab2.autoencoder_scheme([8, 2, 8]),
        lab2.network_map(),
        plots.precision_recall(attack, scores, label="trees"),
        plots.score_curves(scores, ["normal", "attack"]),
        lab4.projections(np.eye(2), np.eye(2), np.eye(2)),
    ]
    legends = [ax.get_legend().get_texts() for ax in drawn if ax.get_legend()]
    texts = [text for texts in [*(ax.texts for ax in drawn), *legends] for text in texts]
    sizes = {text.get_fontsize() for text in texts}
    assert sizes == {style.SMALL, mpl.rcParams["font.size"]}


def test_decision_tree_draws_every_question_and_leaf():
    ax = lab1.decision_tree(("a?", ("b?", "1", "2"), "3"), title="t")
    assert sorted(texts(ax)) == ["1", "2", "3", "a?", "b?", "no", "no", "yes", "yes"]


def test_booster_tree_shows_the_gain_of_the_hand_worked_split():
    dosage = xgb.DMatrix([[10.0], [20.0], [25.0], [35.0]], label=[-10.0, 7.0, 8.0, -7.0])
    params = {"base_score": 0.5, "lambda": 0, "eta": 1, "max_depth": 1, "tree_method": "exact"}
    ax = lab1.booster_tree(xgb.train(params, dosage, num_boost_round=1))
    assert any("gain 120.33" in text for text in texts(ax))
    assert "leaf \N{MINUS SIGN}10.50" in texts(ax)


def test_booster_tree_refuses_a_tree_that_is_not_there():
    booster = xgb.train({}, xgb.DMatrix([[0.0], [1.0]], label=[0, 1]), num_boost_round=1)
    with pytest.raises(ValueError, match="number=7: the model has 1 trees"):
        lab1.booster_tree(booster, number=7)


def test_split_residuals_writes_threshold_gain_and_each_residual():
    ax = lab1.split_residuals([10, 20], [-1.5, 2], 15, gain=3.061)
    assert title(ax) == "Split at 15: gain 3.06"
    assert texts(ax) == ["\N{MINUS SIGN}1.5", "+2"]


def test_fitted_function_draws_each_curve_with_its_name():
    grid = np.linspace(0, 1, 5)
    ax = lab1.fitted_function(grid, grid, grid, {"truth": grid, "one tree": grid**2})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["truth", "one tree"]


def test_ensemble_schemes_name_both_ways():
    assert any("boosting" in text for text in texts(lab1.ensemble_schemes()))


def test_figures_of_generated_data_say_so():
    plots.use_course_style("synthetic")
    assert "generated data" in texts(plots.share_bars(pd.Series({"a": 1.0})))
    assert "generated data" not in texts(lab1.decision_tree("leaf"))
