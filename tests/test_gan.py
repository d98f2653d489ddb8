import io
import json
import os
import subprocess
import sys
import warnings
import zipfile

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from anomaly_labs.gan import BiGANDetector, GANDetector, WGANDetector, networks, players, sanity
from anomaly_labs.teaching.lab3_gan.failures import (
    bilinear_game,
    mixture,
    mode_collapse,
    modes_covered,
    share_at_one,
    share_between,
    vanishing_gradient,
)

CLASSES = [BiGANDetector, WGANDetector, GANDetector]
with_encoder = pytest.mark.parametrize("fitted", [BiGANDetector, WGANDetector], indirect=True)
SMALL = {
    "hidden": (16,),
    "latent": 2,
    "judge_hidden": (16, 8),
    "epochs": 3,
    "batch_size": 64,
    "patience": None,
    "kind": "whitened",
}
ODD = [[2.0, 2.0, 2.0, 2.0, 0.0]]  # each value is usual; columns 0 and 1 are opposites in training


def traffic(n=400, seed=0):
    """Five columns made of two hidden numbers; the last is constant."""
    a, b = np.random.default_rng(seed).normal(size=(n, 2)).T
    noise = 0.05 * np.random.default_rng(seed + 1).normal(size=(n, 4))
    return np.column_stack([np.column_stack([a, -a, b, a + b]) + noise, np.zeros(n)])


def named(rows):
    return pd.DataFrame(rows, columns=["up", "down", "left", "sum", "flat"])


@pytest.fixture(scope="module", params=CLASSES)
def fitted(request):
    options = SMALL | {"epochs": 40, "batch_size": 32, "hidden": (32,), "averaging": 0.95}
    return request.param(**options).fit(named(traffic(1000)))


