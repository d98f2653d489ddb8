import numpy as np
import pytest
from scipy import stats

from anomaly_labs.thresholds import percentile, pot


def exponential(seed, size):
    return np.random.default_rng(seed).exponential(size=size)


def smallest_that_keeps_to(scores, q):
    """Try every score: the smallest with at most 100 - q percent above it."""
    allowed = round((100 - q) / 100 * scores.size, 6)
    return min(score for score in scores if (scores > score).sum() <= allowed)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("q", [7, 50, 90, 95, 99, 99.5])
def test_percentile_is_the_smallest_score_that_keeps_to_the_share(q, dtype):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        scores = rng.integers(0, 40, rng.integers(200, 300)).astype(dtype) / dtype(7)
        assert percentile(scores, q=q) == smallest_that_keeps_to(scores, q)


@pytest.mark.parametrize("q", [90, 95, 99])
def test_percentile_keeps_false_alarms_near_the_level_on_new_normal_rows(q):
    rates = [
        np.mean(exponential(100 + seed, 20_000) > percentile(exponential(seed, 2000), q=q))
        for seed in range(10)
    ]
    # The rate of one calibration set of n rows has the standard deviation sqrt(level (1-level) / n)
    level = 1 - q / 100
    assert abs(np.mean(rates) - level) < 3 * np.sqrt(level * (1 - level) / 2000 / 10)


def test_percentile_of_a_slip_from_shares_is_refused():
    with pytest.raises(ValueError, match=r"0\.95.* in percent"):
        percentile(np.arange(100), q=0.95)


@pytest.mark.parametrize(("q", "least"), [(95, 20), (99, 100), (99.9, 1000)])
def test_percentile_refuses_fewer_rows_than_it_can_divide(q, least):
    assert percentile(np.arange(least), q=q) == least - 2
    with pytest.raises(ValueError, match=f"at least {least} scores, got {least - 1}"):
        percentile(np.arange(least - 1), q=q)


TAILS = {
    # Worse of found / true and true / found quantile, 5,000 rows, risk .001, seeds 0-9: mean - 3 sd
    "exponential": (stats.expon(), 0.848),  # .9456 - 3 * .0326
    "pareto": (stats.pareto(3), 0.692),  # .8797 - 3 * .0626
    "lognormal": (stats.lognorm(1), 0.798),  # .9484 - 3 * .0502
    "uniform": (stats.uniform(), 0.999),  # .9996 - 3 * .0002
}


def nearness(tail, seed, risk=0.001):
    found = pot(tail.rvs(5000, random_state=seed), risk=risk, initial=0.95)
    ratio = found / tail.isf(risk)
    return min(ratio, 1 / ratio)


@pytest.mark.parametrize("name", TAILS)
def test_pot_finds_the_true_quantile_of_a_known_tail(name):
    tail, limit = TAILS[name]
    assert min(nearness(tail, seed) for seed in range(10, 15)) >= limit


def test_pot_keeps_its_risk_on_average():
    tail = stats.expon()
    risks = [
        tail.sf(pot(tail.rvs(5000, random_state=seed), risk=0.01, initial=0.95))
        for seed in range(30)
    ]
    # Standard deviation over 150 other seeds: .0012 at risk .01
    assert abs(np.mean(risks) - 0.01) < 3 * 0.0012 / np.sqrt(30)


def test_pot_reaches_beyond_the_largest_score():
    scores = exponential(0, 5000)
    assert pot(scores, risk=1e-6) > scores.max()


@pytest.mark.parametrize("unit", [1e-30, 1e-6, 1e6, 1e30])
def test_pot_does_not_depend_on_the_unit(unit):
    scores = exponential(0, 2000)
    assert pot(scores * unit) == pytest.approx(pot(scores) * unit, rel=1e-4)


def test_pot_bears_a_tail_of_ties():
    scores = np.r_[np.zeros(950), np.ones(25), np.full(25, 2.0)]
    assert 0 < pot(scores, risk=0.01, initial=0.9) <= 2


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.arange(400.0), "only 8 of 400 scores lie there"),
        (np.full(1000, 0.1), "only 0 of 1000 scores lie there"),
        (np.r_[np.zeros(1990), np.arange(10) + 1.0], "21 are needed"),
        (np.arange(5.0), "at least 10 scores, got 5"),
    ],
)
def test_pot_says_when_there_is_no_tail_to_fit(scores, message):
    with pytest.raises(ValueError, match=message):
        pot(scores)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"risk": 0.05, "initial": 0.98}, "lower initial"),
        ({"risk": 0.0}, "risk=0.0"),
        ({"initial": 98}, "between 0 and 1"),
    ],
)
def test_pot_refuses_impossible_levels(arguments, message):
    with pytest.raises(ValueError, match=message):
        pot(np.arange(1000.0), **arguments)
