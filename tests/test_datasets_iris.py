"""Iris, which comes with scikit-learn."""

from pathlib import Path

import pytest
from sklearn.datasets import load_iris
from typer.testing import CliRunner

from anomaly_labs import cli, datasets
from anomaly_labs.datasets import contract, download, files, load, locate, verify


@pytest.fixture(autouse=True)
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, an empty cache, no network."""
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    return tmp_path / "own"


def test_flowers_are_those_of_scikit_learn() -> None:
    wanted = load_iris(as_frame=True)
    for _ in range(2):  # parsed, then from the cache
        data = load("iris")
        assert data.X.equals(wanted.data) and data.verified
        assert data.y.cat.codes.tolist() == wanted.target.tolist()
        assert list(data.y.cat.categories) == list(wanted.target_names)
    assert repr(data) == "iris/all: 150 rows, 4 columns, real data"


def test_species_are_no_attacks() -> None:
    y = load("iris").y
    assert datasets.describe("iris").families == ()
    for function in (datasets.is_attack, datasets.attack_family):
        with pytest.raises(ValueError, match=r"classes of iris \(setosa, .*\) are no attacks"):
            function(y, name="iris")


def test_file_is_found_in_the_package_and_an_own_copy_comes_first(nothing_here: Path) -> None:
    found = locate("iris")
    assert found is not None and found.place == "an installed package"
    assert download("iris") == found.path
    assert [one.status for one in verify("iris")] == ["ok"]
    shown = CliRunner().invoke(cli.app, ["data", "download", "iris"])
    assert shown.exit_code == 0, shown.output
    copy = nothing_here / "deep" / "iris.csv"
    copy.parent.mkdir()
    copy.write_bytes(found.path.read_bytes())
    own = locate("iris")
    assert own is not None and own.path == copy and load("iris").verified
    copy.write_text(copy.read_text().replace("5.1,", "5.2,", 1))
    with pytest.raises(datasets.ChecksumError, match=r"iris\.csv"):
        load("iris")


def test_package_that_is_not_installed_has_no_file() -> None:
    assert files.packaged(contract.File(("a.csv",), package="no_such_package/data")) is None
