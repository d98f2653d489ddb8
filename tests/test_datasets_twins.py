"""Each real set on made-up files of its form: nested, packed, fast, offline, downloaded, inside.

A set takes part as soon as `tests/sets` has its twin ``toy_<name>``.
"""

import gzip
import io
import os
import shutil
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from anomaly_labs.datasets import contract, describe, load, real, sets, verify
from set_files import TOYS, contents
from set_files import own as own

TWINS = sorted(
    f"toy_{name}"
    for name in sets.ours()
    if (TOYS / f"toy_{name}.py").is_file() or (TOYS / f"toy_{name}").is_dir()
)
each = pytest.mark.parametrize("name", TWINS)


@pytest.fixture(autouse=True)
def _sets(own: Path) -> None:
    """The twins are found, and no other file is."""


def nested(own: Path, name: str) -> Path:
    """Put the files of a twin into nested folders, every text packed; return the outer one."""
    for number, (file, content) in enumerate(contents(name).items()):
        path = own / name / "as" / f"kept {number}" / file
        path.parent.mkdir(parents=True)
        if content.startswith(b"PAR1"):
            path.write_bytes(content)
        else:
            path.with_name(f"{file}.gz").write_bytes(gzip.compress(content))
    return own / name


@each
def test_packed_and_nested_files_load_and_then_the_cache_serves_alone(own: Path, name: str) -> None:
    folder = nested(own, name)
    assert {one.status for one in verify(name)} == {"ok"}
    read = {split: load(name, split=split) for split in describe(name).splits}
    shutil.rmtree(folder)
    for split, data in read.items():
        assert data.verified and data.source in ("real", "excerpt")
        assert len(data.X) == describe(name).splits[split] and data.total_rows is None
        again = load(name, split=split)
        pd.testing.assert_frame_equal(again.X, data.X)
        assert (again.y is None) == (data.y is None) and (data.y is None or again.y.equals(data.y))


@each
def test_fast_mode_keeps_fewer_rows_as_the_set_needs_it(
    own: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    nested(own, name)
    whole = load(name)
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    limit = len(whole.X) // 2
    monkeypatch.setattr("anomaly_labs.datasets.fast.ROWS", limit)
    monkeypatch.setattr("anomaly_labs.datasets.fast.ROWS_PER_CLASS", 2)
    some = load(name)
    if sets.find(name).fast is None:
        pd.testing.assert_frame_equal(some.X, whole.X)
    else:
        assert 0 < len(some.X) <= limit and some.total_rows == len(whole.X)


class Quiet(SimpleHTTPRequestHandler):
    """A server of a folder that writes nothing into the output of the tests."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose files a local server gives."""
    (tmp_path / "served").mkdir()
    monkeypatch.setenv("NO_PROXY", "*")
    serve = partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as http:
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("SERVED", f"http://127.0.0.1:{http.server_port}")
        yield tmp_path / "served"
        http.shutdown()


@each
def test_load_downloads_what_has_an_address_and_says_what_has_none(
    own: Path, served: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("ANOMALY_LABS_OFFLINE")
    monkeypatch.setattr(real, "_download_failed", threading.Event())
    known, at_server = sets.find(name), partial(_at_server, served, contents(name))
    for split, info in known.splits.items():
        local = replace(info, files=tuple(map(at_server, info.files)))
        monkeypatch.setitem(known.splits, split, local)
        if all(file.urls for file in info.files):
            assert load(name, split=split).verified
        else:
            with pytest.raises(FileNotFoundError, match="it cannot be downloaded"):
                load(name, split=split)


def _at_server(served: Path, texts: dict[str, bytes], file: contract.File) -> contract.File:
    """Return a file whose addresses are those of the local server, which gives it as stored."""
    urls = []
    for url, stored in file.urls:
        content = texts[file.names[0]]
        place = served / unquote(url.partition("://")[2])
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_stored(stored, file.names[0], content))
        urls.append((f"{os.environ['SERVED']}/{url.partition('://')[2]}", stored))
    return replace(file, urls=tuple(urls))


def _stored(name: str, file: str, content: bytes) -> bytes:
    """Return what a server gives under a name: the content, or an archive with it."""
    if not name.endswith(".zip"):
        return gzip.compress(content) if name.endswith(".gz") else content
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(file, content)
    return sink.getvalue()
