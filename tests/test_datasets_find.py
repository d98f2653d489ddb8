"""Files as people keep them: what is found, what counts as official, what is said of the rest."""

import bz2
import gzip
import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from anomaly_labs.datasets import (
    ChecksumError,
    DataFormatError,
    files,
    load,
    loading,
    locate,
    sets,
    verify,
)
from anomaly_labs.datasets.text import Text
from kdd_rows import line, many, text

ROWS = 200
LINES = [line(("normal", "smurf")[i % 2], difficulty=20, src_bytes=i) for i in range(ROWS)]
CONTENT = text(*LINES)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder, offline, and a small text in the place of the official KDDTest+.txt."""
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("ANOMALY_LABS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(own))
    monkeypatch.setenv("ANOMALY_LABS_OFFLINE", "1")
    monkeypatch.delenv("ANOMALY_LABS_FAST", raising=False)
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    known = sets.find("nsl_kdd").splits
    file = replace(
        known["test"].files[0], rows=ROWS, text_sha256=hashlib.sha256(CONTENT).hexdigest()
    )
    monkeypatch.setitem(known, "test", replace(known["test"], rows=ROWS, files=(file,)))
    return own


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# --- rows are verified, not bytes

VARIANTS = {
    "crlf": CONTENT.replace(b"\n", b"\r\n"),
    "cr": CONTENT.replace(b"\n", b"\r"),
    "bom": b"\xef\xbb\xbf" + CONTENT,
    "no last newline": CONTENT[:-1],
    "blank last line": CONTENT + b"\n",
    "all of it": b"\xef\xbb\xbf" + CONTENT.replace(b"\n", b"\r\n")[:-2] + b"\r\n\r\n\n",
}


@pytest.mark.parametrize("packing", ["plain", "gz"])
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_variant_of_the_official_text_gives_the_official_rows(
    folder: Path, tmp_path: Path, variant: bytes, packing: str
) -> None:
    path = put(folder / "KDDTest+.txt", gzip.compress(variant) if packing == "gz" else variant)
    data = load("nsl_kdd", split="test")
    assert data.source == "real" and data.verified and len(data.X) == ROWS
    assert data.X["src_bytes"].tolist() == list(range(ROWS))
    (cached,) = (tmp_path / "cache").glob("*.parquet")
    assert hashlib.sha256(CONTENT).hexdigest()[:16] in cached.name
    assert [one.status for one in verify("nsl_kdd") if one.split == "test"] == ["ok"]
    assert path.exists() and list(folder.iterdir()) == [path]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 16])
def test_normalised_text_does_not_depend_on_the_size_of_reads(tmp_path: Path, size: int) -> None:
    short = [variant[:500] + variant[-500:] for variant in VARIANTS.values()]
    for number, variant in enumerate([*short, b"", b"\n\n", b"\xef\xbb\xbf"]):
        with put(tmp_path / f"{number}", variant).open("rb") as stream:
            normal, blocks = Text(stream), [b""]
            while block := normal.read(size):
                blocks.append(block)
        assert max(map(len, blocks)) <= size
        whole = b"".join(blocks)
        assert whole == b"" or (whole.endswith(b"\n") and not whole.endswith(b"\n\n"))
        assert b"\r" not in whole and not whole.startswith(b"\xef\xbb\xbf")
        assert normal.sha256.hexdigest() == hashlib.sha256(whole).hexdigest()
        assert normal.lines == whole.count(b"\n")


def test_a_blank_line_between_rows_is_still_a_fault(folder: Path) -> None:
    put(folder / "KDDTest+.txt", text(*LINES[:2], "", *LINES[2:]))
    with pytest.raises(DataFormatError, match="line 3, column 1"):
        load("nsl_kdd", split="test")


def test_other_packing_than_the_known_archive_loads_and_says_that_it_is_not_verified(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = many(ROWS)
    known = sets.find("kdd99").splits
    archive = hashlib.sha256(gzip.compress(content, mtime=0)).hexdigest()
    file = replace(known["full"].files[0], rows=ROWS, archive_sha256=archive)
    monkeypatch.setitem(known, "full", replace(known["full"], rows=ROWS, files=(file,)))

    def state() -> tuple[str, bool]:
        status = next(one.status for one in verify("kdd99") if one.split == "full")
        return status, "not verified" in repr(load("kdd99", split="full"))

    path = put(folder / "kddcup.data.gz", gzip.compress(content, mtime=0))
    assert state() == ("ok", False)
    put(path, gzip.compress(content, compresslevel=1, mtime=0))
    assert state() == ("not verified", True)
    assert state() == ("not verified", True)  # from the cache, too
    path.unlink()
    assert "not verified" not in repr(load("kdd99", split="full"))  # the verified one comes first
    put(folder / "kddcup.data", many(ROWS - 1))
    with pytest.raises(ChecksumError, match="holds 199 rows, the official file 200"):
        load("kdd99", split="full")


# --- found in a folder tree


@pytest.mark.parametrize(
    "inner",
    ["NSL-KDD/KDDTest+.txt", "a/b/c/d/KDDTest+.txt.gz", "KDDTest+.txt/KDDTest+.txt", "x/KDDTest+"],
)
def test_official_file_is_found_in_deeper_folders(folder: Path, inner: str) -> None:
    path = put(folder / inner, gzip.compress(CONTENT) if inner.endswith(".gz") else CONTENT)
    found = locate("nsl_kdd", "test")
    assert found is not None and found.path == path and found.exact
    assert load("nsl_kdd", split="test").source == "real"


@pytest.mark.parametrize("member", ["NSL-KDD/KDDTest+.txt", "KDDTest+.txt.gz"])
def test_official_file_is_found_in_a_zip_of_another_name(folder: Path, member: str) -> None:
    content = gzip.compress(CONTENT) if member.endswith(".gz") else CONTENT
    (folder / "Downloads").mkdir()
    (folder / "Downloads" / "aaa.zip").write_bytes(b"PK\x03\x04 no archive")
    with zipfile.ZipFile(folder / "Downloads" / "archive (2).zip", "w") as archive:
        archive.writestr("index.html", "<html>")
        archive.writestr(member, content)
    data = load("nsl_kdd", split="test")
    assert data.source == "real" and len(data.X) == ROWS
    assert locate("nsl_kdd", "train") is None


def test_folders_below_the_fourth_and_hidden_ones_are_left_out(folder: Path) -> None:
    put(folder / "a/b/c/d/e/KDDTest+.txt", CONTENT)
    put(folder / ".trash/KDDTest+.txt", CONTENT)
    put(folder / "__MACOSX/._KDDTest+.txt", CONTENT)
    assert locate("nsl_kdd", "test") is None


def test_of_several_files_of_the_name_the_genuine_one_is_read(folder: Path) -> None:
    wrong = put(folder / "a/KDDTest+.txt", text(*LINES[:3]))
    right = put(folder / "b/KDDTest+.txt", CONTENT)
    found = locate("nsl_kdd", "test")
    assert found is not None and found.path == right
    assert len(load("nsl_kdd", split="test").X) == ROWS
    right.unlink()
    with pytest.raises(ChecksumError, match=r"a/KDDTest\+.txt: the SHA-256"):
        load("nsl_kdd", split="test")
    assert wrong.read_bytes() == text(*LINES[:3])


def test_unreadable_folder_is_passed_by(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "gone").symlink_to(folder / "nothing")
    (folder / "round").symlink_to(folder / "round")
    put(folder / "z/KDDTest+.txt", CONTENT)
    assert load("nsl_kdd", split="test").source == "real"


# --- near misses


@pytest.mark.parametrize(
    "name",
    ["KDDTest+.csv", "kddtest+.TXT", "KDDTest+ (1).txt", "KDDTest+.txt.txt", "KDDTest+.data"],
)
def test_official_text_under_a_similar_name_is_read(folder: Path, name: str) -> None:
    path = put(folder / "Downloads" / name, CONTENT)
    data = load("nsl_kdd", split="test")
    assert data.source == "real" and len(data.X) == ROWS
    assert list(path.parent.iterdir()) == [path]


ARFF = b"@relation 'KDDTest'\n@attribute 'duration' real\n@data\n" + CONTENT
HEADER = ",".join([*sets.find("nsl_kdd").schema.columns, "label", "level"])
WRONG = {
    "KDDTest+.arff": (ARFF, "Weka's format ARFF"),
    "KDDTest+.csv": (text(HEADER, *LINES), r"line 1 is a header \(duration,protocol_type"),
    "KDDTest+.txt": (text(HEADER, *LINES), "delete it"),
    "KDDTest+ (1).txt": (text(*LINES[:9]), "9 here, 200 there"),
    "KDDTest+.txt.bz2": (bz2.compress(CONTENT), "packed with bzip2: unpack it"),
    "KDDTest+.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(80), "a 7z archive: unpack it"),
    "KDDTest+.parquet": (b"PAR1" + bytes(80), "a Parquet table"),
    "KDDTest+.tsv": (CONTENT.replace(b",", b"\t"), "divided by tabs"),
    "KDDTest+.data": (CONTENT.decode().encode("utf-16"), "UTF-16"),
    "KDDTest+": (b"<!doctype html>\n<title>Blob</title>", "a web page"),
    "KDDTest+.log": (b"version https://git-lfs.github.com/spec/v1\noid 1", "Git LFS"),
}


@pytest.mark.parametrize("name", WRONG)
def test_near_miss_is_named_with_what_it_is_and_stays(folder: Path, name: str) -> None:
    content, said = WRONG[name]
    path = put(folder / "kept" / name, content)
    with pytest.raises((DataFormatError, ChecksumError), match=said) as caught:
        load("nsl_kdd", split="test")
    assert str(path) in str(caught.value)
    status = next(one for one in verify("nsl_kdd") if one.split == "test")
    assert status.bad and status.path == path and path.read_bytes() == content


def test_near_miss_does_not_hide_genuine_rows(folder: Path, tmp_path: Path) -> None:
    put(folder / "KDDTest+.arff", ARFF)
    there = put(folder / "deep/down/KDDTest+.txt", CONTENT)
    first = load("nsl_kdd", split="test")
    there.unlink()
    assert list((tmp_path / "cache").glob("*.parquet"))
    pd.testing.assert_frame_equal(load("nsl_kdd", split="test").X, first.X)


def test_names_that_only_begin_alike_are_no_near_miss(folder: Path) -> None:
    for name in ("KDDTest+.md", "KDDTest+_notes.txt", "KDDTest+.txt.rejected", "KDDTest-21.txt"):
        put(folder / name, b"nothing of it\n")
    assert locate("nsl_kdd", "test") is None
    with pytest.warns(loading.SyntheticDataWarning, match=r"KDDTest\+.txt is not here"):
        assert load("nsl_kdd", split="test").source == "synthetic"
