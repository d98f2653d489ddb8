"""Each learner's rows are the learner's own and stay so; unseen rows hang on the private seed."""

import os
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

from anomaly_labs import checks, datasets, exams, features, runtime
from anomaly_labs.exams import assessment, parameters

NOTEBOOK = Path(__file__).parents[1] / "solutions" / "assessment" / "lab.py"


@pytest.fixture(autouse=True)
def nobody_is_graded(monkeypatch):
    for name in (runtime.LEARNER, runtime.PRIVATE_SEED, runtime.SIGNED_IN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(datasets, "load", generated(datasets.load))


def generated(load):
    return lambda name, split: load(name, split=split, source="synthetic")


def test_a_learner_gets_the_same_rows_each_time_and_others_get_others():
    first, again, other = (assessment.draw(name) for name in ("Ada", " ada ", "Grace"))
    for part in ("train", "test"):
        mine, same, theirs = (getattr(drawn, part) for drawn in (first, again, other))
        assert mine.X.equals(same.X)
        assert mine.y.equals(same.y)
        assert not mine.X.equals(theirs.X)


def test_draw_has_rows_of_both_files_with_whole_types():
    drawn = assessment.draw("Ada")
    assert (drawn.train.split, drawn.test.split) == ("train", "test")
    assert len(drawn.train.X) == len(drawn.train.y) == assessment.EXAM.train_rows
    assert len(drawn.test.X) == len(drawn.test.y) == assessment.EXAM.test_rows
    assert tuple(drawn.train.X.columns) == datasets.FEATURES
    assert drawn.train.X.index.equals(drawn.train.y.index)
    assert drawn.source == "synthetic"
    assert set(drawn.test.y) - set(drawn.train.y)


def test_fast_mode_gives_the_same_rows(monkeypatch):
    whole = assessment.draw("Ada")
    monkeypatch.setenv(runtime.FAST, "1")
    fast = assessment.draw("Ada")
    assert whole.train.X.equals(fast.train.X)
    assert whole.test.X.equals(fast.test.X)
    assert os.environ[runtime.FAST] == "1"


def test_name_of_the_roster_wins(monkeypatch):
    ada = assessment.draw("Ada")
    monkeypatch.setenv(runtime.LEARNER, "ada")
    assessment.sign_in("Grace")
    for drawn in (assessment.draw(), assessment.draw("Grace")):
        assert drawn.learner == "ada"
        assert drawn.train.X.equals(ada.train.X)


def test_who_signed_in_gets_the_rows_of_the_name(monkeypatch):
    monkeypatch.setenv(runtime.SIGNED_IN, "")  # so that it is taken back after the test
    assert assessment.draw().learner == ""
    assert "nobody yet" in str(assessment.draw())
    assessment.sign_in("Ada  Lovelace")
    assert assessment.draw().train.X.equals(assessment.draw("ada lovelace").train.X)


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match="between quotes"):
        assessment.sign_in(7)
    with pytest.raises(TypeError, match="between quotes"):
        assessment.draw(7)


def test_unseen_rows_hang_on_private_seed_learner_and_split(monkeypatch):
    kinds = [assessment.unseen(300)]
    monkeypatch.setenv(runtime.PRIVATE_SEED, "secret")
    kinds.append(assessment.unseen(300))
    assert kinds[-1].X.equals(assessment.unseen(300).X)
    monkeypatch.setenv(runtime.LEARNER, "ada")
    kinds += [assessment.unseen(300), assessment.unseen(300, split="train")]
    for number, kind in enumerate(kinds):
        assert not any(kind.X.equals(other.X) for other in kinds[:number])


def test_unseen_rows_hold_attacks_that_training_does_not():
    fresh = assessment.unseen()
    assert len(fresh.X) == assessment.EXAM.unseen_rows
    assert set(fresh.y) & set(datasets.TEST_ONLY)
    assert not set(assessment.unseen(2000, split="train").y) & set(datasets.TEST_ONLY)


RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(300, 2)) @ RNG.normal(size=(2, 12)) + 0.3 * RNG.normal(size=(300, 12))


