"""A network and its optimiser: many steps for each call of one graph."""

from typing import Any

import numpy as np
import tensorflow as tf

HELD_CHUNK = 4096  # held-out rows at a time


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
        batch_size
            Rows per step.
        """
        whole = len(rows) - len(rows) % batch_size
        if whole:
            shape = (-1, batch_size)
            self.learn(*(part[:whole].reshape(*shape, part.shape[1]) for part in (rows, targets)))
        if whole < len(rows):
            self.learn(rows[None, whole:], targets[None, whole:])

    def left(self, rows: np.ndarray) -> float:
        """Return the mean loss of rows that should come out as they are.

        Parameters
        ----------
        rows : shape (n_samples, n_features)
            Rows held out; at least one.
        """
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
