"""Zips and folders as learning platforms export them, and zips that mean harm."""

import json
import os
import stat
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from test_intake import IDS

from anomaly_desk.submissions import archive, receive
from anomaly_desk.submissions.intake import Submission, find
from anomaly_desk.submissions.people import Person, Roster

WHEN = (2026, 12, 1, 17, 0, 0)
CET = timezone(timedelta(hours=1))
MOODLE = "Zoë O'Hara_{}_assignsubmission_file_"


def notebook(*ids: str) -> bytes:
    cells = [{"cell_type": "code", "metadata": {"nbgrader": {"grade_id": id_}}} for id_ in ids]
    return json.dumps({"cells": cells}).encode()


def entry(name: str, when: tuple[int, ...] = WHEN, **changes: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, when)
    info.compress_type = zipfile.ZIP_DEFLATED
    for attribute, value in changes.items():
        setattr(info, attribute, value)
    return info


def pack(path: Path, *entries: str | zipfile.ZipInfo, content: bytes | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for one in entries:
            target.writestr(entry(one) if isinstance(one, str) else one, content or notebook())
    return path


def unpacked(path: Path, roster: Roster | None = None) -> list[Submission]:
    return find([path], IDS, root=path.parent / "grading", roster=roster, zone=CET)


def found(path: Path) -> list[tuple[str, str]]:
    return [(one.learner, one.assignment) for one in unpacked(path) if not one.refused]


def refusals(path: Path) -> str:
    return "; ".join(one.refused for one in unpacked(path))


def test_moodles_zip_with_folders_and_without(tmp_path):
    class_ = Roster((Person("zoh", "Zoë O'Hara"), Person("jd", "Doe, Jane")))
    path = pack(
        tmp_path / "moodle.zip",
        f"{MOODLE.format(1)}/final.ipynb",
        f"{MOODLE.format(1).replace('file', 'onlinetext')}/onlinetext.html",
        "Jane Doe_2_assignsubmission_file_/sub/lab1_trees.ipynb",
    )
    flat = pack(tmp_path / "flat.zip", "Jane Doe_2_assignsubmission_file_final.ipynb")
    results = [*unpacked(path, class_), *unpacked(flat, class_)]
    assert [(one.learner, one.assignment) for one in results] == [
        ("zoh", "final"), ("jd", "lab1_trees"), ("jd", "final"),
    ]  # fmt: skip
    assert {one.sent for one in results} == {datetime(2026, 12, 1, 17, tzinfo=CET)}
    assert "roster" in refusals(path)


def test_canvas_zip_tells_late_work_by_its_mark_and_no_time(tmp_path):
    names = ["oharazoë_1_22_final-2.ipynb", "doejane_LATE_3_44_my_final_lab.ipynb"]
    path = pack(tmp_path / "canvas.zip", *names, content=None)
    with zipfile.ZipFile(path, "a") as target:
        target.writestr(entry("leeann_5_66_final.ipynb"), notebook("final-q1"))
    class_ = Roster((Person("z", "Zoë O'Hara"), Person("j", "Jane Doe"), Person("a", "Lee, Ann")))
    zoe, jane, ann = unpacked(path, class_)
    assert [(one.learner, one.assignment) for one in (zoe, ann)] == [("z", "final"), ("a", "final")]
    assert jane.learner == "j"
    assert [finding.kind for finding in jane.findings] == ["late-mark"]
    assert all(one.sent is None for one in (zoe, jane, ann))


def test_jupyterhubs_and_nbgraders_folders_in_a_zip(tmp_path):
    path = pack(
        tmp_path / "hub.zip",
        "collected/ann/final/final.ipynb",
        "collected/ann/.ipynb_checkpoints/final.ipynb",
        "collected/bob/lab2_nets/mine.ipynb",
        "collected/eve/notes.pdf",
        "collected/eve+final+2026-11-30 10:00:00.5 UTC+x1/final.ipynb",
        "collected/eve+final+2026-12-01 10:00:00.5 UTC+x2/final.ipynb",
        "__MACOSX/collected/ann/final/._final.ipynb",
    )
    assert found(path) == [("ann", "final"), ("bob", "lab2_nets"), ("eve", "final")]
    eve = unpacked(path)[-1]
    assert eve.sent == datetime(2026, 12, 1, 10, 0, 0, 500_000, tzinfo=UTC)
    assert eve.clock == "folder's name"
    assert [finding.text for finding in eve.findings] == ["Graded was the last of 2 attempts."]


def test_same_exports_unpacked_by_hand_are_found_too(tmp_path):
    folders = ("ann+final+2026-12-01 10:00:00 UTC", "Bob_1_assignsubmission_file_")
    for folder in folders:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "final.ipynb").write_bytes(notebook("final-q1"))
    (tmp_path / folders[1] / "timestamp.txt").write_text("2026-12-02 10:00:00.0 UTC\n")
    (tmp_path / "doejane_1_2_final.ipynb").write_bytes(notebook("final-q1"))
    results = {one.learner: one for one in find([tmp_path], IDS)}
    assert sorted(results) == ["Bob", "ann", "doejane"]
    assert [results[name].clock for name in ("Bob", "ann")] == [
        "file's time, perhaps of packing or copying", "folder's name",
    ]  # fmt: skip
    assert ["does not tell when" in found.text for found in results["Bob"].findings] == [True]


