"""Sets of other kinds than KDD99, in a folder of their own that discovery is pointed at."""

import io
import shutil
import sys
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from anomaly_labs import cli, datasets, runtime, terminal
from anomaly_labs.datasets import DataFormatError, batches, describe, files, load, sets, synthesize

TOYS = Path(__file__).parent / "sets"


@pytest.fixture(autouse=True)
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Copy the toy sets to a folder that the environment names; the data folder is empty."""
    folder = tmp_path / "sets"
    shutil.copytree(TOYS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "own").mkdir()
    monkeypatch.setenv(runtime.SETS, str(folder))
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    monkeypatch.delenv("ANOMALY_LABS_FAST", raising=False)
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    monkeypatch.setattr(terminal.console, "width", 400)
    yield folder
    for name in [one for one in sys.modules if one.startswith(f"{sets.__name__}.toy_")]:
        del sys.modules[name]


def texts(name: str) -> dict[str, str]:
    """Return the official texts of a toy set."""
    sets.find(name)
    found: dict[str, str] = import_module(f"{sets.__name__}.{name}").TEXTS
    return found


def put(tmp_path: Path, *wanted: tuple[str, str]) -> None:
    """Put official texts, given as set and file, into nested folders of the data folder."""
    for name, file in wanted:
        path = tmp_path / "own" / name / "data" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts(name)[file])


def said(*words: str) -> str:
    return " ".join(CliRunner().invoke(cli.app, list(words)).output.replace("│", " ").split())


# --- discovery


def test_sets_of_a_named_folder_are_found_beside_ours() -> None:
    assert {"kdd99", "toy_cards", "toy_kpi", "toy_world"} <= set(sets.names())
    assert datasets.names() == sets.names() and "toy_cards" not in sets.ours()


def test_set_added_while_the_program_runs_is_found_and_one_taken_away_is_gone(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (toys / "toy_world.py").read_text().replace("toy_world", "toy_moon")
    (toys / "toy_moon.py").write_text(text)
    assert load("toy_moon").name == "toy_moon"
    monkeypatch.delenv(runtime.SETS)
    with pytest.raises(ValueError, match="no data set 'toy_moon'; choose one of"):
        load("toy_moon")


def test_two_sets_of_one_name_and_a_module_without_a_set_are_refused(toys: Path) -> None:
    (toys / "toy_empty.py").write_text("SET = 1\n")
    with pytest.raises(ValueError, match=r"toy_empty.py is no data set: it needs SET = DataSet"):
        load("toy_empty")
    shutil.copy(toys / "toy_world.py", toys / "kdd99.py")
    with pytest.raises(ValueError, match="there are two data sets 'kdd99'"):
        sets.names()


def test_names_with_an_underscore_in_front_are_no_sets(toys: Path) -> None:
    (toys / "_common.py").write_text("")
    assert "_common" not in sets.names()


# --- other columns, header lines, several files, an excerpt


def test_excerpt_of_two_files_with_header_lines(tmp_path: Path) -> None:
    put(tmp_path, ("toy_cards", "frauds.csv"), ("toy_cards", "usual.csv"))
    for _ in range(2):  # parsed, then from the cache
        data = load("toy_cards")
        assert data.X.dtypes.astype(str).to_dict() == {
            "Time": "float64", "V1": "float64", "Amount": "float32",
        }  # fmt: skip
        assert data.y.tolist() == ["fraud"] * 5 + ["genuine"] * 45
        assert data.source == "excerpt" and data.windows is None
        assert repr(data) == (
            "toy_cards/all: 50 rows, 3 columns, 10.00 % attacks, an excerpt of real data "
            "(not in its true shares)"
        )
        assert data.show(data.X, "Payments").caption == "Payments (excerpt of real data)"
    assert datasets.is_attack(data.y, name="toy_cards").sum() == 5
    assert set(datasets.attack_family(data.y, name="toy_cards")) == {"normal", "fraud"}
    with pytest.raises(ValueError, match="'genuine', which is not a class of KDD99"):
        datasets.is_attack(data.y)


def test_one_of_two_files_missing_is_named_in_one_sentence(tmp_path: Path) -> None:
    put(tmp_path, ("toy_cards", "frauds.csv"))
    with pytest.raises(FileNotFoundError) as caught:
        load("toy_cards")
    assert "toy_cards has no generator: usual.csv is not here" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "no file usual.csv" in said("data", "verify", "toy_cards")


def test_missing_header_and_changed_row_are_told(tmp_path: Path) -> None:
    put(tmp_path, ("toy_cards", "frauds.csv"), ("toy_cards", "usual.csv"))
    path = tmp_path / "own/toy_cards/data/usual.csv"
    whole = path.read_text()
    path.write_text(whole.partition("\n")[2])
    with pytest.raises(ValueError, match=r"usual.csv: line 1 is '0.0,.5,0.99,0', expected"):
        load("toy_cards")
    path.write_text(whole.replace("Class\n", "Class\r\n"))
    assert load("toy_cards").verified
    path.write_text(whole.replace("44.0,", "45.0,"))
    with pytest.raises(datasets.ChecksumError, match=r"rows: 45 here, 45 there"):
        load("toy_cards")


def test_describe_and_the_command_line_know_any_schema(tmp_path: Path) -> None:
    about = describe("toy_cards")
    assert about.features == ("Time", "V1", "Amount") and about.columns == 4
    assert about.families == ("normal", "fraud") and describe("toy_kpi").families == ()
    put(tmp_path, ("toy_cards", "frauds.csv"), ("toy_cards", "usual.csv"))
    assert "own/toy_cards/data/frauds.csv" in said("data", "list", "toy_cards")
    assert "toy_cards all ok" in said("data", "verify", "toy_cards")
    assert "toy_world week generated" in said("data", "verify")


# --- series with windows in a second file


@pytest.mark.parametrize("fast", ["0", "1"])
def test_series_keeps_all_rows_and_has_its_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fast: str
) -> None:
    monkeypatch.setenv("ANOMALY_LABS_FAST", fast)
    put(tmp_path, ("toy_kpi", "disk.csv"), ("toy_kpi", "load.csv"), ("toy_kpi", "windows.json"))
    for _ in range(2):
        disk, whole = load("toy_kpi"), load("toy_kpi", split="load")
        assert disk.y is None and disk.X.dtypes.astype(str).tolist() == [
            "datetime64[ns]",
            "float64",
        ]
        assert set(disk.X["time"].diff().dropna()) == {pd.Timedelta(hours=1)}
        assert len(whole.X) == 25_000 and whole.total_rows is None
        assert disk.windows is not None and set(map(str, disk.windows.dtypes)) == {"datetime64[ns]"}
        assert disk.windows["end"].tolist() == [pd.Timestamp("2026-01-01 05:00")]
        assert whole.windows is not None and len(whole.windows) == 0
        assert repr(disk) == "toy_kpi/disk: 30 rows, 2 columns, 1 labelled windows, real data"
    table = batches("toy_kpi", split="load", batch_rows=9000)
    assert [(len(X), y) for X, y in table] == [(9000, None), (9000, None), (7000, None)]
    mapped = table.map(lambda X, y: (X[X["value"] > 1], y)).divide(0.5)
    assert sum(len(X) for part in mapped for X, _ in part) == 24_997


def test_set_without_labels_has_no_classes(tmp_path: Path) -> None:
    put(tmp_path, ("toy_kpi", "disk.csv"), ("toy_kpi", "windows.json"))
    with pytest.raises(ValueError, match="not a class of toy_kpi; it has none at all"):
        datasets.is_attack(["normal"], name="toy_kpi")


# --- event logs


def test_json_lines_in_a_zip_with_sessions_in_fast_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "own" / "capture.zip", "w") as archive:
        archive.writestr("deep/capture_2026.json", texts("toy_events")["capture_2026.json"])
    data = load("toy_events", split="capture")
    assert data.X.shape == (40_000, 4) and data.X.loc[7, "user"] == "U1"
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    some = load("toy_events", split="capture")
    assert len(some.X) == 20_000 and some.total_rows == 40_000
    assert (some.X["host"].value_counts() == 100).all()
    assert some.X["second"].is_monotonic_increasing
    read = pd.concat([X for X, _ in batches("toy_events", split="capture", batch_rows=3000)])
    pd.testing.assert_frame_equal(read, some.X)


def test_csv_events_are_labelled_by_a_second_file(tmp_path: Path) -> None:
    put(tmp_path, ("toy_events", "auth.csv"), ("toy_events", "redteam.txt"))
    data = load("toy_events")
    assert data.y.tolist() == ["normal", "red team", *["normal"] * 3, "red team"]
    assert data.X["host"].tolist() == ["?"] * 6
    assert set(datasets.attack_family(data.y, name="toy_events")) == {"normal", "intrusion"}


# --- an access log, no sum known


def test_access_log_loads_by_its_rows_and_says_not_verified(tmp_path: Path) -> None:
    put(tmp_path, ("toy_weblog", "access.log"))
    for _ in range(2):
        data = load("toy_weblog")
        assert repr(data) == "toy_weblog/may: 20 rows, 6 columns, real data, not verified"
    assert data.X.loc[3, ["client", "status", "bytes"]].tolist() == ["10.0.0.3", 200, 3.0]
    assert data.X["method"].tolist() == ["GET"] * 20
    assert "not verified" in said("data", "verify", "toy_weblog")
    shutil.rmtree(tmp_path / "own" / "toy_weblog")
    assert load("toy_weblog").X.equals(data.X)  # from the cache, as a graded kernel does


def test_fault_in_an_access_log_has_its_line(tmp_path: Path) -> None:
    put(tmp_path, ("toy_weblog", "access.log"))
    path = tmp_path / "own/toy_weblog/data/access.log"
    path.write_text(path.read_text().replace("GET /page7 ", "GET /page7\n"))
    with pytest.raises(DataFormatError, match=r"access.log, line 8, found b'10.0.0.2"):
        load("toy_weblog")


def test_official_file_that_is_no_text_is_verified_as_it_stands(tmp_path: Path) -> None:
    sets.find("toy_binary")
    content = import_module(f"{sets.__name__}.toy_binary").BYTES["values.parquet"]
    (tmp_path / "own/values.parquet").write_bytes(content)
    assert load("toy_binary").X["value"].tolist() == [13, 10, 13]
    sink = io.BytesIO()
    pd.DataFrame({"value": [1, 2, 3]}).to_parquet(sink)
    (tmp_path / "own/values.parquet").write_bytes(sink.getvalue())
    with pytest.raises(datasets.ChecksumError):
        load("toy_binary")


# --- generated worlds, and sets without a generator


def test_world_without_official_file_is_generated_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    first, again = load("toy_world"), load("toy_world")
    assert list(recwarn) == [] and first.source == "synthetic" and len(first.X) == 500
    pd.testing.assert_frame_equal(first.X, again.X)
    assert again.windows is not None and len(again.windows) == 1
    assert again.X["host"].cat.categories[199] == "h199"  # more words than fit a byte
    assert not synthesize("toy_world", 500, seed=1).X.equals(first.X)
    with pytest.raises(FileNotFoundError, match="toy_world/week has no official file"):
        load("toy_world", source="real")
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    month = load("toy_world", split="month")
    assert 19_000 < len(month.X) <= 20_000 and month.total_rows == 30_000
    assert sum(len(X) for X, _ in batches("toy_world", split="month")) == len(month.X)


@pytest.mark.parametrize(
    "call",
    [
        lambda: synthesize("toy_kpi", 5),
        lambda: load("toy_kpi", source="synthetic"),
        lambda: batches("toy_kpi", n_rows=5),
    ],
)
def test_set_without_a_generator_says_so_in_one_sentence(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="toy_kpi has no generator: there are only its official"):
        call()


def test_nothing_of_a_toy_set_can_be_downloaded() -> None:
    with pytest.raises(datasets.DownloadError, match=r"disk\.csv has no address"):
        datasets.download("toy_kpi")
    with pytest.raises(datasets.DownloadError, match="toy_world/week has no official file"):
        datasets.download("toy_world")


def test_schema_or_parser_of_another_version_is_read_again(tmp_path: Path) -> None:
    put(tmp_path, ("toy_weblog", "access.log"))
    load("toy_weblog")
    (cached,) = (tmp_path / "cache").glob("*.parquet")
    before = cached.stat().st_mtime_ns
    module = import_module(f"{sets.__name__}.toy_weblog")
    for facts, fresh in (({"title": "Other"}, False), ({"version": 2}, True)):
        module.SET = type(module.SET)(**{**vars(module.SET), **facts})
        load("toy_weblog")
        assert (cached.stat().st_mtime_ns != before) == fresh
