from pathlib import Path

import nbformat
import pytest

from anomaly_labs.course import build, sources

PROJECT = Path(__file__).parents[1]
PATHS = build.source_paths(PROJECT)


@pytest.fixture(scope="module")
def built():
    return build.build(PROJECT, PATHS)


def test_committed_notebooks_are_fresh(built):
    stale = [str(path.relative_to(PROJECT)) for path in build.stale(built)]
    assert stale == [], "run `make labs` and commit"


def test_two_builds_are_byte_identical(built):
    assert build.build(PROJECT, PATHS) == built


def test_every_committed_notebook_has_a_source(built):
    committed = {*PROJECT.glob("labs/*.ipynb"), *PROJECT.glob("assessment/*.ipynb")}
    assert committed == built.keys()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_release_holds_no_answer_no_hidden_test_and_no_instructor_cell(built, path):
    source = sources.read(path)
    released = built[build.released_path(PROJECT, source.name)].decode()
    lines = {
        line.strip()
        for cell in nbformat.reads(released, as_version=4).cells
        for line in cell.source.splitlines()
    }
    assert not any("BEGIN HIDDEN" in line or "BEGIN SOLUTION" in line for line in lines)
    for cell in source.cells:
        secret = set(cell.text.splitlines()) - set(cell.visible.splitlines())
        if "instructor" in cell.keys:
            secret = set(cell.text.splitlines())
        assert not {line.strip() for line in secret if len(line.strip()) > 24} & lines


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_release_has_the_text_of_an_untouched_submission(built, path):
    source = sources.read(path)
    released = nbformat.reads(built[build.released_path(PROJECT, source.name)].decode(), 4)
    handed_in = source.submission(set())
    assert [c.source for c in released.cells] == [c.source for c in handed_in.cells]


def test_release_is_a_valid_notebook_without_outputs(built):
    for text in built.values():
        notebook = nbformat.reads(text.decode(), as_version=4)
        nbformat.validate(notebook)
        assert all(not cell.get("outputs") for cell in notebook.cells)


def test_writing_changes_only_what_is_stale(tmp_path):
    path = tmp_path / "labs" / "lab9.ipynb"
    assert build.write({path: b"{}"}) == [path]
    assert build.write({path: b"{}"}) == []
    assert [p.name for p in path.parent.iterdir()] == ["lab9.ipynb"]
