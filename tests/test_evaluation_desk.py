"""The desk: a budget of alerts a day, ties, time to detection, intervals."""

import numpy as np
import pytest

from anomaly_labs.evaluation.desk import desk, interval


def hours(*values):
    return np.datetime64("2026-03-02T00", "s") + np.array(values) * np.timedelta64(3600, "s")


def test_the_largest_scores_of_each_day_are_read():
    scores = np.array([5.0, 4.0, 3.0, 1.0, 2.0])
    times = hours(1, 2, 3, 25, 26)
    result = desk(scores, times=times, cases=np.array([0, 0, 1, 0, 2]), budget=2)
    assert result.found["chance"].tolist() == [0.0, 1.0]
    assert result.recall == 0.5
    assert result.precision == 0.25
    assert result.alerts == 2


def test_equal_scores_share_the_budget():
    times = hours(*np.linspace(0, 20, 100))
    cases = (np.arange(100) == 7).astype(int)
    result = desk(np.zeros(100), times=times, cases=cases, budget=10, draws=4000)
    assert result.recall == pytest.approx(0.1, abs=0.02)


def test_the_hour_of_an_entity_is_one_alert_and_time_runs_from_the_first_event():
    times = hours(8.0, 8.1, 8.2, 12.0, 14.0)
    entities = np.array(["a", "a", "a", "b", "a"])
    result = desk(
        np.array([9.0, 8.0, 7.0, 6.0, 10.0]),
        times=times, cases=np.array([0, 1, 0, 0, 1]), entities=entities, budget=1,
    )  # fmt: skip
    assert result.recall == 1
    assert result.hours == pytest.approx(5.9)
    two = desk(
        np.array([9.0, 8.0, 7.0, 6.0, 10.0]),
        times=times, cases=np.array([0, 1, 0, 0, 1]), entities=entities, budget=2,
    )  # fmt: skip
    assert two.hours == pytest.approx(0)


def test_silence_raises_no_alert_and_precision_follows_the_prevalence():
    scores = np.array([-np.inf, 2.0, 1.0, -np.inf])
    result = desk(scores, times=hours(1, 2, 3, 4), cases=np.array([1, 2, 0, 0]), budget=50)
    assert result.found["chance"].tolist() == [0.0, 1.0]
    assert result.alerts == 2
    assert result.precision_at(0.5) == pytest.approx(0.5)
    assert result.precision_at(0.001) == pytest.approx(0.001, rel=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cases": np.zeros(2, int)}, "no event belongs to a case"),
        ({"budget": 0}, "must be at least 1 alert a day"),
        ({"scores": np.array([np.nan, 1.0])}, "a score is NaN"),
        ({"scores": np.zeros(3)}, "have 3, 2 and 2 values"),
    ],
)
def test_bad_input_says_what_came(change, message):
    given = {"scores": np.zeros(2), "times": hours(1, 2), "cases": np.array([0, 1]), **change}
    with pytest.raises(ValueError, match=message):
        desk(given.pop("scores"), **given)


def test_an_interval_holds_the_mean_and_shrinks_with_draws():
    rng = np.random.default_rng(0)
    few, many = rng.normal(0.5, 0.1, 5), rng.normal(0.5, 0.1, 500)
    (a, b), (c, d) = interval(few), interval(many)
    assert a < few.mean() < b
    assert d - c < (b - a) / 3
    with pytest.raises(ValueError, match="at least two worlds"):
        interval([1.0])
