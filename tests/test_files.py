"""Files are whole or absent; locks are held by one process; nothing fitted is pickled."""

import os
import stat
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest

from anomaly_labs import files


def test_a_file_is_whole_or_stays_as_it_was(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")

    def half(aside):
        aside.write_text("hal")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        files.write_aside(path, half)
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]
    assert path.read_text() == "old"
    files.write_aside(path, lambda aside: aside.write_text("new"))
    assert path.read_text() == "new"


def test_a_secret_is_written_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "kept" / "secret"
    files.write_once(path, b"first")
    files.write_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("name", [".", "lock"])
def test_a_lock_is_free_again_when_its_holder_ends(tmp_path, name):
    path = tmp_path / name
    ask = (
        "import pathlib, sys; from anomaly_labs import files\n"
        "with files.lock(pathlib.Path(sys.argv[1]), wait=False) as free: print(free)"
    )

    def said() -> str:
        command = [sys.executable, "-c", ask, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with files.lock(path, wait=True) as free:
        assert free
        assert said() == "False"
    assert said() == "True"


def parts() -> files.Parts:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    return files.Parts({"net": model}, {"params": {"epochs": 3}}, {"mean": np.arange(3.0)})


def read(path):
    return files.load_fitted(path, form="toy", detector="Toy", check=lambda found: None)


def test_fitted_parts_come_back_as_they_were(tmp_path):
    saved = parts()
    files.save_fitted(tmp_path / "toy.zip", saved, form="toy")
    found = read(tmp_path / "toy.zip")
    rows = np.ones((4, 2), np.float32)
    np.testing.assert_array_equal(found.models["net"](rows), saved.models["net"](rows))
    np.testing.assert_array_equal(found.arrays["mean"], saved.arrays["mean"])
    assert found.state["params"] == {"epochs": 3}
    assert not any(
        name.endswith("pkl") for name in zipfile.ZipFile(tmp_path / "toy.zip").namelist()
    )


def test_a_failed_save_leaves_the_older_file(tmp_path):
    path = tmp_path / "toy.zip"
    files.save_fitted(path, parts(), form="toy")
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"[Oo]bject arrays"):
        files.save_fitted(path, parts()._replace(arrays={"odd": np.array([{}])}), form="toy")
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["toy.zip"]
