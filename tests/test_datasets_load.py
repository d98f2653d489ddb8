"""`load`: cache, places, fast mode, generated data in place of real data, two processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from anomaly_labs.datasets import (
    ChecksumError,
    DataFormatError,
    SyntheticDataWarning,
    catalog,
    contract,
    files,
    load,
    locate,
    real,
    verify,
)
from anomaly_labs.datasets.schema import DTYPES
from kdd_rows import SPLITS, line, many, official, official_of, text

REAL = os.environ.get("ANOMALY_LABS_DATA")
OFFICIAL = dict(SPLITS)
ROWS = 300


def put(content: bytes) -> contract.Split:
    """Make this content the official KDD99 test file."""
    SPLITS["test"] = official_of(content)
    return SPLITS["test"]


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a cache, a data folder and a small official test file of its own."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(folder))
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    monkeypatch.delenv("ANOMALY_LABS_FAST", raising=False)
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    put(many(ROWS))
    yield folder
    SPLITS.update(OFFICIAL)
    real._download_failed.clear()


def cached(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").glob("*.parquet"))


def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(real, "read_official", refuse)


def test_second_load_reads_the_cache_and_gives_the_same_rows(
    own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_places / "corrected").write_bytes(many(ROWS))
    first = load("kdd99", split="test")
    no_parsing(monkeypatch)
    second = load("kdd99", split="test")
    pd.testing.assert_frame_equal(first.X, second.X)
    pd.testing.assert_series_equal(first.y, second.y)
    assert {name: str(dtype) for name, dtype in second.X.dtypes.items()} == DTYPES
    assert isinstance(second.X.index, pd.RangeIndex)
    assert repr(second) == "kdd99/test: 300 rows, 41 columns, 66.67 % attacks, real data"


def test_cache_serves_after_the_source_is_gone(
    own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_places / "corrected").write_bytes(many(ROWS))
    load("kdd99", split="test")
    (own_places / "corrected").unlink()
    no_parsing(monkeypatch)
    assert load("kdd99", split="test", source="real").source == "real"


def test_file_that_changed_after_it_was_cached_is_checked_again(own_places: Path) -> None:
    (own_places / "corrected").write_bytes(many(ROWS))
    load("kdd99", split="test")
    (own_places / "corrected").write_bytes(many(ROWS - 1))
    with pytest.raises(ChecksumError):
        load("kdd99", split="test")


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
def test_damaged_cache_is_noticed_and_rebuilt(
    own_places: Path, tmp_path: Path, damage: str
) -> None:
    (own_places / "corrected").write_bytes(many(ROWS))
    first = load("kdd99", split="test")
    (file,) = cached(tmp_path)
    good = file.read_bytes()
    middle = len(good) // 4
    bad = {
        "cut": good[:-100],
        "flipped": good[:middle]
        + bytes(255 - byte for byte in good[middle : middle + 40])
        + good[middle + 40 :],
        "empty": b"",
        "other": b"PAR1 not Parquet",
    }[damage]
    file.write_bytes(bad)
    pd.testing.assert_frame_equal(load("kdd99", split="test").X, first.X)
    assert file.read_bytes() == good


def test_table_of_another_source_under_the_same_name_is_not_read(
    own_places: Path, tmp_path: Path
) -> None:
    (own_places / "corrected").write_bytes(many(ROWS))
    load("kdd99", split="test")
    (file,) = cached(tmp_path)
    content = many(ROWS + 1)
    info = put(content)
    file.rename(file.with_name(f"kdd99-test-{info.key[:16]}-v1.parquet"))
    (own_places / "corrected").write_bytes(content)
    assert len(load("kdd99", split="test").X) == ROWS + 1


@pytest.mark.parametrize("bad", [text(line(hot="x")), many(3)])
def test_nothing_is_cached_of_a_bad_file_and_it_stays_where_it_is(
    own_places: Path, tmp_path: Path, bad: bytes
) -> None:
    (own_places / "corrected").write_bytes(bad)
    with pytest.raises((DataFormatError, ChecksumError)):
        load("kdd99", split="test")
    assert (own_places / "corrected").read_bytes() == bad
    assert not (tmp_path / "cache").exists()


def test_cache_that_cannot_be_written_warns_and_loads(
    own_places: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "file" / "cache"))
    (own_places / "corrected").write_bytes(many(ROWS))
    with pytest.warns(UserWarning, match="cannot be cached"):
        assert len(load("kdd99", split="test").X) == ROWS


LOAD_IN_CHILD = """
import pathlib, sys, time
from anomaly_labs.datasets import files, loading
from test_datasets_load import many, put
put(many(20_000))
files.project_data_folder = lambda: None
pathlib.Path(sys.argv[1], sys.argv[2]).touch()
while not pathlib.Path(sys.argv[1], "go").exists():
    time.sleep(0.001)