@pytest.mark.parametrize("year", ["0001", "9999", "1999", "10000"])
def test_time_in_no_likely_year_is_none(tmp_path, year):
    folder = tmp_path / "ann"
    folder.mkdir()
    (folder / "final.ipynb").write_bytes(notebook("final-q1"))
    (folder / "timestamp.txt").write_text(f"{year}-12-31 23:59:59.0 +1400")
    (one,) = find([tmp_path], IDS)
    assert one.clock == "file's time"
    os.utime(folder / "final.ipynb", (2**40, 2**40))
    (one,) = find([tmp_path], IDS)
    assert one.sent is None


def test_file_in_a_learners_folder_cannot_claim_to_be_anothers(tmp_path):
    path = pack(tmp_path / "x.zip", "eve/bob_1_2_final.ipynb", "eve/bob_final.ipynb", "ann/a.ipynb")
    assert {one.learner for one in unpacked(path)} == {"eve", "ann"}
    class_ = Roster((Person("eve", "Eve"), Person("ann", "Ann"), Person("bob", "Bob")))
    path = pack(tmp_path / "z.zip", "eve/ann/final.ipynb", "eve/bob/final.ipynb")
    assert {one.learner for one in unpacked(path, class_)} == {"eve"}
    alone = pack(tmp_path / "y.zip", "eve/bob_final.ipynb")
    assert {one.learner for one in unpacked(alone)} == {"eve"}


@pytest.mark.parametrize(
    "name", ["../../ann/final.ipynb", "/ann/final.ipynb", "ann/../../x/final.ipynb",
             "..\\..\\final.ipynb", "C:\\ann\\final.ipynb", "ann/" + "x/" * 3000 + "final.ipynb"]
)  # fmt: skip
def test_nothing_is_written_outside_whatever_a_path_says(tmp_path, name):
    path = pack(tmp_path / "x.zip", name)
    (one,) = unpacked(path)
    assert one.refused or one.path.is_relative_to(tmp_path / "grading" / "unpacked")
    assert "leads out of the zip" in one.refused or "x/x/" in name
    outside = {p.name for p in tmp_path.rglob("*") if p.is_file()} - {"x.zip", "0.ipynb"}
    assert outside == set()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, "link or a device"),
        ({"external_attr": (stat.S_IFIFO | 0o777) << 16}, "link or a device"),
        ({"compress_type": zipfile.ZIP_LZMA}, "packed in an unusual way"),
    ],
)
def test_what_is_no_plain_file_is_refused(tmp_path, changes, why):
    path = pack(tmp_path / "x.zip", entry("ann/final.ipynb", create_system=3, **changes))
    assert why in refusals(path)


def test_encrypted_nested_and_missing_notebooks_are_told(tmp_path):
    path = pack(tmp_path / "x.zip", "ann/final.ipynb", "bob/work.zip", "eve/essay.pdf")
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    assert [(one.learner, one.refused) for one in unpacked(path)] == [
        ("ann", "it is encrypted; ask for it without a password"),
        ("bob", "no notebook in it, but an archive, which is not opened: unpack it"),
        ("eve", "no notebook in it"),
    ]


