"""The network of the autoencoder and the batches it learns from."""

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
        Of the hidden layers, by Keras' name.
    dropout
        Share of hidden units left out in each training step.
    seed
        Of starting weights and dropout; the same seed gives the same network.
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


class NoisyBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Endless batches of (noisy rows, rows), in an order of its own for each epoch.

    Swap noise replaces a value, with probability `swap_noise`, by the value of the same column in
    another row drawn at random: each value stays one that occurs, only the combination is broken,
    and the network must know how columns depend on each other to mend it.

    Batch i depends on i and `seed` alone. Keras' own shuffling draws from global state, and a data
    set that shuffles at the end of an epoch races with the batches that Keras fetches ahead.

    Parameters
    ----------
    X : shape (n_samples, n_features), float32
        Training rows; not copied.
    batch_size
        Rows per batch. Rows left over in an epoch take their turn in another: batches of one size
        need one graph.
    swap_noise
        Probability between 0 and 1.
    seed
        The same seed gives the same batches.

    References
    ----------
    Vincent et al. (2008), Extracting and composing robust features with denoising autoencoders.
    https://doi.org/10.1145/1390156.1390294 (swap noise is the form of it for tables)

    Examples
    --------
    >>> batches = NoisyBatches(np.eye(5), batch_size=2, swap_noise=0.0, seed=0)
    >>> batches.per_epoch
    2
    >>> noisy, rows = batches[7]
    >>> rows.shape
    (2, 5)
    """

    def __init__(self, X: np.ndarray, *, batch_size: int, swap_noise: float, seed: int) -> None:
        super().__init__()
        self.X = X
        self.batch_size = min(batch_size, len(X))
        self.per_epoch = len(X) // self.batch_size
        self.swap_noise = swap_noise
        self.seed = seed
        self._epoch = -1
        self._order = np.empty(0, dtype=np.intp)

    @property
    def num_batches(self) -> None:
        """None: Keras may ask for batches without end."""
        return None

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        epoch, place = divmod(index, self.per_epoch)
        if epoch != self._epoch:
            rng = np.random.default_rng([self.seed, epoch])
            self._epoch, self._order = epoch, rng.permutation(len(self.X))
        rows = self.X[self._order[place * self.batch_size : (place + 1) * self.batch_size]]
        if not self.swap_noise:
            return rows, rows
        rng = np.random.default_rng([self.seed, epoch, place])
        return swapped(rows, self.X, rate=self.swap_noise, rng=rng), rows


def swapped(
    rows: np.ndarray, donors: np.ndarray, *, rate: float, rng: np.random.Generator
) -> np.ndarray:
    """Return `rows` with each value replaced, with probability `rate`, by one of its column.

    Parameters
    ----------
    rows : shape (n_samples, n_features)
        Left as they are; the result is a copy.
    donors : shape (n_donors, n_features)
        Rows whose values are put in.
    rate
        Probability between 0 and 1.
    rng
        Drawn from.
    """
    places = np.flatnonzero(rng.random(rows.size, dtype=np.float32) < rate)
    noisy = rows.copy()
    noisy.flat[places] = donors[rng.integers(len(donors), size=len(places)), places % rows.shape[1]]
    return noisy
