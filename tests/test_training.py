"""Training with many steps for each call: the same steps that Keras takes."""

import keras
import numpy as np
import pytest

from anomaly_labs import training
from anomaly_labs.autoencoder import network

pytestmark = pytest.mark.quick


def rows_of(n: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 5)).astype(np.float32)


def small_network():
    return network.build(5, hidden=(4,), latent=2, activation="relu", dropout=0.0, seed=0)


def batches_of(rows: np.ndarray, swap_noise: float = 0.0) -> training.NoisyBatches:
    return training.NoisyBatches(rows, batch_size=8, swap_noise=swap_noise, seed=0)


OPTIONS = {"loss": "mse", "learning_rate": 0.01, "patience": None, "progress": False}


@pytest.mark.parametrize("swap_noise", [0.0, 0.3])
def test_weights_and_losses_are_those_of_keras(swap_noise):
    rows, held = rows_of(330), rows_of(40)
    ours, theirs = small_network(), small_network()
    history = training.train(ours, batches_of(rows, swap_noise), held, epochs=3, **OPTIONS)
    theirs.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
    batches = batches_of(rows, swap_noise)
    known = theirs.fit(
        batches,
        shuffle=False,
        steps_per_epoch=batches.per_epoch,
        validation_data=(held, held),
        epochs=3,
        verbose=0,
    ).history
    for mine, weight in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, weight, rtol=1e-4, atol=1e-6)
    for name in ("loss", "val_loss"):
        assert history[name] == pytest.approx(known[name], rel=1e-4)


def test_training_ends_with_the_best_weights():
    rows, held, model = rows_of(64), rows_of(20), small_network()
    options = OPTIONS | {"learning_rate": 0.5, "patience": 2}
    losses = training.train(model, batches_of(rows), held, epochs=30, **options)["val_loss"]
    assert len(losses) == int(np.argmin(losses)) + 3  # two epochs after the best one
    left = float(np.square(np.asarray(model(held)) - held).mean())
    assert left == pytest.approx(min(losses), rel=1e-4)


def test_blocks_hold_each_batch_of_the_epoch_once():
    batches = batches_of(rows_of(8 * 70))
    rows = [rows for _, rows in training.blocks(batches, 1)]
    assert [len(part) for part in rows] == [32, 32, 6]
    for number, batch in enumerate(np.concatenate(rows)):
        np.testing.assert_array_equal(batch, batches[70 + number][1])


@pytest.mark.parametrize("n", [3, 8, 20])
def test_going_over_rows_takes_the_steps_of_keras(n):
    rows = rows_of(n)
    ours, theirs = small_network(), small_network()
    learner = training.Learner(ours, keras.losses.get("mse"), keras.optimizers.Adam(0.01))
    learner.go_over(rows, rows, batch_size=8)
    theirs.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
    theirs.fit(rows, rows, batch_size=8, shuffle=False, verbose=0)
    for mine, weight in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, weight, rtol=1e-4, atol=1e-6)


def test_the_loop_ends_at_a_loss_that_is_no_number():
    rows = rows_of(64)
    watch = training.Watch(lambda: {"figure": 1.0}, {}, best="figure", wanted="highest", patience=9)
    losses = iter([1.0, np.nan, 2.0])
    history = training.run(
        lambda noisy, rows: [next(losses)],
        batches_of(rows),
        watch,
        losses=("loss",),
        epochs=3,
        progress=False,
    )
    assert len(history["loss"]) == 2
    assert history["figure"] == [1.0]
