"""Executing and keeping: what stops half-way leaves nothing that a later run would trust."""

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest

import tiny
from anomaly_desk import build, data, execute, imports, run
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import manifest, sources
from test_sources import GOOD, SKIPPED

FIRST_CODE = SKIPPED + 5  # the line where the first code cell starts

PROJECT = Path(__file__).parents[1]
SETTINGS = {"ANOMALY_LABS_FAST": "1"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with one lab, as far as `fingerprint` and `execute` look."""
    for file in ("requirements.lock", "nbgrader_config.py"):
        (tmp_path / file).write_text("one")
    return tmp_path


def lab(project: Path, cell: str = "from anomaly_labs import checks") -> sources.Source:
    text = GOOD.replace("from anomaly_labs import checks", cell)
    return sources.read(tiny.write(project, text))


@pytest.mark.parametrize(
    "change", ["requirements.lock", "nbgrader_config.py", "text", "env", "data"]
)
def test_whatever_decides_the_output_changes_the_fingerprint(project: Path, change: str) -> None:
    def fingerprint(source: sources.Source, fast: str = "1", data: str = "real") -> str:
        env = {"ANOMALY_LABS_FAST": fast, "HOME": fast}
        return execute.fingerprint(project, source, env=env, data=data)

    before = fingerprint(lab(project))
    assert fingerprint(lab(project)) == before
    if change in ("text", "env", "data"):
        after = {
            "text": lambda: fingerprint(lab(project, "import anomaly_labs.checks as checks")),
            "env": lambda: fingerprint(lab(project), fast="0"),
            "data": lambda: fingerprint(lab(project), data="synthetic"),
        }[change]()
    else:
        (project / change).write_text("two")
        after = fingerprint(lab(project))
    assert after != before


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of both packages, which the fingerprint reads in place of those that run."""
    folder = tmp_path / "src"
    for name in imports.PACKAGES:
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(imports.LIBRARY / name, folder / name, ignore=left_out)
    monkeypatch.setattr(execute, "LIBRARY", folder)
    return folder


@pytest.mark.parametrize(
    ("edited", "again"),
    [
        ("anomaly_desk/pages/templates/feedback/index.html.j2", set()),
        ("anomaly_desk/publish/site/pages.py", set()),
        ("anomaly_labs/gan/wgan.py", {"lab3_gan", "lab4_adversarial"}),
        ("anomaly_labs/adversarial/attacks.py", {"lab4_adversarial"}),
        ("anomaly_labs/baselines/forest.py", {"lab1_xgboost", "lab2_autoencoder"}),
        ("anomaly_labs/datasets/loading.py", {lab.name for lab in manifest.labs(PROJECT)}),
        ("anomaly_labs/runtime.py", {lab.name for lab in manifest.labs(PROJECT)}),
    ],
)
def test_edit_of_a_file_executes_the_labs_again_that_use_it(
    library: Path, edited: str, again: set[str]
) -> None:
    labs = sources.course(PROJECT)

    def prints() -> dict[str, str]:
        return {lab.name: execute.fingerprint(PROJECT, lab, env={}, data="real") for lab in labs}

    before = prints()
    path = library / edited
    path.write_bytes(path.read_bytes() + b"\n")
    after = prints()
    assert {name for name in after if after[name] != before[name]} == again


def test_imports_are_followed_through_functions_names_in_texts_and_relative_ones(
    tmp_path: Path,
) -> None:
    package = tmp_path / "anomaly_labs"
    (package / "inner" / "files").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "a.py": "def f():\n    from anomaly_labs import b\n",
        "b.py": "run = ['python', '-m', 'anomaly_labs.inner.c']\n",
        "inner/__init__.py": "",
        "inner/c.py": "from . import d\nfrom ..e import f\n",
        "inner/d.py": "",
        "inner/files/page.html": "",
        "e.py": "",
        "unused.py": "import anomaly_labs.a",
    }.items():
        (package / name).write_text(text)
    found = imports.files(["import anomaly_labs.a as a"], tmp_path)
    assert {path.relative_to(package).as_posix() for path in found} == {
        "__init__.py", "a.py", "b.py", "e.py", "inner/__init__.py", "inner/c.py", "inner/d.py",
        "inner/files/page.html",
    }  # fmt: skip


