"""What is left between a row and its reconstruction, and how it becomes a score."""

from typing import Literal, get_args

import numpy as np

Kind = Literal["l2", "l1", "whitened", "joint"]
KINDS: tuple[Kind, ...] = get_args(Kind)

CAP = 5.0  # standard deviations that one column may add to the joint score


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
