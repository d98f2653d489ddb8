"""Training rows: a matrix, or a stream of matrices for tables larger than memory."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

import numpy as np

from anomaly_labs.matrix import Batches, Matrix, checked, in_batches
from anomaly_labs.training.batches import NoisyBatches, TrainingBatches, swapped

HELD_ROWS = 50_000  # enough to tell two epochs apart, small enough for any memory


class Training(NamedTuple):
    """What a network is trained on, the rows held out, and all rows in parts, read when asked."""

    batches: TrainingBatches
    held_out: np.ndarray
    parts: Iterable[np.ndarray]


def divide(detector: Any, X: Matrix | Batches) -> Training:
    """Return checked rows, divided at random into batches to train on and rows held out.

    Parameters
    ----------
    detector
        The estimator that is fitted; the columns become its own, and its options `seed`,
        `batch_size`, `swap_noise` and `validation_share` count.
    X : shape (n_samples, n_features)
        Rows, or a stream of them.

    Raises
    ------
    ValueError
        If there are fewer than two training rows, or the rows are no finite matrix.
    """
    if in_batches(X):
        train, held_out, n_rows = hold_out(detector, X, detector.validation_share)
        return Training(StreamedBatches(detector, train, n_rows), held_out, matrices(detector, X))
    rows = checked(detector, cast(Matrix, X), fitting=True)
    order = np.random.default_rng(detector.seed).permutation(len(rows))
    n_held = min(len(rows) - 1, int(np.ceil(detector.validation_share * len(rows))))
    batches = NoisyBatches(
        rows[order[n_held:]],
        batch_size=detector.batch_size,
        swap_noise=detector.swap_noise,
        seed=detector.seed,
    )
    return Training(batches, rows[order[:n_held]], [rows])


def matrices(detector: Any, X: Matrix | Batches) -> Iterator[np.ndarray]:
    """Yield the checked rows of a matrix, or of each batch of a stream.

    Parameters
    ----------
    detector
        A fitted estimator, whose columns `X` must have.
    X : shape (n_samples, n_features)
        Rows, or a stream of them.
    """
    if not in_batches(X):
        yield checked(detector, cast(Matrix, X))
        return
    for rows, _ in X:
        yield checked(detector, rows)


def hold_out(detector: Any, stream: Batches, share: float) -> tuple[Batches, np.ndarray, int]:
    """Return the stream of training rows, the held-out rows, and how many the first has.

    Reads the stream once. At most about 50,000 rows are held out.

    Parameters
    ----------
    detector
        The estimator that is fitted; the columns of the first batch become its own.
    stream
        A stream of matrices.
    share
        Share of the rows that are held out; 0 for none.

    Raises
    ------
    ValueError
        If the stream has fewer than two training rows, or a batch is no finite matrix.
    """
    n_rows = 0

    def seen(X: Any, y: Any) -> tuple[np.ndarray, Any]:
        nonlocal n_rows
        rows = checked(detector, X, fitting=n_rows == 0)
        n_rows += len(rows)
        return rows, y

    share = min(share, HELD_ROWS / stream.rows_read)
    train, parts = stream, []
    if share:
        train = stream.divide(share, seed=detector.seed)[0]
        parts = [rows for rows, _ in stream.map(seen).divide(share, seed=detector.seed)[1]]
    else:
        for _ in stream.map(seen):
            pass
    n_held = sum(len(part) for part in parts)
    if n_rows - n_held < 2:
        raise ValueError(f"the stream has {n_rows - n_held} training rows; at least 2 are needed")
    empty = np.empty((0, detector.n_features_in_), np.float32)
    return train, np.concatenate([empty, *parts]), n_rows - n_held


class StreamedBatches:
    """Endless batches of (noisy rows, rows) from a stream, read anew for each epoch.

    They are numbered through all epochs and meant to be asked for in their order; out of it, the
    epoch is read again from its beginning.

    The rows of each batch of the stream are shuffled, in an order of their own for each epoch, and
    cut into training batches; rows left over go in front of those that come next. Swap noise takes
    its values from the same batch of the stream. Only the seed and the stream decide what comes.

    Parameters
    ----------
    detector
        Checks the rows; its `seed`, `batch_size` and `swap_noise` count.
    stream
        A stream of matrices.
    n_rows
        Number of its rows.
    """

    def __init__(self, detector: Any, stream: Batches, n_rows: int) -> None:
        self.batch_size = min(detector.batch_size, n_rows)
        self.per_epoch = n_rows // self.batch_size
        self._detector, self._stream = detector, stream
        self._next = -1
        self._batches: Iterator[tuple[np.ndarray, np.ndarray]] = iter(())

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        epoch, place = divmod(index, self.per_epoch)
        if index != self._next or place == 0:
            self._batches = self._epoch(epoch)
            for _ in range(place):
                next(self._batches)
        self._next = index + 1
        return next(self._batches)

    def _epoch(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        left = np.empty((0, self._detector.n_features_in_), np.float32)
        for number, rows in enumerate(matrices(self._detector, self._stream)):
            rng = np.random.default_rng([self._detector.seed, epoch, number])
            rows = np.concatenate([left, rows[rng.permutation(len(rows))]])
            n_full = len(rows) // self.batch_size
            for batch in np.split(rows[: n_full * self.batch_size], n_full) if n_full else []:
                if self._detector.swap_noise:
                    yield swapped(batch, rows, rate=self._detector.swap_noise, rng=rng), batch
                else:
                    yield batch, batch
            left = rows[n_full * self.batch_size :]