def test_bomb_is_refused_by_what_it_holds_and_not_by_what_it_says(tmp_path, monkeypatch):
    monkeypatch.setattr(receive, "MAX_BYTES", 100_000)
    zeros = b" " * 200_000
    path = pack(tmp_path / "x.zip", "ann/final.ipynb", content=zeros)
    assert "larger than 0.1 MB" in refusals(path)
    assert not list((tmp_path / "grading").rglob("*.ipynb"))
    data = bytearray(path.read_bytes())  # a claim of 10 bytes, in both headers
    struct.pack_into("<II", data, data.index(b"PK\x03\x04") + 14, zlib.crc32(zeros[:10]), 0)
    struct.pack_into("<I", data, data.index(b"PK\x03\x04") + 22, 10)
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(data)
    assert "broken inside the zip" in refusals(path)


def test_all_notebooks_together_have_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL", 150)
    path = pack(tmp_path / "x.zip", *(f"{name}/final.ipynb" for name in "abcd"), content=b"x" * 60)
    assert [bool(one.refused) for one in unpacked(path)] == [False, False, True, True]


def test_long_list_of_contents_is_not_even_read(tmp_path, monkeypatch):
    path = pack(tmp_path / "x.zip", *(f"{number}/final.ipynb" for number in range(12)))
    monkeypatch.setattr(archive, "MAX_ENTRIES", 10)
    assert "lists 12 files" in refusals(path)
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MAX_DIRECTORY", 100)
    assert "this zip lists" in refusals(path)


def test_broken_zip_is_told_and_the_others_go_on(tmp_path):
    good = pack(tmp_path / "good.zip", "ann/final.ipynb", "bob/final.ipynb")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(good.read_bytes()[:-30])
    text = tmp_path / "text.zip"
    text.write_text("no zip")
    results = find([good, cut, text], IDS, root=tmp_path / "grading")
    assert [one.refused for one in results[:2]] == ["", ""]
    for one, name in zip(results[2:], ("cut.zip", "text.zip"), strict=True):
        assert one.is_nobodys
        assert name in one.refused
        assert "download it again" in one.refused


def test_damaged_entry_costs_its_own_learner_only(tmp_path):
    path = pack(tmp_path / "x.zip", "ann/final.ipynb", "bob/final.ipynb", content=os.urandom(500))
    data = bytearray(path.read_bytes())
    data[100] ^= 0xFF
    path.write_bytes(data)
    ann, bob = unpacked(path)
    assert "broken inside the zip" in ann.refused
    assert bob.refused == ""


def test_unpacked_files_are_private_and_the_zip_stays_as_it_is(tmp_path):
    path = pack(tmp_path / "x.zip", "ann/final.ipynb", "bob/final.ipynb")
    before = path.read_bytes()
    first, again = unpacked(path), unpacked(path)
    assert [one.path for one in first] == [one.path for one in again]
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "grading").rglob("*")}
    assert {mode for name, mode in modes.items() if name.endswith(".ipynb")} == {0o600}
    assert {mode for name, mode in modes.items() if not name.endswith(".ipynb")} == {0o700}
    assert path.read_bytes() == before


def test_names_of_macos_and_of_windows_are_read(tmp_path):
    path = pack(tmp_path / "x.zip", "AAAAAAA_1_assignsubmission_file_\\final.ipynb")
    data = path.read_bytes().replace(b"AAAAAAA", "Zoe\u0308 x".encode())  # decomposed, not declared
    path.write_bytes(data)
    (one,) = unpacked(path, Roster((Person("z", "Zoë X"),)))
    assert (one.learner, one.assignment) == ("z", "final")


def test_time_in_a_zip_is_utc_where_it_says_so_and_the_deadlines_zone_otherwise(tmp_path):
    told = entry("ann/final.ipynb")
    told.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1_796_140_800)
    never = entry("eve/final.ipynb", (1980, 1, 1, 0, 0, 0))
    path = pack(tmp_path / "x.zip", told, "bob/final.ipynb", never)
    ann, bob, eve = unpacked(path)
    assert ann.sent == datetime.fromtimestamp(1_796_140_800, UTC)
    assert bob.sent == datetime(*WHEN, tzinfo=CET)
    assert eve.sent is None
