"""Parsing: what is read from good files, and what is said about bad ones."""

import gzip
import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from anomaly_labs.datasets import (
    CLASSES,
    FAMILY,
    FEATURE_GROUPS,
    FEATURES,
    TEST_ONLY,
    VOCABULARY,
    ChecksumError,
    DataFormatError,
    attack_family,
    is_attack,
    sets,
)
from anomaly_labs.datasets import parse as parsing
from anomaly_labs.datasets.contract import File, Split
from anomaly_labs.datasets.proof import verify_file
from anomaly_labs.datasets.schema import DTYPES
from anomaly_labs.datasets.table import Parsed, from_frame, to_frame
from kdd_rows import line, many, text

pytestmark = pytest.mark.quick

SCHEMA = sets.find("kdd99").schema


def official(content: bytes, *, archive: bytes | None = None) -> File:
    return File(
        ("corrected",),
        rows=content.count(b"\n"),
        text_sha256=None if archive else hashlib.sha256(content).hexdigest(),
        archive_sha256=hashlib.sha256(archive).hexdigest() if archive else None,
    )


def read_official(path: Path, name: str, file: File) -> tuple[Parsed, str]:
    """Read a file as the only one of a split of the set."""
    dataset = replace(sets.find(name), splits={"test": Split(file.rows or 0, (file,))})
    parsed, proofs = parsing.read_official([path], dataset, "test")
    return parsed, proofs[0].key


def packed(content: bytes, kind: str) -> bytes:
    if kind == "gz":
        return gzip.compress(content)
    if kind == "plain":
        return content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/readme.txt", "not this one")
        archive.writestr("folder/corrected", content)
    return buffer.getvalue()


def parse(tmp_path: Path, content: bytes, name: str = "kdd99") -> tuple[pd.DataFrame, pd.Series]:
    path = tmp_path / "corrected"
    path.write_bytes(content)
    return to_frame(read_official(path, name, official(content))[0].table, SCHEMA)[:2]


def message(tmp_path: Path, content: bytes, name: str = "kdd99") -> str:
    with pytest.raises(DataFormatError) as caught:
        parse(tmp_path, content, name)
    assert str(tmp_path / "corrected") in str(caught.value)
    return str(caught.value)


def test_schema_has_the_official_columns_and_classes() -> None:
    assert len(FEATURES) == len(set(FEATURES)) == 41
    assert [len(group) for group in FEATURE_GROUPS.values()] == [9, 13, 9, 10]
    assert len(FAMILY) == 39 and len(TEST_ONLY) == 17
    assert CLASSES["kdd99"][0] == "normal" and len(set(CLASSES["kdd99"])) == 40
    assert len(set(VOCABULARY["service"])) == 71 and set(DTYPES) == set(FEATURES)


@pytest.mark.parametrize("kind", ["plain", "gz", "zip"])
def test_every_packing_gives_the_same_rows(tmp_path: Path, kind: str) -> None:
    content = text(line(), line("smurf.", service="ecr_i", src_bytes=1379963888, count=511))
    path = tmp_path / "corrected.anything"
    path.write_bytes(packed(content, kind))
    table, found = read_official(path, "kdd99", official(content))
    X, y, *_ = to_frame(table.table, SCHEMA)
    assert found == hashlib.sha256(content).hexdigest()
    assert y.tolist() == ["normal", "smurf"]
    assert X.loc[1, ["service", "src_bytes", "count"]].tolist() == ["ecr_i", 1379963888, 511]


def test_types_are_the_smallest_exact_ones_and_vocabularies_are_fixed(tmp_path: Path) -> None:
    X, y = parse(tmp_path, text(line(same_srv_rate="0.17")))
    assert {name: str(dtype) for name, dtype in X.dtypes.items()} == DTYPES
    assert tuple(X["service"].cat.categories) == VOCABULARY["service"]
    assert tuple(y.cat.categories) == CLASSES["kdd99"]
    assert X.loc[0, "same_srv_rate"] == np.float32(0.17)


def test_nsl_kdd_lines_have_a_difficulty_that_is_not_loaded(tmp_path: Path) -> None:
    X, y = parse(tmp_path, text(line("mscan", difficulty=21)), "nsl_kdd")
    assert list(X.columns) == list(FEATURES) and y.tolist() == ["mscan"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (line(service="gopher2"), "line 3, column 3 (service): found 'gopher2', expected one of"),
        (line("smurff."), "line 3, column 42 (label): found 'smurff.', expected one of normal"),
        (line(src_bytes="many"), "line 3, column 5 (src_bytes): found 'many', expected a whole"),
        (line(src_bytes="-1"), "line 3, column 5 (src_bytes): found '-1'"),
        (line(src_bytes=""), "line 3, column 5 (src_bytes): found ''"),
        (
            line(count=40000),
            "column 23 (count): found '40000', expected a whole number from 0 to 32",
        ),
        (line(land=2), "line 3, column 7 (land): found '2', expected a whole number from 0 to 1"),
        (line(serror_rate="1.5"), "column 25 (serror_rate): found '1.5', expected a number from 0"),
        (line(serror_rate="nan"), "line 3, column 25 (serror_rate): found 'nan'"),
        (line(serror_rate="inf"), "line 3, column 25 (serror_rate): found 'inf'"),
        (line(flag="S\N{LATIN SMALL LETTER E WITH ACUTE}"), "line 3, column 4 (flag)"),
        (line().rsplit(",", 1)[0], "line 3, column 42: found 41 fields in the line, expected 42"),
        (line() + ",21", "line 3, column 43: found 43 fields in the line, expected 42"),
        ("", "line 3, column 1 (duration): found '', expected a whole"),
    ],
)
def test_fault_is_named_with_line_and_column(tmp_path: Path, bad: str, said: str) -> None:
    assert said in message(tmp_path, text(line(), line("smurf."), bad, line()))


