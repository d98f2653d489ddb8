from functools import cache
from operator import attrgetter
from pathlib import Path

import nbformat
import pytest

from anomaly_desk import build, tables
from anomaly_desk.labs import manifest, sources

pytestmark = pytest.mark.quick

PROJECT = Path(__file__).parents[1]
LABS = manifest.labs(PROJECT)
NAME = attrgetter("name")


@cache
def build_one(lab):
    return build.build(PROJECT, [sources.of_lab(lab)])


@pytest.fixture(scope="module")
def built():
    return {path: text for lab in LABS for path, text in build_one(lab).items()}


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_committed_notebook_is_fresh(lab):
    stale = [str(path.relative_to(PROJECT)) for path in build.stale(build_one(lab))]
    assert stale == [], "run `make labs` and commit"


def test_built_blocks_of_written_pages_are_fresh():
    pages = tables.pages(PROJECT)
    assert len(pages) == len(tables.PAGES)
    assert build.stale(pages) == [], "run `make labs` and commit"


def test_two_builds_are_byte_identical(built):
    assert build.build(PROJECT, sources.course(PROJECT)) == built


def test_every_committed_notebook_has_a_source(built):
    there = {*PROJECT.glob("labs/*.ipynb"), *PROJECT.glob("assessment/*.ipynb")}
    assert {path for path in there if ".yours-" not in path.name} == built.keys()


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_release_holds_no_answer_no_hidden_test_and_no_instructor_cell(lab):
    source = sources.of_lab(lab)
    released = build_one(lab)[PROJECT / lab.released].decode()
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


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_release_has_the_text_of_an_untouched_submission(lab):
    source = sources.of_lab(lab)
    released = nbformat.reads(build_one(lab)[PROJECT / lab.released].decode(), 4)
    handed_in = source.submission(set())
    assert [c.source for c in released.cells] == [c.source for c in handed_in.cells]


@pytest.mark.parametrize("lab", LABS, ids=NAME)
def test_locked_cells_and_checks_cannot_be_edited(lab):
    source = sources.of_lab(lab)
    released = nbformat.reads(build_one(lab)[PROJECT / lab.released].decode(), 4)
    fixed = {cell.id for cell in released.cells if cell.metadata.get("editable") is False}
    assert fixed == {c.grade_id for c in source.cells if c.role in ("check", "locked")}


def test_release_is_a_valid_notebook_without_outputs(built):
    for text in built.values():
        notebook = nbformat.reads(text.decode(), as_version=4)
        nbformat.validate(notebook)
        assert all(not cell.get("outputs") for cell in notebook.cells)


@pytest.fixture
def notebook(tmp_path):
    """A freshly written notebook in a folder of its own, and the text it was built with."""
    text = next(iter(build_one(LABS[0]).values()))
    path = tmp_path / "labs" / "lab.ipynb"
    assert build.write({path: text}) == {path: "rebuilt"}
    return path, text


def edit(path, source):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = source
    nbformat.write(notebook, path)


def test_writing_changes_only_what_is_stale(notebook):
    path, text = notebook
    assert build.write({path: text}) == {path: "up to date"}
    assert [p.name for p in path.parent.iterdir()] == ["lab.ipynb"]


def test_running_a_notebook_is_no_edit_but_writing_in_it_is(notebook):
    path, _ = notebook
    ran = nbformat.read(path, as_version=4)
    code = next(cell for cell in ran.cells if cell.cell_type == "code")
    code.outputs = [nbformat.v4.new_output("stream", text="1")]
    nbformat.write(ran, path)
    assert not build.is_edited(path)
    edit(path, "my answer")
    assert build.is_edited(path)


def test_work_of_a_learner_is_never_lost(notebook):
    path, text = notebook
    edit(path, "my answer")
    worked = path.read_bytes()
    assert "left as it is" in build.write({path: text}, keep_edited=True)[path]
    assert path.read_bytes() == worked
    assert "your work is kept as" in build.write({path: text})[path]
    assert path.read_bytes() == text
    (kept,) = path.parent.glob("lab.yours-*.ipynb")
    assert kept.read_bytes() == worked


def test_broken_notebook_counts_as_edited(notebook):
    path, _ = notebook
    path.write_text("{ half a note")
    assert build.is_edited(path)
