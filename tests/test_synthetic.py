"""The generated data are legal, repeatable and a fair stand-in for the official files."""

from __future__ import annotations

import hashlib
from importlib import import_module, resources

import numpy as np
import pandas as pd
import pytest

from anomaly_labs.datasets import (
    BINARY,
    CATEGORICAL,
    CLASSES,
    FEATURES,
    INTEGER,
    RATES,
    TEST_ONLY,
    VOCABULARY,
    Dataset,
    describe,
    is_attack,
    load,
    locate,
    sets,
    synthesize,
)
from anomaly_labs.datasets.kdd.profile import Histogram, Profile, pack, read
from anomaly_labs.datasets.schema import DTYPES

PARTS = {
    (name, split): part
    for name in ("kdd99", "nsl_kdd")
    for split, part in import_module(f"{sets.__name__}.{name}").PARTS.items()
}

# Of 2,000 rows each, seed 0, version 1 of the generators; other numbers mean other data
# on this machine than on all others.
HASHES = {
    ("kdd99", "10_percent"): "79c5ca588d0389096858468135a8fdd35ecc8887b26e5a5bef7369b698527103",
    ("kdd99", "test"): "4a47f3a3a8d0ff7fab8f84f785e555d5613c40b05c43e0fc1fd98baf933cc477",
    ("nsl_kdd", "train"): "d0f6f9e7d34be522d733dc7e65930f27c97e189fd36d9c4e84ce04953054636d",
    ("nsl_kdd", "test"): "e989bb1d274e277eb33522682d4898f039de71d8faf43ea63cd520d0c2ac039c",
}


def digest(data: Dataset) -> str:
    """Return a checksum that depends on values and dtypes, not on how pandas stores them."""
    sha = hashlib.sha256()
    for column in [*(data.X[name] for name in FEATURES), data.y]:
        coded = isinstance(column.dtype, pd.CategoricalDtype)
        values = (column.cat.codes if coded else column).to_numpy()
        sha.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
    return sha.hexdigest()


def table(data: Dataset) -> pd.DataFrame:
    return data.X.assign(label=data.y)


@pytest.mark.parametrize(("name", "split"), PARTS)
def test_every_value_is_legal_for_its_column(name: str, split: str) -> None:
    data = synthesize(name, 20_000, split=split, seed=3)
    X = data.X
    assert tuple(X.columns) == FEATURES and X.index.equals(pd.RangeIndex(20_000))
    assert {c: str(X[c].dtype) for c in FEATURES} == DTYPES
    assert not X.isna().any(axis=None)
    assert all(X[c].min() >= 0 for c in (*INTEGER, *BINARY, *RATES))
    assert all(X[c].max() <= 1 for c in (*BINARY, *RATES))
    grid = (np.arange(101) / 100).astype("float32")
    assert all(X[c].isin(grid).all() for c in RATES)
    assert X[["count", "srv_count"]].max().max() <= 511
    assert X[["dst_host_count", "dst_host_srv_count"]].max().max() <= 255
    assert all(tuple(X[c].cat.categories) == VOCABULARY[c] for c in CATEGORICAL)
    assert tuple(data.y.cat.categories) == CLASSES[name]
    assert (data.name, data.split, data.source) == (name, split, "synthetic")


@pytest.mark.parametrize(("name", "split"), HASHES)
def test_rows_are_the_same_on_every_machine(name: str, split: str) -> None:
    generator = sets.find(name).generator
    assert generator is not None and generator.version == 1, "a new version has new sums"
    assert digest(synthesize(name, 2_000, split=split)) == HASHES[name, split]


def test_another_seed_gives_other_rows() -> None:
    first, second = (synthesize("nsl_kdd", 500, seed=seed) for seed in (0, 1))
    assert digest(first) == digest(synthesize("nsl_kdd", 500, seed=0))
    assert digest(first) != digest(second)


@pytest.mark.parametrize("n_rows", [1, 2, 7, np.int64(100)])
def test_any_number_of_rows_can_be_asked_for(n_rows: int) -> None:
    for name in ("kdd99", "nsl_kdd"):
        data = synthesize(name, n_rows, seed=5)
        assert len(data.X) == len(data.y) == n_rows


@pytest.mark.parametrize(
    ("name", "split", "counts"),
    [
        ("kdd99", "10_percent", {"normal": 97_278, "smurf": 280_790, "neptune": 107_201, "spy": 2}),
        ("kdd99", "test", {"normal": 60_593, "snmpgetattack": 7_741, "imap": 1}),
        ("nsl_kdd", "train", {"normal": 67_343, "neptune": 41_214, "spy": 2}),
        ("nsl_kdd", "train_20", {"normal": 13_449, "neptune": 8_282, "spy": 1}),
        ("nsl_kdd", "test", {"normal": 9_711, "mscan": 996, "imap": 1}),
        ("nsl_kdd", "test_21", {"normal": 2_152, "mscan": 996, "imap": 1}),
    ],
)
def test_official_size_gives_official_class_counts(
    name: str, split: str, counts: dict[str, int]
) -> None:
    y = synthesize(name, describe(name).splits[split], split=split).y
    assert {label: int((y == label).sum()) for label in counts} == counts


def test_full_has_the_class_shares_of_the_full_file() -> None:
    y = synthesize("kdd99", 48_984, split="full").y
    assert abs(int((y == "normal").sum()) - 9_728) <= 1
    assert abs(int((y == "smurf").sum()) - 28_079) <= 1


