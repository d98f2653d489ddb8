"""The rows that vectors are learned from, the network, and one step of its training."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf


def grouped(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the distinct rows, each with the weight of all its copies.

    Parameters
    ----------
    rows
        A column for each embedded one, "y", and "weight".
    """
    keys = [name for name in rows.columns if name != "weight"]
    return rows.groupby(keys, as_index=False)[["weight"]].sum()


def with_unknown(rows: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Return `rows` with each column in turn set to unknown (0) in a share `rate` of the weight.

    Parameters
    ----------
    rows
        From `grouped`.
    rate
        Share of the weight for each column.

    Raises
    ------
    ValueError
        If the columns' shares leave no row as it is.
    """
    columns = [name for name in rows.columns if name not in ("y", "weight")]
    if not 0 <= rate * len(columns) < 1:
        raise ValueError(
            f"unknown_rate={rate!r} must be at least 0 and below 1 / {len(columns)} columns; "
            "0.01 is a usual choice"
        )
    parts = [rows.assign(weight=rows["weight"] * (1 - rate * len(columns)))]
    for name in columns:
        hidden = rows.assign(weight=rows["weight"] * rate)
        hidden[name] = 0
        parts.append(hidden)
    return grouped(pd.concat(parts, ignore_index=True))


def build(layers: Mapping[str, Any], hidden: int, n_classes: int, seed: int) -> Any:
    """Return an uncompiled Keras model from places in the vector tables to classes.

    Parameters
    ----------
    layers
        Embedding layer of each column.
    hidden
        Units of the layer between vectors and classes.
    n_classes
        Number of classes.
    seed
        Seed of the starting weights.
    """
    inputs = [keras.Input((), dtype="int32", name=f"input_{i}") for i in range(len(layers))]
    vectors = [layer(part) for layer, part in zip(layers.values(), inputs, strict=True)]
    joined = keras.layers.Concatenate()(vectors) if len(vectors) > 1 else vectors[0]
    for units, activation in ((hidden, "relu"), (n_classes, "softmax")):
        start = keras.initializers.GlorotUniform(seed=seed)
        joined = keras.layers.Dense(units, activation, kernel_initializer=start)(joined)
    return keras.Model(inputs, joined)


def learner(network: Any, rows: pd.DataFrame) -> Any:
    """Return what takes a step on rows of given numbers and returns the sum of their losses.

    Parameters
    ----------
    network
        Model from `build`; its weights change.
    rows
        Training rows, from `with_unknown`.
    """
    columns = [tf.constant(rows[at].to_numpy(np.int32)) for at in range(len(network.inputs))]
    classes = tf.constant(rows["y"].to_numpy(np.int32))
    weights = tf.constant((rows["weight"] / rows["weight"].mean()).to_numpy(np.float32))
    learned, rule = network.trainable_variables, keras.optimizers.Adam(0.02)
    rule.build(learned)

    # compiling costs more than all steps together
    @tf.function(  # type: ignore[untyped-decorator]
        input_signature=[tf.TensorSpec((None,), tf.int32)], autograph=False, jit_compile=False
    )
    def learn(batch: Any) -> Any:
        with tf.GradientTape() as tape:
            said = network([tf.gather(column, batch) for column in columns], training=True)
            losses = keras.losses.sparse_categorical_crossentropy(tf.gather(classes, batch), said)
            total = tf.reduce_sum(losses * tf.gather(weights, batch))
            mean = total / tf.cast(tf.size(batch), tf.float32)
        rule.apply(tape.gradient(mean, learned), learned)
        return total

    return learn
