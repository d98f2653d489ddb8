"""Training rows in batches of one size, and many batches for each call of a graph."""

from collections.abc import Iterator
from typing import Protocol

import keras
import numpy as np

LARGEST_BLOCK = 32  # steps per call: Keras' own feeding of one batch costs more than a step


class TrainingBatches(Protocol):
    """Endless pairs of (noisy rows, rows), numbered through all epochs."""

    batch_size: int
    per_epoch: int

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the batch of a number from 0 on, two arrays of shape (batch_size, n_features)."""


def blocks(batches: TrainingBatches, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the batches of an epoch, 32 at a time, as (noisy rows, rows).

    Parameters
    ----------
    batches
        `NoisyBatches`, or what has its `per_epoch` and gives a pair of arrays for each number.
    epoch
        Number of the epoch, from 0 on.

    Examples
    --------
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
