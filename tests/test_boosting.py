import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

from anomaly_labs import boosting, runtime, scale

pytestmark = pytest.mark.quick


def traffic(n=300, seed=0):
    """Rows of three classes: one told by its service, one by its count."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    service = pd.Categorical(
        np.where(y == 1, "http", np.where(rng.random(n) < 0.5, "smtp", "ftp")),
        categories=["ftp", "http", "smtp", "never_seen"],
    )
    count = np.where(y == 2, 100.0, 1.0) + rng.random(n)
    noise = rng.random(n)
    return pd.DataFrame({"service": service, "count": count, "noise": noise}), y


def test_binary_gives_probability_of_class_1():
    X, y = traffic()
    found = boosting.predict(boosting.train(X, y > 0, n_rounds=10), X)
    assert found.shape == (300,)
    assert found.dtype == np.float32
    assert ((found > 0.5) == (y > 0)).all()


def test_multi_class_gives_one_probability_per_class():
    X, y = traffic()
    found = boosting.predict(boosting.train(X, y, n_rounds=10), X)
    assert found.shape == (300, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert (found.argmax(axis=1) == y).all()


def test_matrix_and_frame_of_numbers_give_the_same():
    X, y = traffic()
    numbers = X[["count", "noise"]]
    frame = boosting.predict(boosting.train(numbers, y, n_rounds=3), numbers)
    matrix = boosting.predict(boosting.train(numbers.to_numpy(), y, n_rounds=3), numbers.to_numpy())
    np.testing.assert_array_equal(frame, matrix)


def test_same_seed_gives_same_predictions_and_another_seed_others():
    X, y = traffic()

    def scores(seed):
        sampled = {"subsample": 0.5}
        return boosting.predict(boosting.train(X, y, n_rounds=5, params=sampled, seed=seed), X)

    np.testing.assert_array_equal(scores(1), scores(1))
    assert not np.array_equal(scores(1), scores(2))


def test_after_early_stopping_the_best_round_is_used():
    X = traffic()[0]
    rng = np.random.default_rng(1)
    guess = rng.integers(0, 2, 300)  # labels nobody can learn: more rounds only over-fit
    booster = boosting.train(
        X,
        guess,
        validation=(X, 1 - guess),
        n_rounds=30,
        early_stopping_rounds=3,
        params={"eval_metric": "logloss"},
    )
    assert booster.num_boosted_rounds() == 4
    first_round = boosting.predict(boosting.train(X, guess, n_rounds=1), X)
    np.testing.assert_array_equal(boosting.predict(booster, X), first_round)


def test_early_stopping_without_validation_is_refused():
    X, y = traffic()
    with pytest.raises(ValueError, match="needs validation"):
        boosting.train(X, y, early_stopping_rounds=3)


def test_early_stopping_from_validation_rows_keeps_accuracy():
    X, y = traffic()
    booster = boosting.train(X, y, validation=traffic(seed=5), n_rounds=60, early_stopping_rounds=2)
    assert booster.num_boosted_rounds() < 60 or booster.best_iteration == 59
    assert (boosting.predict(booster, X).argmax(axis=1) == y).all()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["normal", "smurf"] * 150, "use datasets.is_attack"),
        (np.full(300, np.nan), "class codes"),
        (np.full(300, 1), "holds \\[1\\] only"),
        (np.arange(300) % 2 - 1, "start at 0"),
        (np.arange(299) % 2, "300 rows and y has 299"),
    ],
)
def test_unusable_labels_are_explained(y, message):
    with pytest.raises(ValueError, match=message):
        boosting.train(traffic()[0], y)


def test_validation_class_without_training_rows_is_refused_unless_stated():
    X, y = traffic()
    known = y < 2
    with pytest.raises(ValueError, match=r"class 2, but .*'num_class': 3"):
        boosting.train(X[known], y[known], validation=(X, y))
    booster = boosting.train(
        X[known], y[known], validation=(X, y), n_rounds=2, params={"num_class": 3}
    )
    assert boosting.predict(booster, X).shape == (300, 3)


def test_two_stated_classes_stay_binary():
    X, y = traffic()
    booster = boosting.train(X, y > 0, n_rounds=2, params={"num_class": 2})
    assert boosting.predict(booster, X).shape == (300,)


def test_unknown_category_is_refused_and_known_but_untrained_one_is_predicted():
    X, y = traffic()
    booster = boosting.train(X, y, n_rounds=3)
    untrained = X.assign(service=pd.Categorical(["never_seen"] * 300, X["service"].cat.categories))
    assert np.isfinite(boosting.predict(booster, untrained)).all()
    with pytest.raises(ValueError, match="'service' holds \\['gopher'\\]"):
        boosting.predict(booster, X.assign(service=pd.Categorical(["gopher"] * 300)))


def test_order_of_categories_does_not_matter():
    X, y = traffic()
    booster = boosting.train(X, y, n_rounds=3)
    turned = X.assign(service=X["service"].cat.set_categories(["smtp", "http", "ftp"]))
    np.testing.assert_array_equal(boosting.predict(booster, X), boosting.predict(booster, turned))


def test_own_parameters_win_over_defaults():
    X, y = traffic()
    booster = boosting.train(
        X[["count", "noise"]],
        y > 0,
        n_rounds=1,
        params={"tree_method": "exact", "max_depth": 1, "device": "cpu"},
    )
    assert len(booster.trees_to_dataframe()) == 3
    assert boosting.effective_device(booster) == "cpu"


def test_default_device_follows_the_machine(monkeypatch):
    monkeypatch.setattr(runtime, "gpu_available", lambda: True)
    assert boosting.default_params()["device"] == "cuda"
    monkeypatch.setattr(runtime, "gpu_available", lambda: False)
    assert boosting.default_params()["device"] == "cpu"
    assert boosting.default_params(device="cuda:1")["device"] == "cuda:1"


def test_default_objective_follows_the_number_of_classes():
    assert boosting.default_params()["objective"] == "binary:logistic"
    assert boosting.default_params(n_classes=5)["num_class"] == 5
    with pytest.raises(ValueError, match="n_classes=1"):
        boosting.default_params(n_classes=1)


@pytest.mark.gpu
def test_gpu_is_used_where_there_is_one():
    X, y = traffic()
    booster = boosting.train(X, y, n_rounds=10)
    assert boosting.effective_device(booster).startswith("cuda")
    assert (boosting.predict(booster, X).argmax(axis=1) == y).all()


def test_validation_rows_and_labels_must_match():
    X, y = traffic()
    with pytest.raises(ValueError, match="300 rows and y has 10"):
        boosting.train(X, y, validation=(X, y[:10]))


@pytest.fixture(scope="module")
def client():
    with scale.local_cluster(2) as client:
        yield client


def test_cluster_agrees_with_one_process(client):
    X, y = traffic()
    alone = boosting.predict(boosting.train(X, y, n_rounds=5), X)
    booster = boosting.train(X, y, n_rounds=5, client=client)
    np.testing.assert_allclose(boosting.predict(booster, X), alone, atol=0.05)
    found = boosting.predict(booster, X, client=client)
    np.testing.assert_allclose(found, boosting.predict(booster, X), atol=1e-6)


def test_cluster_watches_validation_rows_of_a_table(client):
    X, y = traffic()
    booster = boosting.train(
        X, y, validation=traffic(seed=5), n_rounds=60, early_stopping_rounds=2, client=client
    )
    assert booster.num_boosted_rounds() < 60 or booster.best_iteration == 59
    assert (boosting.predict(booster, X, client=client).argmax(axis=1) == y).all()


def test_cluster_takes_matrices_and_collections_and_stops_early(client):
    X, y = traffic()
    numbers, attack = X[["count", "noise"]].to_numpy(), y > 1
    booster = boosting.train(
        numbers,
        attack,
        validation=(numbers, attack),
        n_rounds=50,
        early_stopping_rounds=2,
        client=client,
    )
    assert boosting.predict(booster, numbers, client=client).shape == (300,)
    assert ((boosting.predict(booster, numbers, client=client) > 0.5) == attack).all()
    frame = dd.from_pandas(X, npartitions=3)
    labels = dd.from_pandas(pd.Series(y), npartitions=3)
    booster = boosting.train(frame, labels, n_rounds=5, client=client)
    assert (boosting.predict(booster, frame, client=client).argmax(axis=1) == y).all()
