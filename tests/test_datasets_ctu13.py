"""The CTU-13 sample: made-up flows in its form, and the official ones if here."""

from pathlib import Path

import pandas as pd
import pytest

from anomaly_labs import datasets
from anomaly_labs.datasets import load, locate
from set_files import need, put
from set_files import own as own


def test_class_comes_from_the_label_and_not_from_the_column_target(own: Path) -> None:
    path = put(own, "toy_ctu13")["ctu13_sample_10k.csv"]
    data = load("toy_ctu13")
    names = ["background", "background", "normal", "normal", "botnet", "background"]
    assert data.y.tolist() == names * 10
    attack = datasets.is_attack(data.y, name="toy_ctu13")
    target = pd.read_csv(path)["target"]
    assert attack.sum() == 10 and (target != attack).sum() == 20
    assert datasets.describe("toy_ctu13").families == ("normal", "botnet")


def test_neither_label_nor_target_is_a_column_and_unknown_values_are_missing(own: Path) -> None:
    put(own, "toy_ctu13")
    X = load("toy_ctu13").X
    assert X.shape == (60, 26) and not {"Label", "target"} & {*X}
    assert X["Proto"].tolist() == ["udp"] * 60 and X["SrcWin"].isna().all()
    assert X["dTos"].isna().sum() == 15 and X["SrcPkts"].dtype == "int64"


def test_label_of_another_kind_is_named(own: Path) -> None:
    path = put(own, "toy_ctu13")["ctu13_sample_10k.csv"]
    path.write_text(path.read_text().replace("flow=Background\n", "flow=Foreground\n"))
    path.write_text(path.read_text().replace("flow=Background,", "flow=Foreground,"))
    with pytest.raises(ValueError, match="'flow=Foreground' names neither Background nor Normal"):
        load("toy_ctu13")


def test_official_sample_has_126_flows_that_its_column_target_calls_botnet() -> None:
    need("ctu13")
    data = load("ctu13")
    counts = data.y.value_counts().to_dict()
    assert counts == {"background": 9_733, "botnet": 141, "normal": 126}
    assert data.source == "excerpt" and data.verified
    found = locate("ctu13")
    assert found is not None
    wrong = pd.read_csv(found.path)["target"].eq(1) & data.y.ne("botnet")
    assert wrong.sum() == 126 and data.y[wrong].eq("normal").all()
    assert data.X.duplicated().sum() > 1_500
