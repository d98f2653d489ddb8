import io
import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from anomaly_labs.autoencoder import AutoencoderDetector
from anomaly_labs.training import NoisyBatches, swapped

SMALL = {"hidden": (8,), "latent": 2, "epochs": 3, "batch_size": 64}
ODD = [[2.0, 2.0, 2.0, 2.0, 0.0]]  # each value is usual; columns 0 and 1 are opposites in training


def traffic(n=400, seed=0):
    """Five columns made of two hidden numbers; the last is constant."""
    hidden = np.random.default_rng(seed).normal(size=(n, 2))
    a, b = hidden.T
    noise = 0.05 * np.random.default_rng(seed + 1).normal(size=(n, 4))
    return np.column_stack([np.column_stack([a, -a, b, a + b]) + noise, np.zeros(n)])


@pytest.fixture(scope="module")
def fitted():
    X = pd.DataFrame(traffic(), columns=["up", "down", "left", "sum", "flat"])
    return AutoencoderDetector(**SMALL | {"epochs": 60, "batch_size": 32}).fit(X)


def named(rows):
    return pd.DataFrame(rows, columns=["up", "down", "left", "sum", "flat"])


@pytest.mark.parametrize("kind", ["l2", "l1", "whitened", "joint"])
def test_row_that_breaks_a_dependence_scores_above_every_usual_row(fitted, kind):
    usual = fitted.anomaly_score(named(traffic(seed=7)), kind=kind)
    assert usual.shape == (400,)
    assert fitted.anomaly_score(named(ODD), kind=kind)[0] > 1.5 * usual.max()


def test_constant_column_gets_a_finite_score_and_is_named_as_the_reason(fitted):
    rows = named(traffic(1, seed=9)).assign(flat=5.0)
    parts = fitted.feature_scores(rows)
    assert np.isfinite(parts.to_numpy()).all()
    assert parts.iloc[0].idxmax() == "flat"


def test_scores_are_what_the_docstring_says(fitted):
    X = named(traffic(50, seed=5))
    residual = X.to_numpy(np.float32).astype(float) - fitted.reconstruct(X)
    np.testing.assert_allclose(fitted.anomaly_score(X, kind="l2"), (residual**2).mean(axis=1))
    np.testing.assert_allclose(fitted.anomaly_score(X, kind="l1"), np.abs(residual).mean(axis=1))
    left = named(traffic()).to_numpy(np.float32) - fitted.reconstruct(named(traffic()))
    covariance = np.cov(left.astype(float), rowvar=False, bias=True)
    q, level = fitted.shrinkage, np.trace(covariance) / 5
    inverse = np.linalg.inv((1 - q) * covariance + q * level * np.eye(5))
    centred = residual - left.mean(axis=0, dtype=float)
    squared = np.einsum("ij,jk,ik->i", centred, inverse, centred)
    np.testing.assert_allclose(fitted.anomaly_score(X, kind="whitened"), squared / 5, rtol=1e-4)


def test_joint_score_adds_row_and_residual_with_each_column_capped(fitted):
    X = named(traffic(50, seed=5)).assign(flat=[0.0] * 49 + [100.0])
    rows = X.to_numpy(np.float32).astype(float)
    pairs = [
        (rows - fitted.reconstruct(X), fitted.residual_mean_, fitted.whitening_),
        (rows, fitted.row_mean_, fitted.row_whitening_),
    ]
    squares = [((values - mean) @ matrix) ** 2 for values, mean, matrix in pairs]
    expected = sum(np.minimum(values, 25) for values in squares).mean(axis=1)
    np.testing.assert_allclose(fitted.anomaly_score(X, kind="joint"), expected, rtol=1e-6)
    assert fitted.feature_scores(X, kind="joint")["flat"].iloc[-1] == pytest.approx(50 / 5)


def test_row_statistics_are_those_of_the_training_rows(fitted):
    rows = named(traffic()).to_numpy(np.float32).astype(float)
    np.testing.assert_allclose(fitted.row_mean_, rows.mean(axis=0), atol=1e-9)
    covariance = np.cov(rows, rowvar=False, bias=True)
    q, level = fitted.shrinkage, np.trace(covariance) / 5
    inverse = np.linalg.inv((1 - q) * covariance + q * level * np.eye(5))
    np.testing.assert_allclose(fitted.row_whitening_ @ fitted.row_whitening_, inverse, rtol=1e-6)


