"""What a trained network makes of rows, in parts that fit into caches."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

CHUNK = 8192  # rows per call of the network: large enough for two cores, small enough for caches


def chunks(n_rows: int) -> Iterator[slice]:
    """Yield slices that cut a number of rows into parts of at most 8,192.

    Parameters
    ----------
    n_rows
        How many rows there are.

    Examples
    --------
    >>> list(chunks(10_000))
    [slice(0, 8192, None), slice(8192, 16384, None)]
    """
    return (slice(start, start + CHUNK) for start in range(0, n_rows, CHUNK))


def batched(network: Any, X: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield the rows in parts, each with what `network` makes of them.

    Parameters
    ----------
    network
        A Keras model; called in inference mode.
    X : shape (n_samples, n_features), float32
        Rows.
    """
    for part in chunks(len(X)):
        yield part, keras.ops.convert_to_numpy(network(X[part], training=False))
