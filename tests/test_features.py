import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from anomaly_labs.features import make_encoder, sliding_windows

pytestmark = pytest.mark.quick


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    flag = pd.Categorical(rng.choice(["SF", "S0"], 200), categories=["SF", "S0", "REJ"])
    return pd.DataFrame(
        {
            "flag": flag,
            "src_bytes": rng.pareto(0.6, 200).round() * 10,
            "rate": rng.random(200).astype(np.float32),
            "zero": np.zeros(200, dtype=np.int8),
            "service": rng.choice(["http", "smtp"], 200),
        }
    )


def test_names_hold_numeric_then_one_hot_columns_with_an_unknown_slot(table):
    encoder = make_encoder().fit(table)
    assert encoder.get_feature_names_out().tolist() == [
        *("src_bytes", "rate", "zero"),
        *("flag_S0", "flag_SF", "flag_(unknown)"),
        *("service_http", "service_smtp", "service_(unknown)"),
    ]


def test_numeric_columns_are_standardised_and_float32(table):
    matrix = make_encoder(clip=None).fit_transform(table)
    assert matrix.dtype == np.float32
    assert np.allclose(matrix[:, :3].mean(axis=0), 0, atol=1e-5)
    assert np.allclose(matrix[:, :3].std(axis=0), [1, 1, 0], atol=1e-5)


def test_only_a_heavy_tail_is_replaced_by_its_logarithm(table):
    encoder = make_encoder().fit(table)
    logs = np.log1p(table["src_bytes"])
    expected = (logs - logs.mean()) / logs.std(ddof=0)
    assert encoder.heavy_tailed_ == ("src_bytes",)
    assert np.allclose(encoder.transform(table)[:, 0], expected, atol=1e-5)


def test_column_with_negative_training_values_keeps_its_scale():
    encoder = make_encoder().fit(pd.DataFrame({"x": [-1.0, 0.0, 0.0, 1e6]}))
    assert encoder.heavy_tailed_ == ()


def test_negative_value_in_a_heavy_tailed_column_lies_below_zero():
    encoder = make_encoder(clip=None).fit(pd.DataFrame({"x": [0.0, 0.0, 0.0, 1e6]}))
    below, zero = encoder.transform(pd.DataFrame({"x": [-50.0, 0.0]}))[:, 0]
    assert below < zero


@pytest.mark.parametrize(("scale", "limit"), [("standard", 3.0), ("minmax", 1.0)])
def test_new_extremes_are_cut_off(table, scale, limit):
    encoder = make_encoder(scale=scale, clip=3.0).fit(table)
    extreme = table.assign(rate=np.linspace(-1e9, 1e9, 200), zero=7)
    matrix = encoder.transform(extreme)
    assert (matrix[:, 1].min(), matrix[:, 1].max()) == (-limit, limit)
    assert (matrix[:, 2] == limit).all()


def test_minmax_maps_the_training_range_to_minus_one_and_one(table):
    matrix = make_encoder(scale="minmax").fit_transform(table)
    assert np.allclose(matrix[:, :2].min(axis=0), -1)
    assert np.allclose(matrix[:, :2].max(axis=0), 1)
    assert (matrix[:, 2] == 0).all()


@pytest.mark.parametrize("value", [0.1, 1e300, -3.0])
@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_constant_column_becomes_zero(scale, value):
    table = pd.DataFrame({"x": np.full(10, value)})
    assert (make_encoder(scale=scale).fit_transform(table) == 0).all()


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_tiny_spread_does_not_divide_by_zero(scale):
    table = pd.DataFrame({"x": [0.0, 1e-323]})
    assert np.isfinite(make_encoder(scale=scale).fit_transform(table)).all()


@pytest.mark.parametrize("dtype", [object, "category", "str"])
@pytest.mark.parametrize("value", ["ftp", None, "(unknown)"])
def test_new_and_missing_categories_take_the_unknown_slot(dtype, value):
    service = pd.Series(["smtp", "http"], dtype=dtype)
    encoder = make_encoder().fit(pd.DataFrame({"zero": 0, "service": service}))
    new = pd.DataFrame({"zero": 0, "service": pd.Series(["http", value], dtype=dtype)})
    assert encoder.transform(new).tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]


def test_category_dtype_and_strings_give_the_same_matrix(table):
    text = table.astype({"flag": str})
    assert np.array_equal(
        make_encoder().fit(table).transform(text), make_encoder().fit_transform(text)
    )


@pytest.mark.parametrize("value", [None, "(unknown)"])
def test_missing_category_in_training_takes_the_unknown_slot(value):
    table = pd.DataFrame({"service": ["http", value]})
    assert make_encoder().fit_transform(table).tolist() == [[1, 0], [0, 1]]


def test_columns_are_found_by_name_whatever_their_order(table):
    encoder = make_encoder().fit(table)
    assert np.array_equal(encoder.transform(table[table.columns[::-1]]), encoder.transform(table))


