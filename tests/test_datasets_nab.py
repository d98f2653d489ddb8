"""The Numenta Anomaly Benchmark: a made-up series in its form, and the official ones if here."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from anomaly_labs.datasets import describe, files, load, locate, sets, verify

REAL = os.environ.get("ANOMALY_LABS_DATA")
SERIES = "timestamp,value\r\n" + "".join(f"2014-07-01 {h:02}:00:00,{h * 7}\r\n" for h in range(24))
WINDOWS = {
    "realKnownCause/nyc_taxi.csv": [
        ["2014-07-01 03:00:00.000000", "2014-07-01 05:00:00.000000"],
        ["2014-07-01 20:00:00.000000", "2014-07-01 22:00:00.000000"],
    ]
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder, laid out as the repository is, with a day in the place of nyc_taxi."""
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    contents = {"data/realKnownCause/nyc_taxi.csv": SERIES}
    contents["labels/combined_windows.json"] = json.dumps(WINDOWS)
    splits = sets.find("nab").splits
    known = []
    for (name, text), file in zip(contents.items(), splits["nyc_taxi"].files, strict=True):
        path = tmp_path / "own" / "NAB-master" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode())
        normal = text.replace("\r\n", "\n").rstrip("\n") + "\n"
        digest = hashlib.sha256(normal.encode()).hexdigest()
        known.append(replace(file, text_sha256=digest, rows=file.rows and 24))
    day = replace(splits["nyc_taxi"], rows=24, files=tuple(known))
    monkeypatch.setitem(splits, "nyc_taxi", day)
    return tmp_path


@pytest.mark.parametrize("fast", ["0", "1"])
def test_series_has_time_value_and_windows(
    small: Path, monkeypatch: pytest.MonkeyPatch, fast: str
) -> None:
    monkeypatch.setenv("ANOMALY_LABS_FAST", fast)
    data = load("nab")
    assert list(data.X.columns) == ["time", "value"] and data.y is None
    assert data.X["time"].dtype == np.dtype("datetime64[ns]")
    assert data.X["value"].tolist() == [7.0 * h for h in range(24)]
    assert data.windows is not None and data.windows["start"].dt.hour.tolist() == [3, 20]
    assert repr(data) == "nab/nyc_taxi: 24 rows, 2 columns, 2 labelled windows, real data"


def test_missing_label_file_is_named_and_nothing_is_generated(small: Path) -> None:
    next(small.rglob("combined_windows.json")).unlink()
    with pytest.raises(FileNotFoundError, match=r"nab has no generator: combined_windows\.json is"):
        load("nab")


def test_all_series_have_a_sum_an_address_and_a_number_of_rows() -> None:
    splits = sets.find("nab").splits
    assert len(splits) == 48 and sum(describe("nab").splits.values()) == 206_927
    sums = {split.files[0].text_sha256 for split in splits.values()}
    assert len(sums) == 48 and all(len(one) == 64 for one in sums if one)
    for name, split in splits.items():
        assert split.files[0].urls[0][0].endswith(f"/{name}.csv") and split.on_request


def test_official_series_load_and_their_windows_lie_in_them() -> None:
    if not REAL or locate("nab") is None:
        pytest.skip("ANOMALY_LABS_DATA does not name a folder with the official files")
    assert {one.status for one in verify("nab")} == {"ok"}
    count = 0
    for name in sets.find("nab").splits:
        data = load("nab", split=name, source="real")
        assert data.verified and data.windows is not None
        count += len(data.windows)
        time, start, end = data.X["time"], data.windows["start"], data.windows["end"]
        assert (start >= time.min()).all() and (end <= time.max()).all() and (start < end).all()
        assert np.isfinite(data.X["value"]).all()
    assert count == 83
