"""Rows that few random cuts set apart."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import IsolationForest
from sklearn.utils.validation import check_is_fitted

from anomaly_labs.matrix import Matrix, checked


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
