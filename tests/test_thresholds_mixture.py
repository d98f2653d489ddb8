import warnings

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from sklearn.mixture import GaussianMixture

from anomaly_labs.thresholds import ThresholdWarning, gaussian_mixture


def two_humps(seed, *, share=0.3, apart=5.0, size=1000):
    rng = np.random.default_rng(seed)
    attacks = int(share * size)
    return np.r_[rng.normal(0, 1, size - attacks), rng.normal(apart, 1, attacks)]


def crossing(share, apart):
    """Where the true weighted densities are equal."""
    return brentq(
        lambda x: share * stats.norm.pdf(x, apart) - (1 - share) * stats.norm.pdf(x), 0, apart
    )


# Distance in standard deviations of a component, seeds 0-9: mean + 3 sd is .326 (.095 + 3 * .077),
# .240 (.070 + 3 * .057) and .245 (.075 + 3 * .057).
@pytest.mark.parametrize(("share", "limit"), [(0.1, 0.326), (0.3, 0.240), (0.6, 0.245)])
def test_threshold_is_where_the_two_densities_cross(share, limit):
    for seed in range(10, 15):
        found = gaussian_mixture(two_humps(seed, share=share))
        assert abs(found - crossing(share, 5.0)) <= limit


def test_skewed_positive_scores_are_fitted_on_their_logarithms():
    scores = np.exp(two_humps(0))
    assert gaussian_mixture(scores) == gaussian_mixture(scores, log=True)
    assert gaussian_mixture(scores) == pytest.approx(np.exp(gaussian_mixture(two_humps(0))), 1e-3)
    with pytest.warns(ThresholdWarning, match="standard deviations apart"):
        assert gaussian_mixture(scores, log=False) == np.inf


def test_scores_that_are_not_skewed_are_fitted_as_they_are():
    scores = two_humps(0, share=0.5) + 10
    assert gaussian_mixture(scores) == gaussian_mixture(scores, log=False)
    assert gaussian_mixture(scores) != gaussian_mixture(scores, log=True)


def test_scores_with_negative_ones_are_fitted_as_they_are():
    scores = two_humps(0, share=0.1)
    assert stats.skew(scores) > 1
    assert gaussian_mixture(scores) == gaussian_mixture(scores, log=False)


@pytest.mark.parametrize("size", [50, 300, 3000])
def test_normal_rows_alone_have_no_second_component(size):
    rng = np.random.default_rng(0)
    with pytest.warns(ThresholdWarning, match="finds no two components"):
        found = [gaussian_mixture(rng.normal(size=size)) for _ in range(10)]
    assert found.count(np.inf) >= 9


def test_a_heavy_tail_is_no_second_component():
    scores = np.random.default_rng(0).standard_t(4, 3000)
    with pytest.warns(ThresholdWarning, match="standard deviations apart"):
        assert gaussian_mixture(scores) == np.inf


def test_a_component_under_the_flank_of_the_other_is_nothing_to_select(monkeypatch):
    scores = two_humps(0, share=0.05, apart=2.3, size=50_000)
    shift, scale = scores.mean(), scores.std()

    class TrueMixture(GaussianMixture):
        """The curves that the scores were drawn from; fits of such scores stop elsewhere."""

        def fit(self, column):
            super().fit(column)
            if self.n_components == 2:
                self.weights_ = np.array([0.95, 0.05])
                self.means_ = (np.array([[0.0], [2.3]]) - shift) / scale
                self.covariances_ = np.full((2, 1, 1), scale**-2)
                self.precisions_cholesky_ = np.full((2, 1, 1), scale)
            return self

    monkeypatch.setattr("anomaly_labs.thresholds.mixture.GaussianMixture", TrueMixture)
    with pytest.warns(ThresholdWarning, match="covers the mean of the other"):
        assert gaussian_mixture(scores) == np.inf


def test_equal_scores_are_no_two_components():
    with pytest.warns(ThresholdWarning, match="all scores are equal"):
        assert gaussian_mixture(np.full(50, 0.1)) == np.inf


def test_two_distinct_scores_are_told_apart():
    assert 0 < gaussian_mixture(np.r_[np.zeros(80), np.ones(20)]) < 1


@pytest.mark.parametrize("unit", [1e-90, 1e-30, 1e30, 1e90])
def test_unit_of_the_scores_does_not_matter(unit):
    scores = two_humps(0) + 10
    wanted = gaussian_mixture(scores) * unit
    assert gaussian_mixture(scores * unit) == pytest.approx(wanted, rel=1e-6)


def test_same_seed_same_threshold():
    rng = np.random.default_rng(0)
    three_humps = np.concatenate([rng.normal(middle, 1, 300) for middle in (0, 6, 12)])
    found = [gaussian_mixture(three_humps, seed=seed) for seed in range(10)]
    assert len(set(found)) > 1
    assert found == [gaussian_mixture(three_humps, seed=seed) for seed in range(10)]


def test_scores_are_left_alone_and_their_type_kept():
    scores = two_humps(0).astype(np.float32)
    before = scores.copy()
    threshold = gaussian_mixture(scores)
    assert threshold == float(np.float32(threshold))
    assert np.array_equal(scores, before)


def test_separate_components_are_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(gaussian_mixture(two_humps(0)))


@pytest.mark.parametrize(
    ("scores", "arguments", "message"),
    [
        (np.arange(9.0), {}, "at least 10 scores, got 9"),
        (np.r_[np.arange(20.0), np.nan], {}, "nan in row 20"),
        (np.arange(20.0), {"log": True}, "positive scores, got 0.0"),
    ],
)
def test_unusable_input_is_refused(scores, arguments, message):
    with pytest.raises(ValueError, match=message):
        gaussian_mixture(scores, **arguments)