def test_joint_score_ranks_a_row_broken_in_many_columns_above_one_wild_value(fitted):
    wild, broken = [[0.0, 0.0, 0.0, 0.0, 10.0]], [[4.0, 4.0, 4.0, -4.0, 0.0]]
    score = fitted.anomaly_score(named(wild + broken), kind="joint")
    whitened = fitted.anomaly_score(named(wild + broken), kind="whitened")
    assert score[0] < score[1]
    assert whitened[0] > whitened[1]


def test_whitened_score_is_about_one_on_training_rows(fitted):
    # four of five columns move; shrinkage takes a little more
    assert 0.5 < fitted.anomaly_score(named(traffic()), kind="whitened").mean() <= 1


@pytest.mark.parametrize("kind", ["l2", "l1", "whitened", "joint"])
def test_feature_scores_add_up_to_the_score(fitted, kind):
    X = named(traffic(20, seed=3)).set_index(np.arange(100, 120))
    parts = fitted.feature_scores(X, kind=kind)
    pd.testing.assert_index_equal(parts.index, X.index)
    assert parts.columns.to_list() == X.columns.to_list()
    assert (parts.to_numpy() >= 0).all()
    np.testing.assert_allclose(parts.sum(axis=1), fitted.anomaly_score(X, kind=kind))


def test_feature_scores_name_the_broken_columns(fitted):
    parts = fitted.feature_scores(named(ODD)).iloc[0]
    assert set(parts.nlargest(2).index) <= {"up", "down", "sum"}


def test_detector_without_names_numbers_its_columns():
    detector = AutoencoderDetector(**SMALL).fit(traffic())
    assert detector.feature_scores(traffic(2)).columns.to_list() == ["x0", "x1", "x2", "x3", "x4"]


def test_shapes_and_types(fitted):
    X = named(traffic(30))
    assert fitted.reconstruct(X).shape == (30, 5)
    assert fitted.encode(X).shape == (30, 2)
    assert fitted.encode(X).dtype == np.float32
    np.testing.assert_allclose(
        fitted.reconstruct(X), fitted.decoder_(fitted.encode(X)).numpy(), atol=1e-6
    )
    assert fitted.anomaly_score(X[:0]).shape == (0,)
    assert fitted.encode(X[:0]).shape == (0, 2)


def test_rows_are_scored_alike_in_any_company(fitted, monkeypatch):
    X = named(traffic(30))
    whole = fitted.anomaly_score(X)
    monkeypatch.setattr("anomaly_labs.training.inference.CHUNK", 7)
    np.testing.assert_allclose(fitted.anomaly_score(X), whole, rtol=1e-4)


def test_same_seed_same_scores_and_another_seed_others():
    X, options = traffic(), SMALL | {"dropout": 0.2, "swap_noise": 0.2}

    def scores(seed):
        return AutoencoderDetector(**options, seed=seed).fit(X).anomaly_score(X)

    np.testing.assert_allclose(scores(1), scores(1), rtol=1e-6)
    assert not np.allclose(scores(1), scores(2), rtol=1e-2)


def test_global_random_state_neither_matters_nor_moves():
    X, options = traffic(), SMALL | {"dropout": 0.2, "swap_noise": 0.2}
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = AutoencoderDetector(**options).fit(X).anomaly_score(X)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    keras.utils.set_random_seed(99)
    again = AutoencoderDetector(**options).fit(X).anomaly_score(X)
    np.testing.assert_allclose(first, again, rtol=1e-6)


def test_fit_leaves_the_rows_as_they_are():
    X = traffic().astype(np.float32)
    copy = X.copy()
    AutoencoderDetector(**SMALL, swap_noise=0.5).fit(X)
    np.testing.assert_array_equal(X, copy)


def test_training_stops_early_with_the_best_weights():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(60, 10))  # nothing to learn: the network can only learn by heart
    detector = AutoencoderDetector(
        hidden=(64,), latent=10, learning_rate=0.01, epochs=200, patience=3, batch_size=16
    ).fit(noise)
    losses = detector.history_["val_loss"]
    assert len(losses) < 200
    order = np.random.default_rng(0).permutation(60)
    held_out = detector.anomaly_score(noise[order[:6]], kind="l2").mean()
    assert held_out == pytest.approx(min(losses), rel=1e-4)


