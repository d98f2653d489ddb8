"""Fixtures for the test of one real set: its twin's files in a folder, or the official ones."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from anomaly_labs import runtime
from anomaly_labs.datasets import files, locate, sets, verify

TOYS = Path(__file__).parent / "sets"
REAL = os.environ.get("ANOMALY_LABS_DATA")


def contents(name: str) -> dict[str, bytes]:
    """Return the made-up files of a twin."""
    sets.find(name)
    texts = import_module(f"{sets.__name__}.{name}").TEXTS
    return {
        file: text if isinstance(text, bytes) else text.encode() for file, text in texts.items()
    }


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder; the toy sets lie in a folder that the environment names."""
    shutil.copytree(TOYS, tmp_path / "sets", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "own").mkdir()
    monkeypatch.setenv(runtime.SETS, str(tmp_path / "sets"))
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    monkeypatch.delenv("ANOMALY_LABS_FAST", raising=False)
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    yield tmp_path / "own"
    for name in [one for one in sys.modules if one.startswith(f"{sets.__name__}.toy_")]:
        del sys.modules[name]


def put(own: Path, name: str) -> dict[str, Path]:
    """Put the files of a twin into the data folder as they are; return where they lie."""
    paths = {file: own / name / file for file in contents(name)}
    for file, path in paths.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(contents(name)[file])
    return paths


def need(name: str) -> None:
    """Skip the test where the official files of a set are not here; they must be genuine."""
    if not REAL or None in [locate(name, split) for split in sets.find(name).splits]:
        pytest.skip("ANOMALY_LABS_DATA does not name a folder with the official files")
    assert {one.status for one in verify(name)} == {"ok"}
