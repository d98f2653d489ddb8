import importlib.util
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from anomaly_labs import boosting, datasets, features, files
from anomaly_labs.adversarial import (
    DefenseGAN,
    Rule,
    TrafficConstraints,
    bpda,
    fgsm,
    harden,
    pgd,
    substitute_attack,
    train_substitute,
)
from anomaly_labs.adversarial.gradients import climb, logits_of
from anomaly_labs.adversarial.rules import WINDOWS
from anomaly_labs.adversarial.search import Search
from anomaly_labs.datasets.schema import BINARY, CATEGORICAL, DTYPES, INTEGER, RATES, VOCABULARY
from anomaly_labs.gan import networks

EPSILON = 0.5


@pytest.fixture(scope="module")
def traffic():
    """Encoder, encoded rows, classes, and the raw rows of 200 attacks of another draw."""
    data = datasets.synthesize("nsl_kdd", 1500, seed=1)
    encoder = features.make_encoder()
    X, y = encoder.fit_transform(data.X), datasets.is_attack(data.y)
    other = datasets.synthesize("nsl_kdd", 600, seed=2)
    attacks = other.X[datasets.is_attack(other.y) == 1][:200].reset_index(drop=True)
    return encoder, X, y, attacks


@pytest.fixture(scope="module")
def classifier(traffic):
    _, X, y, _ = traffic
    model = network(X.shape[1])
    model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy", jit_compile=False)
    model.fit(X, y, epochs=10, batch_size=128, shuffle=False, verbose=0)
    return model


def network(width, *, classes=1, activation="sigmoid"):
    body = networks.stack([width, 16, classes], name="body", seeds=networks.seeds(0))
    body.layers[-1].activation = keras.activations.get(activation)
    return body


def detected(model, X):
    return float((np.asarray(model(X))[:, 0] > 0.5).mean())


# Constraints


@pytest.mark.parametrize("seed", range(3))
def test_attacked_rows_are_raw_rows_that_encode_to_what_is_scored(traffic, classifier, seed):
    encoder, _, _, attacks = traffic
    room = TrafficConstraints(encoder, attacks)
    X = encoder.transform(attacks)
    wish = X + np.random.default_rng(seed).normal(size=X.shape)
    projected = room.project(wish, epsilon=EPSILON)
    moved = pgd(
        classifier, X, np.ones(len(X), int), epsilon=EPSILON, steps=5, constraints=room, seed=seed
    )
    for rows in (projected, moved):
        assert np.array_equal(encoder.transform(room.rows(rows)), rows)
        assert np.array_equal(room.project(rows, epsilon=EPSILON), rows)
        assert np.abs(rows - X).max() <= EPSILON + 1e-5


def test_attacked_rows_satisfy_the_schema_and_the_rules(traffic):
    encoder, X, _, attacks = traffic
    room = TrafficConstraints(encoder, attacks)
    wish = np.random.default_rng(0).normal(scale=9, size=(len(attacks), X.shape[1]))
    raw = room.rows(room.project(wish, epsilon=3.0))
    assert raw.columns.equals(attacks.columns)
    assert raw.dtypes.equals(attacks.dtypes)
    for name in CATEGORICAL:
        assert set(raw[name]) <= set(VOCABULARY[name])
    pd.testing.assert_frame_equal(raw[[*CATEGORICAL, *BINARY]], attacks[[*CATEGORICAL, *BINARY]])
    assert (raw[list(INTEGER)].to_numpy() >= attacks[list(INTEGER)].to_numpy()).all()
    rates = raw[list(RATES)].to_numpy(np.float64)
    assert rates.min() >= 0
    assert rates.max() <= 1
    assert np.abs(rates * 100 - np.rint(rates * 100)).max() < 1e-4
    assert (raw["count"].max(), raw["dst_host_count"].max()) <= (511, 255)
    assert not raw.equals(attacks)


