"""Tables larger than memory: streams, and what is learned from them."""

import subprocess
import sys
import tempfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from anomaly_labs import boosting, datasets, features
from anomaly_labs.datasets import cache, fast, files, is_attack, parts, sets, synthetic
from anomaly_labs.features.moments import Tail, is_heavy
from kdd_rows import SPLITS, many, official_of

ROWS = 24_000


@pytest.fixture(scope="module", autouse=True)
def small_parts(tmp_path_factory):
    """Parts of 4,000 rows in row groups of 1,000, in a cache of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANOMALY_LABS_CACHE", str(tmp_path_factory.mktemp("streams")))
        patch.delenv("ANOMALY_LABS_FAST", raising=False)
        patch.setattr(parts, "PART_ROWS", 4000)
        patch.setattr(cache, "GROUP_ROWS", 1000)
        yield


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """Return the folder in which temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def flows(**options):
    return datasets.batches("kdd99", **({"n_rows": ROWS, "batch_rows": 1700} | options))


def whole(stream):
    """Return all rows of a stream as one table."""
    batches = list(stream)
    return pd.concat([X for X, _ in batches]), pd.concat([y for _, y in batches])


# --- reading


@pytest.mark.parametrize("fast", ["0", "1"])
def test_stream_of_a_split_has_the_rows_of_load(monkeypatch, fast):
    monkeypatch.setenv("ANOMALY_LABS_FAST", fast)
    loaded = datasets.load("nsl_kdd", split="test", source="synthetic")
    stream = datasets.batches("nsl_kdd", split="test", source="synthetic", batch_rows=700)
    X, y = whole(stream)
    pd.testing.assert_frame_equal(X, loaded.X)
    pd.testing.assert_series_equal(y, loaded.y)
    assert stream.n_rows == len(loaded.y)
    assert max(len(batch) for batch, _ in stream) <= 700


def test_real_rows_are_parsed_once_and_streamed(monkeypatch, tmp_path):
    content = many(300)
    (tmp_path / "corrected").write_bytes(content)
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(tmp_path))
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    monkeypatch.setitem(SPLITS, "test", official_of(content))
    stream = datasets.batches("kdd99", split="test", batch_rows=100)
    assert stream.source == "real"
    pd.testing.assert_frame_equal(whole(stream)[0], datasets.load("kdd99", split="test").X)


def test_names_of_the_edition_before_are_the_same_things(recwarn):
    assert datasets.Stream is datasets.Batches and datasets.stream is datasets.batches
    assert list(recwarn) == []


def test_each_iteration_starts_again():
    stream = flows()
    for first, second in zip(stream, stream, strict=True):
        pd.testing.assert_frame_equal(first[0], second[0])
    assert sum(len(y) for _, y in stream) == ROWS


def test_batches_go_through_the_functions_in_order():
    def positive(X, y):
        return X[X["count"] > 100], y[X["count"] > 100]

    stream = flows().map(positive).map(lambda X, y: (X["count"].to_numpy() * 2, y))
    assert stream.n_rows is None
    found = np.concatenate([X for X, _ in stream])
    X, _ = whole(flows())
    np.testing.assert_array_equal(found, 2 * X["count"][X["count"] > 100])
    assert list(flows().map(lambda X, y: (X[:0], y[:0]))) == []


@pytest.mark.parametrize(
    ("function", "message"),
    [(lambda X, y: X, "must return"), (lambda X, y: (X, y[1:]), "1700 rows and y with 1699")],
)
def test_mapped_function_that_breaks_the_pair_is_explained(function, message):
    with pytest.raises((TypeError, ValueError), match=message):
        next(iter(flows().map(function)))


def test_division_does_not_depend_on_the_size_of_batches():
    train, test = flows().divide(0.2, seed=3)
    X, _ = whole(test)
    others = whole(flows(batch_rows=333).divide(0.2, seed=3)[1])[0]
    pd.testing.assert_frame_equal(X, others)
    together = np.sort(np.concatenate([X.index, whole(train)[0].index]))
    np.testing.assert_array_equal(together, np.arange(ROWS))
    assert abs(len(X) - 0.2 * ROWS) < 4 * np.sqrt(0.16 * ROWS)
    assert not X.index.equals(whole(flows().divide(0.2, seed=4)[1])[0].index)


def test_what_is_divided_again_with_the_same_seed_is_drawn_anew():
    train, _ = flows().divide(0.5)
    again = len(whole(train.divide(0.5)[1])[1]) / len(whole(train)[1])
    assert 0.47 < again < 0.53


