"""`anomaly-labs new`: a lab that passes its tests as it stands, and stands where its order says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import clones
import tiny
from anomaly_desk import tables
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import manifest, sources
from anomaly_desk.labs.new import write_lab
from anomaly_desk.publish.release import gather
from anomaly_desk.publish.site import pages
from anomaly_desk.publish.site.shown import chosen
from anomaly_desk.publish.slides.page import write_slides
from anomaly_labs.cli import app
from test_sources import GOOD

PROJECT = Path(__file__).parents[1]
NEW = "lab99_trial"
PAGES = [page for page, (block, _) in tables.PAGES.items() if block in ("labs", "rubrics")]


def run(folder: Path, *command: str) -> str:
    """Run a command as in a terminal of `folder`, with the programs of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "ANOMALY_LABS_OFFLINE": "1"}
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def changed(folder: Path) -> set[str]:
    return {line[3:] for line in run(folder, "git", "status", "--short").splitlines()}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean clone that shares the virtual environment, after `anomaly-labs new`."""
    folder = tmp_path_factory.mktemp("clone") / "anomaly-labs"
    clones.copy(PROJECT, folder)
    run(folder, "git", "init", "--quiet")
    (folder / ".git" / "info" / "exclude").write_text(".venv\n")
    run(folder, "git", "add", "--all")
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
    run(folder, "git", *who, "commit", "--quiet", "--message", "as it is")
    if list(PROJECT.glob(".venv/ready-*")):
        (folder / ".venv").symlink_to(PROJECT / ".venv")
    run(folder, "anomaly-labs", "new", NEW)
    return folder


@pytest.mark.notebook
def test_new_lab_passes_its_tests_and_changes_nothing_but_built_blocks(clone: Path) -> None:
    if not (clone / ".venv").is_symlink():
        pytest.skip("the environment was not made by make, so make would make its own")
    said = run(clone, "make", "test-lab", f"LAB={NEW}")
    assert re.search(r"\b\d passed", said)
    assert said.count("as it should") == 3
    said = run(clone, "make", "try-lab", f"LAB={NEW}")
    page = f"build/course/{NEW}/{NEW}.html"
    assert page in said and (clone / page).is_file()
    assert "as it should" not in said
    assert changed(clone) == {f"labs/{NEW}.ipynb", f"solutions/{NEW}/", *PAGES}


@pytest.mark.parametrize("status", ["ready", "draft"])
def test_lab_takes_its_place_by_its_order_and_a_draft_takes_none(
    clone: Path, tmp_path: Path, status: str
) -> None:
    source = clone / "solutions" / NEW / "lab.py"
    text = re.sub(r"(?m)^# order = .*$", "# order = 15", source.read_text())
    source.write_text(re.sub(r"(?m)^# status = .*$", f'# status = "{status}"', text))
    run(clone, "anomaly-labs", "build")
    assert changed(clone) - set(PAGES) == {f"labs/{NEW}.ipynb", f"solutions/{NEW}/"}

    every = manifest.labs(clone)
    readme = (clone / "README.md").read_text()
    with gather(clone, data=False, wheels=None) as files:
        zipped = {name for name in files if name.endswith(".ipynb")}
        first_page = files["README.md"].decode()
    shown = chosen(every)
    index = pages.pages(clone, shown)["index.md"]
    slides = [write_slides(one, one.solution(), tmp_path).stem for one in shown]
    orders = [
        re.findall(r"(?m)^\| `(\w+)` \| \d", readme),
        re.findall(r"(?m)^\| `(\w+)` \| \d", (clone / "INSTRUCTORS.md").read_text()),
        re.findall(r"(?m)^- `\w+/(\w+)\.ipynb`$", first_page),
        [*re.findall(r"\]\(labs/(\w+)\.ipynb\)", index), "assessment"],
        [*slides, "assessment"],
    ]
    expected = [lab.name for lab in every if status == "ready" or lab.name != NEW]
    assert (expected[1] == NEW) == (status == "ready")
    assert orders == [expected] * len(orders)
    assert {Path(name).stem for name in zipped} == set(expected)
    titles = re.findall(r"(?m)^## (.+)$", (clone / "assessment" / "RUBRIC.md").read_text())
    assert titles == [lab.title for lab in every if lab.name in expected]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Lab 5", "a lab cannot be called 'Lab 5'; take small letters, digits and underscores"),
        ("../lab5", "a lab cannot be called"),
        ("lab9_try", "lab9_try is there already, and its questions are called lab9-q1"),
        ("lab9_other", "lab9_try is there already, and its questions are called lab9-q1"),
        ("lab8_half", "without a lab.py"),
    ],
)
def test_name_that_cannot_be_taken_is_refused_and_nothing_written(
    tmp_path: Path, name: str, said: str
) -> None:
    tiny.write(tmp_path, GOOD)
    (tmp_path / "solutions" / "lab8_half").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CourseError, match=re.escape(said)):
        write_lab(tmp_path, name)
    assert sorted(tmp_path.rglob("*")) == before


def test_new_lab_stands_behind_the_last_lab_and_before_the_assessments(tmp_path: Path) -> None:
    tiny.write(tmp_path, GOOD)
    tiny.write(tmp_path, GOOD, name="exam", order="100", kind='"assessment"')
    made = manifest.read(write_lab(tmp_path, "lab12_domain_names"))
    assert (made.order, made.title, made.kind) == (95, "Lab 12: Domain names", "extension")
    assert sources.of_lab(made).points == {"lab12-q1": 2.0}


def test_command_says_where_the_lab_is_and_what_is_wrong_with_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.write(tmp_path, GOOD)
    shutil.copy(PROJECT / "course.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["new", "lab10_more"])
    assert done.exit_code == 0, done.output
    assert "anomaly-labs course --fast lab10_more runs it and grades" in done.output
    shutil.copy(PROJECT / "Makefile", tmp_path)
    made = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["new", "lab11_more"])
    assert "make test-lab LAB=lab11_more tests it" in made.output
    assert (tmp_path / "labs" / "lab10_more.ipynb").is_file()
    again = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["new", "lab10_more"])
    assert again.exit_code == 1 and "is there already" in again.output
