"""What a discriminator and a critic make smaller."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops


def gradient_penalty(value_of: Any, rows: Any, generated: Any, *, seed: Any) -> Any:
    """Return how far a critic's gradient is from length 1 between real and generated rows, squared.

    Parameters
    ----------
    value_of
        The critic: rows to values.
    rows, generated
        As many of one as of the other; the gradient is taken at a random point
        between each pair.
    seed
        A SeedGenerator of Keras.
    """
    share = keras.random.uniform((ops.shape(rows)[0], 1), seed=seed)
    between = share * rows + (1 - share) * ops.stop_gradient(generated)
    with tf.GradientTape() as tape:
        tape.watch(between)
        value = value_of(between)
    # at a length of exactly 0 the root has no derivative
    length = ops.sqrt(ops.sum(ops.square(tape.gradient(value, between)), axis=1) + 1e-12)
    return ops.mean(ops.square(length - 1))


def says(logits: Any, target: float) -> Any:
    """Return the mean cross-entropy of logits against one target for all of them.

    Parameters
    ----------
    logits
        What a discriminator says of rows.
    target
        Target for all of them, from 0 to 1.
    """
    return ops.mean(
        ops.binary_crossentropy(ops.full_like(logits, target), logits, from_logits=True)
    )
