"""What the detectors share: checked rows, moments and whitening."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol, Self, TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils.validation import validate_data

Matrix = pd.DataFrame | ArrayLike


class Batches(Protocol):
    """What is asked of a table that comes in batches of rows, (X, y), again for each reading."""

    batch_rows: int
    rows_read: int

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        """Yield the batches from the first one on."""

    def map(self, change: Callable[[Any, Any], tuple[Any, Any]], /) -> Self:
        """Return the batches of what `change` makes of each batch.

        Parameters
        ----------
        change
            Function from rows and classes to rows and classes.
        """

    def divide(self, share: float, /, *, seed: int) -> tuple[Self, Self]:
        """Return the rows without a random share of them, and this share.

        Parameters
        ----------
        share
            Share of the rows of the second part.
        seed
            Seed of the division.
        """


def in_batches(X: Matrix | Batches) -> TypeGuard[Batches]:
    """Return whether rows come in batches, as from `datasets`, and not as one matrix.

    Parameters
    ----------
    X
        Rows in either form.
    """
    return hasattr(X, "batch_rows")


def checked(detector: Any, X: Matrix, *, fitting: bool = False) -> np.ndarray:
    """Return `X` as a finite float32 matrix with the columns of `detector`.

    Parameters
    ----------
    detector
        A scikit-learn estimator.
    X : shape (n_samples, n_features)
        Numbers, as `features.make_encoder` gives. New rows may be none, training rows must be
        two or more.
    fitting
        Whether `X` is what the detector is fitted on; sets `n_features_in_` and, where the columns
        have names, `feature_names_in_`.

    Raises
    ------
    ValueError
        If `X` is no finite numeric matrix or has other columns than in `fit`.
    """
    if isinstance(X, pd.DataFrame):
        words = X.select_dtypes(exclude=["number", "bool"]).columns.tolist()
        if words:
            raise ValueError(
                f"the columns {words} hold no numbers; encode X with features.make_encoder"
            )
    fewest = 2 if fitting else 0
    rows = validate_data(detector, X, reset=fitting, dtype=np.float32, ensure_min_samples=fewest)
    return np.asarray(rows)


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


def whitening(covariance: np.ndarray, *, shrinkage: float) -> np.ndarray:
    """Return the symmetric square root of the inverse of a shrunk covariance.

    Shrunk is (1 - `shrinkage`) · covariance + `shrinkage` · mean variance · identity. With W the
    result, z = (x - mean) @ W has about unit covariance and the sum of its squares is the squared
    Mahalanobis distance of x. Of all whitening matrices the symmetric one (ZCA) keeps column j of
    z closest to column j of x, so that a column can be named as the reason of a score.

    Parameters
    ----------
    covariance : shape (n_features, n_features)
        Symmetric.
    shrinkage
        Above 0, so that columns that never move have a variance too, and at most 1.

    Raises
    ------
    ValueError
        If `shrinkage` is outside its range.

    References
    ----------
    Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance
    matrices. https://doi.org/10.1016/S0047-259X(03)00096-4
    Kessy, Lewin and Strimmer (2018), Optimal whitening and decorrelation.
    https://doi.org/10.1080/00031305.2016.1277159

    Examples
    --------
    >>> whitening(np.diag([4.0, 0.0]), shrinkage=0.5).round(3).tolist()
    [[0.577, 0.0], [0.0, 1.0]]
    """
    if not 0 < shrinkage <= 1:
        raise ValueError(f"shrinkage={shrinkage!r} must be above 0 and at most 1")
    values, vectors = np.linalg.eigh(covariance)
    level = values.mean() if values.mean() > 0 else 1.0
    values = (1 - shrinkage) * np.clip(values, 0, None) + shrinkage * level
    return np.asarray((vectors / np.sqrt(values)) @ vectors.T)
