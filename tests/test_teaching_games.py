"""Figures of games between networks say what their numbers say."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from anomaly_labs import plots
from anomaly_labs.teaching import lab3_gan as lab3
from anomaly_labs.teaching import lab4_adversarial as lab4


@pytest.fixture(autouse=True)
def closed_figures():
    plots.use_course_style()
    yield
    plots.use_course_style()
    plt.close("all")


def title(ax):
    return ax.get_title(loc="left").replace("\n", " ")


def test_moments_count_numbers_outside_the_grid_at_its_ends():
    grid = np.linspace(0, 4, 5)
    panels = lab3.game_moments(
        grid, np.ones(4), {"start": (np.array([-9.0, 9.0]), grid / 4), "end": (np.ones(2), grid)}
    )
    made = panels[0].patches[1].get_data().values
    assert (made[0], made[-1], made.sum()) == (0.5, 0.5, 1.0)
    assert [title(panel) for panel in panels] == ["start", "end"]
    assert panels[0].lines[0].get_ydata().tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_paths_are_told_apart_and_measured_at_their_ends():
    paths = {
        "simultaneous": pd.DataFrame({"x": [1.0, 3.0], "y": [0.0, 4.0]}),
        "repaired": pd.DataFrame({"x": [1.0, 0.0], "y": [0.0, 0.1]}),
    }
    ax = lab3.player_paths(paths)
    assert title(ax) == "Distance from the equilibrium at the end: simultaneous 5, repaired 0.1"
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["simultaneous", "repaired", "start", "equilibrium"]


def test_generated_points_lie_over_real_ones_with_another_marker():
    ax = lab3.generated_points(np.zeros((5, 2)), np.ones((3, 2)), title="One mode")
    assert [len(points.get_offsets()) for points in ax.collections] == [5, 3]
    shapes = [len(points.get_paths()[0].vertices) for points in ax.collections]
    assert shapes[0] != shapes[1]


def test_each_look_says_how_many_points_lie_at_one_mode():
    looks = {100: np.full((10, 2), [2.0, 0.0]), 2500: np.array([[2.0, 0.0], [0.0, 0.0]])}
    panels = lab3.collapse_looks(np.zeros((5, 2)), looks)
    assert [title(panel) for panel in panels] == [
        "Round 100: 100% at one",
        "Round 2,500: 50% at one",
    ]
    assert [len(panel.collections[1].get_offsets()) for panel in panels] == [10, 2]


def test_rarity_is_drawn_from_rare_to_frequent_and_names_who_loses():
    table = pd.DataFrame({"trees": [0.9, 0.6], "distance": [0.8, 0.8]}, index=[0.5, 0.001])
    ax = lab3.rarity_curves(table)
    assert ax.lines[0].get_xdata().tolist() == [0.001, 0.5]
    assert title(ax) == "Where anomalies are rare, trees loses most: 0.300"
    assert ax.get_xscale() == "log"


def test_detection_is_drawn_against_epsilon_in_order_and_names_what_falls_lowest():
    table = pd.DataFrame({"rules": [0.9, 1.0], "any": [0.2, 1.0]}, index=[0.5, 0.0])
    ax = lab4.detection_curves(table)
    assert [line.get_xdata().tolist() for line in ax.lines] == [[0.0, 0.5]] * 2
    assert ax.lines[1].get_ydata().tolist() == [1.0, 0.2]
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert title(ax) == "Least is detected under any: 0.20"
    low, high = ax.get_ylim()
    assert low < 0 < 1 < high


def test_each_moved_point_is_joined_to_where_it_was_put():
    moved, found = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    ax = lab4.projections(np.ones((5, 2)), moved, found, title="Back")
    assert [line.get_xydata().tolist() for line in ax.lines] == [
        [[1.0, 2.0], [0.0, 0.0]],
        [[3.0, 4.0], [0.0, 0.0]],
    ]
    assert [len(points.get_offsets()) for points in ax.collections] == [5, 2, 2]


def test_rarity_of_generated_data_says_so():
    plots.use_course_style("synthetic")
    ax = lab3.rarity_curves(pd.DataFrame({"trees": [0.9, 0.6]}, index=[0.5, 0.1]))
    assert "generated data" in [text.get_text() for text in ax.texts]