def test_raw_values_survive_the_round_trip_at_the_ends_of_the_format(traffic):
    encoder, _, _, attacks = traffic
    table = attacks[:40].copy()
    for name in ("duration", "src_bytes", "dst_bytes"):
        table[name] = np.geomspace(1, np.iinfo(DTYPES[name]).max, 40).astype(DTYPES[name])
    room = TrafficConstraints(encoder, table)
    X = encoder.transform(table)
    pd.testing.assert_frame_equal(room.rows(X), table)
    far = room.project(X + 100, epsilon=100)
    raw = room.rows(far)
    assert np.array_equal(encoder.transform(raw), far)
    assert (raw["src_bytes"] >= table["src_bytes"]).all()


def test_box_holds_all_that_projection_reaches(traffic):
    encoder, X, _, attacks = traffic
    room = TrafficConstraints(encoder, attacks)
    low, high = room.box(EPSILON)
    wish = np.random.default_rng(0).normal(scale=9, size=(len(attacks), X.shape[1]))
    rows = room.project(wish, epsilon=EPSILON)
    assert (low <= rows).all()
    assert (rows <= high).all()
    joined = {name for w in WINDOWS for name in (*w.counts, *w.shares, w.ratio)}
    alone = [place for place, name in enumerate(room.names) if name not in joined]
    for end, wish in ((high, high + 9), (low, low - 9)):
        reached = room.project(wish, epsilon=EPSILON)
        assert np.array_equal(reached[:, alone], end[:, alone])


def test_a_connection_that_was_never_opened_carries_nothing(traffic):
    encoder, X, _, attacks = traffic
    room = TrafficConstraints(encoder, attacks)
    raw = room.rows(room.project(X[:1] * 0 + encoder.transform(attacks) + 2, epsilon=2))
    refused = attacks["flag"].isin(["REJ", "S0"]).to_numpy()
    sent = ["duration", "src_bytes", "dst_bytes", "hot", "num_failed_logins"]
    assert refused.sum() > 20
    pd.testing.assert_frame_equal(raw.loc[refused, sent], attacks.loc[refused, sent])
    assert (raw.loc[~refused, "src_bytes"] > attacks.loc[~refused, "src_bytes"]).any()
    icmp = (attacks["protocol_type"] == "icmp").to_numpy()
    assert raw.loc[icmp, "dst_bytes"].equals(attacks.loc[icmp, "dst_bytes"])


def test_rates_move_only_as_far_as_added_connections_move_them():
    start = {
        "count": [4, 4, 511],
        "srv_count": [2, 2, 511],
        "serror_rate": [0.5, 0.5, 0.5],
        "rerror_rate": [0.0, 0.0, 0.0],
        "same_srv_rate": [0.5, 0.5, 1.0],
        "diff_srv_rate": [0.25, 0.25, 0.0],
        "srv_serror_rate": [1.0, 1.0, 1.0],
        "srv_rerror_rate": [0.0, 0.0, 0.0],
        "srv_diff_host_rate": [0.0, 0.0, 0.0],
    }
    table = pd.DataFrame(start)
    encoder = features.FeatureEncoder(clip=None).fit(table)
    room = TrafficConstraints(encoder, table)
    up, down = np.full(9, -99.0), np.full(9, -99.0)
    up[0] = encoder.transform(table.assign(count=6))[0, 0]
    wish = np.stack([up, down, down]).astype(np.float32)
    raw = room.rows(room.project(wish, epsilon=100.0))
    added = raw.iloc[0]  # two connections more to the host, none to the service
    assert (added["count"], added["srv_count"]) == (6, 2)
    assert added[["serror_rate", "same_srv_rate", "diff_srv_rate"]].round(2).tolist() == [
        0.33,
        0.33,
        0.17,
    ]
    assert added["srv_serror_rate"] == 1
    pd.testing.assert_series_equal(raw.iloc[1], table.iloc[1])  # nothing added: no rate falls
    sliding = raw.iloc[2]  # the window is full: what is added pushes something out
    assert (sliding["count"], sliding["serror_rate"], sliding["same_srv_rate"]) == (511, 0, 1)