def test_division_after_rows_were_dropped_needs_their_index():
    def normal(X, y):
        return X[y == "normal"], y[y == "normal"]

    X, y = whole(flows().divide(0.5)[1])
    kept = whole(flows().map(normal).divide(0.5)[1])[0]
    pd.testing.assert_frame_equal(kept, X[y == "normal"])
    bare = flows().map(lambda X, y: (X.to_numpy()[1:], y.to_numpy()[1:])).divide(0.5)[0]
    with pytest.raises(ValueError, match="divide first, then map"):
        next(iter(bare))


@pytest.mark.parametrize("share", [0, 1, 1.5])
def test_share_outside_its_range_is_refused(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        flows().divide(share)


def test_blocks_share_the_rows_out_and_spread_over_the_table():
    blocks = flows().blocks(5)
    assert [block.rows_read for block in blocks] == [5000, 5000, 5000, 5000, 4000]
    places = [whole(block)[0].index for block in blocks]
    np.testing.assert_array_equal(np.sort(np.concatenate(places)), np.arange(ROWS))
    assert all(place.max() - place.min() > 0.6 * ROWS for place in places)
    assert len(flows().blocks(100)) == ROWS // 1000


# --- generated parts


def test_longer_table_begins_with_the_parts_of_a_shorter_one():
    short, long = whole(flows(n_rows=8000))[0], whole(flows())[0]
    pd.testing.assert_frame_equal(short, long.iloc[:8000])
    assert not short.iloc[:4000].equals(short.iloc[4000:].reset_index(drop=True))
    assert not short.equals(whole(flows(n_rows=8000, seed=1))[0])


def test_interrupted_generation_goes_on_where_it_stopped(monkeypatch, tmp_path):
    expected = whole(flows(n_rows=10_000))[0]
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path))
    made, real = [], synthetic.synthesize

    def counting(name, n_rows, **options):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(n_rows)
        return real(name, n_rows, **options)

    monkeypatch.setattr(synthetic, "synthesize", counting)
    with pytest.raises(KeyboardInterrupt):
        flows(n_rows=10_000)
    assert [path.suffix for path in sorted(tmp_path.rglob("part-*"))] == [".parquet"] * 2
    made.clear()
    pd.testing.assert_frame_equal(whole(flows(n_rows=10_000))[0], expected)
    assert made == [2000]


def test_half_written_part_is_never_read(monkeypatch, tmp_path):
    expected = whole(flows(n_rows=8000))[0]
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path))
    flows(n_rows=8000)
    first, second = sorted(tmp_path.rglob("*.parquet"))
    first.write_bytes(first.read_bytes()[:-100])
    second.rename(second.with_name(f"{second.name}.0123.part"))
    pd.testing.assert_frame_equal(whole(flows(n_rows=8000))[0], expected)


def test_damaged_part_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path))
    stream = flows(n_rows=4000)
    path = next(tmp_path.rglob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 255
    path.write_bytes(content)
    with pytest.raises(datasets.DataFormatError, match=f"{path.name} is damaged"):
        whole(stream)


def test_cache_that_cannot_be_written_is_explained(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(OSError, match="ANOMALY_LABS_CACHE"):
        flows(n_rows=10)


def test_arguments_are_checked(monkeypatch):
    with pytest.raises(ValueError, match="generated rows"):
        flows(source="real")
    with pytest.raises(ValueError, match="batch_rows=0"):
        flows(batch_rows=0)
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    monkeypatch.setattr(fast, "ROWS", 500)
    assert sum(len(y) for _, y in flows()) == 500


def test_version_of_the_generator_alone_decides_what_is_made_again(monkeypatch, tmp_path):
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path))
    kdd = sets.find("kdd99")
    made, real = [], synthetic.synthesize
    monkeypatch.setattr(synthetic, "synthesize", lambda *a, **b: made.append(a) or real(*a, **b))
    other_facts = replace(kdd, title="KDD", licence="another", urls=())
    next_version = replace(kdd, generator=replace(kdd.generator, version=2))
    for known, expected in ((kdd, 1), (other_facts, 1), (next_version, 2)):
        monkeypatch.setattr(sys.modules["anomaly_labs.datasets.sets.kdd99"], "SET", known)
        flows(n_rows=100)
        assert len(made) == expected


# --- boosted trees


def test_trees_from_a_stream_score_as_those_from_a_table():
    train, test = flows().divide(0.2)
    (X, y), (X_test, y_test) = whole(train), whole(test)
    table = boosting.train(X, is_attack(y), n_rounds=10)
    streamed = boosting.train(train, is_attack, n_rounds=10)
    scores = boosting.predict(streamed, test)
    assert scores.dtype == np.float32
    expected = roc_auc_score(is_attack(y_test), boosting.predict(table, X_test))
    assert roc_auc_score(is_attack(y_test), scores) == pytest.approx(expected, abs=1e-4)
    np.testing.assert_array_equal(scores, boosting.predict(streamed, X_test))


