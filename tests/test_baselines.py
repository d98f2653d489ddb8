import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from anomaly_labs.baselines import (
    IsolationForestDetector,
    MahalanobisDetector,
    NeighborsDetector,
    neighbors,
)

pytestmark = pytest.mark.quick

DETECTORS = [MahalanobisDetector(), NeighborsDetector(), IsolationForestDetector(n_trees=50)]
every_detector = pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: type(d).__name__)


def cloud(n=300, seed=0):
    """Three normal columns, the second nearly the first, and one that is constant."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    return np.column_stack([a, a + 0.1 * rng.normal(size=n), b, np.ones(n)])


@every_detector
def test_far_row_scores_above_every_usual_row(detector):
    fitted = clone(detector).fit(cloud())
    usual = fitted.anomaly_score(cloud(seed=1))
    assert usual.shape == (300,)
    assert usual.dtype == np.float64
    assert fitted.anomaly_score([[8.0, -8.0, 8.0, 1.0]])[0] > usual.max()


@every_detector
def test_same_seed_same_scores_whatever_the_global_state(detector):
    X = cloud()
    first = clone(detector).fit(X).anomaly_score(X)
    np.random.seed(5)  # noqa: NPY002
    np.testing.assert_array_equal(first, clone(detector).fit(X).anomaly_score(X))


@every_detector
def test_frames_pipelines_and_empty_tables_work(detector):
    X = pd.DataFrame(cloud(), columns=list("abcd"))
    fitted = clone(detector).fit(X)
    assert fitted.feature_names_in_.tolist() == list("abcd")
    assert fitted.anomaly_score(X[:0]).shape == (0,)
    assert clone(make_pipeline(StandardScaler(), detector)).fit(X)[-1].n_features_in_ == 4


@every_detector
def test_unusable_rows_are_explained(detector):
    with pytest.raises(ValueError, match="NaN"):
        clone(detector).fit(np.full((9, 2), np.nan))
    with pytest.raises(ValueError, match=r"\['service'\] hold no numbers; .*make_encoder"):
        clone(detector).fit(pd.DataFrame({"service": ["http"] * 9}))
    with pytest.raises(ValueError, match="expecting 4 features"):
        clone(detector).fit(cloud()).anomaly_score(np.zeros((2, 3)))


def test_mahalanobis_is_the_distance_of_the_book():
    X = np.random.default_rng(0).normal(size=(500, 3)) @ np.array([[2, 1, 0], [0, 1, 1], [0, 0, 3]])
    X = X.astype(np.float32).astype(float)
    centred = X - X.mean(axis=0)
    inverse = np.linalg.inv(np.cov(X, rowvar=False, bias=True))
    wanted = np.sqrt(np.einsum("ij,jk,ik->i", centred, inverse, centred))
    found = MahalanobisDetector(shrinkage=1e-9).fit(X).anomaly_score(X)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_mahalanobis_notices_a_broken_dependence_and_a_constant_that_moves():
    fitted = MahalanobisDetector().fit(cloud())
    usual = fitted.anomaly_score(cloud(seed=1)).max()
    assert fitted.anomaly_score([[1.5, -1.5, 0.0, 1.0]])[0] > usual
    moved = fitted.anomaly_score([[0.0, 0.0, 0.0, 2.0]])[0]
    assert usual < moved < np.inf


def test_neighbours_are_distinct_training_rows():
    X = cloud(50)
    once = NeighborsDetector(k=3).fit(X).anomaly_score(cloud(seed=2))
    many = NeighborsDetector(k=3).fit(np.repeat(X, 9, axis=0)).anomaly_score(cloud(seed=2))
    np.testing.assert_array_equal(once, many)
    exact, _ = NearestNeighbors(n_neighbors=3).fit(X).kneighbors(cloud(seed=2))
    np.testing.assert_allclose(once, exact[:, -1], rtol=1e-3)


def test_equal_rows_are_searched_once_and_all_get_their_score(monkeypatch):
    detector = NeighborsDetector(k=2).fit(cloud(50))
    new = cloud(5, seed=3)[[4, 0, 0, 2, 4, 4, 1, 3]]
    alone = [detector.anomaly_score(row[None])[0] for row in new]
    searched = []
    search = detector.neighbors_.kneighbors
    monkeypatch.setattr(
        detector.neighbors_, "kneighbors", lambda rows: searched.append(len(rows)) or search(rows)
    )
    np.testing.assert_allclose(detector.anomaly_score(new), alone, rtol=1e-4)
    assert searched == [5]


def test_distinct_finds_first_copies():
    rows = np.array([[1.0, 2], [3, 4], [1, 2], [2, 1], [3, 4]], dtype=np.float32)
    first, position = neighbors._distinct(rows)
    assert first.tolist() == [0, 1, 3]
    np.testing.assert_array_equal(rows[first][position], rows)


@pytest.mark.parametrize("k", [0, 3])
def test_too_many_neighbours_are_explained(k):
    with pytest.raises(ValueError, match=f"k={k} must be at least 1 and at most 2"):
        NeighborsDetector(k=k).fit([[0.0], [0.0], [1.0], [1.0]])


def test_shrinkage_outside_its_range_is_explained():
    with pytest.raises(ValueError, match="shrinkage=0"):
        MahalanobisDetector(shrinkage=0).fit(cloud())


def test_isolation_forest_score_is_that_of_the_paper():
    fitted = IsolationForestDetector(n_trees=50, rows_per_tree=10_000).fit(cloud())
    scores = fitted.anomaly_score(cloud())
    np.testing.assert_allclose(scores, -fitted.forest_.score_samples(cloud().astype(np.float32)))
    assert 0.3 < np.median(scores) < 0.5
    assert len(fitted.forest_.estimators_samples_[0]) == 300
