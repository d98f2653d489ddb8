"""The block of data/README.md that is made from the data sets."""

from dataclasses import replace
from pathlib import Path

import pytest

from anomaly_desk import build, data, tables
from anomaly_desk.errors import CourseError
from anomaly_labs.datasets import sets

PROJECT = Path(__file__).parents[1]
PAGE = "by hand\n<!-- built: sets -->\nold\n<!-- /built -->\nby hand, too\n"


def test_pages_of_the_checkout_are_fresh():
    pages = tables.pages(PROJECT)
    assert PROJECT / "data" / "README.md" in pages
    assert build.stale(pages) == []


@pytest.mark.parametrize("page", [PAGE * 2, PAGE.replace("/built", "/build")])
def test_page_without_its_markers_is_refused_by_name(tmp_path, page):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/README.md").write_text(page)
    with pytest.raises(CourseError, match=r"README.md: \d blocks <!-- built: sets --> "):
        tables.pages(tmp_path)


def test_block_is_replaced_and_what_is_by_hand_stays(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/README.md").write_text(PAGE)
    (page,) = tables.pages(tmp_path).values()
    assert page.startswith(b"by hand\n<") and page.endswith(b">\nby hand, too\n")
    assert b"494,021" in page and b"\nold\n" not in page


def test_block_of_the_sets_names_every_sum_and_no_set_of_another_folder(tmp_path, monkeypatch):
    (tmp_path / "elsewhere.py").write_text("")
    monkeypatch.setenv("ANOMALY_LABS_SETS", str(tmp_path))
    block = data.sets_block()
    assert "elsewhere" in sets.names() and "elsewhere" not in block
    for name in ("kdd99", "nsl_kdd"):
        for split in sets.find(name).splits.values():
            assert all(f"`{file.sha256}`" in block for file in split.files)


def test_what_nobody_has_verified_is_marked_in_the_block(tmp_path, monkeypatch):
    known = sets.find("nab")
    monkeypatch.setattr(sets, "ours", lambda: ("nab",))
    assert "Not verified" not in data.sets_block()
    monkeypatch.setattr(sets, "find", lambda _: replace(known, unverified="the sum is guessed"))
    assert "**Not verified:** the sum is guessed." in data.sets_block()