def test_long_stream_is_trained_block_by_block_with_the_same_quantiles(pages):
    train, test = flows().divide(0.2)
    booster = boosting.train(train, is_attack, n_rounds=10, block_rows=6000)
    assert booster.num_boosted_rounds() == 10
    y = is_attack(whole(test)[1])
    assert roc_auc_score(y, boosting.predict(booster, test)) > 0.999
    one_round_each = boosting.train(train, is_attack, n_rounds=2, block_rows=1000)
    assert one_round_each.num_boosted_rounds() == 2
    assert list(pages.iterdir()) == []


def test_early_stopping_on_a_stream_looks_at_its_validation_rows():
    train, held = flows(n_rows=4000).divide(0.3)

    def guess(y):
        return y.index.to_numpy() // 3 % 2  # nobody can learn it: more rounds only over-fit

    booster = boosting.train(
        train,
        guess,
        validation=(held, guess),
        n_rounds=60,
        early_stopping_rounds=2,
        block_rows=2000,
    )
    assert booster.num_boosted_rounds() == int(booster.attr("best_iteration")) + 3 < 60


def test_classes_are_counted_and_matrices_are_taken():
    encoder = features.make_encoder().fit(flows())
    stream = flows().map(lambda X, y: (encoder.transform(X), y))

    def codes(y):
        return np.where(y == "normal", 0, np.where(y == "smurf", 1, 2))

    booster = boosting.train(stream, codes, n_rounds=3, validation=(stream, codes))
    found = boosting.predict(booster, stream).argmax(axis=1)
    assert (found == codes(whole(flows())[1])).mean() > 0.99


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda s: boosting.train(s, None), TypeError, "datasets.is_attack"),
        (lambda s: boosting.train(s, is_attack, validation=(1, 2)), TypeError, "stream.divide"),
        (lambda s: boosting.train(s, is_attack, client=1), ValueError, "scale.read"),
        (lambda s: boosting.train(s, is_attack, block_rows=0), ValueError, "block_rows=0"),
        (lambda s: boosting.train(s, lambda y: y), ValueError, "class codes"),
        (lambda s: boosting.train(s, lambda y: is_attack(y)[1:]), ValueError, "y has 1699"),
        (lambda s: boosting.train(s, lambda y: np.ones(len(y))), ValueError, "two classes"),
        (
            lambda s: boosting.train(s.map(lambda X, y: (X[:0], y[:0])), is_attack),
            ValueError,
            "no rows",
        ),
        (
            lambda s: boosting.train(s, is_attack, params={"max_depth": -1}),
            ValueError,
            "max_depth",
        ),
        (
            lambda s: boosting.train(s.map(lambda X, y: (1 / 0, y)), is_attack),
            ZeroDivisionError,
            "division",
        ),
    ],
)
def test_errors_are_clear_and_leave_no_pages(pages, call, error, message):
    with pytest.raises(error, match=message):
        call(flows())
    assert list(pages.iterdir()) == []


def test_interruption_ends_the_training_and_leaves_no_pages(pages):
    def interrupted(X, y):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        boosting.train(flows().map(interrupted), is_attack)
    assert list(pages.iterdir()) == []


# --- the encoder


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_encoder_learns_from_a_stream_what_it_learns_from_a_table(scale):
    encoder = features.make_encoder(scale=scale).fit(flows())
    expected = features.make_encoder(scale=scale).fit(whole(flows())[0])
    assert encoder.heavy_tailed_ == expected.heavy_tailed_ != ()
    np.testing.assert_allclose(encoder.offset_, expected.offset_, rtol=1e-10)
    np.testing.assert_allclose(encoder.spread_, expected.spread_, rtol=1e-10)
    np.testing.assert_array_equal(encoder.get_feature_names_out(), expected.get_feature_names_out())


@pytest.mark.parametrize("seed", range(30))
def test_heavy_tail_is_found_without_the_median_as_with_it(seed):
    rng = np.random.default_rng(seed)
    values = rng.choice([0.0, 1.0, 4.0, 5.0, 6.0], size=rng.integers(2, 12))
    values[0] = 110.0  # heavy if the median is below 4.5
    tail = Tail(values.max())
    for part in np.array_split(values, 2):
        tail.add(part)
    assert tail.is_heavy() == is_heavy(values.max(), float(np.median(values)))


def test_bad_number_is_found_by_its_place_in_the_stream():
    def spoiled(X, y):
        return X.assign(duration=np.where(X.index == 5000, np.nan, X["duration"])), y

    with pytest.raises(ValueError, match="'duration' has nan in row 5000"):
        features.make_encoder().fit(flows().map(spoiled))


