"""Authentication events and the two ways to put a red team in; the official files if here."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from anomaly_labs.datasets import DataFormatError, load
from anomaly_labs.datasets.sets.lanl_auth import audit, leak_reduced, naive
from set_files import need, put
from set_files import own as own

HOSTS = ["src_host", "dst_host"]


@pytest.fixture
def both(own: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events and red team of the twin."""
    put(own, "toy_lanl_auth")
    return load("toy_lanl_auth").X, load("toy_lanl_auth", split="redteam").X


def test_red_team_has_the_columns_of_events_and_unknown_fields_are_marked(own: Path) -> None:
    put(own, "toy_lanl_auth")
    events, red = load("toy_lanl_auth"), load("toy_lanl_auth", split="redteam")
    assert [*events.X] == [*red.X] and set(events.y) == {"normal"} and set(red.y) == {"red team"}
    assert red.X.iloc[0].tolist() == [
        *(150_000, "U300@DOM1", "?", "C17000", "C1000", "?", "?", "?", "?")
    ]
    assert (events.X["auth_type"] == "?").any() and not events.X.isna().any(axis=None)


def test_line_with_other_fields_is_told_with_its_number(own: Path) -> None:
    path = put(own, "toy_lanl_auth")["lanl_auth_excerpt.csv"]
    lines = path.read_text().splitlines(keepends=True)
    lines[4] = lines[4].replace(",LogO", "")
    path.write_text("".join(lines))
    with pytest.raises(DataFormatError, match="line 5, column 8: found 8 fields, expected 9"):
        load("toy_lanl_auth")


def test_naive_lines_keep_their_names_and_stand_in_every_window(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    events, red = both
    made = naive(events, red, lines=5, seed=1)
    lines = made.X[made.y == 1]
    assert len(made.X) == len(events) + 15 and made.ranked.all()
    assert np.bincount(made.window[made.y == 1]).tolist() == [5, 5, 5]
    assert set(lines["src_host"]) <= {"C17000", "C17001"} and made.X["time"].is_monotonic_increasing
    assert set(lines["orientation"]) == {"LogOn"} and (lines["src_user"] == lines["dst_user"]).all()
    pd.testing.assert_frame_equal(made.X[made.y == 0].reset_index(drop=True), events)


def test_reduced_lines_are_remote_logons_of_active_names_and_the_first_window_is_clean(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    events, red = both
    made = leak_reduced(events, red, lines=4, seed=1)
    lines = made.X[made.y == 1]
    assert np.bincount(made.window[made.y == 1]).tolist() == [0, 4, 4]
    assert made.ranked[made.y == 1].all() and (lines["src_host"] != lines["dst_host"]).all()
    ranked = made.X[made.ranked]
    assert (ranked["orientation"] == "LogOn").all() and set(ranked["logon_type"]) == {"Network"}
    usual = made.X[made.ranked & (made.y == 0)]
    for column in ("src_user", *HOSTS, "auth_type", "result"):
        assert set(lines[column]) <= set(usual[column]), column
    assert lines["src_host"].nunique() <= 2
    order = list(
        zip(made.X["time"], made.X.drop(columns="time").agg(",".join, axis=1), strict=True)
    )
    assert order == sorted(order)


def test_reduced_names_are_exchanged_and_nothing_else_is(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    events, red = both
    made = leak_reduced(events, red, seed=2)
    normal = made.X[made.y == 0]
    for column in HOSTS:
        counts, before = normal[column].value_counts(), events[column].value_counts()
        assert sorted(counts) == sorted(before) and counts.to_dict() != before.to_dict()
    machine = normal["src_user"].str.contains(r"\$")
    own_name = normal["src_user"].str.partition("$")[0] == normal["src_host"]
    assert machine.any() and own_name[machine].all()
    unchanged = ["time", "auth_type", "logon_type", "orientation", "result"]
    assert sorted(map(tuple, normal[unchanged].to_numpy())) == sorted(
        map(tuple, events[unchanged].to_numpy())
    )


@pytest.mark.parametrize("protocol", [naive, leak_reduced])
def test_seed_decides_and_arguments_are_left_alone(both, protocol) -> None:  # type: ignore[no-untyped-def]
    before = [table.copy() for table in both]
    first, again, other = (protocol(*both, lines=3, seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first.X, again.X)
    assert (first.y == again.y).all() and not first.X.equals(other.X)
    for table, copy in zip(both, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_more_lines_than_there_are_or_than_can_be_disguised_are_refused(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    with pytest.raises(ValueError, match="60 lines are wanted, but the red team has 40"):
        naive(*both, lines=20)
    few = both[0][both[0]["src_user"].isin(["U1@DOM1", "U2@DOM1"])]
    with pytest.raises(ValueError, match=r"values of src_user, and only \d can take their places"):
        leak_reduced(few, both[1], lines=10)


def test_audit_finds_the_naive_lines_by_their_numbers_in_one_sign(
    both: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    found = audit(naive(*both, lines=5)).set_index(["score", "window"])
    number = found.loc["number of the source host"]
    assert number.index.tolist() == [1, 2]
    assert (number["auc"] == 1).all() and (number["reversed_auc"] == 0).all()
    assert (number["ap"] == 1).all() and (number["reversed_ap"] < 0.1).all()
    assert set(found.index.get_level_values(0)) == set(audit(leak_reduced(*both))["score"])


def test_official_red_team_is_given_away_by_the_naive_way_and_not_by_the_other() -> None:
    need("lanl_auth")
    events, red = load("lanl_auth").X, load("lanl_auth", split="redteam").X
    assert (len(events), len(red), red["src_host"].nunique()) == (15_000, 749, 4)
    assert not red["src_host"].isin(events["src_host"]).any()

    def mean(protocol, lines: int) -> pd.DataFrame:  # type: ignore[no-untyped-def]
        draws = [audit(protocol(events, red, lines=lines, seed=seed)) for seed in range(20)]
        return pd.concat(draws).groupby("score")[["auc", "ap"]].mean()

    easy, few, many = mean(naive, 50), mean(leak_reduced, 3), mean(leak_reduced, 10)
    assert (
        easy.loc["len(line)", "auc"] > 0.86 and easy.loc["number of the source host", "auc"] > 0.99
    )
    assert easy.loc["fan-out of the source host", "ap"] > 0.8
    quiet = ["len(line)", "place in the file", "logon to another host"]
    quiet += [name for name in few.index if name.startswith("number")]
    for table in (few, many):
        assert table.loc[quiet, "auc"].between(0.4, 0.6).all(), table
    # What is left, and is said: with ten lines a window the fan-out still finds them.
    assert few.loc["fan-out of the source host", "ap"] < 0.1
    assert many.loc["fan-out of the source host", "auc"] > 0.85
