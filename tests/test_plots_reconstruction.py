"""Figures of autoencoders say what their data says."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb

from anomaly_labs import plots, thresholds
from anomaly_labs.plots.style import ATTACK, FAMILIES, NORMAL
from anomaly_labs.teaching import lab2_autoencoder as lab2


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_course_style()
    yield
    plots.use_course_style()
    plt.close("all")


def title(ax):
    return ax.get_title(loc="left").replace("\n", " ")


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_training_title_names_the_best_epoch_of_the_held_out_rows():
    ax = plots.training_curves({"loss": [4.0, 3.0, 2.0], "val_loss": [5.0, 3.0, 4.0]})
    assert title(ax) == "Lowest error on held-out rows after epoch 2 of 3"
    assert legend(ax) == ["training rows", "held-out rows"]


def test_training_curves_keep_names_that_are_not_of_keras():
    ax = plots.training_curves({"odd day": [2.0, 1.0]}, title="Falls")
    assert (title(ax), legend(ax)) == ("Falls", ["odd day"])


def test_training_curves_take_the_colours_of_what_they_follow():
    history = {"normal days": [2.0, 1.0], "the odd day": [2.0, 2.0]}
    ax = plots.training_curves(history, colors=(NORMAL, ATTACK))
    assert [line.get_color() for line in ax.lines] == [NORMAL, ATTACK]


def test_infinite_thresholds_are_left_out():
    lines = {"percentile": 2.0, "nothing": float("inf")}
    ax = plots.score_curves(np.array([1.0, 3.0]), ["normal", "dos"], thresholds=lines)
    assert legend(ax)[-1] == "percentile: 2"


def test_scores_of_zero_are_drawn_at_the_left_edge():
    ax = plots.score_curves(np.array([0.0, 1.0, 10.0]), ["normal"] * 3)
    assert ax.lines[0].get_xdata().tolist() == [1.0, 1.0, 10.0, 10.0]
    assert ax.lines[0].get_ydata()[2] == pytest.approx(1 / 3)


def test_a_notebook_of_the_former_edition_gets_score_curves():
    assert plots.score_histograms is plots.score_curves


def test_circle_and_ellipse_go_through_the_point_where_the_cloud_is_narrow():
    rng = np.random.default_rng(0)
    first = rng.normal(size=500)
    ax = lab2.residual_cloud(pd.DataFrame({"a": first, "b": first + 0.1 * rng.normal(size=500)}))
    point = ax.collections[1].get_offsets()[0]
    assert point[0] * point[1] < 0
    for line in ax.lines:
        assert np.linalg.norm(line.get_xydata() - point, axis=1).min() < 0.1
    circle, ellipse = (line.get_xydata() for line in ax.lines)
    assert np.abs(ellipse).max() > 5 * np.abs(circle).max()


def test_title_counts_the_rows_outside_circle_and_ellipse():
    cloud = pd.DataFrame({"a": [-3.0, -1.0, 1.0, 3.0] * 5, "b": [-0.1, 0.1, 0.1, -0.1] * 5})
    said = title(lab2.residual_cloud(cloud)).replace("\n", " ")
    assert "100.0% by the circle, 0.0% by the ellipse" in said


def test_contamination_is_drawn_in_per_cent():
    table = pd.DataFrame({"auc, l2": [0.9, 0.5]}, index=[0.0, 0.2])
    ax = lab2.contamination_curve(table, title="Down")
    assert ax.lines[0].get_xydata().tolist() == [[0.0, 0.9], [20.0, 0.5]]
    assert legend(ax) == ["auc, l2"]


def test_each_share_of_contamination_is_labelled():
    table = pd.DataFrame({"auc": [0.9, 0.8, 0.5]}, index=[0.0, 0.001, 0.5])
    ax = lab2.contamination_curve(table, title="Down")
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "0.1", "50"]


def test_load_of_normal_days_is_blue_and_its_error_is_not():
    ax = lab2.window_errors(np.arange(4), np.ones(2), width=2, threshold=5.0, title="None")
    assert ax.figure.axes[0].lines[0].get_color() == NORMAL
    assert NORMAL not in [line.get_color() for line in ax.lines]


def test_only_windows_above_the_threshold_are_shaded():
    errors = np.array([1.0, 6.0, 5.0])
    ax = lab2.window_errors(np.arange(6), errors, width=2, threshold=5.0, title="One day")
    assert [patch.get_x() for patch in ax.patches] == [2]
    assert title(ax.figure.axes[0]) == "One day"


def test_scheme_names_input_latent_and_output_by_width():
    ax = lab2.autoencoder_scheme([80, 16, 8, 16, 80])
    words = [text.get_text() for text in ax.texts if "\n" in text.get_text()]
    assert words == ["80\ninput", "8\nlatent", "80\noutput"]


def test_latent_map_collects_rare_names_in_one_group():
    names = ["dos"] * 3 + ["probe"] * 2 + ["spy", "worm"]
    ax = lab2.latent_map(np.arange(14.0).reshape(7, 2), names, top=2)
    assert sorted(legend(ax)) == ["dos", "others", "probe"]
    assert sorted(len(group.get_offsets()) for group in ax.collections) == [2, 2, 3]


def test_figures_of_generated_data_say_so():
    plots.use_course_style("synthetic")
    ax = lab2.latent_map(np.eye(2), ["dos", "dos"])
    assert "generated data" in [text.get_text() for text in ax.texts]


def test_score_curves_start_at_one_and_say_what_a_threshold_leaves():
    scores = np.array([1.0, 2.0, 3.0, 4.0, 2.0, 8.0])
    ax = plots.score_curves(scores, ["normal"] * 4 + ["dos"] * 2)
    normal, dos = ax.lines
    assert normal.get_color() == NORMAL
    assert dos.get_color() == ATTACK
    assert normal.get_ydata().tolist() == [1, 0.75, 0.5, 0.25, 0]
    assert normal.get_xdata().tolist() == [1, 2, 3, 4, 4]
    assert ax.get_xscale() == "log"


def test_families_have_one_order_and_one_look_whatever_their_size():
    families = ["u2r", "r2l", "probe", "dos", "normal"]
    for names in (families, [*families, "u2r", "r2l", "r2l"], [*families, "probe", "probe"]):
        ax = plots.score_curves(np.arange(1.0, len(names) + 1), names)
        assert [label.split()[0] for label in legend(ax)] == families[::-1]
        drawn = [line.get_color() for line in ax.lines]
        assert drawn == [FAMILIES[name][0] for name in families[::-1]]
    counted = plots.class_counts(pd.Series(families), pd.Series(families)).get_legend()
    assert [to_hex(patch.get_facecolor()) for patch in counted.get_patches()] == drawn


def test_other_groups_have_neither_the_colour_of_normal_rows_nor_that_of_attacks():
    ax = plots.score_curves(np.arange(1.0, 9), [*"abcdef", "normal", "attack"])
    assert [line.get_color() for line in ax.lines[:2]] == [NORMAL, ATTACK]
    assert not {line.get_color() for line in ax.lines[2:]} & {NORMAL, ATTACK}


def test_normal_rows_have_their_colour_and_no_kind_of_attack_has_it():
    ax = lab2.latent_map(np.arange(16.0).reshape(8, 2), list("abcdefgh"))
    shades = {tuple(points.get_facecolor()[0][:3]) for points in ax.collections}
    assert to_rgb(NORMAL) not in shades
    curves = plots.score_curves(
        np.array([1.0, 2.0, 3.0]), ["normal", "normal", "attack"], thresholds={"half": 1.5}
    )
    assert [line.get_color() for line in curves.lines[:2]] == [NORMAL, ATTACK]
    assert legend(curves)[-1] == "half: 1.5"


def test_the_point_on_a_cost_curve_is_the_threshold_of_the_cost_rule():
    rng = np.random.default_rng(0)
    scores = np.exp(np.append(rng.normal(0, 1, 900), rng.normal(3, 1, 30)))
    attack = np.append(np.zeros(900), np.ones(30))
    ax = lab2.cost_curves(scores, attack, misses=[1, 50], normal_a_day=9_000, attacks_a_day=300)
    for curve, point, miss in ((0, 1, 1.0), (2, 3, 50.0)):
        assert ax.lines[point].get_xydata().tolist()[0] in ax.lines[curve].get_xydata().tolist()
        best, cost = (float(values[0]) for values in ax.lines[point].get_data())
        assert best == thresholds.cost_based(scores, attack, cost_false_alarm=1, cost_miss=miss)
        assert cost <= ax.lines[curve].get_ydata().min() * (1 + 1e-9)
    assert ax.lines[1].get_xdata()[0] > ax.lines[3].get_xdata()[0]


def test_the_map_of_networks_has_a_drawing_and_a_purpose_for_each_kind():
    names = [ax.get_title(loc="left") for ax in lab2.network_map().figure.axes]
    assert len(set(names)) == 6
    assert "Autoencoder" in names
