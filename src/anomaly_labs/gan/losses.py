"""What a judge and a critic make smaller."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops


def gradient_penalty(value_of: Any, rows: Any, made: Any, *, seed: Any) -> Any:
    """Return how far the slope of a critic is from 1 between real and made rows, squared.

    Parameters
    ----------
    value_of
        The critic: rows to values.
    rows, made
        Real and made rows, as many of one as of the other; the slope is taken at a random point
        between each pair.
    seed
        A SeedGenerator of Keras.
    """
    share = keras.random.uniform((ops.shape(rows)[0], 1), seed=seed)
    between = share * rows + (1 - share) * ops.stop_gradient(made)
    with tf.GradientTape() as tape:
        tape.watch(between)
        value = value_of(between)
    # at a slope of exactly 0 the root has no derivative
    slope = ops.sqrt(ops.sum(ops.square(tape.gradient(value, between)), axis=1) + 1e-12)
    return ops.mean(ops.square(slope - 1))


def says(logits: Any, target: float) -> Any:
    """Return the mean cross-entropy of logits against one target for all of them.

    Parameters
    ----------
    logits
        What a judge says of rows.
    target
        Target for all of them, from 0 to 1.
    """
    return ops.mean(
        ops.binary_crossentropy(ops.full_like(logits, target), logits, from_logits=True)
    )
