"""Which cells of the course do not run for a learner, because their figures are known."""

import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook

from anomaly_desk.checking.idle import idle
from anomaly_desk.checking.pictures import as_outputs, place, put

START = (
    "import numpy as np\nimport matplotlib.pyplot as plt\n"
    "from anomaly_labs import plots, teaching\nrows = [3, 1]"
)
DRAWS = "ax = teaching.rotor_story()"


def stays_idle(cell, answer="x = 1", after="print(rows)"):
    """Whether a cell of the course need not run, between an answer and another cell."""
    mark = {"nbgrader": {"solution": True, "grade": False, "grade_id": "q1"}}
    cells = [new_code_cell(START), new_code_cell(answer, metadata=mark)]
    cells += [new_code_cell(cell, id="drawing"), new_code_cell(after)]
    where = place(cells[2])
    return idle({where: [{"image/png": "a picture"}]}, new_notebook(cells=cells)) == {where}


@pytest.mark.parametrize(
    "cell",
    [
        DRAWS,
        "ax = plots.class_counts(rows, np.array(rows))",
        "fig, (left, right) = plt.subplots(1, 2)\nax = teaching.tree(rows, ax=left)",
        "fig, axes = plt.subplots(2)\nfor ax, n in zip(axes, rows):\n    ax.plot([n])",
    ],
)
def test_cell_that_only_draws_need_not_run(cell):
    assert stays_idle(cell)
    assert stays_idle(cell, answer="def flag(rows):\n    return np.sort(rows)")


@pytest.mark.parametrize(
    "cell",
    [
        "rows.sort()\nax = teaching.rotor_story()",
        "ax = teaching.rotor_story(next(names))",
        "ax = plots.class_counts(rng.normal(size=3))",
        "np.random.shuffle(rows)\nax = teaching.rotor_story()",
        "plots.use_course_style()\nax = teaching.rotor_story()",
        "plt.rcParams['font.size'] = 3\nax = teaching.rotor_story()",
        "rows[0] = 9\nax = teaching.rotor_story()",
        "rows += [9]\nax = teaching.rotor_story()",
        "import json\nax = teaching.rotor_story()",
        "plots = teaching\nax = plots.rotor_story()",
        "model.fit(rows)\nax = teaching.rotor_story()",
        "print('a')\nax = teaching.rotor_story()",
        "teaching.rotor_story()",
        "def draw():\n    rows.clear()\nax = teaching.rotor_story(draw)",
        "ax = max(rows)",
    ],
)
def test_cell_that_does_or_shows_anything_else_runs(cell):
    assert not stays_idle(cell)


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        ("ax.set_title('mine')", "print(rows)"),
        ("x = 1", "print(ax)"),
        ("x = 1", "ax = list(ax)"),
        ("found = globals()['ax']", "print(rows)"),
        ("eval('ax')", "print(rows)"),
        ("%matplotlib inline", "print(rows)"),
    ],
)
def test_cell_whose_names_another_may_use_runs(answer, after):
    assert not stays_idle(DRAWS, answer, after)


def test_a_name_that_each_cell_binds_for_itself_is_no_bond():
    assert stays_idle(DRAWS, after="fig, ax = plt.subplots()\nax.plot(rows)")


def test_outputs_of_an_idle_cell_are_those_of_the_course_and_later_results_keep_their_number():
    (shown,) = as_outputs([{"image/png": "a picture", "text/plain": "<Figure size 1x1>"}])
    assert (shown.output_type, shown.data["image/png"]) == ("display_data", "a picture")
    cell = new_code_cell("3", execution_count=7)
    cell.outputs = [{"output_type": "execute_result", "execution_count": 5, "data": {}}]

    cell = from_dict(cell)
    put(cell, [])
    assert cell.outputs[0].execution_count == 7
