import math
import statistics

import numpy as np
import pytest

from anomaly_labs.thresholds import ThresholdWarning, iqr, mad, mean_std

RULES = pytest.mark.parametrize("rule", [mean_std, mad, iqr])
TYPES = pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])


def by_hand(rule, scores, k):
    """The rules from the standard library."""
    values = [float(score) for score in scores]
    if rule is mean_std:
        return statistics.fmean(values) + k * statistics.pstdev(values)
    if rule is mad:
        middle = statistics.median(values)
        scaled = statistics.median(abs(v - middle) for v in values) / 0.6744897501960817
        return middle + k * scaled
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return upper + k * (upper - lower)


@RULES
@pytest.mark.parametrize("k", [0.5, 3.0])
def test_rule_equals_its_definition(rule, k):
    for seed in range(50):
        scores = np.random.default_rng(seed).normal(5, 2, 5 + seed)
        assert rule(scores, k=k) == pytest.approx(by_hand(rule, scores, k), rel=1e-9)


@RULES
def test_log_rule_equals_the_rule_on_logarithms(rule):
    for seed in range(50):
        scores = np.random.default_rng(seed).lognormal(0, 2, 5 + seed)
        wanted = math.exp(by_hand(rule, np.log(scores), 2.0))
        assert rule(scores, k=2.0, log=True) == pytest.approx(wanted, rel=1e-9)


# Share of a bell curve above the default fence: 3 sd, 3.5 sd, and .674 + 1.5 * 1.349 = 2.70 sd.
@pytest.mark.parametrize(("rule", "share"), [(mean_std, 1.35e-3), (mad, 2.33e-4), (iqr, 3.49e-3)])
@pytest.mark.parametrize("log", [False, True])
def test_false_alarms_on_a_bell_curve_are_those_of_the_normal_distribution(rule, share, log):
    rng = np.random.default_rng(0)
    scores = rng.normal(size=200_000)
    alerts = scores > math.log(rule(np.exp(scores), log=True)) if log else scores > rule(scores)
    # Limit: four standard deviations of a count, and a tenth for the error of the fence itself.
    assert alerts.mean() == pytest.approx(share, abs=4 * np.sqrt(share / 200_000) + share / 10)


@RULES
def test_one_large_error_moves_the_mean_but_not_the_median_or_the_quartiles(rule):
    scores = np.r_[np.linspace(1, 2, 999), 1e6]
    assert (rule(scores) > 1e4) == (rule is mean_std)
    assert rule(scores, log=True) < 20


@RULES
@TYPES
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("size", [4, 7, 1000])
def test_constant_scores_raise_no_alert(rule, dtype, log, size):
    scores = np.full(size, 0.1, dtype=dtype)
    assert rule(scores, log=log) == float(dtype(0.1))
    assert not (scores > rule(scores, log=log)).any()


@pytest.mark.parametrize("rule", [mad, iqr])
@pytest.mark.parametrize("log", [False, True])
def test_mostly_equal_scores_are_said_to_have_no_spread(rule, log):
    scores = np.r_[np.full(90, 0.1), np.arange(1, 11)]
    with pytest.warns(ThresholdWarning, match=r"equal 0\.1 that their spread is 0"):
        threshold = rule(scores, log=log)
    assert (scores > threshold).sum() == 10


@RULES
@TYPES
def test_threshold_is_a_float_of_the_scores_and_decides_like_the_exact_one(rule, dtype):
    for seed in range(50):
        scores = np.random.default_rng(seed).normal(size=200).astype(dtype)
        threshold, exact = rule(scores, k=0.5), rule(scores.astype(np.float64), k=0.5)
        assert type(threshold) is float
        assert float(dtype(threshold)) == threshold
        assert np.array_equal(scores > threshold, scores.astype(np.float64) > exact)


@RULES
def test_threshold_that_no_float_reaches_is_infinite(rule):
    assert rule(np.array([1e-90, 1e-30, 1.0, 1e30, 1e90]), k=50, log=True) == np.inf


def test_threshold_beyond_a_narrow_type_is_its_largest_float():
    assert mean_std(np.array([0, 60_000], dtype=np.float16)) == np.finfo(np.float16).max


def test_whole_numbers_are_scores_too():
    assert mean_std([1, 3], k=1) == 3


@RULES
@pytest.mark.parametrize(
    ("scores", "arguments", "message"),
    [
        ([1.0], {}, r"at least \d scores, got 1"),
        ([], {}, r"at least \d scores, got 0"),
        ([1.0, 2.0, np.nan, 3.0], {}, "nan in row 2"),
        ([1.0, 2.0, 3.0, np.inf], {}, "inf in row 3"),
        ([1.0, 2.0, 3.0, 1e200], {}, "1e\\+200 in row 3"),
        ([[1.0], [2.0], [3.0], [4.0]], {}, r"shape \(4, 1\).*ravel"),
        (["a", "b", "c", "d"], {}, "that are numbers"),
        ([0.0, 1.0, 2.0, 3.0], {"log": True}, "positive scores, got 0.0; use log=False"),
        ([1.0, 2.0, 3.0, 4.0], {"k": -1.0}, r"k=-1\.0"),
    ],
)
def test_unusable_input_is_refused(rule, scores, arguments, message):
    with pytest.raises(ValueError, match=message):
        rule(scores, **arguments)
