import inspect

import numpy as np
import pytest

from anomaly_labs import thresholds
from anomaly_labs.thresholds import RULES as TABLE
from anomaly_labs.thresholds import cost_based, f1_optimal, youden

pytestmark = pytest.mark.quick


def cheapest(scores, y):
    return cost_based(scores, y, cost_false_alarm=2, cost_miss=7)


RULES = pytest.mark.parametrize("rule", [youden, f1_optimal, cheapest])


def informedness(alerts, y):
    return alerts[y == 1].mean() - alerts[y == 0].mean()


def f1(alerts, y):
    return 2 * (alerts & (y == 1)).sum() / (alerts.sum() + y.sum())


def saving(alerts, y):
    return -(2 * (alerts & (y == 0)).sum() + 7 * (~alerts & (y == 1)).sum())


def tied_scores(seed, dtype):
    """Return scores with ties and labels of both classes."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 30))
    y = rng.permutation(np.r_[0, 1, rng.integers(0, 2, size - 2)])
    return (rng.integers(-4, 5, size) * rng.choice([1e-30, 0.1, 1e30])).astype(dtype), y


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("rule", "figure"), [(youden, informedness), (f1_optimal, f1), (cheapest, saving)]
)
def test_no_other_threshold_is_better_and_no_higher_one_as_good(rule, figure, dtype):
    for seed in range(300):
        scores, y = tied_scores(seed, dtype)
        threshold = rule(scores, y)
        found = figure(scores > threshold, y)
        others = {float(t): figure(scores > t, y) for t in [-np.inf, *scores]}
        assert found >= max(others.values()) - 1e-12
        highest = max(t for t, value in others.items() if value >= found - 1e-12)
        assert np.array_equal(scores > highest, scores > threshold) or threshold == np.inf


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@RULES
def test_neighbouring_floats_are_told_apart(rule, dtype):
    scores = np.full(5, dtype(0.1))
    for i in range(1, 5):
        scores[i] = np.nextafter(scores[i - 1], dtype(1))
        threshold = rule(scores[i - 1 : i + 1], [0, 1])
        assert float(dtype(threshold)) == threshold
        assert (scores[i - 1 : i + 1] > threshold).tolist() == [False, True]


@RULES
def test_threshold_lies_halfway_between_neighbouring_scores(rule):
    assert rule([0, 10, 20, 40], [0, 0, 1, 1]) == 15


@RULES
def test_largest_floats_do_not_overflow(rule):
    assert rule(np.array([1.59e308, 1.79e308]), [0, 1]) == pytest.approx(1.69e308)


@RULES
def test_result_is_a_plain_float(rule):
    assert type(rule(np.array([1, 2], dtype=np.float32), [0, 1])) is float


@pytest.mark.parametrize("scores", [[1.0, 1.0, 1.0, 1.0], [4.0, 3.0, 2.0, 1.0]])
def test_youden_selects_nothing_where_no_threshold_beats_chance(scores):
    assert youden(scores, [0, 0, 1, 1]) == np.inf


def test_f1_flags_every_row_where_that_is_best():
    assert f1_optimal([1.0, 1.0, 1.0], [0, 1, 1]) == -np.inf


def test_youden_ignores_prevalence_and_f1_does_not():
    y = np.array([0] * 1000 + [1] * 10)
    scores = np.r_[np.linspace(0, 1, 1000), np.linspace(0.8, 1.2, 10)]
    assert youden(scores, y) < 0.8 + 1e-3
    assert f1_optimal(scores, y) >= 1


@pytest.mark.parametrize(
    ("scores", "y", "message"),
    [
        ([], [], "no rows"),
        ([1.0, 2.0], [1, 1], "only 1"),
        ([1.0, np.nan], [0, 1], "nan in row 1"),
        ([1.0, 2.0, 3.0], [0, 1], "same rows"),
        ([0, 1], [0.2, 0.7], "argument order"),
        ([1.0, 2.0], ["normal", "smurf"], "is_attack"),
    ],
)
@RULES
def test_unusable_input_is_refused(rule, scores, y, message):
    with pytest.raises(ValueError, match=message):
        rule(scores, y)


@pytest.mark.parametrize(("miss", "wanted"), [(0.5, np.inf), (1.5, 3.5), (2.5, 1.5), (9, -np.inf)])
def test_the_dearer_a_miss_the_more_alerts(miss, wanted):
    # A block of rows with 2, 1 and 4 false alarms per hit, from the highest score down.
    scores, y = [4, 4, 3, 3, 2, 1, 1, 1, 1, 1], [1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    assert cost_based(scores, y, cost_false_alarm=1, cost_miss=miss) == wanted


def test_only_the_ratio_of_the_costs_matters():
    scores, y = tied_scores(1, np.float64)
    found = {cost_based(scores, y, cost_false_alarm=u, cost_miss=5 * u) for u in (0.25, 1, 4096)}
    assert len(found) == 1


@pytest.mark.parametrize("cost", [0, -1.0, np.inf, np.nan])
def test_impossible_costs_are_refused(cost):
    with pytest.raises(ValueError, match=r"cost_miss=.* above 0"):
        cost_based([1.0, 2.0], [0, 1], cost_false_alarm=1, cost_miss=cost)
    with pytest.raises(ValueError, match=r"cost_false_alarm=.* above 0"):
        cost_based([1.0, 2.0], [0, 1], cost_false_alarm=cost, cost_miss=1)


@pytest.mark.parametrize("name", TABLE)
def test_table_says_how_each_rule_is_called(name):
    rng = np.random.default_rng(0)
    normal, y = rng.lognormal(size=1000), np.repeat([0, 1], [700, 300])
    mixed = np.exp(rng.normal(5 * y))
    given = {
        "normal rows": (normal,),
        "normal rows and unlabelled scores": (normal, mixed),
        "unlabelled scores": (mixed,),
        "labelled validation set": (mixed, y),
    }
    options = {"cost_false_alarm": 1, "cost_miss": 1} if name == "cost_based" else {}
    rule = TABLE[name]
    assert rule.function is getattr(thresholds, name)
    threshold = rule.function(*given[rule.needs], **options)
    assert np.median(normal) < threshold < np.inf


@pytest.mark.parametrize("name", TABLE)
def test_every_source_in_the_table_is_in_the_docstring_of_its_rule(name):
    references = TABLE[name].function.__doc__.split("References")[1]
    for source in TABLE[name].source.split("; "):
        assert source.split()[0] in references and f"({source[-4:]})" in references


def test_table_lists_every_rule_once():
    table = thresholds.table()
    assert table["rule"].tolist() == list(TABLE)
    assert table.columns.tolist() == ["rule", "needs", "source"]
    functions = {name for name in thresholds.__all__ if inspect.isfunction(vars(thresholds)[name])}
    assert set(TABLE) == functions - {"conformal_p_values", "table"}
