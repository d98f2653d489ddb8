"""Card payments: made-up excerpts in the form of the four, and the official ones if here."""

from pathlib import Path

import pandas as pd
import pytest

from anomaly_labs import datasets
from anomaly_labs.datasets import load, sets
from set_files import need, put
from set_files import own as own


def test_payment_of_two_excerpts_counts_once_whatever_its_digits(own: Path) -> None:
    put(own, "toy_creditcard")
    data = load("toy_creditcard")
    assert data.X["Time"].tolist() == [float(n) for n in range(50)]
    assert data.y.eq("fraud").tolist() == [n % 5 == 0 for n in range(50)]
    assert data.X["V3"].tolist() == [round((n + 2) / 7, 9) for n in range(50)]


def test_excerpt_keeps_its_rows_but_for_those_that_are_cut_off(own: Path) -> None:
    put(own, "toy_creditcard")
    first = load("toy_creditcard", split="first")
    assert first.X["Time"].tolist() == [float(n) for n in range(19)]
    assert [*first.X] == ["Time", *(f"V{n}" for n in range(1, 29)), "Amount"]
    frauds = load("toy_creditcard", split="frauds")
    assert frauds.X["Time"].tolist() == [float(n) for n in range(15, 30)]


def test_every_split_is_said_to_be_an_excerpt(own: Path) -> None:
    put(own, "toy_creditcard")
    data = load("toy_creditcard")
    assert repr(data).endswith("an excerpt of real data (not in its true shares)")
    assert data.show(data.X, "Payments").caption == "Payments (excerpt of real data)"
    assert {split.source for split in sets.find("creditcard").splits.values()} == {"excerpt"}
    assert datasets.is_attack(data.y, name="creditcard").sum() == 10


def test_one_missing_excerpt_is_named_and_the_others_load(own: Path) -> None:
    put(own, "toy_creditcard")["mixed_400.csv"].unlink()
    assert len(load("toy_creditcard", split="random").X) == 17
    with pytest.raises(FileNotFoundError, match=r"mixed_400\.csv is not here"):
        load("toy_creditcard")


def test_official_excerpts_have_7863_unique_rows_and_473_frauds_and_their_time_tells() -> None:
    need("creditcard")
    data = load("creditcard")
    assert len(data.X) == 7_863 and data.y.eq("fraud").sum() == 473
    both = data.X.assign(fraud=data.y.eq("fraud"))
    assert not both.duplicated().any() and both["Time"].is_monotonic_increasing
    excerpts = [load("creditcard", split=one) for one in ("frauds", "first", "mixed", "random")]
    tables = [one.X.round(9).assign(fraud=one.y.eq("fraud")) for one in excerpts]
    assert len(pd.concat(tables).drop_duplicates()) == 7_863
    first_hour = data.X["Time"] < 3600
    assert (
        first_hour[data.y == "genuine"].mean() > 0.5 > 0.01 > first_hour[data.y == "fraud"].mean()
    )