def test_rates_of_official_rows_follow_from_their_counts():
    if datasets.locate("nsl_kdd", "train_20") is None:
        pytest.skip("no official files: set ANOMALY_LABS_DATA to a folder that has them")
    table = datasets.load("nsl_kdd", split="train_20").X
    few = table["count"].between(1, 20)
    for window in WINDOWS[:1]:
        for rate, count in window.shares.items():
            n = table.loc[few, count].to_numpy(float)
            value = table.loc[few, rate].to_numpy(float)
            whole = np.rint(value * n) / n
            assert (np.abs(whole - value) < 0.0051)[n <= 20].mean() > 0.999


def test_rules_of_a_column_can_be_replaced():
    table = pd.DataFrame({"count": [5, 9], "amount": [1.5, 2.5]})
    encoder = features.make_encoder().fit(table)
    with pytest.raises(ValueError, match=r"no rule for \['amount'\]; add"):
        TrafficConstraints(encoder, table)
    rules = {"count": Rule("fixed"), "amount": Rule("free", grid=2)}
    room = TrafficConstraints(encoder, table, rules=rules)
    raw = room.rows(room.project(encoder.transform(table) - 1.1, epsilon=1.1))
    assert raw.to_dict("list") == {"count": [5, 9], "amount": [1.0, 2.0]}


def test_constraints_say_what_is_wrong(traffic):
    encoder, X, _, attacks = traffic
    room = TrafficConstraints(encoder, attacks)
    with pytest.raises(ValueError, match="shape"):
        room.project(X[:3], epsilon=1)
    with pytest.raises(ValueError, match="project them first"):
        room.rows(encoder.transform(attacks) + np.float32(0.013))
    with pytest.raises(TypeError, match="make_encoder"):
        TrafficConstraints(None, attacks)
    with pytest.raises(ValueError, match=r"column 'serror_rate' has 0\.123"):
        TrafficConstraints(encoder, attacks.assign(serror_rate=np.float32(0.123)))
    with pytest.raises(ValueError, match="not the encoded table"):
        fgsm(lambda x: x[:, 0], X[:200], np.ones(200, int), epsilon=1, constraints=room)


# Attacks


def test_fgsm_moves_each_column_by_epsilon_against_the_weights():
    weights = np.array([[3.0], [-2.0], [0.0]], np.float32)
    X = np.zeros((2, 3))
    moved = fgsm(lambda x: x @ weights, X, [1, 0], epsilon=0.5)
    assert moved.tolist() == [[-0.5, 0.5, 0.0], [0.5, -0.5, 0.0]]


def test_fgsm_has_a_gradient_where_the_probability_is_flat():
    model = network(2)
    kernel = np.full((16, 1), 1e4)
    model.layers[-1].set_weights([kernel, np.array([1e4])])
    X = np.ones((1, 2), np.float32)
    assert float(np.asarray(model(X))[0, 0]) == 1.0
    assert (fgsm(model, X, [1], epsilon=0.1) != X).all()


@pytest.mark.parametrize("activation", ["linear", "softmax"])
def test_more_logits_are_attacked_by_cross_entropy(activation):
    model = network(4, classes=3, activation=activation)
    X = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    y = np.asarray(model(X)).argmax(axis=1)
    moved = pgd(model, X, y, epsilon=1.0, steps=10)
    assert (np.asarray(model(moved)).argmax(axis=1) == y).mean() < 0.5


def test_pgd_is_stronger_than_fgsm_and_constraints_weaken_both(traffic, classifier):
    encoder, _, _, attacks = traffic
    room, X = TrafficConstraints(encoder, attacks), encoder.transform(attacks)
    y = np.ones(len(X), int)
    losses = {}
    for rules in (None, room):
        for attack in (fgsm, pgd):
            moved = attack(classifier, X, y, epsilon=0.2, constraints=rules)
            losses[attack, rules] = climb(logits_of(classifier), moved, y)[0].mean()
    assert losses[pgd, None] >= losses[fgsm, None] > losses[pgd, room]
    assert losses[pgd, room] >= losses[fgsm, room]


