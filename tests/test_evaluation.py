import json
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from anomaly_labs import evaluation

pytestmark = pytest.mark.quick

Y, SCORES = [0, 0, 0, 1, 1], [0.1, 0.6, 0.2, 0.4, 0.9]


@pytest.fixture
def sample():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 500)
    return y, (rng.normal(size=500) + y).round(1)


def test_summary_has_its_figures_in_order():
    assert evaluation.summary(Y, SCORES, 0.5).index.tolist() == [
        *("auc", "average_precision", "accuracy", "precision", "recall", "f1"),
        *("false_alarm_rate", "errors", "tp", "fp", "fn", "tn"),
    ]


def test_summary_agrees_with_scikit_learn(sample):
    y, scores = sample
    figures, alerts = evaluation.summary(y, scores, 0.5), scores > 0.5
    assert figures["auc"] == metrics.roc_auc_score(y, scores)
    assert figures["average_precision"] == metrics.average_precision_score(y, scores)
    for name in ("accuracy", "precision", "recall", "f1"):
        assert figures[name] == pytest.approx(getattr(metrics, f"{name}_score")(y, alerts))
    counts = figures[["tn", "fp", "fn", "tp"]].tolist()
    assert counts == metrics.confusion_matrix(y, alerts).ravel().tolist()


def test_summary_by_hand():
    figures = evaluation.summary(Y, SCORES, 0.5)
    assert figures[["tp", "fp", "fn", "tn", "errors"]].tolist() == [1, 1, 1, 2, 2]
    assert figures["false_alarm_rate"] == pytest.approx(1 / 3)


def test_score_equal_to_the_threshold_is_no_alert():
    assert evaluation.summary(Y, SCORES, 0.9)["tp"] == 0


def test_infinite_threshold_raises_no_alert_and_has_precision_zero():
    figures = evaluation.summary(Y, SCORES, np.inf)
    assert figures[["precision", "recall", "f1", "false_alarm_rate"]].tolist() == [0, 0, 0, 0]
    assert figures["accuracy"] == 0.6


def test_negative_infinite_threshold_flags_every_row():
    assert evaluation.summary(Y, SCORES, -np.inf)[["recall", "false_alarm_rate"]].tolist() == [1, 1]


def test_ranking_is_the_head_of_the_summary():
    expected = evaluation.summary(Y, SCORES, 0.5)[["auc", "average_precision"]]
    pd.testing.assert_series_equal(evaluation.ranking(Y, SCORES), expected)


@pytest.mark.parametrize("hard", [[0, 1, 0, 1, 1], [True, False, False, True, True]])
def test_hard_labels_instead_of_scores_are_warned_of(hard):
    with pytest.warns(UserWarning, match="single point") as caught:
        evaluation.ranking(Y, hard)
    assert caught[0].filename == __file__


def test_constant_scores_are_no_hard_labels():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert evaluation.ranking(Y, [1.0] * 5)["auc"] == 0.5


@pytest.mark.parametrize(
    ("y", "scores", "message"),
    [
        ([0, 1], [0.1, 0.2, 0.3], "2 rows and scores have 3"),
        (["normal", "smurf"], [0.1, 0.2], "is_attack"),
        ([0, 2], [0.1, 0.2], "only 0 .* and 1"),
        ([[0, 1]], [0.1, 0.2], "one-dimensional"),
        ([0, 1], [[0.1], [0.2]], r"ravel\(\)"),
        ([0, 1], ["a", "b"], "numbers"),
        ([0, 1], [0.1, np.inf], "inf in row 1"),
        ([0, 0], [0.1, 0.2], "only 0"),
        ([], [], "no rows"),
    ],
)
def test_unusable_scores_and_labels_are_refused(y, scores, message):
    with pytest.raises(ValueError, match=message):
        evaluation.ranking(y, scores)


def test_threshold_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="not a number"):
        evaluation.summary(Y, SCORES, float("nan"))


def test_confusion_has_true_classes_in_rows():
    table = evaluation.confusion(["b", "b", "a"], pd.Series(["a", "b", "a"], dtype="category"))
    assert (table.index.name, table.columns.name) == ("true", "predicted")
    assert table.loc["b"].tolist() == [1, 1]
    assert table.loc["a"].tolist() == [1, 0]


def test_confusion_starts_with_normal_rows():
    table = evaluation.confusion(["smurf", "normal", "back"], ["normal", "normal", "back"])
    assert table.index.tolist() == table.columns.tolist() == ["normal", "back", "smurf"]


def test_confusion_agrees_with_scikit_learn_for_any_label_order():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 4, (2, 300))
    table = evaluation.confusion(true, predicted, labels=[3, 0, 5, 2, 1])
    expected = metrics.confusion_matrix(true, predicted, labels=[3, 0, 5, 2, 1])
    assert table.to_numpy().tolist() == expected.tolist()


def test_confusion_refuses_a_class_outside_the_labels():
    with pytest.raises(ValueError, match=r"\['b'\] occur"):
        evaluation.confusion(["a", "b"], ["a", "a"], labels=["a"])


def test_confusion_refuses_different_lengths():
    with pytest.raises(ValueError, match="same rows"):
        evaluation.confusion([0, 1], [0])


def test_recall_by_class_starts_with_the_most_frequent_attack_and_leaves_normal_out():
    names = pd.Series(["normal", "b", "a", "c", "c"], dtype="category")
    table = evaluation.recall_by_class(names, [1, 1, 0, 1, 0])
    assert table.columns.tolist() == ["class", "rows", "detected", "recall"]
    assert table.to_numpy().tolist() == [["c", 2, 1, 0.5], ["a", 1, 0, 0.0], ["b", 1, 1, 1.0]]


def test_recall_by_class_without_attacks_is_empty():
    table = evaluation.recall_by_class(["normal", "normal"], np.array([True, False]))
    assert table.shape == (0, 4)


@pytest.mark.parametrize(("alerts", "message"), [([0.5, 1], "only 0"), ([1], "same rows")])
def test_recall_by_class_refuses_unusable_alerts(alerts, message):
    with pytest.raises(ValueError, match=message):
        evaluation.recall_by_class(["a", "b"], alerts)


def test_headline_gives_programs_plain_numbers():
    figures = evaluation.headline(source="real", auc=np.float32(0.5), errors=np.int64(14))
    payload = figures._repr_mimebundle_()[evaluation.HEADLINE_MIME]
    assert json.loads(json.dumps(payload)) == {
        "source": "real",
        "figures": {"auc": 0.5, "errors": 14.0},
    }


def test_headline_says_when_the_data_are_generated():
    bundle = evaluation.headline(source="synthetic", auc=0.5)._repr_mimebundle_()
    assert "generated data" in bundle["text/plain"]
    assert "generated data" in bundle["text/html"]


def test_headline_says_when_the_data_are_an_excerpt():
    assert str(evaluation.headline(source="excerpt", auc=0.5)).startswith(
        "Headline figures (excerpt of real data)"
    )


def test_headline_shows_a_high_auc_unrounded_and_counts_without_decimals():
    text = str(evaluation.headline(auc=0.99993, test_rows=123506))
    assert text.splitlines()[1:] == ["auc        0.99993", "test rows  123,506"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({}, "at least one"), ({"auc": np.nan}, "finite"), ({"source": "web", "auc": 1}, "'web'")],
)
def test_headline_refuses_unusable_figures(wrong, message):
    with pytest.raises(ValueError, match=message):
        evaluation.headline(**wrong)
