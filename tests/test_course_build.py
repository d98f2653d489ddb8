from pathlib import Path

import nbformat
import pytest

from anomaly_desk import build, sources

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
    there = {*PROJECT.glob("labs/*.ipynb"), *PROJECT.glob("assessment/*.ipynb")}
    assert {path for path in there if ".yours-" not in path.name} == built.keys()


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


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_locked_cells_and_checks_cannot_be_edited(built, path):
    source = sources.read(path)
    released = nbformat.reads(built[build.released_path(PROJECT, source.name)].decode(), 4)
    fixed = {cell.id for cell in released.cells if cell.metadata.get("editable") is False}
    assert fixed == {c.grade_id for c in source.cells if c.role in ("check", "locked")}


def test_release_is_a_valid_notebook_without_outputs(built):
    for text in built.values():
        notebook = nbformat.reads(text.decode(), as_version=4)
        nbformat.validate(notebook)
        assert all(not cell.get("outputs") for cell in notebook.cells)


@pytest.fixture
def lab(built, tmp_path):
    """A freshly written notebook in a folder of its own, and the text it was built with."""
    text = next(iter(built.values()))
    path = tmp_path / "labs" / "lab.ipynb"
    assert build.write({path: text}) == {path: "rebuilt"}
    return path, text


def edit(path, source):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = source
    nbformat.write(notebook, path)


def test_writing_changes_only_what_is_stale(lab):
    path, text = lab
    assert build.write({path: text}) == {path: "up to date"}
    assert [p.name for p in path.parent.iterdir()] == ["lab.ipynb"]


def test_running_a_notebook_is_no_edit_but_writing_in_it_is(lab):
    path, _ = lab
    notebook = nbformat.read(path, as_version=4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.outputs = [nbformat.v4.new_output("stream", text="1")]
    nbformat.write(notebook, path)
    assert not build.is_edited(path)
    edit(path, "my answer")
    assert build.is_edited(path)


def test_work_of_a_learner_is_never_lost(lab):
    path, text = lab
    edit(path, "my answer")
    worked = path.read_bytes()
    assert "left as it is" in build.write({path: text}, keep_edited=True)[path]
    assert path.read_bytes() == worked
    assert "your work is kept as" in build.write({path: text})[path]
    assert path.read_bytes() == text
    (kept,) = path.parent.glob("lab.yours-*.ipynb")
    assert kept.read_bytes() == worked


def test_broken_notebook_counts_as_edited(lab):
    path, _ = lab
    path.write_text("{ half a note")
    assert build.is_edited(path)