data = loading.load("kdd99", split="test")
print(data.source, int(data.X["src_bytes"].sum()), data.y.cat.codes.sum())
"""


def test_four_processes_load_at_once(own_places: Path, tmp_path: Path) -> None:
    (own_places / "corrected").write_bytes(many(20_000))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", LOAD_IN_CHILD, str(tmp_path), str(number)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    while not all((tmp_path / str(number)).exists() for number in range(4)):
        assert all(child.poll() is None for child in children)
        time.sleep(0.05)
    (tmp_path / "go").touch()
    said = {child.communicate(timeout=60)[0] for child in children}
    assert len(said) == 1 and said.pop().startswith("real 199990000 ")
    assert all(child.returncode == 0 for child in children)
    assert len(cached(tmp_path)) == 1 and not list((tmp_path / "cache").rglob("*.part"))


@pytest.mark.parametrize("folder", ["", "kdd99"])
@pytest.mark.parametrize("file", ["corrected", "corrected.gz", "corrected.zip"])
def test_known_names_are_found_with_and_without_sub_folder(
    own_places: Path, folder: str, file: str
) -> None:
    (own_places / folder).mkdir(exist_ok=True)
    path = own_places / folder / file
    path.write_bytes(many(ROWS))
    found = locate("kdd99", "test")
    assert found is not None and (found.path, found.place) == (path, "ANOMALY_LABS_DATA")
    assert load("kdd99", split="test").source == "real"


def test_own_folder_comes_before_the_project_and_the_cache(
    own_places: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, downloads = tmp_path / "data", tmp_path / "cache" / "downloads" / "kdd99"
    for folder in (own_places, project, downloads):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "corrected").write_bytes(many(ROWS))
    monkeypatch.setattr(files, "project_data_folder", lambda: project)
    for place in (own_places, project, downloads):
        found = locate("kdd99", "test")
        assert found is not None and found.path == place / "corrected"
        found.path.unlink()
    assert locate("kdd99", "test") is None


def test_wrong_own_folder_is_an_error_not_generated_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANOMALY_LABS_DATA", "/does/not/exist")
    with pytest.raises(FileNotFoundError, match="'/does/not/exist' is not a folder"):
        load("kdd99", split="test")
    with pytest.raises(FileNotFoundError, match="'/does/not/exist' is not a folder"):
        verify()


def test_verify_tells_what_is_wrong(own_places: Path) -> None:
    def status() -> str:
        return next(s.status for s in verify() if (s.name, s.split) == ("kdd99", "test"))

    assert status() == "missing"
    (own_places / "corrected").write_bytes(many(ROWS))
    assert status() == "ok"
    (own_places / "corrected").write_bytes(many(3))
    assert status() == "wrong checksum"
    (own_places / "corrected").write_bytes(b"\x1f\x8b broken")
    assert status() == "damaged"


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no data set 'kdd'; choose one of .*kdd99, .*nsl_kdd"):
        load("kdd")
    with pytest.raises(ValueError, match="no split 'train'; choose one of 10_percent, full, test"):
        load("kdd99", split="train")
    with pytest.raises(ValueError, match="source='fake'"):
        load("kdd99", source="fake")  # type: ignore[arg-type]


def test_generated_data_stands_in_with_one_warning_and_is_cached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.warns(SyntheticDataWarning, match="GENERATED data") as caught:
        first = load("kdd99", split="test")
    assert len(caught) == 1 and "ANOMALY_LABS_DATA" in str(caught[0].message)
    assert first.source == "synthetic" and len(first.X) == ROWS
    assert "generated data" in repr(first) and "generated data" in first._repr_html_()
    assert first.show(first.X.head()).caption == "Generated data"
    monkeypatch.setattr("anomaly_labs.datasets.synthetic.synthesize", None)
    pd.testing.assert_frame_equal(load("kdd99", split="test", source="synthetic").X, first.X)


def test_real_data_asked_for_and_not_there_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match=r"put corrected .* ANOMALY_LABS_DATA"):
        load("kdd99", split="test", source="real")


def test_without_network_generated_data_comes_within_30_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "0")
    monkeypatch.setenv("NO_PROXY", "*")
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for split in ("10_percent", "test"):
            urls = ((f"{host}/a", "corrected"), (f"{host}/b", "corrected"))
            SPLITS[split] = official(split, ROWS, urls=urls)
        start = time.monotonic()
        with pytest.warns(SyntheticDataWarning):
            load("kdd99")
        first = time.monotonic() - start
        with pytest.warns(SyntheticDataWarning, match="an earlier download failed"):
            load("kdd99", split="test")
    assert first < 15 and time.monotonic() - start - first < 5


def test_fast_mode_keeps_rare_classes_order_and_says_so(
    own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = ["smurf."] * 25_000 + ["spy.", "phf."] * 3 + ["nmap."] * 60
    content = text(*(line(label, src_bytes=i) for i, label in enumerate(labels)))
    put(content)
    (own_places / "corrected").write_bytes(content)
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    data, again = load("kdd99", split="test"), load("kdd99", split="test")
    counts = data.y.value_counts()
    assert len(data.X) == 20_000 and isinstance(data.X.index, pd.RangeIndex)
    assert counts["spy"] == counts["phf"] == 3 and 20 <= counts["nmap"] <= 60
    assert data.X["src_bytes"].is_monotonic_increasing
    assert repr(data).endswith("fast mode: 20,000 of 25,066 rows")
    pd.testing.assert_frame_equal(data.X, again.X)


def test_fast_mode_leaves_small_sets_whole(
    own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_places / "corrected").write_bytes(many(ROWS))
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    assert "fast mode" not in repr(load("kdd99", split="test"))


@pytest.mark.parametrize(
    ("name", "split", "normal"),
    [("kdd99", "10_percent", 97_278), ("kdd99", "test", 60_593), ("nsl_kdd", "train", 67_343),
     ("nsl_kdd", "train_20", 13_449), ("nsl_kdd", "test", 9_711), ("nsl_kdd", "test_21", 2_152)],
)  # fmt: skip
def test_official_files_load(
    monkeypatch: pytest.MonkeyPatch, name: str, split: str, normal: int
) -> None:
    if not REAL:
        pytest.skip("ANOMALY_LABS_DATA does not name a folder with the official files")
    monkeypatch.setenv("ANOMALY_LABS_DATA", REAL)
    SPLITS.update(OFFICIAL)
    if locate(name, split) is None:
        pytest.skip(f"no file of {name}/{split} in ANOMALY_LABS_DATA")
    data = load(name, split=split, source="real")
    assert len(data.X) == catalog.describe(name).splits[split]
    assert int((data.y == "normal").sum()) == normal
    rates = data.X["dst_host_same_srv_rate"].to_numpy() * 100
    assert np.abs(rates - rates.round()).max() < 1e-4


def test_import_is_light() -> None:
    heavy = {"requests", "pooch", "rich", "scipy", "sklearn", "keras", "xgboost", "matplotlib"}
    code = "import sys, anomaly_labs.datasets; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert "pandas" in loaded and not heavy & set(loaded)
