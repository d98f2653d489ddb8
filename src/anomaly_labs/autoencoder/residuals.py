"""What is left between a row and its reconstruction, and how it becomes a score."""

from collections.abc import Iterator
from typing import Any, Literal, get_args

import keras
import numpy as np

Kind = Literal["l2", "l1", "whitened", "joint"]
KINDS: tuple[Kind, ...] = get_args(Kind)

CAP = 5.0  # standard deviations that one column may add to the joint score
CHUNK = 8192  # rows per call of the network: large enough for two cores, small enough for caches


def batched(network: Any, X: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield the rows in parts, each with what `network` makes of them.

    Parameters
    ----------
    network
        A Keras model; called in inference mode.
    X : shape (n_samples, n_features), float32
        Rows.
    """
    for start in range(0, len(X), CHUNK):
        part = slice(start, start + CHUNK)
        yield part, keras.ops.convert_to_numpy(network(X[part], training=False))


class Moments:
    """Mean and covariance of rows that come in parts.

    Examples
    --------
    >>> moments = Moments()
    >>> for part in ([[0.0, 1.0]], [[2.0, 1.0]]):
    ...     moments.add(np.array(part))
    >>> moments.mean.tolist(), moments.covariance.tolist()
    ([1.0, 1.0], [[1.0, 0.0], [0.0, 0.0]])
    """

    def __init__(self) -> None:
        self._count = 0
        self._total, self._products = np.zeros(1), np.zeros((1, 1))

    def add(self, part: np.ndarray) -> None:
        """Take in more rows.

        Parameters
        ----------
        part : shape (n_rows, n_features)
            Numbers.
        """
        rows = part.astype(np.float64)
        self._count += len(rows)
        self._total = self._total + rows.sum(axis=0)
        self._products = self._products + rows.T @ rows

    @property
    def mean(self) -> np.ndarray:
        """Shape (n_features,), float64."""
        return np.asarray(self._total / self._count)

    @property
    def covariance(self) -> np.ndarray:
        """Shape (n_features, n_features), float64."""
        return np.asarray(self._products / self._count - np.outer(self.mean, self.mean))


def by_column(
    residual: np.ndarray,
    rows: np.ndarray,
    *,
    kind: Kind,
    whiten_residual: tuple[np.ndarray, np.ndarray],
    whiten_row: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Return the part of each column in the score; the sum over columns is the score.

    Parameters
    ----------
    residual : shape (n_samples, n_features)
        Row minus reconstruction.
    rows : shape (n_samples, n_features)
        The rows themselves; "joint" alone needs them.
    kind
        "l2": squares; "l1": absolute values; "whitened": squares of the whitened residual;
        "joint": the same of the whitened residual and of the whitened row together, each square
        at most 25, that of five standard deviations. Each is divided by the number of columns.
    whiten_residual, whiten_row : shapes (n_features,), (n_features, n_features)
        Mean of the training rows' residuals, or of these rows, and the result of
        `matrix.whitening` for their covariance.

    Examples
    --------
    >>> known = np.zeros(2), np.eye(2)
    >>> residual, rows = np.array([[3.0, -1.0]]), np.array([[9.0, 0.0]])
    >>> by_column(residual, rows, kind="l1", whiten_residual=known, whiten_row=known).tolist()
    [[1.5, 0.5]]
    >>> by_column(residual, rows, kind="joint", whiten_residual=known, whiten_row=known).tolist()
    [[17.0, 0.5]]
    """
    width = residual.shape[1]
    if kind == "l1":
        return np.asarray(np.abs(residual) / width)
    if kind == "l2":
        return np.asarray(np.square(residual) / width)
    mean, matrix = whiten_residual
    squares = np.square((residual - mean) @ matrix)
    if kind == "joint":
        mean, matrix = whiten_row
        own = np.square((rows - mean) @ matrix)
        squares = np.minimum(squares, CAP**2) + np.minimum(own, CAP**2)
    return np.asarray(squares / width)
