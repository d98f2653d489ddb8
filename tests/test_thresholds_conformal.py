import warnings

import numpy as np
import pytest

from anomaly_labs.thresholds import ThresholdWarning, conformal_bh, conformal_p_values


def counted(calibration, new):
    """The definition, row by row."""
    return [(1 + sum(c >= score for c in calibration)) / (1 + len(calibration)) for score in new]


def step_up(p_values, fdr):
    """Benjamini and Hochberg's procedure as they wrote it; True where a row is selected."""
    p = np.asarray(p_values)
    ordered = np.sort(p)
    passing = [i for i in range(p.size) if ordered[i] <= fdr * (i + 1) / p.size + 1e-12]
    return p <= ordered[passing[-1]] if passing else np.zeros(p.size, dtype=bool)


def tied(seed, dtype):
    rng = np.random.default_rng(seed)
    calibration = rng.integers(0, 8, rng.integers(1, 60)) * 0.1
    new = np.r_[rng.integers(0, 8, 12), rng.integers(6, 12, rng.integers(0, 20))] * 0.1
    return calibration.astype(dtype), new.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_p_values_count_ties_against_the_new_row(dtype):
    for seed in range(100):
        calibration, new = tied(seed, dtype)
        p_values = conformal_p_values(calibration, new)
        assert p_values == pytest.approx(counted(calibration, new))
        assert p_values.dtype == np.float64


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_p_values_of_normal_rows_are_uniform(level):
    rng = np.random.default_rng(0)
    below = [
        np.mean(conformal_p_values(rng.normal(size=999), rng.normal(size=1000)) <= level)
        for _ in range(100)
    ]
    error = np.std(below, ddof=1) / np.sqrt(len(below))
    assert abs(np.mean(below) - level) < 3 * error


@pytest.mark.filterwarnings("ignore::anomaly_labs.thresholds.ThresholdWarning")
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("fdr", [0.05, 0.1, 0.5])
def test_threshold_selects_what_the_step_up_procedure_selects(fdr, dtype):
    selections = set()
    for seed in range(200):
        calibration, new = tied(seed, dtype)
        alerts = new > conformal_bh(calibration, new, fdr=fdr)
        assert alerts.tolist() == step_up(counted(calibration, new), fdr).tolist()
        selections.add(int(alerts.sum()))
    assert len(selections) > 3


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_false_discovery_rate_is_controlled(share):
    rng = np.random.default_rng(0)
    attack = np.arange(500) < share * 500
    false, found = [], []
    for _ in range(200):
        new = rng.normal(np.where(attack, 4.0, 0.0))
        alerts = new > conformal_bh(rng.normal(size=5000), new, fdr=0.1)
        false.append((alerts & ~attack).sum() / max(alerts.sum(), 1))
        found.append(alerts[attack].mean())
    error = np.std(false, ddof=1) / np.sqrt(len(false))
    assert np.mean(false) <= 0.1 + 3 * error
    # What the procedure aims at is fdr times the share of normal rows: it is not merely careful.
    assert np.mean(false) >= 0.1 * (1 - share) - 3 * error
    assert np.mean(found) > 0.8


def test_too_small_a_calibration_set_selects_nothing_and_says_so():
    with pytest.warns(ThresholdWarning, match="at least 99 calibration rows"):
        assert conformal_bh(np.arange(98.0), np.full(50, 1000.0), fdr=0.01) == np.inf


@pytest.mark.parametrize("rows", [98, 99])
def test_the_calibration_rows_that_the_warning_asks_for_are_enough(rows):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        threshold = conformal_bh(np.arange(float(rows)), np.full(50, 1000.0), fdr=0.01)
    assert (threshold == np.inf) == (rows < 99) == bool(caught)


def test_few_attacks_among_many_rows_need_more_calibration_rows():
    new = np.r_[np.zeros(90), np.full(10, 1000.0)]
    with pytest.warns(ThresholdWarning, match=r"10 of 100 new .* at least 199 calibration rows"):
        assert conformal_bh(np.arange(198.0), new, fdr=0.05) == np.inf
    assert np.sum(new > conformal_bh(np.arange(199.0), new, fdr=0.05)) == 10


def test_p_value_equal_to_its_bound_is_selected_though_the_floats_differ():
    new = np.array([100.0, 0.0, 0.0])
    assert 1 / 10 * 3 > 0.3  # the smallest of three p-values is 1/10, and its bound is .3 / 3
    assert (new > conformal_bh(np.arange(9.0), new, fdr=0.3)).tolist() == [True, False, False]


def test_calibration_too_small_for_any_data_is_said_though_no_row_stands_out():
    with pytest.warns(ThresholdWarning, match="at least 19 calibration rows"):
        assert conformal_bh([1.0, 2.0], [0.0], fdr=0.05) == np.inf


@pytest.mark.parametrize("rows", [19, 1000])  # 19 rows are the fewest that allow .05
def test_nothing_to_find_is_no_warning(rows):
    assert conformal_bh(np.arange(float(rows)), np.zeros(100), fdr=0.05) == np.inf


def test_constant_scores_select_nothing():
    assert conformal_bh(np.full(1000, 0.1), np.full(50, 0.1)) == np.inf


def test_scores_of_two_float_types_compare_as_numpy_compares_them():
    calibration = np.linspace(0, 1, 1000)
    new = np.r_[np.full(10, 0.5), np.full(10, 2.0)].astype(np.float32)
    assert np.sum(new > conformal_bh(calibration, new)) == 10


@pytest.mark.parametrize(
    ("calibration", "new", "arguments", "message"),
    [
        ([], [1.0], {}, "calibration.* at least 1 scores, got 0"),
        ([1.0], [], {}, "rows to judge.* at least 1 scores, got 0"),
        ([1.0, np.nan], [1.0], {}, "calibration.* nan in row 1"),
        ([1.0], [1.0], {"fdr": 5}, "fdr=5 must lie between 0 and 1"),
    ],
)
def test_unusable_input_is_refused(calibration, new, arguments, message):
    with pytest.raises(ValueError, match=message):
        conformal_bh(calibration, new, **arguments)
