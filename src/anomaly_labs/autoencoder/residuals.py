"""What is left between a row and its reconstruction, and how it becomes a score."""

from collections.abc import Iterator
from typing import Any, Literal, get_args

import keras
import numpy as np

Kind = Literal["l2", "l1", "whitened"]
KINDS: tuple[Kind, ...] = get_args(Kind)

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


def moments(network: Any, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of the residuals of `X`, both float64.

    Parameters
    ----------
    network
        The trained autoencoder.
    X : shape (n_samples, n_features), float32
        Training rows.
    """
    total = np.zeros(X.shape[1])
    products = np.zeros((X.shape[1], X.shape[1]))
    for part, mended in batched(network, X):
        residual = X[part].astype(np.float64) - mended
        total += residual.sum(axis=0)
        products += residual.T @ residual
    mean = total / len(X)
    return mean, products / len(X) - np.outer(mean, mean)


def by_column(
    residual: np.ndarray, *, kind: Kind, mean: np.ndarray, matrix: np.ndarray
) -> np.ndarray:
    """Return the part of each column in the score; the sum over columns is the score.

    Parameters
    ----------
    residual : shape (n_samples, n_features)
        Row minus reconstruction.
    kind
        "l2": squares; "l1": absolute values; "whitened": squares of the whitened residual. Each
        is divided by the number of columns.
    mean : shape (n_features,)
        Of the training residuals.
    matrix : shape (n_features, n_features)
        From `matrix.whitening` of their covariance.

    Examples
    --------
    >>> by_column(np.array([[3.0, -1.0]]), kind="l1", mean=np.zeros(2), matrix=np.eye(2)).tolist()
    [[1.5, 0.5]]
    """
    if kind == "l1":
        return np.asarray(np.abs(residual) / residual.shape[1])
    if kind == "whitened":
        residual = (residual - mean) @ matrix
    return np.asarray(np.square(residual) / residual.shape[1])