def test_undecodable_bytes_are_named(tmp_path: Path) -> None:
    content = text(line(), line(flag="@")).replace(b"@", b"\xff")
    assert r"line 2, column 4 (flag): found '\\xff'" in message(tmp_path, content)


def test_empty_file_is_named(tmp_path: Path) -> None:
    assert "line 1, column 1: found nothing, expected 42 fields" in message(tmp_path, b"")


def test_line_number_is_right_far_down_a_file_read_in_parallel(tmp_path: Path) -> None:
    lines = many(60_000).decode().splitlines()
    lines[54_321] = line(hot="x")
    assert "line 54322, column 10 (hot): found 'x'" in message(tmp_path, text(*lines))


def test_text_cut_inside_a_line_is_named(tmp_path: Path) -> None:
    assert "line 500, column 42: found 41 fields" in message(tmp_path, many(500)[:-9])


def test_truncated_gzip_is_named_with_the_line_where_it_ends(tmp_path: Path) -> None:
    whole = gzip.compress(many(5000))
    said = message(tmp_path, whole[: len(whole) // 2])
    number = int(said.split("line ")[1].split(",")[0])
    assert 2000 < number < 3500 and "the compressed data ends or is damaged here" in said


def test_damaged_gzip_and_zip_are_named(tmp_path: Path) -> None:
    for kind in ("gz", "zip"):
        whole = bytearray(packed(many(5000), kind))
        whole[len(whole) // 2] ^= 0xFF
        assert ", line " in message(tmp_path, bytes(whole))


def test_zip_without_the_file_says_what_it_holds(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "")
        archive.writestr("b.txt", "")
    assert "holds a.txt, b.txt, but not corrected" in message(tmp_path, buffer.getvalue())


def test_zip_with_a_password_is_named(tmp_path: Path) -> None:
    content = bytearray(packed(many(3), "zip"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(signature, start)) >= 0:
            content[start + flags] |= 1  # the bit that says "encrypted"
            start += 1
    path = tmp_path / "corrected"
    assert "password" in message(tmp_path, bytes(content))
    with pytest.raises(DataFormatError, match="password"):
        verify_file(path, official(many(3)))


def test_well_formed_other_file_is_a_checksum_error_with_both_sums(tmp_path: Path) -> None:
    path = tmp_path / "corrected"
    path.write_bytes(many(3))
    info = official(many(4))
    with pytest.raises(ChecksumError) as caught:
        read_official(path, "kdd99", info)
    assert hashlib.sha256(many(3)).hexdigest() in str(caught.value)
    assert info.sha256 in str(caught.value) and path.exists()


def test_deviating_file_with_a_format_fault_names_the_fault(tmp_path: Path) -> None:
    path = tmp_path / "corrected"
    path.write_bytes(text(line(hot="x")))
    with pytest.raises(DataFormatError, match=r"column 10 \(hot\)"):
        read_official(path, "kdd99", official(many(4)))


def test_archive_checksum_serves_where_that_of_the_text_is_unknown(tmp_path: Path) -> None:
    content, path = many(50), tmp_path / "corrected.gz"
    archive = gzip.compress(content)
    info = official(content, archive=archive)
    path.write_bytes(archive)
    assert read_official(path, "kdd99", info)[1] == hashlib.sha256(archive).hexdigest()
    verify_file(path, info)
    path.write_bytes(gzip.compress(content, compresslevel=1))
    assert not verify_file(path, info).verified
    path.write_bytes(content)
    assert read_official(path, "kdd99", info)[0].table.num_rows == 50
    path.write_bytes(many(49))
    with pytest.raises(ChecksumError, match="holds 49 rows, the official file 50"):
        verify_file(path, info)


def test_coded_table_round_trips(tmp_path: Path) -> None:
    X, y = parse(tmp_path, many(20))
    again_X, again_y, *_ = to_frame(from_frame(X, y, SCHEMA), SCHEMA)
    pd.testing.assert_frame_equal(again_X, X)
    pd.testing.assert_series_equal(again_y, y)


def test_values_outside_the_vocabulary_are_refused_by_the_cache_table(tmp_path: Path) -> None:
    X, y = parse(tmp_path, many(2))
    X["service"] = ["http", "gopher2"]
    with pytest.raises(ValueError, match="service holds 'gopher2'"):
        from_frame(X, y, SCHEMA)


def test_attacks_and_families_keep_the_index() -> None:
    y = pd.Series(["normal", "httptunnel", "worm"], index=[5, 7, 9])
    assert is_attack(y).tolist() == [0, 1, 1] and is_attack(y).dtype == np.int64
    family = attack_family(y)
    assert family.tolist() == ["normal", "u2r", "r2l"] and family.index.tolist() == [5, 7, 9]
    assert is_attack([]).shape == (0,)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["normal."], "'normal.', which is not a class"),
        ([0, 1], "y holds 0"),
        (["smurf", None], "row 1"),
    ],
)
def test_names_that_are_no_classes_are_refused(names: list[object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        is_attack(names)  # type: ignore[arg-type]


def test_every_column_can_be_written(tmp_path: Path) -> None:
    X, y = parse(tmp_path, many(20))
    for column in X.columns:
        X.loc[0, column] = X.loc[1, column]
    y.iloc[0] = "spy"
    assert X.loc[0].equals(X.loc[1]) and y[0] == "spy"
