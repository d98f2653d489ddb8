"""The training of a network on batches, many steps for each call of its graph."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

LARGEST_BLOCK = 32  # steps per call: Keras' own feeding of one batch costs more than a step
HELD_CHUNK = 4096  # held-out rows at a time


def blocks(batches: Any, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the batches of an epoch, 32 at a time, as (noisy rows, rows).

    Parameters
    ----------
    batches
        `network.NoisyBatches`, or what has its `per_epoch` and gives a pair of arrays for each
        number.
    epoch
        From 0 on.

    Examples
    --------
    >>> from anomaly_labs.autoencoder.network import NoisyBatches
    >>> batches = NoisyBatches(np.eye(5), batch_size=2, swap_noise=0.0, seed=0)
    >>> [rows.shape for _, rows in blocks(batches, 0)]
    [(2, 2, 5)]
    """
    first = epoch * batches.per_epoch
    for start in range(first, first + batches.per_epoch, LARGEST_BLOCK):
        stop = min(start + LARGEST_BLOCK, first + batches.per_epoch)
        pairs = [batches[number] for number in range(start, stop)]
        rows = np.stack([clean for _, clean in pairs])
        noiseless = all(noisy is clean for noisy, clean in pairs)
        yield rows if noiseless else np.stack([noisy for noisy, _ in pairs]), rows


def announce(epoch: int, epochs: int, steps: int, *, progress: bool) -> Any:
    """Return the progress bar of an epoch, on stdout; one that shows nothing without `progress`."""
    if progress:
        print(f"Epoch {epoch + 1}/{epochs}")
    return keras.utils.Progbar(steps, verbose=1 if progress else 0)


def train(
    model: Any,
    batches: Any,
    held_out: np.ndarray,
    *,
    loss: str,
    learning_rate: float,
    epochs: int,
    patience: int | None,
    progress: bool,
) -> dict[str, list[float]]:
    """Train `model` in place and return its losses by epoch.

    Parameters
    ----------
    model
        Keras model, rows to rows.
    batches
        Training rows, as in `blocks`.
    held_out : shape (n_samples, n_features)
        Rows for "val_loss"; may be empty.
    loss
        Keras' name of the loss.
    learning_rate
        Of Adam.
    epochs
        Passes over the rows, at most.
    patience
        Epochs without a lower "val_loss" after which training ends with the best weights; None
        for all epochs and the last weights.
    progress
        Whether to show a progress bar for each epoch.
    """
    rule = keras.optimizers.Adam(learning_rate)
    learner = Learner(model, keras.losses.get(loss), rule)
    history: dict[str, list[float]] = {"loss": []}
    if len(held_out):
        history["val_loss"] = []
    lowest, waited, best = np.inf, 0, None
    for epoch in range(epochs):
        bar = announce(epoch, epochs, batches.per_epoch, progress=progress)
        total, done = 0.0, 0
        for noisy, rows in blocks(batches, epoch):
            total += learner.learn(noisy, rows)
            done += len(rows)
            bar.update(done, [("loss", total / done)])
        history["loss"].append(total / done)
        if len(held_out):
            history["val_loss"].append(learner.left(held_out))
        if patience is None:
            continue
        waited += 1
        if history["val_loss"][-1] < lowest or best is None:
            lowest, waited, best = history["val_loss"][-1], 0, model.get_weights()
        if waited >= patience:
            break
    if best is not None:
        model.set_weights(best)
    return history


class Learner:
    """A network and its optimiser, and their steps as one graph.

    Parameters
    ----------
    model
        Keras model, rows to rows.
    loss
        Function from targets and outputs to the loss of each row.
    rule
        Keras optimiser.
    """

    def __init__(self, model: Any, loss: Any, rule: Any) -> None:
        self._model, self._loss, self._rule = model, loss, rule
        rule.build(model.trainable_variables)
        # one graph each, however many rows
        rows, targets = (
            tf.TensorSpec((None, s[-1])) for s in (model.input_shape, model.output_shape)
        )
        blocks = [tf.TensorSpec((None, *spec.shape)) for spec in (rows, targets)]
        # autograph rewrites a function's source, with a part of `ast` that Python 3.13 warns of
        plain = {"autograph": False, "jit_compile": False}
        self._learn = tf.function(self._steps, input_signature=blocks, **plain)
        self._left = tf.function(self._sum, input_signature=[rows, targets], **plain)

    def learn(self, rows: np.ndarray, targets: np.ndarray) -> float:
        """Take a step for each batch; return the sum of their mean losses.

        Parameters
        ----------
        rows, targets : shape (n_batches, batch_size, n_columns)
            What goes in, and what should come out.
        """
        wanted = tf.constant(targets, tf.float32)
        given = wanted if rows is targets else tf.constant(rows, tf.float32)
        return float(self._learn(given, wanted))

    def go_over(self, rows: np.ndarray, targets: np.ndarray, *, batch_size: int) -> None:
        """Take a step for each batch of rows, in their order; the last batch may be smaller.

        Parameters
        ----------
        rows, targets : shape (n_samples, n_columns)
            What goes in, and what should come out.
        """
        whole = len(rows) - len(rows) % batch_size
        if whole:
            shape = (-1, batch_size)
            self.learn(*(part[:whole].reshape(*shape, part.shape[1]) for part in (rows, targets)))
        if whole < len(rows):
            self.learn(rows[None, whole:], targets[None, whole:])

    def left(self, rows: np.ndarray) -> float:
        """Return the mean loss of rows that should come out as they are."""
        parts = [rows[at : at + HELD_CHUNK] for at in range(0, len(rows), HELD_CHUNK)]
        return sum(float(self._left(part, part)) for part in parts) / len(rows)

    def _steps(self, rows: Any, targets: Any) -> Any:
        n_batches = tf.shape(rows)[0]

        def step(place: Any, total: Any) -> tuple[Any, Any]:
            return place + 1, total + self._step(rows[place], targets[place])

        return tf.while_loop(lambda place, _: place < n_batches, step, (0, tf.zeros(())))[1]

    def _step(self, rows: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self._loss(targets, self._model(rows, training=True)))
        weights = self._model.trainable_variables
        self._rule.apply(tape.gradient(loss, weights), weights)
        return loss

    def _sum(self, rows: Any, targets: Any) -> Any:
        return tf.reduce_sum(self._loss(targets, self._model(rows, training=False)))
