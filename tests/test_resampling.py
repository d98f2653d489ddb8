import numpy as np
import pandas as pd
import pytest

from anomaly_labs.resampling import in_turns, reduce_anomalies


@pytest.fixture
def names():
    values = ["normal"] * 990 + ["smurf"] * 500 + ["nmap"] * 10
    return pd.Series(np.random.default_rng(1).permutation(values), dtype="category")


@pytest.mark.parametrize(("ratio", "anomalies"), [(0.01, 10), (0.05, 52), (0.3, 424)])
def test_share_of_anomalies_is_the_ratio_and_every_normal_row_stays(names, ratio, anomalies):
    _, y = reduce_anomalies(names.to_frame(), names, ratio=ratio)
    assert (y == "normal").sum() == 990
    assert (y != "normal").sum() == anomalies


def test_rows_keep_their_order_and_labels_and_get_a_new_index(names):
    X, y = reduce_anomalies(pd.DataFrame({"row": names.index}), names, ratio=0.1)
    assert X["row"].is_monotonic_increasing
    assert y.tolist() == names[X["row"]].tolist()
    assert list(X.index) == list(y.index) == list(range(1100))


def test_numbers_and_names_draw_the_same_rows(names):
    rows = np.arange(len(names))
    X_names, _ = reduce_anomalies(rows, names, ratio=0.1)
    X_numbers, y = reduce_anomalies(rows, (names != "normal").to_numpy().astype(int), ratio=0.1)
    assert X_names.tolist() == X_numbers.tolist()
    assert y.mean() == 0.1


def test_same_seed_draws_the_same_rows_and_another_seed_others(names):
    rows = np.arange(len(names))
    draws = [reduce_anomalies(rows, names, ratio=0.1, seed=s)[0].tolist() for s in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_anomalies_are_drawn_uniformly():
    y = np.array([0] * 10 + [1] * 10)
    draws = [reduce_anomalies(np.arange(20), y, ratio=1 / 3, seed=s)[0] for s in range(2000)]
    counts = np.bincount(np.concatenate(draws), minlength=20)[10:]
    assert (abs(counts - 1000) < 5 * np.sqrt(2000 / 4)).all()


def test_at_least_one_anomaly_is_kept(names):
    _, y = reduce_anomalies(names.to_frame(), names, ratio=1e-9)
    assert (y != "normal").sum() == 1


def test_all_anomalies_can_be_kept():
    y = np.array([0, 0, 1, 1])
    assert reduce_anomalies(y, y, ratio=0.5)[1].tolist() == [0, 0, 1, 1]


def test_input_is_not_changed(names):
    before = names.copy(deep=True)
    reduce_anomalies(names.to_frame(), names, ratio=0.1)
    pd.testing.assert_series_equal(names, before)


def test_ratio_out_of_reach_tells_how_many_there_are_and_are_needed(names):
    with pytest.raises(ValueError, match=r"needs 990 anomalies .* are 510; .* about 0\.34"):
        reduce_anomalies(names.to_frame(), names, ratio=0.5)


@pytest.mark.parametrize("ratio", [0, 1, -0.1, 5, float("nan")])
def test_ratio_outside_zero_and_one_is_refused(ratio):
    with pytest.raises(ValueError, match="between 0 and 1"):
        reduce_anomalies(np.zeros(2), np.array([0, 1]), ratio=ratio)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.array([1, 1]), "no normal rows"),
        (np.array([0, 0]), "no anomalies"),
        (np.array([0, 2]), "numbers"),
        (np.array(["normal", None], dtype=object), "1 missing"),
        (np.array([0, 0, 1]), "X has 2 rows and y has 3"),
    ],
)
def test_unusable_labels_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        reduce_anomalies(np.zeros(2), y, ratio=0.5)


def test_in_turns_gives_each_family_and_each_type_as_many_rows_as_it_has():
    families = np.repeat(["dos", "probe", "u2r"], [900, 60, 5])
    types = np.array(["neptune"] * 880 + ["land"] * 20 + ["satan"] * 60 + ["perl"] * 5)
    drawn = in_turns(families, types, size=65, seed=3)
    assert pd.Series(families[drawn]).value_counts().to_dict() == {"dos": 30, "probe": 30, "u2r": 5}
    assert pd.Series(types[drawn]).value_counts()[["neptune", "land"]].tolist() == [15, 15]
    assert len(set(drawn.tolist())) == 65
    assert drawn.tolist() == in_turns(families, types, size=65, seed=3).tolist()
    assert drawn.tolist() != in_turns(families, types, size=65, seed=4).tolist()


def test_in_turns_refuses_more_rows_than_there_are():
    with pytest.raises(ValueError, match=r"size=4, but there are 3 rows"):
        in_turns(["a", "a", "b"], size=4)
