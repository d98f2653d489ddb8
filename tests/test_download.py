"""Downloads from a local server that does everything wrong a server can do."""

import gzip
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from anomaly_labs.datasets import (
    ChecksumError,
    DownloadError,
    SyntheticDataWarning,
    contract,
    download,
    fetch,
    files,
    load,
    locate,
    real,
)
from kdd_rows import SPLITS, many, official

CONTENT = many(2000)
GOOD = gzip.compress(CONTENT)
OTHER = gzip.compress(many(1999))
OFFICIAL = SPLITS["test"]


class Handler(BaseHTTPRequestHandler):
    """Each path behaves in its own way; `asked` counts the requests of each."""

    asked: dict[str, int]
    over: threading.Event

    def do_GET(self) -> None:
        way = self.path.split("/")[1]
        self.asked[way] = self.asked.get(way, 0) + 1
        behave: dict[str, Callable[[], None]] = {
            "good": lambda: self.answer(GOOD),
            "other": lambda: self.answer(OTHER),
            "noise": lambda: self.answer(bytes(range(1, 256))),
            "page": lambda: self.answer(b"<!doctype html><p>Please log in"),
            "damaged": lambda: self.answer(GOOD[:5000] + bytes(100) + GOOD[5100:]),
            "cut": lambda: self.answer(GOOD[:3000], promised=len(GOOD)),
            "missing": lambda: self.send_error(404),
            "flaky": lambda: self.answer(GOOD) if self.asked[way] > 2 else self.send_error(503),
            "stalled": self.stall,
            "trickle": self.trickle,
        }
        behave[way]()

    def answer(self, body: bytes, promised: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stall(self) -> None:
        self.answer(GOOD[:3000], promised=len(GOOD))
        self.wfile.flush()
        self.over.wait(20)

    def trickle(self) -> None:
        self.answer(b"", promised=len(GOOD))
        try:
            for byte in GOOD:
                self.wfile.write(bytes([byte]))
                if self.over.wait(0.05):
                    return
        except OSError:
            return  # the client gave up, as it should

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Handler.asked, Handler.over = {}, threading.Event()
    monkeypatch.setenv("NO_PROXY", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        Handler.over.set()
        http.shutdown()


@pytest.fixture
def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(autouse=True)
def small_official_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> contract.File:
    info = official(rows=2000, text_sha256=hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setitem(SPLITS, "test", info)
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ANOMALY_LABS_DATA", raising=False)
    monkeypatch.delenv("ANOMALY_LABS_OFFLINE", raising=False)
    monkeypatch.setattr(real, "_download_failed", threading.Event())
    return info.files[0]


def attempt(
    file: contract.File, folder: Path, *urls: str, patience: float = 0.7, rounds: int = 1
) -> Path:
    addresses = [(url, "corrected.gz") for url in urls]
    return fetch.fetch(addresses, folder, file, patience=patience, rounds=rounds, silent_rounds=1)


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_good_file_lands_verified(
    server: str, tmp_path: Path, small_official_file: contract.File
) -> None:
    path = attempt(small_official_file, tmp_path / "new", f"{server}/good")
    assert path.read_bytes() == GOOD and left_over(path.parent) == ["corrected.gz"]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("missing", "404"),
        ("page", "a web page came instead"),
        ("cut", "IncompleteRead"),
        ("stalled", "timed out|nothing came"),
        ("trickle", "nothing came for 0.7 s"),
    ],
)
def test_fault_of_an_address_is_told_and_leaves_nothing(
    server: str, tmp_path: Path, small_official_file: contract.File, way: str, said: str
) -> None:
    start = time.monotonic()
    with pytest.raises(DownloadError, match=f"127.0.0.1: .*({said})"):
        attempt(small_official_file, tmp_path / "new", f"{server}/{way}")
    assert time.monotonic() - start < 5 and left_over(tmp_path / "new") == []


@pytest.mark.parametrize("way", ["missing", "page", "cut", "stalled", "damaged"])
def test_second_address_serves_where_the_first_fails(
    server: str, tmp_path: Path, small_official_file: contract.File, way: str
) -> None:
    path = attempt(small_official_file, tmp_path, f"{server}/{way}", f"{server}/good")
    assert path.read_bytes() == GOOD


def test_refused_connection_goes_on_to_the_second_address(
    server: str, closed_port: str, tmp_path: Path, small_official_file: contract.File
) -> None:
    path = attempt(small_official_file, tmp_path, closed_port, f"{server}/good")
    assert path.read_bytes() == GOOD


def test_busy_server_is_asked_again_and_a_missing_file_is_not(
    server: str, tmp_path: Path, small_official_file: contract.File, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("anomaly_labs.datasets.fetch.time.sleep", pauses.append)
    urls = (f"{server}/flaky", f"{server}/missing")
    assert attempt(small_official_file, tmp_path, *urls, rounds=3).read_bytes() == GOOD
    assert pauses == [1, 2] and Handler.asked == {"flaky": 3, "missing": 1}


def test_wrong_file_is_set_aside_named_with_both_sums_and_never_used(
    server: str, tmp_path: Path, small_official_file: contract.File
) -> None:
    with pytest.raises(ChecksumError) as caught:
        attempt(small_official_file, tmp_path / "new", f"{server}/other", f"{server}/good")
    said = str(caught.value)
    assert hashlib.sha256(many(1999)).hexdigest() in said and small_official_file.sha256 in said
    assert left_over(tmp_path / "new") == ["corrected.gz.rejected"] and "rejected" in said
    assert "good" not in Handler.asked


def test_bytes_that_are_no_data_at_all_are_a_wrong_file(
    server: str, tmp_path: Path, small_official_file: contract.File
) -> None:
    with pytest.raises(ChecksumError, match=small_official_file.text_sha256):
        attempt(small_official_file, tmp_path / "new", f"{server}/noise")
    assert left_over(tmp_path / "new") == ["corrected.gz.rejected"]


def test_silent_network_is_given_up_after_the_wanted_rounds(
    closed_port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("anomaly_labs.datasets.fetch.time.sleep", pauses.append)
    with pytest.raises(
        DownloadError, match=r"corrected could not be downloaded \(127.0.0.1: does not"
    ):
        download("kdd99", split="test", folder=tmp_path, base_urls=[closed_port])
    assert pauses == [1]


def test_wrong_download_is_an_error_in_load_not_generated_data(
    server: str, tmp_path: Path, small_official_file: contract.File, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = ((f"{server}/other", "corrected.gz"),)
    monkeypatch.setitem(SPLITS, "test", official(urls=urls))
    with pytest.raises(ChecksumError):
        load("kdd99", split="test")
    assert locate("kdd99", "test") is None and not list((tmp_path / "cache").glob("*.parquet"))


def test_load_downloads_once_and_then_reads_the_cache(
    server: str, small_official_file: contract.File, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = ((f"{server}/missing", "corrected.gz"), (f"{server}/good", "corrected.gz"))
    monkeypatch.setitem(SPLITS, "test", official(urls=urls))
    assert load("kdd99", split="test").source == "real"
    assert load("kdd99", split="test", source="real").source == "real"
    found = locate("kdd99", "test")
    assert Handler.asked == {"missing": 1, "good": 1}
    assert found is not None and found.place == "cache"


def test_refused_connections_give_generated_data_at_once_and_are_remembered(
    server: str,
    closed_port: str,
    small_official_file: contract.File,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answers(url: str) -> None:
        info = official(rows=50, urls=((url, "corrected.gz"),))
        monkeypatch.setitem(SPLITS, "test", info)

    answers(closed_port)
    with pytest.warns(SyntheticDataWarning, match="127.0.0.1: does not answer"):
        assert load("kdd99", split="test").source == "synthetic"
    answers(f"{server}/good")
    with pytest.warns(SyntheticDataWarning, match="an earlier download failed"):
        load("kdd99", split="test")
    assert Handler.asked == {}


def test_offline_switch_asks_nobody(
    server: str, small_official_file: contract.File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    info = official(rows=50, urls=((f"{server}/good", "corrected.gz"),))
    monkeypatch.setitem(SPLITS, "test", info)
    with pytest.warns(SyntheticDataWarning, match="downloads are off"):
        load("kdd99", split="test")
    assert Handler.asked == {}


def test_download_takes_a_class_room_server_and_keeps_what_is_there(
    server: str, tmp_path: Path
) -> None:
    base = [f"{server}/good"]
    path = download("kdd99", split="test", folder=tmp_path, base_urls=base)
    assert path == tmp_path / "kdd99" / "corrected.gz"
    assert download("kdd99", split="test", folder=tmp_path, base_urls=base) == path
    assert Handler.asked == {"good": 1}
    download("kdd99", split="test", folder=tmp_path, base_urls=base, force=True)
    assert Handler.asked == {"good": 2}


def test_file_beside_the_sub_folder_is_there_too(server: str, tmp_path: Path) -> None:
    (tmp_path / "corrected.gz").write_bytes(GOOD)
    path = download("kdd99", split="test", folder=tmp_path, base_urls=[f"{server}/good"])
    assert path == tmp_path / "corrected.gz" and Handler.asked == {}


def test_download_never_replaces_a_wrong_file_unasked(server: str, tmp_path: Path) -> None:
    path = tmp_path / "kdd99" / "corrected.gz"
    path.parent.mkdir()
    path.write_bytes(OTHER)
    with pytest.raises(ChecksumError):
        download("kdd99", split="test", folder=tmp_path, base_urls=[f"{server}/good"])
    assert path.read_bytes() == OTHER
    download("kdd99", split="test", folder=tmp_path, base_urls=[f"{server}/good"], force=True)
    assert path.read_bytes() == GOOD


@pytest.mark.network
@pytest.mark.parametrize("name", ["kdd99", "nsl_kdd"])
def test_official_addresses_answer(name: str, tmp_path: Path) -> None:
    SPLITS["test"] = OFFICIAL
    assert download(name, split="test", folder=tmp_path).is_file()