def test_encoder_refuses_streams_without_rows_or_tables():
    with pytest.raises(ValueError, match="no rows"):
        features.make_encoder().fit(flows().map(lambda X, y: (X[:0], y[:0])))
    with pytest.raises(TypeError, match="got ndarray"):
        features.make_encoder().fit(flows().map(lambda X, y: (X[["count"]].to_numpy(), y)))


# --- the autoencoder


def normal_rows():
    """Return a stream of encoded normal traffic."""
    normal = flows().map(lambda X, y: (X[y == "normal"], y[y == "normal"]))
    encoder = features.make_encoder().fit(normal)
    return encoder, normal.map(lambda X, y: (encoder.transform(X), y))


def test_autoencoder_learns_from_a_stream_and_scores_one():
    from anomaly_labs.autoencoder import AutoencoderDetector

    encoder, train = normal_rows()
    options = {"hidden": (16,), "latent": 4, "epochs": 2, "batch_size": 64}
    detector = AutoencoderDetector(**options).fit(train)
    again = AutoencoderDetector(**options).fit(train)
    test = flows(seed=1, n_rows=4000).map(lambda X, y: (encoder.transform(X), y))
    scores = detector.anomaly_score(test)
    np.testing.assert_array_equal(scores, again.anomaly_score(test))
    matrix = np.concatenate([X for X, _ in train]).astype(np.float64)
    np.testing.assert_allclose(detector.row_mean_, matrix.mean(axis=0), atol=1e-6)
    residual = matrix - detector.reconstruct(matrix)
    np.testing.assert_allclose(detector.residual_mean_, residual.mean(axis=0), atol=1e-6)
    X = np.concatenate([X for X, _ in test])
    np.testing.assert_allclose(scores, detector.anomaly_score(X), rtol=1e-5)
    y = is_attack(whole(flows(seed=1, n_rows=4000))[1])
    assert roc_auc_score(y, scores) > 0.98


def test_autoencoder_holds_out_few_rows_and_swaps_within_a_batch():
    from anomaly_labs.autoencoder import AutoencoderDetector
    from anomaly_labs.training import rows as training_rows

    _, train = normal_rows()
    detector = AutoencoderDetector(batch_size=100, swap_noise=0.3, seed=2)
    rest, held, n_rows = training_rows.hold_out(detector, train, 0.1)
    total = sum(len(y) for _, y in train)
    assert n_rows + len(held) == total
    assert 0.05 * total < len(held) < 0.15 * total
    batches = training_rows.StreamedBatches(detector, rest, n_rows)
    assert batches.per_epoch == n_rows // 100
    epoch = [batches[i] for i in range(batches.per_epoch)]
    seen = np.unique(np.concatenate([rows for _, rows in epoch]), axis=0)
    assert len(seen) <= len(np.unique(np.concatenate([X for X, _ in rest]), axis=0))
    assert 0 < np.mean([(noisy != rows).mean() for noisy, rows in epoch]) < 0.3
    np.testing.assert_array_equal(batches[0][1], epoch[0][1])
    assert not np.array_equal(batches[batches.per_epoch][1], epoch[0][1])


def test_autoencoder_refuses_a_stream_without_rows():
    from anomaly_labs.autoencoder import AutoencoderDetector

    with pytest.raises(ValueError, match="0 training rows"):
        AutoencoderDetector().fit(flows().map(lambda X, y: (X[:0], y[:0])))


# --- memory

CHILD = """
import sys
from anomaly_labs import boosting, datasets, features
stream = datasets.batches("kdd99", n_rows=int(sys.argv[1]), batch_rows=10_000)
train, test = stream.divide(20_000 / stream.n_rows)
encoder = features.make_encoder(one_hot=False).fit(train)
encoded = train.map(lambda X, y: (encoder.transform(X), y))
booster = boosting.train(encoded, datasets.is_attack, n_rounds=10, block_rows=60_000)
scores = boosting.predict(booster, test.map(lambda X, y: (encoder.transform(X), y)))
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(peak[0].split()[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_ten_times_the_rows_take_no_more_memory(monkeypatch):
    monkeypatch.setattr(parts, "PART_ROWS", 1_000_000)
    monkeypatch.setattr(cache, "GROUP_ROWS", 10_000)
    peaks = []
    for n_rows in (60_000, 600_000):
        flows(n_rows=n_rows)
        child = [sys.executable, "-c", CHILD, str(n_rows)]
        found = subprocess.run(child, check=True, capture_output=True, text=True)
        peaks.append(int(found.stdout) / 1024)
    # 540,000 rows more: 80 MB as a matrix; 36 MB in XGBoost, were they one block; measured: 6 MB
    assert peaks[1] - peaks[0] < 20
