"""Which pictures, drawn once for a class, may stand in one learner's notebook."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from anomaly_desk.checking.pictures import place, unchanged

# Five cells of a course: what is drawn, an answer, and three figures.
COURSE = {
    "data": "import numpy as np\nsizes = {'all': [1, 2]}\nunit = 'bytes'",
    "answer": "",
    "one": "plot(sizes['all'], unit)",
    "two": "unit = 'kB'\nplot([2], unit)",
    "three": "plot([3], unit)",
}
FIGURES = ("one", "two", "three")


def notebook(answer="", *, before=None, **cells):
    """The notebook with an answer; other cells may be edited, or one put `before` the data."""
    made = [new_code_cell(text, id=name) for name, text in ({**COURSE, **cells}).items()]
    made[1].source = answer
    made[1].metadata["nbgrader"] = {"solution": True, "grade": False, "grade_id": "q1"}
    return new_notebook(cells=[*([new_code_cell(before)] if before else []), *made])


def kept(submitted):
    """The names of the figures whose shared pictures stay."""
    release = notebook()
    drawn = {place(cell): ["a picture"] for cell in release.cells if cell.id in FIGURES}
    found = unchanged(drawn, release, submitted)
    assert all(pictures == ["a picture"] for pictures in found.values())
    return {where.partition("\n")[0] for where in found}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "cost = 230",
        "total = sum(sizes['all'])",
        "def flag(sizes):\n    return sizes",
        "len([])",
    ],
)
def test_pictures_stay_where_an_answer_binds_nothing_that_they_show(answer):
    assert kept(notebook(answer)) == set(FIGURES)


@pytest.mark.parametrize(
    "answer",
    [
        "sizes = 3",
        "sizes['all'][0] = 9",
        "sizes['all'] += [9]",
        "del sizes['all']",
        "sizes.attribute = 9",
        "for sizes in [3]: pass",
        "with open('/dev/null') as sizes: pass",
        "def sizes(): pass",
        "class sizes: pass",
        "print(sizes := 3)",
        "def change():\n    global sizes\n    sizes = 3\nchange()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as sizes:\n    pass",
        "match 3:\n    case sizes:\n        pass",
    ],
)
def test_picture_of_a_name_that_an_answer_has_bound_is_drawn_anew(answer):
    assert kept(notebook(answer)) == {"two", "three"}


def test_course_that_binds_a_name_anew_makes_it_its_own_again():
    assert kept(notebook("unit = 'Byte'")) == {"two", "three"}
    assert kept(notebook("plot = print")) == set()


def test_what_comes_of_a_changed_name_is_changed():
    bound = "unit = sizes['all']\nplot([2], unit)"
    release = notebook(two=bound)
    drawn = {place(cell): ["a picture"] for cell in release.cells if cell.id in FIGURES}
    assert len(unchanged(drawn, release, notebook(two=bound))) == 3
    assert unchanged(drawn, release, notebook("sizes = 3", two=bound)) == {}


def test_learners_own_cells_and_edited_cells_count_as_answers():
    assert kept(notebook(before="plot = print")) == set()
    assert kept(notebook(data="sizes = {'all': [9]}")) == {"two", "three"}
    assert kept(notebook(three="unit = 3")) == {"one", "two"}


@pytest.mark.parametrize("answer", ["%matplotlib inline", "!ls", "1 +", "\0"])
def test_nothing_is_kept_after_a_cell_that_cannot_be_read(answer):
    assert kept(notebook(answer)) == set()
