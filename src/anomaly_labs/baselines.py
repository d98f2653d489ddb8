"""Classical detectors with the contract of the course, to compare a network with.

They wrap scikit-learn; where there is a GPU, `runtime.prepare` puts cuml in its place.
"""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted

from anomaly_labs.matrix import Matrix, checked, whitening


class MahalanobisDetector(BaseEstimator):  # type: ignore[misc]
    """Detector that scores a row by its Mahalanobis distance from the mean of the training rows.

    Parameters
    ----------
    shrinkage
        Share of the mean variance in the covariance, above 0 and at most 1; see
        `matrix.whitening`. A column that is constant in the training rows gets a variance too.

    Attributes
    ----------
    mean_ : shape (n_features,)
        Mean of the training rows.
    whitening_ : shape (n_features, n_features)
        Symmetric square root of the inverse shrunk covariance.
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.

    Examples
    --------
    >>> X = [[1.0, 1.1], [2.0, 2.0], [3.0, 2.9], [4.0, 4.1]]
    >>> on_line, off_line = MahalanobisDetector().fit(X).anomaly_score([[5, 5], [3, 2]])
    >>> bool(off_line > 2 * on_line)
    True
    """

    def __init__(self, *, shrinkage: float = 1e-3) -> None:
        self.shrinkage = shrinkage

    def fit(self, X: Matrix, y: object = None) -> Self:
        """Learn mean and covariance.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Numbers, as `features.make_encoder` gives; at least two rows.
        y
            Ignored; pipelines pass it.

        Raises
        ------
        ValueError
            If `X` is not a finite numeric matrix or `shrinkage` is outside its range.
        """
        rows = checked(self, X, fitting=True).astype(np.float64)
        self.mean_ = rows.mean(axis=0)
        centred = rows - self.mean_
        covariance = centred.T @ centred / len(rows)
        self.whitening_ = whitening(covariance, shrinkage=self.shrinkage)
        return self

    def anomaly_score(self, X: Matrix) -> np.ndarray:
        """Return the distance of each row in standard deviations; larger is more anomalous.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        """
        check_is_fitted(self)
        rows = checked(self, X).astype(np.float64)
        return np.asarray(np.linalg.norm((rows - self.mean_) @ self.whitening_, axis=1))


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


class IsolationForestDetector(BaseEstimator):  # type: ignore[misc]
    """Detector that scores a row by how few random cuts set it apart from the training rows.

    Parameters
    ----------
    n_trees
        Trees of the forest.
    rows_per_tree
        Training rows drawn for each tree; all of them where there are fewer.
    n_jobs
        Processes, as in scikit-learn.
    seed
        The same seed gives the same scores.

    Attributes
    ----------
    forest_
        The fitted `IsolationForest` of scikit-learn.
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.

    References
    ----------
    Liu, Ting and Zhou (2008), Isolation forest. https://doi.org/10.1109/ICDM.2008.17

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> near, far = IsolationForestDetector().fit(X).anomaly_score([[0, 0], [5, 5]])
    >>> bool(far > near)
    True
    """

    def __init__(
        self,
        *,
        n_trees: int = 200,
        rows_per_tree: int = 256,
        n_jobs: int | None = None,
        seed: int = 0,
    ) -> None:
        self.n_trees = n_trees
        self.rows_per_tree = rows_per_tree
        self.n_jobs = n_jobs
        self.seed = seed

    def fit(self, X: Matrix, y: object = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Numbers, as `features.make_encoder` gives.
        y
            Ignored; pipelines pass it.

        Raises
        ------
        ValueError
            If `X` is not a finite numeric matrix.
        """
        rows = checked(self, X, fitting=True)
        self.forest_ = IsolationForest(
            n_estimators=self.n_trees,
            max_samples=min(self.rows_per_tree, len(rows)),
            n_jobs=self.n_jobs,
            random_state=self.seed,
        )
        self.forest_.fit(rows)
        return self

    def anomaly_score(self, X: Matrix) -> np.ndarray:
        """Return the score of the paper, between 0 and 1; larger is more anomalous.

        Rows that need as many cuts as an average training row have about 0.5. scikit-learn's
        `score_samples` is the negative of this.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        """
        check_is_fitted(self)
        rows = checked(self, X)
        return -np.asarray(self.forest_.score_samples(rows)) if len(rows) else np.empty(0)


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