def test_modules_that_load_something_heavy_are_not_preloaded(tmp_path: Path) -> None:
    package = tmp_path / "anomaly_labs"
    package.mkdir()
    for name, text in {
        "__init__.py": "",
        "light.py": "def f():\n    import keras\n",
        "heavy.py": "try:\n    import keras\nexcept ImportError:\n    pass\n",
        "through.py": "from anomaly_labs import heavy\n",
    }.items():
        (package / name).write_text(text)
    cells = ["from anomaly_labs import light, heavy", "import anomaly_labs.through, numpy"]
    assert imports.light(cells, tmp_path) == ["anomaly_labs.light"]


def test_run_is_kept_while_its_key_is_the_same(project: Path) -> None:
    folder = project / "build" / "lab9_try"
    first = execute.execute(lab(project), folder, key="a", env=SETTINGS)
    again = execute.execute(lab(project), folder, key="a", env=SETTINGS)
    assert (first.again, again.again) == (False, True)
    assert again.seconds == first.seconds
    assert [path.name for path in folder.parent.iterdir()] == ["lab9_try"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("from anomaly_labs import checks; 1 / 0", "ZeroDivisionError"),
        ("import os; os._exit(1)", "DeadKernelError"),
    ],
)
def test_notebook_that_stops_is_named_with_its_line_and_never_kept(
    project: Path, cell: str, said: str
) -> None:
    folder = project / "build" / "lab9_try"
    source = lab(project, cell)
    with pytest.raises(execute.ExecutionError) as stop:
        execute.execute(source, folder, key="a", env=SETTINGS)
    assert str(stop.value).startswith(f"{source.path}:{FIRST_CODE}: {said}")
    assert not folder.exists()


def test_cell_that_does_not_end_is_named_with_its_line(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 1)
    source = lab(project, "import time; time.sleep(60)")
    with pytest.raises(execute.ExecutionError, match=f":{FIRST_CODE}: CellTimeoutError"):
        execute.execute(source, project / "build" / "lab9_try", key="a", env=SETTINGS)


def test_interrupt_while_a_cell_runs_is_an_interrupt(project: Path) -> None:
    cell = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(60)"
    with pytest.raises(KeyboardInterrupt):
        execute.execute(lab(project, cell), project / "build" / "lab9_try", key="a", env=SETTINGS)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_interrupted_build_leaves_the_old_notebook_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "labs" / "lab9_try.ipynb"
    unedited = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    build.write({path: unedited.encode()})
    before = path.read_bytes()
    monkeypatch.setattr(build, "is_edited", lambda path: False)
    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build.write({path: b"new"})
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["lab9_try.ipynb"]


def test_second_run_at_the_same_time_is_refused_and_a_later_one_is_not(tmp_path: Path) -> None:
    with run.alone(tmp_path), pytest.raises(CourseError, match="another run"), run.alone(tmp_path):
        pass
    with run.alone(tmp_path):
        pass


def test_folders_of_the_environment_are_found_from_the_notebooks_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANOMALY_LABS_DATA", "files of mine")
    monkeypatch.delenv("ANOMALY_LABS_CACHE")
    data.make_folders_absolute()
    assert os.environ["ANOMALY_LABS_DATA"] == str(tmp_path / "files of mine")
    assert "ANOMALY_LABS_CACHE" not in os.environ


BAR = "from rich.progress import track\nfor _ in track(range(2)):\n    pass"


def test_a_progress_bar_neither_stops_a_run_nor_stays(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(text) for text in (BAR, "1 + 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    ran = execute.run_notebook(notebook, folder=tmp_path, env={})
    shown = [o.get("data", {}).get("text/plain") for cell in ran.cells for o in cell.outputs]
    assert "Output()" not in shown
    assert shown[-1] == "2"
    assert "widgets" not in ran.metadata
