"""The command line: whatever is typed or set wrong is answered by a sentence, not a traceback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from anomaly_labs import cli, datasets, doctor, terminal
from anomaly_labs.datasets import files, state
from kdd_rows import line, text

pytestmark = pytest.mark.quick


def run(*words: str) -> tuple[int, str]:
    """Exit code and output of a command, white space and frames taken out."""
    result = CliRunner().invoke(cli.app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.replace("│", " ").split())


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen on which no path is folded, however long the temporary folder's name."""
    monkeypatch.setattr(terminal.console, "width", 400)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder whose name looks like markup of rich; nothing is downloaded."""
    folder = tmp_path / "mine[old]"
    folder.mkdir()
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(folder))
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was to be downloaded; nothing is."""
    pairs: list[tuple[str, str]] = []

    def note(name: str, *, split: str, force: bool) -> Path:
        pairs.append((name, split))
        return Path("data", name)

    monkeypatch.setattr(datasets, "download", note)
    return pairs


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nonsense",), "no data set 'nonsense'; choose one of"),
        (("kdd99", "--split", "nonsense"), "kdd99: no split 'nonsense'; choose one of 10_"),
        (("--split", "nonsense"), ": no split 'nonsense'; choose"),
    ],
)
def test_wrong_names_are_refused_before_anything_is_downloaded(asked, words, said):
    code, printed = run("data", "download", *words)
    assert code == 2
    assert said in printed
    assert "is generated" not in printed
    assert asked == []


def test_download_takes_all_but_the_full_file_or_what_is_named(asked):
    assert run("data", "download")[0] == 0
    assert len(asked) == 6 and ("kdd99", "full") not in asked
    asked.clear()
    run("data", "download", "--split", "train_20")
    run("data", "download", "kdd99", "--split", "full")
    assert asked == [("nsl_kdd", "train_20"), ("kdd99", "full")]


def test_failed_download_says_why_with_the_whole_path(own, monkeypatch):
    def fail(name: str, **options: object) -> Path:
        raise datasets.DownloadError(f"{own}[/x]: no")

    monkeypatch.setattr(datasets, "download", fail)
    code, printed = run("data", "download", "kdd99", "--split", "test")
    assert code == 1
    assert "mine[old][/x]: no" in printed


@pytest.mark.parametrize("words", [("data", "list"), ("data", "verify"), ("doctor",), ("course",)])
def test_data_folder_that_is_none_stops_every_command_that_needs_it(own, monkeypatch, words):
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(own / "none"))
    code, printed = run(*words)
    assert code == 1
    assert printed.count("is not a folder") == 1
    assert "Ready" not in printed


def test_broken_file_is_told_by_verify_and_doctor_and_stops_the_course(own):
    (own / "kddcup.data_10_percent").write_bytes(text(line(hot="x")))
    for words in (("data", "verify"), ("doctor",)):
        code, printed = run(*words)
        assert code == 1
        assert "wrong checksum" in printed
    code, printed = run("course")
    assert code == 1
    assert "mine[old]" in printed.replace(" ", "")
    assert "column 10 (hot): found 'x'" in printed


def test_set_that_is_named_and_not_there_is_no_success(own):
    assert run("data", "verify", "kdd99")[0] == 1
    assert run("data", "verify")[0] == 0


def test_file_that_may_not_be_read_is_a_state_not_a_traceback(own, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (own / "corrected").write_bytes(b"")
    monkeypatch.setattr(state, "verify_file", refuse)
    code, printed = run("data", "verify")
    assert code == 1
    assert "unreadable" in printed and "Permission denied" in printed


def test_doctor_names_the_extra_to_install(own, monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda package: None)
    code, printed = run("doctor")
    assert code == 1
    assert "anomaly-labs[cpu]" in printed


def test_list_shows_what_is_found(own):
    (own / "corrected").write_bytes(text(line()))
    code, printed = run("data", "list")
    assert code == 0
    assert "mine[old]/corrected" in printed


def test_doctor_tries_the_sandbox(own):
    _, printed = run("doctor")
    assert "sandbox: bubblewrap" in printed


def test_grade_says_what_is_missing(own, tmp_path, monkeypatch):
    code, printed = run("grade", str(tmp_path / "none"))
    assert code == 1
    assert "none: no such file or folder" in printed
    empty = tmp_path / "empty"
    empty.mkdir()
    code, printed = run("grade", str(empty))
    assert code == 1
    assert "no submission found; expected" in printed
    (empty / "ann_lab0_start.ipynb").write_text("{}")
    monkeypatch.setenv("PATH", str(tmp_path))
    code, printed = run("grade", str(empty), "--course", str(tmp_path / "course"))
    assert code == 1
    assert "`anomaly-labs doctor` says what is missing" in printed
    assert "--unsafe" in printed
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize("command", ["list", "verify", "download"])
def test_a_data_set_that_there_is_not_is_told_in_a_sentence(own, command):
    code, printed = run("data", command, "nosuch")
    assert code == 2
    assert f"no data set 'nosuch'; choose one of {', '.join(datasets.names())}" in printed


@pytest.mark.parametrize(("name", "generated"), [("nab", False), ("nsl_kdd", True)])
def test_what_is_not_to_be_had_is_said_to_be_generated_only_if_it_can_be(
    own, monkeypatch, name, generated
):
    def fails(*_: object, **__: object) -> None:
        raise datasets.DownloadError("the network is down")

    monkeypatch.setattr(datasets, "download", fails)
    code, printed = run("data", "download", name)
    assert code == 1 and "the network is down" in printed
    assert ("is generated when a lab asks for it" in printed) == generated
