"""The private seed: made once, for its owner only, never replaced."""

import os
import stat
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from anomaly_desk.errors import CourseError
from anomaly_desk.grading.seed import private_seed, submission_seed


def test_seed_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = private_seed(tmp_path / "grading")
    assert first.isdigit()
    assert private_seed(tmp_path / "grading") == first
    assert private_seed(tmp_path / "other") != first
    files = list((tmp_path / "grading").iterdir())
    assert [file.name for file in files] == ["private-seed"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_seed_is_made_where_there_are_no_hard_links(tmp_path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    assert private_seed(tmp_path) == private_seed(tmp_path)
    assert stat.S_IMODE((tmp_path / "private-seed").stat().st_mode) == 0o600


def test_each_submission_has_a_seed_that_hangs_on_its_sources_alone() -> None:
    def seed(*sources: str, private: str = "17", outputs: bool = False) -> str:
        cells = [new_code_cell(source) for source in sources]
        for cell in cells if outputs else ():
            cell.outputs = [new_output("stream", text="x")]
        return submission_seed(private, new_notebook(cells=cells))

    assert seed("a", "b") == seed("a", "b", outputs=True)
    assert len({seed("a", "b"), seed("ab"), seed("a"), seed("a", "b", private="18")}) == 4
    assert seed("\ud800").isdigit()


def test_seed_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "private-seed").write_text("secret\n")
    with pytest.raises(CourseError, match="should hold a whole number"):
        private_seed(tmp_path)