def test_without_patience_all_epochs_run_and_rows_need_not_be_held_out():
    detector = AutoencoderDetector(**SMALL, patience=None, validation_share=0.0).fit(traffic())
    assert detector.history_.keys() == {"loss"}
    assert len(detector.history_["loss"]) == 3


def test_epochs_by_default_follow_the_number_of_steps(monkeypatch):
    monkeypatch.setattr("anomaly_labs.autoencoder.detector.STEPS", 12)
    detector = AutoencoderDetector(hidden=(4,), latent=1, batch_size=64, patience=None)
    assert len(detector.fit(traffic(150)).history_["loss"]) == 6  # two steps per epoch
    assert len(detector.fit(traffic(1000)).history_["loss"]) == 4  # the fewest
    monkeypatch.setattr("anomaly_labs.autoencoder.detector.MOST_EPOCHS", 7)
    assert len(detector.fit(traffic(80)).history_["loss"]) == 7  # the most


def test_progress_goes_to_stdout_only_when_asked_for(capfd):
    AutoencoderDetector(**SMALL).fit(traffic())
    assert capfd.readouterr() == ("", "")
    AutoencoderDetector(**SMALL, progress=True).fit(traffic())
    out, err = capfd.readouterr()
    assert "Epoch 3/3" in out
    assert err == ""


def test_two_rows_are_enough():
    detector = AutoencoderDetector(**SMALL).fit([[0.0, 1.0], [1.0, 0.0]])
    assert np.isfinite(detector.anomaly_score([[3.0, 3.0]])).all()


def test_works_in_a_pipeline_and_clones():
    pipeline = make_pipeline(StandardScaler(), AutoencoderDetector(**SMALL))
    assert clone(pipeline).fit(traffic())[-1].n_features_in_ == 5


def test_each_epoch_holds_every_row_once_in_another_order():
    X = np.arange(12.0, dtype=np.float32)[:, None]
    batches = NoisyBatches(X, batch_size=4, swap_noise=0.0, seed=0)
    first, second = (
        np.concatenate([batches[i][1] for i in places]).ravel().tolist()
        for places in (range(3), range(3, 6))
    )
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != second


def test_batch_depends_on_its_number_alone():
    X = np.random.default_rng(0).normal(size=(50, 4))
    batches = NoisyBatches(X, batch_size=20, swap_noise=0.5, seed=0)
    early, later = batches[1], batches[5]
    np.testing.assert_array_equal(batches[1], early)
    np.testing.assert_array_equal(batches[5], later)


def test_swap_noise_replaces_the_wanted_share_by_values_of_the_same_column():
    X = np.arange(3000.0).reshape(1000, 3)
    noisy = swapped(X[:500], X, rate=0.3, rng=np.random.default_rng(0))
    changed = noisy != X[:500]
    assert 0.25 < changed.mean() < 0.35
    assert (changed.mean(axis=0) > 0.2).all()
    np.testing.assert_array_equal(noisy % 3, X[:500] % 3)
    assert (swapped(X, X, rate=0.0, rng=np.random.default_rng(0)) == X).all()


def test_noise_is_in_the_input_and_not_in_the_target():
    X = np.random.default_rng(0).normal(size=(50, 4))
    noisy, clean = NoisyBatches(X, batch_size=50, swap_noise=0.5, seed=0)[0]
    assert (noisy != clean).any()
    np.testing.assert_array_equal(np.sort(clean, axis=0), np.sort(X, axis=0))


SCORE = """
import sys
from anomaly_labs import runtime
runtime.prepare()
import numpy as np
from anomaly_labs.autoencoder import AutoencoderDetector
X = np.load(sys.argv[2])
np.save(sys.argv[3], AutoencoderDetector.load(sys.argv[1]).anomaly_score(X))
"""