def quiet_score(detector, X, kind=None):
    """Score without the warning of a short training."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return detector.anomaly_score(X, kind=kind)


def test_every_score_is_finite_and_has_its_shape(fitted):
    for kind in fitted.kinds:
        scores = quiet_score(fitted, named(traffic(30)), kind)
        assert scores.shape == (30,)
        assert scores.dtype == np.float64
        assert np.isfinite(scores).all()
        assert quiet_score(fitted, named(traffic(30))[:0], kind).shape == (0,)


@with_encoder
def test_row_that_breaks_a_dependence_scores_above_most_usual_rows(fitted):
    for kind in ("reconstruction", "whitened", "combined"):
        usual = fitted.anomaly_score(named(traffic(400, seed=7)), kind=kind)
        odd = fitted.anomaly_score(named(ODD), kind=kind)
        assert odd[0] > np.quantile(usual, 0.98)


@with_encoder
def test_combined_score_is_the_weighted_sum_of_scaled_parts(fitted):
    rows = named(traffic(20))
    parts = [
        quiet_score(fitted, rows, kind) / fitted.scale_[kind]
        for kind in ("reconstruction", "feature_matching")
    ]
    combined = quiet_score(fitted, rows, "combined")
    weight = fitted.weight
    np.testing.assert_allclose(combined, (1 - weight) * parts[0] + weight * parts[1])


@with_encoder
def test_reconstruction_is_what_the_docstring_says(fitted):
    X = named(traffic(20)).astype(np.float32)
    back = np.asarray(fitted.generator_(fitted.encoder_(X.to_numpy())))
    score = quiet_score(fitted, X, "reconstruction")
    np.testing.assert_allclose(score, ((X.to_numpy() - back) ** 2).mean(axis=1), rtol=1e-4)


def test_whitened_score_is_about_one_on_training_rows(fitted):
    assert 0.3 < fitted.anomaly_score(named(traffic(1000)), kind="whitened").mean() <= 1


def test_history_holds_both_losses_and_the_watch_for_each_epoch(fitted):
    names = {"generator_loss", "discriminator_loss", "coverage", "sanity"}
    assert fitted.history_.keys() == names
    assert all(len(values) == 40 for values in fitted.history_.values())
    assert all(type(value) is float for value in fitted.history_["coverage"])


def test_sanity_is_known_for_every_score(fitted):
    assert fitted.sanity_.keys() == set(fitted.kinds)
    assert fitted.sanity_["whitened"] > 0.8


@pytest.mark.parametrize(("auc", "fault"), [(0.1, "inverted"), (0.5, "no better than chance")])
def test_score_that_fails_the_check_warns_with_what_to_do(fitted, monkeypatch, auc, fault):
    aucs = dict.fromkeys(fitted.kinds, auc) | {"whitened": 0.9}
    monkeypatch.setattr(fitted, "sanity_", aucs)
    with pytest.warns(UserWarning, match=rf"{fault}: its AUC is {auc:.2f}.*kind='whitened'"):
        fitted.anomaly_score(named(ODD), kind=next(k for k in fitted.kinds if k != "whitened"))
    monkeypatch.setattr(fitted, "sanity_", dict.fromkeys(fitted.kinds, auc))
    with pytest.warns(UserWarning, match=r"do not use it, or fit again"):
        fitted.anomaly_score(named(ODD))


def test_untrained_discriminator_is_reported():
    detector = GANDetector(**SMALL | {"epochs": 1, "batch_size": 4000}).fit(traffic(3000))
    assert detector.sanity_["discriminator"] < 0.6
    with pytest.warns(UserWarning, match="'discriminator' is"):
        detector.anomaly_score(traffic(5), kind="discriminator")


def test_shuffled_rows_keep_each_column_and_break_the_rows():
    X = np.arange(3000.0).reshape(1000, 3)
    odd = sanity.shuffled(X, seed=0)
    np.testing.assert_array_equal(np.sort(odd, axis=0), X)
    assert (np.diff(odd, axis=1) != 1).any(axis=1).mean() > 0.99


def test_coverage_falls_with_the_modes_that_are_made():
    rows, others = mixture(500, seed=1), mixture(500, seed=2)
    assert sanity.coverage(mixture(500, seed=3), rows, others) == pytest.approx(1, abs=0.1)
    one_of_eight = others[others[:, 0] > 1.7]
    assert sanity.coverage(np.tile(one_of_eight, (10, 1)), rows, others) < 0.25


@pytest.mark.parametrize("cls", CLASSES)
def test_same_seed_same_scores_whatever_the_global_random_state(cls):
    def scores(detector):
        detector.fit(traffic())
        return [quiet_score(detector, traffic(), kind) for kind in detector.kinds]

    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = scores(cls(**SMALL, seed=1))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    keras.utils.set_random_seed(99)
    np.testing.assert_allclose(first, scores(cls(**SMALL, seed=1)), rtol=1e-6)


def test_another_seed_gives_other_scores():
    one, two = (GANDetector(**SMALL, seed=seed).fit(traffic()) for seed in (1, 2))
    assert not np.allclose(one.anomaly_score(traffic()), two.anomaly_score(traffic()), rtol=1e-2)


def test_training_stops_early_with_the_weights_of_the_best_epoch():
    options = SMALL | {"epochs": 60, "kind": "cross_entropy", "patience": 3}
    detector = BiGANDetector(**options).fit(traffic())
    values = detector.history_["sanity"]
    assert len(values) < 60
    assert len(values) - 1 - int(np.argmax(values)) == 3
    _, watched, _ = detector._split(traffic().astype(np.float32))
    again = sanity.separation(
        quiet_score(detector, watched), quiet_score(detector, sanity.shuffled(watched, seed=0))
    )
    assert again == pytest.approx(max(values), abs=0.01)


def test_epochs_by_default_follow_the_number_of_steps(monkeypatch):
    monkeypatch.setattr("anomaly_labs.gan.detector.STEPS", 12)
    detector = GANDetector(**SMALL | {"epochs": None})
    assert len(detector.fit(traffic(150)).history_["sanity"]) == 6  # two steps per epoch
    assert len(detector.fit(traffic(600)).history_["sanity"]) == 4  # the fewest


def test_average_of_the_weights_follows_them_slowly():
    seeds = networks.seeds(0)
    game = players.GANPlayers(
        {"generator": networks.stack([2, 3], name="generator", seeds=seeds)},
        networks.judge([3], [4], seeds=seeds),
        players.Schedule(learning_rate=0.1, judge_rate=0.1, averaging=0.5, steps=100, seed=0),
        smoothing=0.1,
    )
    start = game.builders["generator"].get_weights()[0]
    game.learn(np.ones((1, 8, 3), np.float32))
    now, average = (group["generator"].get_weights()[0] for group in (game.builders, game.averages))
    keep = 2 / 11  # (1 + step) / (10 + step), less than the wanted share so early
    np.testing.assert_allclose(average, keep * start + (1 - keep) * now, rtol=1e-5)


def test_critic_of_slope_two_is_penalised_by_one():
    rows = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    seed = keras.random.SeedGenerator(0)
    penalty = players.gradient_penalty(lambda x: 2 * x[:, :1], rows, rows + 1, seed=seed)
    assert float(penalty) == pytest.approx(1)


def test_generated_rows_come_from_their_seed(fitted):
    rows = fitted.generate(4, seed=1)
    assert rows.shape == (4, 5)
    np.testing.assert_array_equal(rows, fitted.generate(4, seed=1))
    assert not np.array_equal(rows, fitted.generate(4, seed=2))


def test_progress_goes_to_stdout_only_when_asked_for(capfd):
    GANDetector(**SMALL).fit(traffic())
    assert capfd.readouterr() == ("", "")
    GANDetector(**SMALL, progress=True).fit(traffic())
    out, err = capfd.readouterr()
    assert "Epoch 3/3" in out
    assert err == ""


def test_twenty_rows_are_enough_and_stay_as_they_are():
    X = traffic(20).astype(np.float32)
    copy = X.copy()
    detector = BiGANDetector(**SMALL).fit(X)
    np.testing.assert_array_equal(X, copy)
    assert np.isfinite(quiet_score(detector, traffic(3))).all()
    with pytest.raises(ValueError, match="19 rows; a GAN needs 20"):
        BiGANDetector(**SMALL).fit(X[:19])


def test_works_in_a_pipeline_and_clones():
    pipeline = make_pipeline(StandardScaler(), WGANDetector(**SMALL))
    assert clone(pipeline).fit(traffic())[-1].n_features_in_ == 5


SCORE = """
import sys
from anomaly_labs import gan, runtime
runtime.prepare()
import numpy as np
detector = getattr(gan, sys.argv[4]).load(sys.argv[1])
np.save(sys.argv[3], detector.anomaly_score(np.load(sys.argv[2])))
"""


def test_loaded_in_a_new_process_scores_the_same(tmp_path):
    X = traffic()
    detector = BiGANDetector(**SMALL | {"epochs": 20, "judgement": "cross_entropy", "weight": 1.0})
    detector.fit(X).save(tmp_path / "detector.zip")
    own = quiet_score(detector, X, "cross_entropy") / detector.scale_["cross_entropy"]
    np.testing.assert_allclose(quiet_score(detector, X, "combined"), own)
    np.save(tmp_path / "X.npy", X)
    files = [str(tmp_path / name) for name in ("detector.zip", "X.npy", "scores.npy")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SCORE, *files, "BiGANDetector"]
    subprocess.run(command, check=True, env=environment)
    np.testing.assert_allclose(np.load(files[2]), detector.anomaly_score(X), rtol=1e-6)


def test_saved_detector_keeps_everything_and_holds_no_pickle(fitted, tmp_path):
    fitted.save(tmp_path / "detector.zip")
    loaded = type(fitted).load(tmp_path / "detector.zip")
    assert loaded.get_params() == fitted.get_params()
    assert (loaded.history_, loaded.sanity_) == (fitted.history_, fitted.sanity_)
    assert loaded.feature_names_in_.tolist() == fitted.feature_names_in_.tolist()
    for kind in fitted.kinds:
        wanted = quiet_score(fitted, named(traffic(10)), kind)
        np.testing.assert_allclose(quiet_score(loaded, named(traffic(10)), kind), wanted, rtol=1e-6)
    np.testing.assert_allclose(loaded.generate(3), fitted.generate(3), rtol=1e-6)
    with zipfile.ZipFile(tmp_path / "detector.zip") as archive:
        assert all(name.endswith((".json", ".npz", ".keras")) for name in archive.namelist())


def rewritten(path, **changes):
    """Replace parts of a saved detector; None leaves a part out."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)


