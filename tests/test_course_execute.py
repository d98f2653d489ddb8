"""Executing and keeping: what stops half-way leaves nothing that a later run would trust."""

import json
import os
from pathlib import Path

import pytest

from anomaly_desk import build, data, execute, run, sources
from anomaly_desk.errors import CourseError
from test_course_sources import GOOD

SETTINGS = {"ANOMALY_LABS_FAST": "1"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with one lab, as far as `fingerprint` and `execute` look."""
    for folder in ("solutions", "src"):
        (tmp_path / folder).mkdir()
    (tmp_path / "solutions" / "lab9_try.py").write_text(GOOD)
    for file in ("requirements.lock", "nbgrader_config.py", "src/library.py"):
        (tmp_path / file).write_text("one")
    return tmp_path


def lab(project: Path, cell: str = "from anomaly_labs import checks") -> sources.Source:
    path = project / "solutions" / "lab9_try.py"
    path.write_text(GOOD.replace("from anomaly_labs import checks", cell))
    return sources.read(path)


@pytest.mark.parametrize(
    "change", ["requirements.lock", "nbgrader_config.py", "src/library.py", "text", "env", "data"]
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
    assert str(stop.value).startswith(f"{source.path}:5: {said}")
    assert not folder.exists()


def test_cell_that_does_not_end_is_named_with_its_line(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 1)
    source = lab(project, "import time; time.sleep(60)")
    with pytest.raises(execute.ExecutionError, match=":5: CellTimeoutError"):
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