def test_attack_takes_detection_away_within_epsilon(traffic, classifier):
    encoder, _, _, attacks = traffic
    X = encoder.transform(attacks)
    moved = pgd(classifier, X, np.ones(len(X), int), epsilon=0.5)
    assert detected(classifier, X) > 0.9
    assert detected(classifier, moved) < 0.3
    assert np.abs(moved - X).max() <= 0.5 + 1e-6


def test_random_start_depends_on_the_seed_alone(traffic, classifier):
    X = traffic[1][:20]
    y = np.ones(20, int)
    first, again, other = (
        pgd(classifier, X, y, epsilon=0.1, steps=2, random_start=True, seed=seed)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"y": [1.5]}, "as integers"),
        ({"y": [2]}, "y holds class 2"),
        ({"y": [1, 0]}, "y \\(2,\\)"),
        ({"epsilon": -1.0}, "epsilon=-1.0"),
        ({"X": [[1.0, np.nan]]}, "missing or infinite"),
        ({"steps": 0}, "steps=0"),
        ({"model": lambda x: np.ones(1, np.float32)}, "substitute_attack"),
        ({"model": lambda x: x[:, None]}, "logits of shape"),
    ],
)
def test_attacks_say_what_is_wrong(wrong, hint):
    given = {"model": lambda x: x[:, 0], "X": [[1.0, 2.0]], "y": [1], "epsilon": 0.1} | wrong
    with pytest.raises(ValueError, match=hint):
        pgd(given.pop("model"), given.pop("X"), given.pop("y"), **given)


def test_models_without_logits_are_refused():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "tanh")])
    with pytest.raises(ValueError, match="ends in 'tanh'"):
        fgsm(model, [[1.0, 2.0]], [1], epsilon=0.1)


def test_progress_is_shown_where_asked_for(capsys):
    for progress in (False, True):
        pgd(lambda x: x[:, 0], [[1.0]], [1], epsilon=0.1, steps=2, progress=progress)
        assert ("3/3" in capsys.readouterr().out) == progress


# Substitute


def test_substitute_attack_moves_boosted_trees(traffic):
    encoder, X, y, attacks = traffic
    booster = boosting.train(X, y, n_rounds=20)
    rows = encoder.transform(attacks)
    moved = [
        substitute_attack(
            lambda rows: boosting.predict(booster, rows),
            rows,
            np.ones(len(rows), int),
            probes=X,
            epsilon=1.0,
            epochs=6,
            seed=0,
        )
        for _ in range(2)
    ]
    assert np.array_equal(*moved)
    before, after = ((boosting.predict(booster, part) > 0.5).mean() for part in (rows, moved[0]))
    assert after < before - 0.1


def test_further_rounds_ask_about_new_rows():
    asked = []

    def victim(rows):
        asked.append(len(rows))
        return rows[:, 0] > 0

    probes = np.random.default_rng(0).normal(size=(40, 2))
    train_substitute(victim, probes, rounds=3, epochs=1)
    assert asked == [40, 40, 80]


@pytest.mark.parametrize(
    ("victim", "hint"),
    [
        (lambda rows: rows[:, 0] * 0, "one answer to all probes"),
        (lambda rows: rows[:, 0] + 7, "one number from 0 to 1"),
        (lambda rows: rows, "shape"),
    ],
)
def test_useless_victims_are_refused(victim, hint):
    with pytest.raises(ValueError, match=hint):
        train_substitute(victim, np.random.default_rng(0).normal(size=(10, 2)))


# Adversarial training


def test_hardened_network_withstands_what_the_plain_one_does_not(traffic):
    _, X, y, _ = traffic
    found = {}
    for name in ("plain", "hardened"):
        model = network(X.shape[1])
        model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy", jit_compile=False)
        model.fit(X, y, epochs=4, batch_size=128, shuffle=False, verbose=0)
        if name == "hardened":
            losses = harden(model, X, y, epsilon=0.3, rounds=4)
            assert len(losses) == 4
        attacks = X[y == 1]
        moved = pgd(model, attacks, np.ones(len(attacks), int), epsilon=0.3)
        found[name] = detected(model, moved)
    assert found["hardened"] > found["plain"] + 0.3