def foreign_array():
    packed = io.BytesIO()
    np.savez(packed, mean_=np.zeros(3), whitening_=np.eye(4))
    return packed.getvalue()


@pytest.mark.parametrize(
    "changes",
    [
        {"detector.json": None},
        {"generator.keras": None},
        {"judge.keras": b"no model"},
        {"arrays.npz": foreign_array()},
        {"detector.json": json.dumps({"format": "anomaly-labs BiGANDetector", "version": 2})},
    ],
)
def test_damaged_file_is_refused(fitted, tmp_path, changes):
    path = tmp_path / "detector.zip"
    fitted.save(path)
    rewritten(path, **changes)
    with pytest.raises(ValueError, match=f"damaged or not a saved {type(fitted).__name__}"):
        type(fitted).load(path)


def test_file_of_another_detector_is_refused(fitted, tmp_path):
    fitted.save(tmp_path / "detector.zip")
    other = next(cls for cls in CLASSES if cls is not type(fitted))
    with pytest.raises(ValueError, match=f"not a saved {other.__name__}"):
        other.load(tmp_path / "detector.zip")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "l3"}, "kind='l3'"),
        ({"judgement": "critic"}, "judgement='critic'"),
        ({"weight": 1.5}, "weight=1.5"),
        ({"cycle": -1.0}, "cycle=-1.0"),
        ({"averaging": 1.0}, "averaging=1.0"),
        ({"shrinkage": 0.0}, "shrinkage=0.0"),
        ({"hidden": ()}, r"len\(hidden\)=0"),
        ({"judge_hidden": (8, 0)}, r"judge_hidden\[1\]=0"),
        ({"epochs": 0}, "epochs=0"),
        ({"patience": 0}, "patience=0"),
        ({"validation_share": 1.0}, "validation_share=1.0"),
        ({"learning_rate": 1e30}, "diverged"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_unusable_options_are_explained(options, message):
    with pytest.raises(ValueError, match=message):
        BiGANDetector(**SMALL | options).fit(traffic())


def test_unusable_rows_are_explained(fitted):
    with pytest.raises(ValueError, match="kind='l3'"):
        fitted.anomaly_score(named(ODD), kind="l3")
    with pytest.raises(ValueError, match="feature names"):
        fitted.anomaly_score(named(ODD).rename(columns={"up": "north"}))
    with pytest.raises(ValueError, match="make_encoder"):
        type(fitted)(**SMALL).fit(pd.DataFrame({"service": ["http"] * 40}))


@pytest.mark.parametrize("seed", range(10))
def test_saturating_gradient_vanishes_and_the_other_does_not(seed):
    failing = vanishing_gradient("saturating", seed=seed)
    repaired = vanishing_gradient("non_saturating", seed=seed)
    assert failing["accuracy"].iloc[-1] > 0.95
    assert failing["gradient"].iloc[-1] < 0.5 * failing["gradient"].iloc[0]
    assert failing["gradient"].iloc[-1] < 0.02 * repaired["gradient"].iloc[-1]
    assert repaired["gradient"].iloc[-1] > repaired["gradient"].iloc[0]


@pytest.mark.parametrize("seed", range(10))
def test_simultaneous_players_diverge_and_looking_ahead_converges(seed):
    assert bilinear_game("simultaneous", seed=seed)["distance"].iloc[-1] > 10
    assert bilinear_game("extragradient", seed=seed)["distance"].iloc[-1] < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_plain_gan_gathers_all_points_and_the_repairs_make_all_modes(seed):
    plain = mode_collapse("gan", seed=seed)
    assert plain.points.std(axis=0).mean() < 0.3 * mixture(1000).std(axis=0).mean()
    fullest = sorted((share_at_one(points) for points in plain.looks.values()), reverse=True)
    assert fullest[3] > 0.5
    assert plain.modes.max() <= 2
    assert mode_collapse("minibatch_std", steps=1500, seed=seed).modes.iloc[-5:].max() == 8
    assert mode_collapse("wgan_gp", steps=1500, seed=seed).modes.iloc[-5:].max() == 8


def test_modes_are_counted_by_their_share():
    assert modes_covered(mixture(2000)) == 8
    assert modes_covered(np.zeros((100, 2))) == 0
    two = mixture(2000)
    assert modes_covered(two[two[:, 0] > 1.2]) == 3


def test_points_between_the_modes_are_counted_although_all_modes_are_reached():
    middle = np.zeros((1000, 2))
    points = np.concatenate([mixture(1000), middle])
    assert modes_covered(points) == 8
    assert share_between(points) == 0.5
    assert share_at_one(points) < 0.1


def test_same_seed_same_collapse():
    first, again = (mode_collapse("minibatch_std", steps=50, seed=3).points for _ in range(2))
    np.testing.assert_allclose(first, again, rtol=1e-5)


@pytest.mark.parametrize(
    ("demonstration", "message"),
    [(vanishing_gradient, "loss='x'"), (bilinear_game, "method='x'"), (mode_collapse, "game='x'")],
)
def test_unknown_demonstrations_are_named(demonstration, message):
    with pytest.raises(ValueError, match=message):
        demonstration("x")