def projected(table):
    """Rebuild rows as a linear network of two latent numbers does: principal components."""
    directions = np.linalg.svd(ROWS, full_matrices=False)[2][:2]
    return np.asarray(table) @ directions.T @ directions


def rebuilt(table):
    """Rebuild rows as a network of two latent numbers with bends does."""
    return projected(np.tanh(projected(table)))


@pytest.mark.parametrize("factors", [0.9, np.linspace(0.5, 0.9, 12), RNG.random((300, 1))])
def test_copy_at_any_scale_rebuilds_nothing(factors):
    assert assessment.own_part(ROWS, factors * ROWS) < 1e-9
    given = np.asarray, lambda table: factors * table, pd.DataFrame(ROWS)
    assert assessment.agreement(lambda table: (table**2).mean(axis=1), *given) == 0
    assert assessment.own_part(ROWS, projected(ROWS)) > assessment.COPY


def test_shuffled_rows_are_rebuilt_worse_by_networks_only():
    mixed = assessment.shuffled(pd.DataFrame(ROWS)).to_numpy()
    errors = [((table - projected(table)) ** 2).sum() for table in (ROWS, mixed)]
    assert errors[1] > 1.2 * errors[0]
    assert np.sort(mixed, axis=0) == pytest.approx(np.sort(ROWS, axis=0))


def test_agreement_tells_scores_of_the_errors_from_others():
    given = np.asarray, rebuilt, pd.DataFrame(ROWS)
    honest = assessment.agreement(lambda t: np.log(np.abs(t - rebuilt(t)).sum(axis=1)), *given)
    assert honest == pytest.approx(1)
    assert assessment.agreement(lambda t: t[0], *given) < 0.5
    assert assessment.agreement(lambda t: np.ones(len(t)), *given) == 0


def test_errors_of_principal_components_are_no_errors_of_a_network():
    given = np.asarray, projected, pd.DataFrame(ROWS)
    assert assessment.agreement(lambda t: ((t - projected(t)) ** 2).sum(axis=1), *given) == 0


@pytest.mark.parametrize("history", [{}, {"loss": 1.0}, {"loss": [1.0]}, {"loss": [1.0, 2.0, 3.0]}])
def test_history_without_falling_losses_is_refused(history):
    train = assessment.unseen(2000, split="train")
    aside = train.X[(train.y == "normal").to_numpy()].head(600)
    assessment.expect_training({"loss": [3.0, 2.0, 1.0]}, aside, train)
    with pytest.raises(checks.CheckFailed, match="it falls"):
        assessment.expect_training(history, aside, train)
    with pytest.raises(checks.CheckFailed, match="type dict"):
        assessment.expect_training(list(history), aside, train)


@pytest.mark.parametrize("factor", [1.0, 0.5, 1.5])
def test_losses_must_be_those_of_the_network(factor):
    errors = ROWS**2  # mean square 1.3, mean absolute error 0.9, Huber's loss 0.5
    assessment.expect_own_losses({"loss": [9.0, factor * errors.mean()]}, errors)
    for typed in (0.01, 100.0):
        with pytest.raises(checks.CheckFailed, match="not those of your network"):
            assessment.expect_own_losses({"loss": [9.0, typed]}, errors)


@pytest.fixture(scope="module")
def drawn():
    parts = [datasets.synthesize("nsl_kdd", 3000, split=name) for name in ("train", "test")]
    return exams.Draw(*parts, learner="")


def fitted(rows):
    return features.make_encoder().fit(rows).transform


def test_encoder_that_knows_other_rows_than_it_may_is_told(drawn):
    normal = drawn.train.X[(drawn.train.y == "normal").to_numpy()]
    aside, known = normal.head(400), normal.iloc[400:]
    later = drawn.test.X[(drawn.test.y == "normal").to_numpy()]
    both = pd.concat([drawn.train.X, drawn.test.X])
    told = {
        rows: assessment.forbidden_rows(fitted(table), drawn, held_out=aside)
        for rows, table in (
            ("known", known), ("normal", normal), ("training", drawn.train.X), ("both", both),
            ("test", drawn.test.X), ("later", later), ("calm", pd.concat([normal, later])),
        )
    }  # fmt: skip
    assert told == {
        "known": "",
        "normal": "the rows of held_out too",
        "training": "rows with attacks",
        "both": "training and test rows",
        "test": "test rows",
        "later": "normal rows of the test file",
        "calm": "normal rows of both files",
    }
    assert assessment.forbidden_rows(fitted(drawn.train.X), drawn) == ""
    assert assessment.forbidden_rows(fitted(both), drawn) == "training and test rows"
    assert assessment.forbidden_rows(lambda X: X, drawn) == ""  # categories stay as they are