def test_hardening_depends_on_the_seed_alone(traffic):
    _, X, y, _ = traffic
    weights = []
    for seed in (1, 1, 2):
        model = network(X.shape[1])
        model.compile("adam", "binary_crossentropy", jit_compile=False)
        harden(model, X[:300], y[:300], epsilon=0.2, rounds=1, steps=2, seed=seed)
        weights.append(model.get_weights()[0])
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_hardening_says_what_is_wrong(traffic):
    _, X, _, _ = traffic
    model = network(X.shape[1])
    for wrong, hint in (
        ({"y": np.zeros(9, int)}, "no attacks"),
        ({"y": np.ones(8, int)}, "y \\(8,\\)"),
        ({"rounds": 0}, "rounds=0"),
        ({"epsilon": -1.0}, "epsilon=-1.0"),
    ):
        given = {"y": np.ones(9, int), "epsilon": 0.1} | wrong
        with pytest.raises(ValueError, match=hint):
            harden(model, X[:9], given.pop("y"), **given)


# Defense-GAN


@pytest.fixture(scope="module")
def plane():
    """Defence of rows on a line through three columns."""
    X = line(600, seed=0)
    options = {"hidden": (16,), "latent": 1, "judge_hidden": (16,), "batch_size": 32}
    return DefenseGAN(**options, epochs=40, steps=100, restarts=5).fit(X)


def line(n, *, seed):
    a = np.random.default_rng(seed).normal(size=(n, 1)).astype(np.float32)
    return np.hstack([a, -a, a])


def test_projection_undoes_what_leaves_the_range_of_the_generator(plane):
    X = line(100, seed=1)
    moved = X + np.array([0.4, 0.4, 0.0], np.float32)
    back = plane.project(moved)
    assert np.abs(back - X).mean() < 0.15
    assert np.abs(plane.project(X) - X).mean() < 0.15


def test_projection_does_not_depend_on_the_other_rows(plane):
    X = line(700, seed=2)
    together = plane.project(np.concatenate([X, X]))
    assert np.array_equal(together[:700], together[700:])
    np.testing.assert_allclose(plane.project(X[:3]), together[:3], atol=1e-4)


def test_search_takes_the_steps_of_plain_gradient_descent():
    generator = networks.stack([2, 6, 5, 9], name="generator", seeds=networks.seeds(0))
    rows = np.random.default_rng(0).normal(size=(3, 9)).astype(np.float32)
    starts = np.random.default_rng(1).normal(size=(1, 2)).astype(np.float32)
    found = Search(generator, steps=7, step_size=0.1).nearest(rows, starts)

    latent = keras.Variable(np.repeat(starts, 3, axis=0))
    rates = keras.optimizers.schedules.CosineDecay(0.1, 7)
    adam = keras.optimizers.Adam(rates, epsilon=1e-8)
    for _ in range(7):
        _, slopes = climb(
            lambda z: ((generator(z) - rows) ** 2 / 2) @ np.ones((9, 1), np.float32),
            latent.numpy(),
            np.zeros(3, int),
        )
        adam.apply([keras.ops.convert_to_tensor(slopes)], [latent])
    np.testing.assert_allclose(found, generator(latent), atol=1e-4)


def test_more_restarts_come_nearer(plane):
    X = line(50, seed=3) * np.array([1, -1, 1], np.float32)
    few, many = (DefenseGAN(**plane.get_params()).set_params(restarts=n) for n in (1, 10))
    for defense in (few, many):
        defense.generator_, defense.n_features_in_ = plane.generator_, 3
    near = [np.square(part.project(X) - X).sum() for part in (few, many)]
    assert near[1] <= near[0]