def test_without_one_hot_the_categorical_columns_are_left_out(table):
    encoder = make_encoder(one_hot=False).fit(table)
    assert encoder.get_feature_names_out().tolist() == ["src_bytes", "rate", "zero"]
    assert encoder.transform(table).shape == (200, 3)


def test_pandas_output_keeps_names_and_index(table):
    table.index = table.index + 1000
    encoder = make_encoder().set_output(transform="pandas").fit(table)
    frame = encoder.transform(table)
    assert frame.columns.tolist() == encoder.get_feature_names_out().tolist()
    assert frame.index.equals(table.index)


def test_works_in_a_pipeline_and_can_be_cloned(table):
    y = (table["flag"] == "SF").astype(int)
    pipeline = make_pipeline(make_encoder(clip=5.0), LogisticRegression())
    assert clone(pipeline).fit(table, y).score(table, y) == 1
    assert clone(pipeline)[0].clip == 5.0


def test_table_is_not_changed(table):
    before = table.copy(deep=True)
    make_encoder().fit_transform(table)
    pd.testing.assert_frame_equal(table, before)


def test_no_rows_give_an_empty_matrix_but_cannot_be_learned_from(table):
    assert make_encoder().fit(table).transform(table[:0]).shape == (0, 9)
    with pytest.raises(ValueError, match="no rows"):
        make_encoder().fit(table[:0])


def test_missing_and_new_columns_are_named(table):
    encoder = make_encoder().fit(table)
    with pytest.raises(ValueError, match=r"missing: \['rate'\], new: \['speed'\]"):
        encoder.transform(table.rename(columns={"rate": "speed"}))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_bad_number_is_reported_with_column_and_row(table, bad):
    encoder = make_encoder().fit(table)
    table.loc[17, "rate"] = bad
    for method in (encoder.transform, make_encoder().fit):
        with pytest.raises(ValueError, match=f"column 'rate' has {bad} in row 17"):
            method(table)


def test_missing_value_of_a_nullable_integer_is_reported():
    table = pd.DataFrame({"x": pd.array([1, None], dtype="Int64")})
    with pytest.raises(ValueError, match="column 'x' has nan in row 1"):
        make_encoder().fit(table)


def test_column_that_changes_its_kind_is_reported(table):
    encoder = make_encoder().fit(table)
    with pytest.raises(TypeError, match="'rate' was numeric in fit"):
        encoder.transform(table.assign(rate="fast"))
    with pytest.raises(TypeError, match="'service' was categorical in fit"):
        encoder.transform(table.assign(service=1))


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (np.ones((2, 2)), TypeError, "DataFrame"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), ValueError, "twice"),
        (pd.DataFrame({"t": pd.to_datetime(["2020-01-01"])}), TypeError, "neither numeric"),
    ],
)
def test_unusable_tables_are_refused(table, error, message):
    with pytest.raises(error, match=message):
        make_encoder().fit(table)


@pytest.mark.parametrize("wrong", [{"scale": "robust"}, {"clip": 0}, {"clip": float("nan")}])
def test_unusable_settings_are_refused(table, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        make_encoder(**wrong).fit(table)


def test_table_without_numeric_columns_needs_one_hot(table):
    with pytest.raises(ValueError, match="one_hot=True"):
        make_encoder(one_hot=False).fit(table[["flag", "service"]])


def test_windows_of_channels_have_time_before_channels():
    series = np.arange(12).reshape(6, 2)
    windows = sliding_windows(series, width=3, step=2)
    assert windows.tolist() == [series[0:3].tolist(), series[2:5].tolist()]


def test_averages_and_subsamples_give_one_value_per_window_and_channel():
    series = np.array([[0, 10], [2, 20], [4, 30], [6, 50]])
    assert sliding_windows(series, width=2, how="average").tolist() == [[1, 15], [5, 40]]
    assert sliding_windows(series, width=2, how="subsample").tolist() == [[0, 10], [4, 30]]


def test_average_dilutes_a_short_peak_that_a_subsample_misses_or_keeps():
    series = [0, 9, 0, 9, 0, 0]
    assert sliding_windows(series, width=3, how="average").tolist() == [3, 3]
    assert sliding_windows(series, width=3, how="subsample").tolist() == [0, 9]


def test_window_may_be_as_long_as_the_series():
    assert sliding_windows([1, 2, 3], width=3).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("how", ["all", "average", "subsample"])
def test_windows_can_be_changed_without_changing_the_series(how):
    series = np.arange(6.0)
    sliding_windows(series, width=2, how=how)[...] = -1
    assert series.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"width": 4}, "longer than the series of 3"),
        ({"width": 0}, "at least 1"),
        ({"width": 2, "step": 0}, "at least 1"),
        ({"width": 2, "how": "median"}, "'subsample'"),
    ],
)
def test_impossible_windows_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        sliding_windows([1, 2, 3], **wrong)


def test_series_of_three_dimensions_is_refused():
    with pytest.raises(ValueError, match="one or two dimensions"):
        sliding_windows(np.zeros((2, 2, 2)), width=1)
