import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from anomaly_labs import matrix


def test_whitened_rows_have_unit_covariance():
    X = np.random.default_rng(0).normal(size=(2000, 3)) @ np.array(
        [[2, 1, 0], [0, 1, 1], [0, 0, 3]]
    )
    whitened = X @ matrix.whitening(np.cov(X, rowvar=False), shrinkage=1e-9)
    np.testing.assert_allclose(np.cov(whitened, rowvar=False), np.eye(3), atol=1e-6)


def test_whitening_is_symmetric_so_that_columns_keep_their_meaning():
    covariance = np.array([[2.0, 0.9], [0.9, 1.0]])
    found = matrix.whitening(covariance, shrinkage=0.01)
    np.testing.assert_allclose(found, found.T)
    assert (np.linalg.eigvalsh(found) > 0).all()


def test_shrinkage_moves_from_mahalanobis_to_equal_weights():
    covariance = np.diag([9.0, 1.0])
    almost_none = matrix.whitening(covariance, shrinkage=1e-9)
    np.testing.assert_allclose(np.diag(almost_none), [1 / 3, 1], rtol=1e-6)
    whole = matrix.whitening(covariance, shrinkage=1.0)
    np.testing.assert_allclose(whole, np.eye(2) / np.sqrt(5))


def test_rows_that_never_move_do_no_harm():
    np.testing.assert_allclose(matrix.whitening(np.zeros((2, 2)), shrinkage=0.25), 2 * np.eye(2))


@pytest.mark.parametrize("shrinkage", [0.0, -1.0, 1.1, float("nan")])
def test_shrinkage_outside_its_range_is_explained(shrinkage):
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        matrix.whitening(np.eye(2), shrinkage=shrinkage)


def test_checked_rows_are_float32_and_their_columns_remembered():
    detector, X = BaseEstimator(), pd.DataFrame({"a": [1, 2], "b": [True, False]})
    found = matrix.checked(detector, X, fitting=True)
    assert found.dtype == np.float32
    assert found.tolist() == [[1, 1], [2, 0]]
    assert detector.feature_names_in_.tolist() == ["a", "b"]
    assert matrix.checked(detector, X[:0]).shape == (0, 2)
    with pytest.raises(ValueError, match="feature names"):
        matrix.checked(detector, X.rename(columns={"a": "c"}))
    with pytest.raises(ValueError, match="feature names"):
        matrix.checked(detector, X[["b", "a"]])
