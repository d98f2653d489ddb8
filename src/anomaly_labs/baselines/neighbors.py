"""Distance to the nearest training rows."""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted

from anomaly_labs.matrix import Matrix, checked


class NeighborsDetector(BaseEstimator):  # type: ignore[misc]
    """Detector that scores a row by the distance to its k-th nearest training row.

    Network traffic repeats itself, and k copies of one row would make k neighbours at distance 0;
    so training rows count once however often they occur, and equal new rows are scored once.

    Parameters
    ----------
    k
        Number of the neighbour that counts, 1 for the nearest.
    n_jobs
        Processes of the search, as in scikit-learn.

    Attributes
    ----------
    neighbors_
        scikit-learn's `NearestNeighbors` on the distinct training rows.
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.

    Notes
    -----
    A training row finds itself as its first neighbour.

    References
    ----------
    Ramaswamy, Rastogi and Shim (2000), Efficient algorithms for mining outliers from large data
    sets. https://doi.org/10.1145/342009.335437

    Examples
    --------
    >>> detector = NeighborsDetector(k=2).fit([[0.0], [0.0], [0.0], [1.0], [2.0]])
    >>> detector.anomaly_score([[0.0], [5.0]]).tolist()
    [1.0, 4.0]
    """

    def __init__(self, *, k: int = 5, n_jobs: int | None = None) -> None:
        self.k = k
        self.n_jobs = n_jobs

    def fit(self, X: Matrix, y: object = None) -> Self:
        """Keep the distinct training rows.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Numbers, as `features.make_encoder` gives, with at least `k` distinct rows.
        y
            Ignored; pipelines pass it.

        Raises
        ------
        ValueError
            If `X` is not a finite numeric matrix or has fewer than `k` distinct rows.
        """
        rows = checked(self, X, fitting=True)
        first, _ = _distinct(rows)
        if not 1 <= self.k <= len(first):
            raise ValueError(
                f"k={self.k!r} must be at least 1 and at most {len(first)}, the number of"
                " distinct training rows"
            )
        self.neighbors_ = NearestNeighbors(n_neighbors=self.k, n_jobs=self.n_jobs)
        self.neighbors_.fit(rows[first])
        return self

    def anomaly_score(self, X: Matrix) -> np.ndarray:
        """Return the Euclidean distance to the k-th neighbour; larger is more anomalous.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        """
        check_is_fitted(self)
        rows = checked(self, X)
        first, position = _distinct(rows)
        if len(first) == 0:
            return np.empty(0)
        distances, _ = self.neighbors_.kneighbors(rows[first])
        return np.asarray(distances[:, -1][position], dtype=np.float64)


def _distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each distinct row's first copy, and for each row which it is."""
    if len(rows) == 0:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    # hashes of 64 bits: two of a million different rows meet once in 30 million tables
    hashes = pd.util.hash_pandas_object(pd.DataFrame(rows), index=False)
    position, distinct = pd.factorize(hashes)
    first = np.full(len(distinct), -1, dtype=np.intp)
    first[position[::-1]] = np.arange(len(rows))[::-1]
    return first, position
