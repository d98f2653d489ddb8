"""Parts of pages that are made from the code."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from anomaly_labs import cli
from anomaly_labs.course import CourseError, blocks, build, data
from anomaly_labs.datasets import sets

PROJECT = Path(__file__).parents[1]
PAGE = "by hand\n<!-- BEGIN BUILT: sets -->\nold\n<!-- END BUILT: sets -->\nby hand, too\n"


def test_pages_of_the_checkout_are_fresh():
    assert build.stale(blocks.pages(PROJECT)) == []


def test_block_is_replaced_and_what_is_by_hand_stays():
    page = blocks.replaced(PAGE, "sets", "new")
    assert page.startswith("by hand\n<") and page.endswith(">\nby hand, too\n")
    assert "new" in page and "old" not in page
    assert blocks.replaced(page, "sets", "new") == page


@pytest.mark.parametrize(
    "page",
    ["", PAGE * 2, PAGE.replace("END", "ENDE"), PAGE.replace("BEGIN", "END"), PAGE[::-1]],
)
def test_page_without_its_markers_is_refused_by_name(tmp_path, page):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/README.md").write_text(page)
    with pytest.raises(CourseError, match=r"README.md: a page must have .*BEGIN BUILT: sets"):
        blocks.pages(tmp_path)


def test_stale_block_is_refused_by_check_and_written_by_build(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/README.md").write_text(PAGE)
    monkeypatch.setattr(build, "project_folder", lambda: tmp_path)
    monkeypatch.setattr(build, "build", lambda *_: {})
    runner = CliRunner()
    refused = runner.invoke(cli.app, ["build", "--check"])
    assert refused.exit_code == 1 and "data/README.md: stale" in refused.output
    assert (tmp_path / "data/README.md").read_text() == PAGE
    assert runner.invoke(cli.app, ["build"]).exit_code == 0
    assert runner.invoke(cli.app, ["build", "--check"]).exit_code == 0
    assert "494,021" in (tmp_path / "data/README.md").read_text()


def test_block_of_the_sets_names_every_sum_and_no_set_of_another_folder(tmp_path, monkeypatch):
    (tmp_path / "elsewhere.py").write_text("")
    monkeypatch.setenv("ANOMALY_LABS_SETS", str(tmp_path))
    block = data.sets_block()
    assert "elsewhere" in sets.names() and "elsewhere" not in block
    for name in ("kdd99", "nsl_kdd"):
        for split in sets.find(name).splits.values():
            assert all(f"`{file.sha256}`" in block for file in split.files)