def test_parameters_are_those_that_xgboost_uses():
    booster = {"rate_drop": "dart", "one_drop": "dart", "skip_drop": "dart"}
    booster |= {"sample_type": "dart", "normalize_type": "dart"}
    values = dict.fromkeys(parameters.KNOWN, 1) | {
        "device": "cpu", "objective": "binary:logistic", "eval_metric": "auc",
        "grow_policy": "lossguide", "tree_method": "hist", "sampling_method": "uniform",
        "updater": "grow_quantile_histmaker", "process_type": "default", "base_score": 0.5,
        "monotone_constraints": "(0,0)", "interaction_constraints": "[[0,1]]", "use_rmm": False,
        "multi_strategy": "one_output_per_tree", "sample_type": "uniform", "max_bin": 256,
        "normalize_type": "tree",
    }  # fmt: skip
    unused = set()
    for name in parameters.KNOWN - {"booster"}:
        given = {"objective": "binary:logistic", "booster": booster.get(name, "gbtree")}
        unused |= not_used(given | {name: values[name]})
    assert unused == set()
    assert not_used({"max_dept": 3, "n_estimators": 5}) == {"max_dept", "n_estimators"}


def not_used(params):
    """What XGBoost says that it does not use."""
    rows = xgb.DMatrix(np.zeros((4, 2)), label=[0, 1, 0, 1])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        xgb.Booster({"validate_parameters": True} | params, [rows]).save_config()
    lists = [re.search(r"Parameters: \{(.*)\} are not used", str(w.message)) for w in told]
    return set(re.findall(r'"(\w+)"', "".join(found[1] for found in lists if found)))


def test_rows_held_out_must_be_normal_training_rows():
    train, history = assessment.unseen(2000, split="train"), {"loss": [3.0, 2.0, 1.0]}
    quiet = train.X[(train.y == "normal").to_numpy()]
    drawn = quiet.sample(600, replace=True, random_state=1).astype(dict.fromkeys(quiet, object))
    assessment.expect_training(history, drawn.reset_index(drop=True), train)
    for other in (train.X.head(600), assessment.unseen(600).X):
        with pytest.raises(checks.CheckFailed, match="other rows than normal ones"):
            assessment.expect_training(history, other, train)


def test_a_second_exam_is_data_and_draws_other_rows():
    second = exams.Exam("retake", data="nsl_kdd", train_rows=20_000, test_rows=500, unseen_rows=70)
    mine, first = second.draw("Ada"), assessment.draw("Ada")
    assert len(mine.train.X) == len(first.train.X)
    assert not mine.train.X.equals(first.train.X)
    assert len(mine.test.X) == 500
    assert len(second.unseen().X) == 70
    assert not second.unseen(300).X.equals(assessment.unseen(300).X)
    aside = mine.train.X[(mine.train.y == "normal").to_numpy()].head(40)
    with pytest.raises(checks.CheckFailed, match="hold out about 2,000 normal rows"):
        second.expect_training({"loss": [3.0, 2.0, 1.0]}, aside, mine.train)
    small = exams.Exam(
        "quiz", data="nsl_kdd", train_rows=900, test_rows=9, unseen_rows=9, held_out=(20, 30, 50)
    )
    small.expect_training({"loss": [3.0, 2.0, 1.0]}, aside, mine.train)


def test_the_name_of_the_edition_before_is_the_same_exam():
    from anomaly_labs import assessment as former

    for name in re.findall(r"\bassessment\.(\w+)\b", NOTEBOOK.read_text()):
        assert getattr(former, name) is getattr(assessment, name)
    assert former.draw("Ada").train.X.equals(assessment.draw("Ada").train.X)
