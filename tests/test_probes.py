"""What probes say about networks and other functions whose widths and rows are known."""

import itertools

import numpy as np
import pandas as pd
import pytest

from anomaly_labs import datasets, features, probes

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(400, 12))
BENDS = {
    "relu": lambda v: np.maximum(v, 0),
    "tanh": np.tanh,
    "leaky": lambda v: np.where(v > 0, v, 0.3 * v),
}


def network(widths, bend, last=lambda v: v):
    """A network of random weights that computes in float32, as Keras does."""
    rng, sizes = np.random.default_rng(1), itertools.pairwise(widths)
    weights = [rng.normal(size=size).astype("float32") / size[0] ** 0.5 for size in sizes]

    def function(X):
        values = np.asarray(X, "float32")
        for matrix in weights[:-1]:
            values = bend(values @ matrix + np.float32(0.1))
        return last(values @ weights[-1])

    return function


@pytest.mark.parametrize("bend", BENDS.values(), ids=BENDS)
@pytest.mark.parametrize("widths", [(12, 16, 3, 8), (12, 3, 16, 8), (12, 16, 4, 16, 12)])
@pytest.mark.parametrize("last", [lambda v: v, np.tanh], ids=["linear", "tanh"])
def test_narrowest_layer_bounds_the_jacobian(widths, bend, last):
    ranks = probes.jacobian_ranks(network(widths, bend, last), ROWS[:20])
    assert 1 <= np.median(ranks) <= min(widths)


@pytest.mark.parametrize("bend", BENDS.values(), ids=BENDS)
def test_first_layer_bounds_the_directions_of_the_input(bend):
    assert probes.input_rank(network((12, 3, 16, 8), bend), ROWS[:20]) <= 3
    assert probes.input_rank(network((12, 16, 3, 8), bend), ROWS[:20]) > 3


def test_rank_of_outputs_is_bounded_for_encoders_but_not_for_reconstructions():
    bend = BENDS["relu"]
    assert probes.output_rank(network((12, 16, 3, 8), bend)(ROWS)) <= 3
    assert probes.output_rank(network((12, 4, 16, 12), bend)(ROWS)) > 4


def test_matrix_has_its_full_rank_and_no_bend():
    matrix = network((12, 8), np.tanh)
    assert probes.jacobian_ranks(matrix, ROWS[:5]).tolist() == [8] * 5
    assert probes.bend(matrix, ROWS[:50]) < 1e-5
    assert probes.affine_gap(ROWS, matrix(ROWS)) < 1e-9


@pytest.mark.parametrize("bend", BENDS.values(), ids=BENDS)
def test_networks_are_told_from_affine_maps(bend):
    bent = network((12, 16, 3, 8), bend)
    assert probes.bend(bent, ROWS[:50]) > 0.05
    assert probes.affine_gap(ROWS, bent(ROWS)) > 0.01


def test_constant_and_steps_have_no_jacobian():
    assert probes.jacobian_ranks(lambda X: np.ones((len(X), 3)), ROWS[:3]).tolist() == [0] * 3
    assert probes.jacobian_ranks(lambda X: np.round(X), ROWS[:3] * 0 + 0.2).tolist() == [0] * 3
    assert probes.bend(lambda X: np.ones((len(X), 3)), ROWS[:9]) == 0


def test_each_probe_calls_a_function_once_in_one_batch():
    sizes = []

    def function(X):
        sizes.append(len(X))
        return np.asarray(X, float)

    probes.jacobian_ranks(function, ROWS[:5])
    probes.bend(function, ROWS[:9])
    table = pd.DataFrame(ROWS[:30])
    probes.fitted_on(function, {"first": table.head(20), "all": table})
    assert sizes == [120, 17, 30]


@pytest.fixture(scope="module")
def parts():
    """Rows of each kind that an encoder may be fitted on, with one index."""
    train = datasets.synthesize("nsl_kdd", 6000, split="train", seed=3)
    test = datasets.synthesize("nsl_kdd", 2000, split="test", seed=4)
    normal = train.X[(train.y == "normal").to_numpy()]
    new = test.X.set_axis(range(len(train.X), len(train.X) + len(test.X)))
    return {
        "known": normal.iloc[500:],
        "all normal": normal,
        "all training": train.X,
        "test": new,
        "both files": pd.concat([train.X, new]),
    }


@pytest.mark.parametrize("name", ["known", "all normal", "all training", "test", "both files"])
def test_encoder_betrays_the_rows_that_it_was_fitted_on(parts, name):
    encoder = features.make_encoder().fit(parts[name])
    assert probes.fitted_on(encoder.transform, parts) == name


def test_encoder_that_does_not_standardise_betrays_nothing(parts):
    encoder = features.make_encoder(scale="minmax").fit(parts["test"])
    assert probes.fitted_on(encoder.transform, parts) is None


def test_contrast_is_the_share_of_pairs_in_order():
    usual, odd = ROWS[:60, 0].round(1), ROWS[60:100, 1].round(1) + 0.5
    pairs = odd[:, None] - usual
    assert probes.contrast(usual, odd) == pytest.approx(((pairs > 0) + (pairs == 0) / 2).mean())
