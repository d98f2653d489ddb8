import io
import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from anomaly_desk.execute import run_notebook
from anomaly_labs import plots
from anomaly_labs.plots.style import ATTACK, NORMAL
from anomaly_labs.teaching import lab0_start as lab0

GENERATED = "generated data"


@pytest.fixture(autouse=True)
def course_style():
    mpl.use("Agg")
    with mpl.rc_context():
        plots.use_course_style(source="real")
        yield
        plots.use_course_style(source="real")
        plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def week_with_odd_hour():
    week = np.tile(np.arange(24.0), (7, 1))
    week[4, 3] = 15.0
    return week


def labels():
    y = pd.Series(["smurf"] * 50 + ["normal"] * 20 + ["satan"] * 5 + ["spy"] * 2, dtype="category")
    return y, y.map({"smurf": "dos", "normal": "normal", "satan": "probe", "spy": "r2l"})


FIGURES = {
    "lettered_points": lambda ax: lab0.lettered_points(np.eye(2), {"A": 0}, title="t", ax=ax),
    "hourly_series": lambda ax: lab0.hourly_series(week_with_odd_hour(), limits=(-1, 24), ax=ax),
    "hours_on_top": lambda ax: lab0.hours_on_top(week_with_odd_hour(), limit=5.0, ax=ax),
    "windows": lambda ax: lab0.windows(np.arange(40.0), 10, ax=ax),
    "class_counts": lambda ax: plots.class_counts(*labels(), ax=ax),
    "rotor_story": lambda ax: lab0.rotor_story(ax=ax),
    "method_map": lambda ax: lab0.method_map(ax=ax),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_drawn_on_the_axes_it_is_given_with_title_and_labels(name):
    figure, (ax, untouched) = plt.subplots(1, 2)
    returned = FIGURES[name](ax)
    assert returned is ax and not untouched.has_data()
    assert all((ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()))
    figure.savefig(io.BytesIO())


@pytest.mark.parametrize("name", FIGURES)
def test_figure_makes_its_own_axes_when_none_are_given(name):
    assert FIGURES[name](None).get_figure() in map(plt.figure, plt.get_fignums())


def test_figure_of_generated_rows_says_so():
    plots.use_course_style(source="synthetic")
    assert GENERATED in texts(plots.class_counts(*labels()))


def test_figure_of_real_rows_carries_no_note():
    assert GENERATED not in texts(plots.class_counts(*labels()))


@pytest.mark.parametrize("name", ["rotor_story", "method_map"])
def test_drawing_without_data_is_never_called_generated(name):
    plots.use_course_style(source="synthetic")
    assert GENERATED not in texts(FIGURES[name](None))


@pytest.mark.parametrize("name", ["lettered_points", "hourly_series", "hours_on_top", "windows"])
def test_invented_numbers_are_called_made_up_even_beside_real_data(name):
    assert "made-up numbers" in texts(FIGURES[name](None))


def test_figure_of_an_excerpt_says_so():
    plots.use_course_style(source="excerpt")
    assert "excerpt of real data" in texts(plots.class_counts(*labels()))


def test_unknown_source_is_refused_by_name():
    with pytest.raises(
        ValueError, match=r"source='made up' must be 'real', 'excerpt' or 'synthetic'"
    ):
        plots.use_course_style(source="made up")


def test_background_is_opaque_and_light():
    figure, ax = plt.subplots()
    for colour in (figure.get_facecolor(), ax.get_facecolor()):
        red, green, blue, alpha = colour
        assert min(red, green, blue) > 0.9 and alpha == 1.0


def test_ten_lines_differ_in_colour_and_neighbours_in_line_style():
    looks = list(mpl.rcParams["axes.prop_cycle"])
    assert len({look["color"] for look in looks}) == 10
    assert all(a["linestyle"] != b["linestyle"] for a, b in itertools.pairwise(looks))


def test_lines_without_a_colour_of_their_own_take_none_that_has_a_meaning():
    taken = {look["color"] for look in mpl.rcParams["axes.prop_cycle"]}
    assert not taken & {NORMAL, ATTACK, plots.style.ALERT, plots.style.GENERATED}


def test_line_break_in_a_title_stays_one():
    ax = plots.finish(
        plt.subplots(figsize=(4, 3))[1], "at equal alarms:\nsome words that are many here now"
    )
    first, second, third = ax.get_title(loc="left").split("\n")
    assert first == "at equal alarms:" and len(third) > 0.7 * len(second)


def test_long_title_is_wrapped_inside_the_figure():
    figure, ax = plt.subplots(figsize=(6, 4))
    plots.finish(ax, "a finding that needs many words " * 4, "x (s)", "y (V)")
    figure.draw_without_rendering()
    box = ax._left_title.get_window_extent()
    assert box.x1 <= figure.bbox.x1 and "\n" in ax.get_title(loc="left")


def test_long_title_leaves_no_word_alone_on_its_last_line():
    ax = plots.finish(plt.subplots(figsize=(4, 3))[1], "a finding of words that fill the line once")
    lines = ax.get_title(loc="left").split("\n")
    assert len(lines) == 2 and len(lines[1]) > 0.7 * len(lines[0])


def test_fields_of_learning_lie_in_one_another():
    outer, *inner = [patch.get_window_extent() for patch in lab0.learning_fields().patches]
    assert len(inner) == 2
    for box in inner:
        assert outer.x0 < box.x0 and box.x1 < outer.x1 and outer.y0 < box.y0 and box.y1 < outer.y1
        outer = box


def test_hour_outside_the_limits_is_counted_in_the_title():
    ax = lab0.hourly_series(week_with_odd_hour(), limits=(-1, 22.5))
    assert ax.get_title(loc="left").startswith("7 hours leave")


def test_odd_hour_is_named_by_day_and_hour():
    ax = lab0.hours_on_top(week_with_odd_hour(), limit=5.0)
    assert "day 4, hour 3" in texts(ax)


def test_ordinary_week_has_no_odd_hour_in_the_title():
    ax = lab0.hours_on_top(np.ones((3, 24)), limit=5.0)
    assert ax.get_title(loc="left").startswith("No hour differs")


def test_window_title_tells_what_is_left_of_the_peak():
    series = np.zeros(20)
    series[5], series[10] = 90.0, 24.0  # the second window has a larger first value
    title = lab0.windows(series, 10).get_title(loc="left").replace("\n", " ")
    assert title == "A peak of 90 megabit/s: 9 in the mean of its window, 0 in the sub-sample"


def test_incomplete_last_window_is_left_out():
    ax = lab0.windows(np.arange(25.0), 10)
    assert ax.lines[1].get_ydata().tolist() == [0.0, 10.0]


def test_class_counts_write_every_count_largest_first():
    ax = plots.class_counts(*labels())
    assert texts(ax) == ["50", "20", "5", "2"]
    assert ax.get_xscale() == "log"


def test_class_counts_draw_normal_rows_and_attacks_in_their_colours():
    legend = plots.class_counts(*labels()).get_legend()
    drawn = [mpl.colors.to_hex(patch.get_facecolor()) for patch in legend.get_patches()]
    assert drawn[:2] == [NORMAL, ATTACK] and NORMAL not in drawn[1:]


def test_class_counts_tell_families_apart_without_colour():
    legend = plots.class_counts(*labels()).get_legend()
    hatches = [patch.get_hatch() for patch in legend.get_patches()]
    assert [text.get_text() for text in legend.get_texts()] == ["normal", "dos", "probe", "r2l"]
    assert len(set(hatches[1:])) == len(hatches) - 1


COUNTED = """
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from anomaly_labs import plots
drawn, draw = [], Figure.draw
Figure.draw = lambda self, renderer: (drawn.append(1), draw(self, renderer))[1]
"""


def test_notebook_draws_a_figure_for_what_it_shows_and_not_for_a_screen(tmp_path):
    cells = [COUNTED, "plt.subplots();", "plain = len(drawn); plots.use_course_style()"]
    cells += ["plt.subplots();", "print(plain, len(drawn) - plain)"]
    notebook = new_notebook(cells=[new_code_cell(text) for text in cells])
    done = run_notebook(notebook, folder=tmp_path, env={})
    plain, styled = map(int, done.cells[-1].outputs[0].text.split())
    assert styled == plain - 1
    assert "image/png" in done.cells[3].outputs[0].data
