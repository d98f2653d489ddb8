import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from anomaly_labs import checks, runtime


def shown(code: str) -> str:
    """What IPython writes when a cell raises."""
    shell = InteractiveShell.instance()
    lines: list[str] = []
    shell._showtraceback = lambda kind, error, trace: lines.extend(trace)
    shell.run_cell(f"from anomaly_labs import checks\n{code}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("checks.expect(False, 'look again')", "✗ look again"),
        ("checks.expect_answered(None, 'n')", "… Not answered yet: give `n` a value"),
        ("raise checks.NotAnswered()", "… Not answered yet: replace the line"),
    ],
)
def test_failed_check_shows_one_sentence_and_no_traceback(code, sentence):
    text = shown(code)
    assert text.startswith(sentence)
    assert "Traceback" not in text
    assert "\n" not in text


class Chameleon:
    """Claims to equal everything."""

    def __eq__(self, other):
        return self

    def __bool__(self):
        return True


@pytest.mark.parametrize("verdict", [Chameleon(), np.array([True]), 1, "yes", None, False])
def test_only_a_plain_true_passes(verdict):
    with pytest.raises(checks.CheckFailed):
        checks.expect(verdict, "hint")


@pytest.mark.parametrize(
    "value", ["2.0", None, [2.0], Chameleon(), object(), 2.1, {}, [[1], [2, 3]], 10**400]
)
def test_strange_values_become_a_sentence_not_an_error_of_another_kind(value):
    with pytest.raises(checks.CheckFailed, match=r"^count again"):
        checks.expect_close(value, 2.0, "count again")
    with pytest.raises(checks.CheckFailed):
        checks.expect_between(value, 3, 4, "count again")


def test_numbers_of_every_kind_pass():
    for value in (2, 2.0, np.float32(2), np.int64(2), np.array(2.0)):
        checks.expect_close(value, 2.0, "hint")
        checks.expect_between(value, 2, 3, "hint")
    checks.expect_close(pd.Series([1.0, np.nan]), [1.0, np.nan], "hint")
    checks.expect_shape(np.zeros((3, 2)), (None, 2), "hint")


def test_wrong_shapes_are_named():
    with pytest.raises(checks.CheckFailed, match=r"shape \(3,\), expected \(any, 2\)"):
        checks.expect_shape([1, 2, 3], (None, 2), "two columns")
    with pytest.raises(checks.CheckFailed, match="rows of different lengths"):
        checks.expect_shape([[1], [2, 3]], (2, 2), "two columns")
    with pytest.raises(checks.CheckFailed, match=r"shape \(2,\), expected \(3,\)"):
        checks.expect_close([1, 2], [1, 2, 3], "three numbers")


def test_none_is_told_as_none_and_not_as_a_shape_or_a_number():
    said = "None came; a function without `return` gives None"
    for refuse in (
        lambda: checks.expect_shape(None, (3,), "three numbers"),
        lambda: checks.expect_shape(None, (), "one number"),
        lambda: checks.expect_type(None, dict, "the shares"),
        lambda: checks.expect_close(None, 2.0, "count again"),
        lambda: checks.expect_close(None, [2.0], "count again"),
        lambda: checks.expect_between(None, 0, 1, "a rate"),
    ):
        with pytest.raises(checks.CheckFailed, match=said):
            refuse()


def test_columns_missing_and_superfluous_are_named():
    with pytest.raises(checks.CheckFailed, match="missing: b; not asked for: c"):
        checks.expect_columns(pd.DataFrame({"a": [1], "c": [1]}), ["a", "b"], "hint")
    with pytest.raises(checks.CheckFailed, match="not asked for: a"):
        checks.expect_columns(pd.DataFrame([[1, 2]], columns=["a", "a"]), ["a"], "hint")
    with pytest.raises(checks.CheckFailed, match="of type DataFrame"):
        checks.expect_columns([1], ["a"], "hint")


@pytest.mark.parametrize(
    ("value", "types", "fits"),
    [
        (np.float32(230), (int, float), True),
        (np.float32(230), int, False),
        (np.int64(3), int, True),
        (np.uint8(3), float, False),
        (np.bool_(True), (int, float), False),
        (True, int, True),
        (True, float, False),
        (np.zeros(1), (int, float), False),
        (np.float32(1), str, False),
    ],
)
def test_numbers_of_numpy_count_as_those_of_python(value, types, fits):
    if fits:
        checks.expect_type(value, types, "the cost")
    else:
        with pytest.raises(checks.CheckFailed, match="the cost should be of type"):
            checks.expect_type(value, types, "the cost")


def test_type_error_names_both_types():
    with pytest.raises(
        checks.CheckFailed, match="should be of type int or float, but it is of type str"
    ):
        checks.expect_type("1", (int, float), "the area")


def test_hidden_draws_are_those_of_the_private_seed(monkeypatch):
    def drawn(seed: str) -> list[float]:
        monkeypatch.setenv(runtime.PRIVATE_SEED, seed)
        return checks.hidden_rng().normal(size=5).tolist()

    some = [drawn(seed) for seed in ("17", "18", "17", "0")]
    assert some[0] == some[2]
    assert len({number for row in some for number in row}) == 15
    assert drawn("17") != np.random.default_rng(17).normal(size=5).tolist()


def test_hidden_draws_without_a_seed_are_always_the_same(monkeypatch):
    monkeypatch.delenv(runtime.PRIVATE_SEED, raising=False)
    first, second = (checks.hidden_rng().integers(0, 10**6, 9).tolist() for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "table",
    [
        [1.0, float("nan")],
        np.array([1, np.nan]),
        np.array(["a", None, np.nan], dtype=object),
        [None],
    ],
    ids=["list", "array", "objects", "none"],
)
def test_who_leaves_missing_values_alone_has_changed_nothing(table):
    with checks.unchanged(table, "changed"):
        pass
    with pytest.raises(checks.CheckFailed, match="changed"), checks.unchanged(table, "changed"):
        table[0] = 7


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (np.float64(22.5), "yours: 22.5"),
        (np.int64(3), "yours: 3"),
        (np.bool_(True), "yours: True"),
        (np.float32(0.1), "yours: 0.1"),
    ],
)
def test_a_number_is_told_as_one_writes_it(value, told):
    with pytest.raises(checks.CheckFailed) as close:
        checks.expect_close(value, 7.0, "count again")
    with pytest.raises(checks.CheckFailed) as between:
        checks.expect_between(value, 50, 60, "count again")
    assert f"({told})." in str(close.value)
    assert f"({told})." in str(between.value)


def test_a_value_of_another_kind_is_told_in_one_line_without_numpy():
    with pytest.raises(checks.CheckFailed) as told:
        checks.expect_close([(np.float64(1.5), np.str_("a")), np.arange(3)], 7.0, "count again")
    assert "[(1.5, 'a'), array([0, 1, 2])] came" in str(told.value)
    with pytest.raises(checks.CheckFailed) as told:
        checks.expect_close(pd.DataFrame({"a": [1, 2]}), 7.0, "count again")
    assert "\n" not in str(told.value)
