"""Distance from the mean, in the directions of the training rows."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator
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
