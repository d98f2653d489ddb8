"""The network of the autoencoder."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np


def build(
    n_features: int,
    *,
    hidden: Sequence[int],
    latent: int,
    activation: str,
    dropout: float,
    seed: int,
) -> Any:
    """Return an uncompiled Keras model whose layers "encoder" and "decoder" are models too.

    Parameters
    ----------
    n_features
        Columns of a row.
    hidden
        Units of the encoder's layers; the decoder has them in reverse.
    latent
        Units between encoder and decoder; linear, as is the output.
    activation
        Activation of the hidden layers, by Keras' name.
    dropout
        Share of hidden units left out in each training step.
    seed
        Seed of starting weights and dropout; the same seed gives the same network.
    """
    seeds = iter(np.random.SeedSequence(seed).generate_state(4 * len(hidden) + 2).tolist())

    def half(sizes: Sequence[int], name: str) -> Any:
        layers: list[Any] = [keras.Input((sizes[0],))]
        for position, units in enumerate(sizes[1:], start=2):
            last = position == len(sizes)
            start = keras.initializers.GlorotUniform(seed=next(seeds))
            layers.append(
                keras.layers.Dense(units, None if last else activation, kernel_initializer=start)
            )
            if dropout and not last:
                layers.append(keras.layers.Dropout(dropout, seed=next(seeds)))
        return keras.Sequential(layers, name=name)

    encoder = half([n_features, *hidden, latent], "encoder")
    decoder = half([latent, *reversed(hidden), n_features], "decoder")
    row = keras.Input((n_features,), name="row")
    return keras.Model(row, decoder(encoder(row)), name="autoencoder")