def test_rare_classes_come_by_chance_in_small_tables() -> None:
    rare = [(synthesize("kdd99", 2_000, seed=s).y == "pod").sum() for s in range(60)]
    assert 0.6 < float(np.mean(rare)) < 1.6  # 264 of 494,021 rows are 1.07 of 2,000


@pytest.mark.parametrize(("name", "split"), [key for key in PARTS if key[1] != "full"])
def test_only_test_splits_have_the_unseen_attack_types(name: str, split: str) -> None:
    seen = set(synthesize(name, describe(name).splits[split], split=split).y.unique())
    assert seen & set(TEST_ONLY) == (set(TEST_ONLY) if split.startswith("test") else set())


def test_kdd99_repeats_rows_as_often_as_the_official_file() -> None:
    repeated = int(table(synthesize("kdd99", 494_021)).duplicated().sum())
    assert repeated == pytest.approx(348_435, rel=0.02)


def test_nsl_kdd_has_hardly_a_repeated_row() -> None:
    for split in ("train_20", "test", "test_21"):
        n_rows = describe("nsl_kdd").splits[split]
        repeated = table(synthesize("nsl_kdd", n_rows, split=split)).duplicated()
        assert int(repeated.sum()) <= 5


def test_rates_agree_with_their_counters() -> None:
    X = synthesize("kdd99", 5_000, seed=2).X
    part = X["serror_rate"].astype(float) * X["count"]
    allowed = 0.005 * X["count"] + 1e-6
    assert ((part - part.round()).abs() <= allowed).all()
    assert (X.loc[X["same_srv_rate"] == 1, "diff_srv_rate"] == 0).all()


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (("kdd98", 10), ValueError, "no data set 'kdd98'"),
        (("kdd99", 0), ValueError, "n_rows=0 must be at least 1"),
        (("kdd99", 2.5), TypeError, "n_rows=2.5 must be a whole number"),
        (("kdd99", True), TypeError, "not True or False"),
        (("kdd99", "10"), TypeError, "n_rows='10' must be a whole number"),
    ],
)
def test_bad_arguments_are_named(
    arguments: tuple[str, int], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        synthesize(*arguments)


def test_bad_split_and_seed_are_named() -> None:
    with pytest.raises(ValueError, match="kdd99 has no split 'train'"):
        synthesize("kdd99", 10, split="train")
    with pytest.raises(ValueError, match="seed=-1 must be at least 0"):
        synthesize("kdd99", 10, seed=-1)


def test_profiles_are_small_and_hold_one_file_per_part() -> None:
    size = 0
    for name in ("kdd99", "nsl_kdd"):
        files = resources.files(f"{sets.__name__}.{name}").iterdir()
        profiles = [one for one in files if one.name.endswith(".xz")]
        parts = {part for (known, _), part in PARTS.items() if known == name}
        assert {one.name for one in profiles} == {f"{part}.json.xz" for part in parts}
        size += sum(len(one.read_bytes()) for one in profiles)
    assert size < 400_000


@pytest.mark.parametrize(("name", "part"), sorted({(n, part) for (n, _), part in PARTS.items()}))
def test_no_group_of_a_large_class_is_small(name: str, part: str) -> None:
    profile = read(f"{sets.__name__}.{name}", part)
    largest = max(profile.rows.values(), key=np.sum)
    rows = np.bincount(profile.cells[:, 4], weights=largest)
    label = np.zeros(len(rows), dtype=int)
    label[profile.cells[:, 4]] = profile.cells[:, 0]
    large = np.bincount(label, weights=rows)[label] >= 200
    assert large.any() and rows[large].min() >= 50


def test_histogram_gives_its_shares() -> None:
    # Half of the rows are 3, the other half are spread over 10..13.
    histogram = Histogram.from_json([[3, 7], [0, 3], [32_768, 32_768]])
    values, count = np.unique(histogram.at(np.arange(65_536)), return_counts=True)
    assert values.tolist() == [3, 10, 11, 12, 13]
    assert count.tolist() == [32_768, 8_192, 8_192, 8_192, 8_192]


def test_packing_is_deterministic_and_read_back() -> None:
    content = {
        "name": "nsl_kdd",
        "cells": [[0], [1], [2], [3], [0]],
        "splits": {"train": {"rows": [5]}},
        "groups": [{"columns": [4] * 38, "loadings": None}],
        "repeats": [0] * len(CLASSES["nsl_kdd"]),
        "distinct": True,
    }
    assert pack(content) == pack(dict(reversed(content.items())))
    profile = Profile.from_json(content)
    assert profile.class_rows["train"].sum() == 5
    assert profile.groups[0].constant.tolist() == [4] * 38


def test_a_model_trained_on_generated_rows_works_on_real_ones() -> None:
    xgb = pytest.importorskip("xgboost")
    if locate("nsl_kdd", "train_20") is None:
        pytest.skip("no file of nsl_kdd/train_20: set ANOMALY_LABS_DATA to a folder that has it")
    from sklearn.metrics import roc_auc_score

    made = synthesize("nsl_kdd", 25_192, split="train_20")
    real = load("nsl_kdd", split="train_20", source="real")
    params = {"objective": "binary:logistic", "nthread": 2, "seed": 0}
    for a, b in ((made, real), (real, made)):
        booster = xgb.train(params, xgb.DMatrix(a.X, is_attack(a.y), enable_categorical=True), 60)
        scores = booster.predict(xgb.DMatrix(b.X, enable_categorical=True))
        assert roc_auc_score(is_attack(b.y), scores) >= 0.999