def test_same_seed_gives_the_same_projections():
    X, small = line(100, seed=0), {"hidden": (8,), "latent": 1, "judge_hidden": (8,)}
    first, again, other = (
        DefenseGAN(**small, epochs=2, steps=5, restarts=2, seed=seed).fit(X).project(X)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_defense_says_what_is_wrong(plane):
    with pytest.raises(ValueError, match="restarts=0"):
        DefenseGAN(restarts=0).fit(line(30, seed=0))
    with pytest.raises(ValueError, match="step_size=0"):
        DefenseGAN(step_size=0).fit(line(30, seed=0))
    with pytest.raises(ValueError, match="3 features"):
        plane.project(np.zeros((2, 4)))


def test_loaded_defence_projects_the_same_and_its_file_holds_no_pickle(plane, tmp_path):
    rows = line(40, seed=3) + np.float32(0.2)
    plane.save(tmp_path / "defence.zip")
    loaded = DefenseGAN.load(tmp_path / "defence.zip")
    assert loaded.get_params() == plane.get_params()
    assert np.array_equal(loaded.project(rows), plane.project(rows))
    with zipfile.ZipFile(tmp_path / "defence.zip") as archive:
        assert all(name.endswith((".json", ".npz", ".keras")) for name in archive.namelist())


def test_loaded_defence_keeps_the_names_of_columns(tmp_path):
    X = pd.DataFrame(line(60, seed=0), columns=["a", "b", "c"])
    small = {"hidden": (8,), "latent": 1, "judge_hidden": (8,), "epochs": 1}
    DefenseGAN(**small, steps=5, restarts=1).fit(X).save(tmp_path / "defence.zip")
    loaded = DefenseGAN.load(tmp_path / "defence.zip")
    assert loaded.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="names"):
        loaded.project(X.rename(columns={"c": "z"}))


@pytest.mark.parametrize("changes", [{"latent": 3}, {"seed": None}])
def test_file_whose_parts_do_not_belong_together_is_refused(plane, tmp_path, changes):
    params = {k: v for k, v in (plane.get_params() | changes).items() if v is not None}
    parts = files.Parts({"generator": plane.generator_}, {"params": params}, {})
    files.save_fitted(tmp_path / "defence.zip", parts, form="anomaly-labs DefenseGAN")
    with pytest.raises(ValueError, match="not a saved DefenseGAN"):
        DefenseGAN.load(tmp_path / "defence.zip")


def test_file_of_a_detector_is_no_defence(plane, tmp_path):
    plane.gan_.save(tmp_path / "detector.zip")
    with pytest.raises(ValueError, match="not a saved DefenseGAN"):
        DefenseGAN.load(tmp_path / "detector.zip")
    with pytest.raises(NotFittedError):
        DefenseGAN().save(tmp_path / "nothing.zip")


def test_no_rows_give_no_rows(traffic, plane):
    encoder, X, _, attacks = traffic
    nothing, no = X[:0], np.zeros(0, int)
    room = TrafficConstraints(encoder, attacks[:0])
    moved = pgd(lambda x: x[:, 0], nothing, no, epsilon=1, constraints=room)
    assert moved.shape == nothing.shape
    assert len(room.rows(moved)) == 0
    assert plane.project(np.zeros((0, 3))).shape == (0, 3)


def test_bpda_finds_the_way_behind_a_defence_that_pgd_does_not():
    along = np.array([[1.0], [-1.0], [1.0]], np.float32) / 3
    across = np.array([[1.0], [1.0], [0.0]], np.float32)

    def model(x):
        return 0.5 - x @ along - 50 * (x @ across) ** 2

    def project(rows):
        return (rows @ along) * (3 * along.T)

    X = line(500, seed=4) + np.array([0.02, 0.02, 0.0], np.float32)
    X = X[(X[:, 0] > 0) & (X[:, 0] < 0.25)]
    y = np.ones(len(X), int)
    blind = pgd(model, X, y, epsilon=0.6)
    adaptive = bpda(model, project, X, y, epsilon=0.6)
    assert (model(blind) < 0).all()
    assert (model(project(blind)) > 0).all()
    assert (model(project(adaptive)) < 0).all()


