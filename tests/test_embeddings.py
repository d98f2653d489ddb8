import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from anomaly_labs.embeddings import EntityEmbedding, embedding, network

pytestmark = pytest.mark.quick


def traffic():
    """Services a and b mean normal, c and d attack; flag says nothing; count is a number."""
    service = pd.Series(list("aabbccddaabb") * 20, index=range(100, 340), dtype="category")
    flag = pd.Series(["SF", "S0", "SF", "REJ"] * 60, index=service.index, dtype="category")
    X = pd.DataFrame({"service": service, "count": np.arange(240.0), "flag": flag})
    return X, np.where(service.isin(["c", "d"]), "attack", "normal")


@pytest.fixture(scope="module")
def fitted():
    return EntityEmbedding(epochs=200).fit(*traffic())


def test_values_with_the_same_meaning_are_neighbours(fitted):
    table = fitted.vectors_["service"]

    def distance(one, other):
        return np.linalg.norm(table.loc[one] - table.loc[other])

    for same, other in (("ab", "ac"), ("ab", "bd"), ("cd", "ca"), ("cd", "db")):
        assert 2 * distance(*same) < distance(*other)


def test_loss_falls(fitted):
    assert len(fitted.history_) == 200
    assert fitted.history_["loss"].iloc[-1] < 0.1 * fitted.history_["loss"].iloc[0]


def test_transform_gives_named_float32_vectors_with_the_index_of_the_rows(fitted):
    X, _ = traffic()
    found = fitted.transform(X)
    assert found.columns.to_list() == ["service_0", "service_1", "flag_0", "flag_1"]
    assert found.columns.to_list() == fitted.get_feature_names_out().tolist()
    assert (found.dtypes == np.float32).all()
    pd.testing.assert_index_equal(found.index, X.index)
    np.testing.assert_array_equal(
        found.loc[104, ["service_0", "service_1"]], fitted.vectors_["service"].loc["c"]
    )


def test_missing_and_new_values_get_the_unknown_vector(fitted):
    X = pd.DataFrame({"service": ["gopher", None, "(unknown)"], "flag": ["SF"] * 3})
    found = fitted.transform(X)[["service_0", "service_1"]].to_numpy()
    unknown = fitted.vectors_["service"].loc["(unknown)"].to_numpy()
    np.testing.assert_array_equal(found, np.tile(unknown, (3, 1)))


def test_unknown_vector_is_trained_only_where_values_are_hidden():
    X, y = traffic()
    shares = (0.0, 0.01)
    start, trained = (
        EntityEmbedding(epochs=5, unknown_rate=share).fit(X, y).vectors_["service"].loc["(unknown)"]
        for share in shares
    )
    untouched = keras.initializers.RandomUniform(seed=0)((5, 2)).numpy()[0]
    np.testing.assert_array_equal(start, untouched)
    assert np.abs(trained - untouched).max() > 0.01


def test_same_seed_same_vectors_and_another_seed_others():
    X, y = traffic()

    def vectors(seed):
        return EntityEmbedding(epochs=3, seed=seed).fit(X, y).transform(X)

    pd.testing.assert_frame_equal(vectors(1), vectors(1))
    assert not np.allclose(vectors(1), vectors(2))


def test_global_random_state_neither_matters_nor_moves():
    X, y = traffic()
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = EntityEmbedding(epochs=2).fit(X, y).transform(X)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    keras.utils.set_random_seed(99)
    pd.testing.assert_frame_equal(first, EntityEmbedding(epochs=2).fit(X, y).transform(X))


def test_repeating_every_row_changes_nothing():
    X, y = traffic()
    once = EntityEmbedding(epochs=5).fit(X, y).transform(X)
    many = EntityEmbedding(epochs=5).fit(pd.concat([X] * 7), np.tile(y, 7)).transform(X)
    np.testing.assert_allclose(once, many, atol=1e-5)


def test_weighted_distinct_rows_have_the_loss_of_all_rows():
    rows = pd.DataFrame({0: [1, 1, 1, 2], "y": [0, 0, 1, 1], "weight": 1.0})
    model = network.build({"a": keras.layers.Embedding(3, 2)}, 4, 2, seed=0)
    model.compile(loss="sparse_categorical_crossentropy", jit_compile=False)
    grouped = network.grouped(rows)
    assert len(grouped) == 3

    def loss(table):
        weight = (table["weight"] / table["weight"].mean()).to_numpy()
        codes, labels = table[0].to_numpy(np.int32), table["y"].to_numpy()
        return model.evaluate([codes], labels, sample_weight=weight, verbose=0)

    assert loss(grouped) == pytest.approx(loss(rows), rel=1e-5)


def test_hidden_values_keep_the_total_weight():
    rows = pd.DataFrame({0: [1, 2], 1: [1, 1], "y": [0, 1], "weight": [30.0, 70.0]})
    found = network.with_unknown(rows, 0.1)
    assert found["weight"].sum() == pytest.approx(100)
    assert found.loc[found[0] == 0, "weight"].tolist() == pytest.approx([3, 7])
    assert found.loc[(found[0] > 0) & (found[1] > 0), "weight"].tolist() == pytest.approx([24, 56])


def test_dims_of_kdd99_and_own_dims():
    assert [embedding._dim(n) for n in (1, 3, 11, 70, 10**6)] == [2, 2, 3, 8, 50]
    X, y = traffic()
    found = EntityEmbedding(dims={"flag": 5}, epochs=1).fit(X, y)
    assert {name: table.shape for name, table in found.vectors_.items()} == {
        "service": (5, 2),
        "flag": (4, 5),
    }


def test_many_classes_small_batches_and_a_column_called_weight():
    X, _ = traffic()
    X = X.rename(columns={"flag": "weight"})
    embedding = EntityEmbedding(columns=["weight"], epochs=3, batch_size=2)
    found = embedding.fit_transform(X, X["service"].cat.codes)
    assert found.columns.to_list() == ["weight_0", "weight_1"]
    assert np.isfinite(embedding.history_["loss"]).all()


def test_columns_may_be_an_index():
    X, y = traffic()
    found = EntityEmbedding(columns=X.columns[[2]], epochs=1).fit(X, y)
    assert found.columns_ == ("flag",)


def test_works_in_a_pipeline_and_clones():
    X, y = traffic()
    pipeline = make_pipeline(EntityEmbedding(epochs=1, columns=["flag"]), StandardScaler())
    assert clone(pipeline).fit_transform(X, y).shape == (240, 2)


@pytest.mark.parametrize(
    ("options", "change", "message"),
    [
        ({"columns": ["port"]}, {}, "lacks the columns \\['port'\\]"),
        ({"dims": {"count": 2}}, {}, "dims names \\['count'\\]"),
        ({"unknown_rate": 0.6}, {}, "unknown_rate=0.6"),
        ({}, {"y": np.zeros(240)}, "two classes"),
        ({}, {"y": [0, 1]}, "y has 2"),
        ({}, {"y": ["normal", None] * 120}, "y has 120"),
        ({}, {"X": pd.DataFrame({"a": np.arange(240)})}, "categorical"),
    ],
)
def test_unusable_input_is_explained(options, change, message):
    X, y = traffic()
    with pytest.raises(ValueError, match=message):
        EntityEmbedding(**options).fit(change.get("X", X), change.get("y", y))


def test_array_is_refused():
    with pytest.raises(TypeError, match="must be a DataFrame"):
        EntityEmbedding().fit(np.zeros((2, 2)), [0, 1])