def test_loaded_in_a_new_process_scores_the_same(tmp_path):
    X = traffic()
    detector = AutoencoderDetector(**SMALL, kind="l1", dropout=0.1).fit(X)
    detector.save(tmp_path / "detector.zip")
    np.save(tmp_path / "X.npy", X)
    files = [str(tmp_path / name) for name in ("detector.zip", "X.npy", "scores.npy")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", SCORE, *files], check=True, env=environment)
    np.testing.assert_allclose(np.load(files[2]), detector.anomaly_score(X), rtol=1e-6)


def test_saved_detector_keeps_everything_and_holds_no_pickle(fitted, tmp_path):
    fitted.save(tmp_path / "detector.zip")
    loaded = AutoencoderDetector.load(tmp_path / "detector.zip")
    assert loaded.get_params() == fitted.get_params()
    assert loaded.history_ == fitted.history_
    assert loaded.feature_names_in_.tolist() == fitted.feature_names_in_.tolist()
    X = named(traffic(10))
    np.testing.assert_allclose(loaded.anomaly_score(X), fitted.anomaly_score(X), rtol=1e-6)
    np.testing.assert_allclose(loaded.encode(X), fitted.encode(X), rtol=1e-6)
    with zipfile.ZipFile(tmp_path / "detector.zip") as archive:
        assert archive.namelist() == ["detector.json", "arrays.npz", "model.keras"]


def rewritten(path, **changes):
    """Replace parts of a saved detector; None leaves a part out."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)


def test_damaged_file_is_refused_wherever_the_damage_is(fitted, tmp_path):
    path = tmp_path / "detector.zip"
    fitted.save(path)
    whole = path.read_bytes()
    for place in np.linspace(0.05, 0.9, 12):
        content = bytearray(whole)
        content[int(place * len(whole))] ^= 0xFF
        path.write_bytes(content)
        with pytest.raises(ValueError, match="damaged"):
            AutoencoderDetector.load(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="fit the detector and save again"):
        AutoencoderDetector.load(path)


def foreign_array():
    packed = io.BytesIO()
    arrays = {"residual_mean": np.zeros(3), "row_mean": np.zeros(3)}
    np.savez(packed, **arrays, whitening=np.eye(3), row_whitening=np.eye(3))
    return packed.getvalue()


@pytest.mark.parametrize(
    "changes",
    [
        {"detector.json": None},
        {"arrays.npz": None},
        {"model.keras": None},
        {"detector.json": b"{"},
        {"detector.json": b"[]"},
        {"detector.json": json.dumps({"format": "other", "version": 1}).encode()},
        {"detector.json": json.dumps({"format": "anomaly-labs autoencoder", "version": 2})},
        {"arrays.npz": b"PK"},
        {"arrays.npz": foreign_array()},
        {"model.keras": b"no model"},
    ],
)
def test_foreign_content_is_refused(fitted, tmp_path, changes):
    path = tmp_path / "detector.zip"
    fitted.save(path)
    rewritten(path, **changes)
    with pytest.raises(ValueError, match="damaged or not a saved AutoencoderDetector"):
        AutoencoderDetector.load(path)


def test_other_version_of_the_format_is_refused_by_name(fitted, tmp_path):
    path = tmp_path / "detector.zip"
    fitted.save(path)
    with zipfile.ZipFile(path) as archive:
        state = json.loads(archive.read("detector.json"))
    rewritten(path, **{"detector.json": json.dumps(state | {"version": 99})})
    with pytest.raises(ValueError, match=r"version 99 .* reads version 2"):
        AutoencoderDetector.load(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        AutoencoderDetector.load(tmp_path / "nowhere.zip")


@pytest.mark.parametrize(
    ("options", "X", "message"),
    [
        ({"kind": "l3"}, traffic(), "kind='l3'"),
        ({"dropout": 1.0}, traffic(), "dropout=1.0"),
        ({"swap_noise": -0.1}, traffic(), "swap_noise=-0.1"),
        ({"shrinkage": 0.0}, traffic(), "shrinkage=0.0"),
        ({"latent": 0}, traffic(), "latent=0"),
        ({"hidden": (8, 0)}, traffic(), "hidden\\[1\\]=0"),
        ({"epochs": 0}, traffic(), "epochs=0"),
        ({"validation_share": 0.0}, traffic(), "patience=None"),
        ({"learning_rate": 1e30}, traffic(), "diverged"),
        ({}, traffic(1), "minimum of 2"),
        ({}, np.full((4, 2), np.nan), "NaN"),
        ({}, pd.DataFrame({"service": ["http"] * 4}), "make_encoder"),
    ],
)
def test_unusable_options_and_rows_are_explained(options, X, message):
    with pytest.raises(ValueError, match=message):
        AutoencoderDetector(**SMALL | options).fit(X)


def test_unusable_new_rows_are_explained(fitted):
    with pytest.raises(ValueError, match="kind='l3'"):
        fitted.anomaly_score(named(ODD), kind="l3")
    with pytest.raises(ValueError, match="feature names"):
        fitted.anomaly_score(named(ODD).rename(columns={"up": "north"}))