def test_bpda_does_harm_behind_defense_gan(plane):
    X = line(60, seed=4)
    y = np.ones(len(X), int)

    def model(x):
        return 1.0 - x[:, :1]

    moved = bpda(model, plane.project, X, y, epsilon=0.6, steps=5)
    assert (model(plane.project(moved)) < model(plane.project(X)) - 0.1).mean() > 0.9


# The same attacks by the adversarial-robustness-toolbox, in an environment of its own

ART = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np
from art.attacks.evasion import FastGradientMethod, ProjectedGradientDescentNumpy
from art.estimators.classification.classifier import ClassGradientsMixin, ClassifierMixin
from art.estimators.estimator import BaseEstimator, LossGradientsMixin

folder, epsilon, steps, step_size = sys.argv[1], *map(float, sys.argv[2:])
parts = np.load(folder + "/in.npz")
X, y = parts["X"], parts["y"]
W1, b1, W2, b2 = (parts[name] for name in ("W1", "b1", "W2", "b2"))


class Network(ClassGradientsMixin, ClassifierMixin, LossGradientsMixin, BaseEstimator):
    # one hidden layer with leaky rectifiers of slope .2, cross-entropy, derivatives by hand
    input_shape, nb_classes, clip_values = X.shape[1:], W2.shape[1], None
    def __init__(self):
        super().__init__(model=None, clip_values=None)
        self.nb_classes = W2.shape[1]
    def fit(self, x, y, **kwargs): raise NotImplementedError
    def class_gradient(self, x, label=None, **kwargs): raise NotImplementedError
    def predict(self, x, batch_size=128, **kwargs):
        a = x @ W1 + b1
        return np.where(a > 0, a, 0.2 * a) @ W2 + b2
    def loss_gradient(self, x, y, **kwargs):
        a = x @ W1 + b1
        logits = self.predict(x)
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        return (((p - y) @ W2.T) * np.where(a > 0, 1.0, 0.2)) @ W1.T


network, targets = Network(), np.eye(W2.shape[1])[y]
quick = FastGradientMethod(network, eps=epsilon).generate(X, targets)
slow = ProjectedGradientDescentNumpy(
    network, eps=epsilon, eps_step=step_size, max_iter=int(steps), verbose=False
).generate(X, targets)
np.savez(folder + "/out.npz", fgsm=quick, pgd=slow)
"""


@pytest.mark.slow
def test_attacks_agree_with_the_adversarial_robustness_toolbox(tmp_path):
    here = sys.executable if importlib.util.find_spec("art") else None
    python = os.environ.get("ART_PYTHON", here)
    if not python:
        pytest.skip(
            "adversarial-robustness-toolbox is not installed: `pip install"
            " adversarial-robustness-toolbox packaging` here, or in an environment of its own whose"
            " python the variable ART_PYTHON names"
        )
    rng = np.random.default_rng(0)
    X, epsilon, steps, size = rng.normal(size=(400, 10)).astype(np.float32), 0.3, 10, 0.05
    model = network(10, classes=3, activation="linear")
    y = np.asarray(model(X)).argmax(axis=1)
    weights = dict(zip(("W1", "b1", "W2", "b2"), model.get_weights(), strict=True))
    np.savez(tmp_path / "in.npz", X=X, y=y, **weights)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    arguments = [str(tmp_path), str(epsilon), str(steps), str(size)]
    subprocess.run([python, "-c", ART, *arguments], check=True, env=clean)
    theirs = np.load(tmp_path / "out.npz")

    quick = fgsm(model, X, y, epsilon=epsilon)
    slow = pgd(model, X, y, epsilon=epsilon, steps=steps, step_size=size)
    np.testing.assert_allclose(quick, theirs["fgsm"], atol=1e-6)
    ours, other = (climb(logits_of(model), rows, y)[0] for rows in (slow, theirs["pgd"]))
    assert (ours >= other - 1e-5).all()  # we keep the best step, they the last
    same = np.abs(slow - theirs["pgd"]).max(axis=1) < 1e-5
    assert same.mean() > 0.7
