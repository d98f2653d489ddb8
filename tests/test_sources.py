import re

import nbformat
import pytest

import tiny
from anomaly_desk.errors import SourceError
from anomaly_desk.labs import sources

GOOD = f'''\
# %% [markdown]
# # @TITLE@
# {tiny.FIRST}

# %%
from anomaly_labs import checks
one = 1

# %% locked="lab9-data"
sample = [1, 2]

# %% exercise="lab9-q1"
def twice(x):
    """Return x twice."""
    ### BEGIN SOLUTION
    doubled_by_addition = x + x
    return doubled_by_addition
    ### END SOLUTION

# %% check="lab9-q1" points=2
checks.expect(twice(sample[1]) == 4, "twice 2 is 4")
### BEGIN HIDDEN TESTS
wanted = -6
checks.expect(twice(-3) == wanted, "negative numbers too")
### END HIDDEN TESTS
checks.passed("lab9-q1")

# %% [markdown] reflect="lab9-r1" points=3
# The model answer speaks of costs.

# %% [markdown] instructor=true
# Ask the room before you go on.
'''
SKIPPED = tiny.header().count("\n")


@pytest.fixture
def write(tmp_path):
    def _write(text: str):
        return tiny.write(tmp_path, text)

    return _write


def test_good_source_is_read(write):
    source = sources.read(write(GOOD))
    assert source.name == "lab9_try"
    assert source.points == {"lab9-q1": 2.0}
    assert source.lab.run_minutes == 1
    assert source.cells[0].text.startswith("# Lab 9: A lab to try\n**10 minutes; the code runs in")
    assert source.cells[0].line == SKIPPED + 1


def test_locked_cells_are_read_only_and_checks_are_graded(write):
    cells = sources.read(write(GOOD)).assignment().cells
    marks = {c.id: c.metadata.nbgrader for c in cells if "nbgrader" in c.metadata}
    told = {id: (m.grade, m.solution, m.locked, "points" in m) for id, m in marks.items()}
    assert told == {
        "lab9-data": (False, False, True, False),
        "lab9-q1": (False, True, False, False),
        "lab9-q1-check": (True, False, True, True),
        "lab9-r1": (True, True, False, True),
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ('exercise="lab9-q1"', 'exercise="lab9-q1" level=3', 12, "unknown key 'level'"),
        ('check="lab9-q1" points=2', 'check="lab9-q2" points=2', 20, "'lab9-q2' has no exercise"),
        ('check="lab9-q1" points=2', 'check="lab9-q1"', 20, "points=None"),
        ("points=2", "points=2 instructor=true", 20, "not check and instructor"),
        ('check="lab9-q1" points=2', 'check="lab9-q1" points=0', 20, "points=0"),
        ('reflect="lab9-r1"', 'reflect="lab9-q1"', 28, "stands already in line 12"),
        ('exercise="lab9-q1"', 'exercise="Q 1"', 12, "write it like lab1-q2"),
        ("from anomaly_labs import checks", 'open("../data/kdd.csv")', 5, "a relative path"),
        ("from anomaly_labs import checks", "x = 1\n" * 20, 5, "a code cell of 21 lines"),
        ("from anomaly_labs import checks", "plots.roc(y, s)", 5, "a figure needs a markdown"),
        ("from anomaly_labs import checks", "teaching.map(x)", 5, "a figure needs a markdown"),
        (
            "from anomaly_labs import checks",
            "from anomaly_labs.teaching import lab9_toy; lab9_toy.map(x)",
            5,
            "a figure needs a markdown",
        ),
        ('locked="lab9-data"', 'locked="data"', 9, "write it like lab1-q2"),
        ('locked="lab9-data"', 'locked="lab9-q1"', 12, "stands already in line 9"),
        ('locked="lab9-data"', 'locked="lab9-data" points=1', 9, "points stand at the check"),
        ('locked="lab9-data"', 'locked="lab9-d" exercise="lab9-q1"', 9, "exercise and locked"),
        (' locked="lab9-data"', "", 20, "uses `sample` of line 9, whose cell is not locked"),
        ("sample = [1, 2]", "plots.roc(y, s)", 9, "a locked cell draws nothing"),
        ("sample = [1, 2]", "teaching.map(x)", 9, "a locked cell draws nothing"),
        (
            "sample = [1, 2]",
            "twice = sample = [1, 2]",
            20,
            "`twice` of line 12, a name that line 9",
        ),
        ("sample = [1, 2]", "sample = (", 9, "Python cannot read this cell"),
        ("sample = [1, 2]", "sample = one", 9, "uses `one` of line 5, which the grader does not"),
        (
            "# %% [markdown] inst",
            "# %%\nprint(wanted)\n\n# %% [markdown] inst",
            31,
            "`wanted` of line 20 is defined by a check",
        ),
        ("    ### END SOLUTION\n", "", 12, "an exercise without ### BEGIN"),
        ("### END HIDDEN TESTS\n", "", 20, "'### BEGIN HIDDEN TESTS' has no partner"),
        ('checks.passed("lab9-q1")', "", 20, "a check ends with checks.passed"),
        ("under @RUN_TIME@ on", "a minute on", 1, "the first cell lacks @RUN_TIME@"),
        ("# # @TITLE@", "# # Lab 9", 1, "the first cell lacks @TITLE@"),
        ("@MINUTES@ minutes", "@HOURS@ hours", 1, "@HOURS@ is no placeholder; known: @TITLE@"),
        ("from anomaly_labs import checks", "%timeit 1", 5, "Python cannot read this cell"),
        ("# Ask the room", "# # Ask the room", 31, "one title"),
        (
            "from anomaly_labs import checks",
            "x = 1\ndoubled_by_addition = x + x",
            13,
            "a line of the answer stands in the release too: doubled_by_addition = x + x",
        ),
    ],
)
def test_what_must_not_be_released_is_refused_with_its_line(write, old, new, line, complaint):
    assert old in GOOD
    path = write(GOOD.replace(old, new))
    with pytest.raises(SourceError) as refusal:
        sources.read(path)
    assert str(refusal.value).startswith(f"{path}:{SKIPPED + line}: ")
    moved = re.sub(r"line (\d+)", lambda found: f"line {int(found[1]) + SKIPPED}", complaint)
    assert moved in str(refusal.value)


def test_text_before_the_first_cell_is_refused(write):
    with pytest.raises(SourceError, match="start with a cell behind the header"):
        sources.read(write(f"import numpy\n\n{GOOD}"))


def test_submissions_hold_the_answers_asked_for_and_no_hidden_test(write):
    source = sources.read(write(GOOD))
    for solved in (set(), {"lab9-q1"}, {"lab9-q1", "lab9-r1"}):
        text = nbformat.writes(source.submission(solved))
        assert ("x + x" in text) == ("lab9-q1" in solved)
        assert ("speaks of costs" in text) == ("lab9-r1" in solved)
        assert "-6" not in text
        assert "Ask the room" not in text


def test_untouched_submission_is_what_nbgrader_releases(write):
    cells = sources.read(write(GOOD)).submission(set()).cells
    assert cells[3].source.endswith(
        '"""Return x twice."""\n    # YOUR CODE HERE\n    raise checks.NotAnswered()'
    )


def test_solution_holds_all_and_no_marker(write):
    text = nbformat.writes(sources.read(write(GOOD)).solution())
    for part in ("x + x", "-6", "speaks of costs", "Ask the room"):
        assert part in text
    assert "BEGIN" not in text
