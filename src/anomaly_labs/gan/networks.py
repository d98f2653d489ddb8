"""The networks that play against each other."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

SLOPE = 0.2  # of the leaky rectifier below 0, as in DCGAN (Radford et al. 2016)


def seeds(seed: int) -> Iterator[int]:
    """Yield seeds of starting weights; the same `seed` gives the same series.

    Parameters
    ----------
    seed
        Start of the series.
    """
    rng = np.random.default_rng(seed)
    while True:
        yield int(rng.integers(2**31))


def stack(sizes: Sequence[int], *, name: str, seeds: Iterator[int]) -> Any:
    """Return dense layers as one Keras model, leaky rectifiers between them, the last one linear.

    Parameters
    ----------
    sizes
        Units from the input to the output, at least two.
    name
        Name of the model.
    seeds
        Seeds of the starting weights.

    Examples
    --------
    >>> stack([5, 8, 2], name="encoder", seeds=seeds(0)).output_shape
    (None, 2)
    """
    model = keras.Sequential([keras.Input((sizes[0],))], name=name)
    for position, units in enumerate(sizes[1:], start=2):
        start = keras.initializers.GlorotUniform(seed=next(seeds))
        model.add(keras.layers.Dense(units, kernel_initializer=start))
        if position < len(sizes):
            model.add(keras.layers.LeakyReLU(SLOPE))
    return model


def builders(
    width: int, hidden: Sequence[int], latent: int, *, seeds: Iterator[int]
) -> dict[str, Any]:
    """Return an encoder from row to latent numbers and a generator back, uncompiled.

    Parameters
    ----------
    width
        Columns of a row.
    hidden
        Units of the encoder's layers; the generator has them in reverse.
    latent
        Latent numbers.
    seeds
        Seeds of the starting weights.
    """
    sizes = [width, *hidden, latent]
    return {
        "encoder": stack(sizes, name="encoder", seeds=seeds),
        "generator": stack(sizes[::-1], name="generator", seeds=seeds),
    }


def judge(
    widths: Sequence[int],
    hidden: Sequence[int],
    *,
    seeds: Iterator[int],
    name: str = "discriminator",
) -> Any:
    """Return a discriminator or critic: its inputs to [logit, features].

    Each input goes through a layer of its own, the results side by side through the others; the
    features are what the last hidden layer says, from which the logit is a weighted sum.

    Parameters
    ----------
    widths
        Of the inputs: of a row alone, or of a row and its latent numbers.
    hidden
        Units of the hidden layers, at least one.
    seeds
        Seeds of the starting weights.
    name
        Name of the model.

    Examples
    --------
    >>> judge([5, 2], [8, 4], seeds=seeds(0)).output_shape
    [(None, 1), (None, 4)]
    """
    inputs = [keras.Input((width,)) for width in widths]
    activate = keras.layers.LeakyReLU(SLOPE)
    parts = [
        activate(stack([width, hidden[0]], name=f"{name}_{place}", seeds=seeds)(each))
        for place, (width, each) in enumerate(zip(widths, inputs, strict=True))
    ]
    joined = parts[0] if len(parts) == 1 else keras.layers.Concatenate()(parts)
    if len(hidden) > 1:
        sizes = [joined.shape[-1], *hidden[1:]]
        body = stack(sizes, name=f"{name}_body", seeds=seeds)
        joined = activate(body(joined))
    top = stack([joined.shape[-1], 1], name=f"{name}_top", seeds=seeds)
    return keras.Model(inputs, [top(joined), joined], name=name)
