"""A toy lab that loads every split of each real set's twin, graded in the sandbox.

Sets that come with a package, or are generated, need no twin.
"""

import io
import shutil
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

import tiny
from anomaly_desk import data
from anomaly_desk.grading import grade
from anomaly_desk.labs import sources
from anomaly_labs.datasets import describe, load, sets
from set_files import own as own
from test_datasets_twins import TWINS, nested

PROJECT = Path(__file__).parents[2]
COMPLETE = [
    name
    for name in sets.ours()
    if all(file.package for split in sets.find(name).splits.values() for file in split.files)
]
NAMES = (*TWINS, *COMPLETE)
LAB = """\
# %% [markdown]
# # @TITLE@
# {first}
# You will be able to count rows.

# %%
from anomaly_labs import checks, datasets, runtime

rt = runtime.prepare(seed=0)

{loads}

# %% [markdown]
# ## Exercise 1: rows
# Return the number of rows.


# %% exercise="lab9-q1"
def rows(table):
    \"\"\"Return the number of rows.\"\"\"
    ### BEGIN SOLUTION
    return len(table)
    ### END SOLUTION


# %% check="lab9-q1" points=2
{checks}
checks.passed("lab9-q1")

# %% [markdown]
# The end.
"""
WRONG = "".join(
    f'# %% wrong="lab9-q1" hint="{hint}"\ndef rows(table):\n    return {answer}\n\n'
    for hint, answer in (("has", "0"), ("rows", "table"))
)


@pytest.fixture
def project(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with the lab; its sets are the twins, their files lie in nested folders."""
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    for twin in TWINS:
        nested(own, twin)
    course = tmp_path / "course"
    course.mkdir()
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copy(PROJECT / name, course)
    pairs = [(name, split) for name in NAMES for split in describe(name).splits]
    names = [f"{name}_{split}" for name, split in pairs]
    cell = '# %% locked="lab9-data'
    loads = [
        f'{cell}{number}"\n{variable} = datasets.load("{name}", split="{split}").X\n'
        for number, (variable, (name, split)) in enumerate(zip(names, pairs, strict=True))
    ]
    sizes = [len(load(name, split=split).X) for name, split in pairs]
    checks = [
        f'checks.expect(rows({variable}) == {size}, "{variable} has other rows")'
        for variable, size in zip(names, sizes, strict=True)
    ]
    text = LAB.format(first=tiny.FIRST, loads="\n".join(loads), checks="\n".join(checks))
    held = {name: [*describe(name).splits] for name, _ in pairs}
    header = "{ " + ", ".join(f"{name} = {splits}" for name, splits in held.items()) + " }"
    tiny.write(course, text, wrong=WRONG, rubric="", data=header.replace("'", '"'))
    return course


def test_lab_on_every_set_gets_its_points_in_the_sandbox_without_the_files(
    project: Path, own: Path, tmp_path: Path
) -> None:
    source = sources.read(project / "solutions" / "lab9_try" / "lab.py")
    said = io.StringIO()
    found = data.prepare(Console(file=said, width=200), source.lab.splits)
    assert {one.name for one in found} == {*NAMES} and "GENERATED" not in said.getvalue()
    for folder in own.iterdir():
        shutil.rmtree(folder)
    sent = tmp_path / "inbox" / "ada" / "lab9_try.ipynb"
    sent.parent.mkdir(parents=True)
    nbformat.write(
        source.submission({cell.grade_id for cell in source.cells if cell.grade_id}), sent
    )
    known = grade.assignments(project)
    found = grade.find([tmp_path / "inbox"], known)
    (graded,) = grade.grade(tmp_path / "desk", project, found)
    assert graded.points == {"lab9-q1": 2.0}, graded
