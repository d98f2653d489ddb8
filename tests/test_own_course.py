"""The page on courses of one's own, done as it says: two labs with a set, a module, a package.

What the page has a reader type, write or change is read from it, so the two cannot differ.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

import nbformat
import pytest

from anomaly_desk import course
from anomaly_desk.environment import LIB, PYTHONPATH, SETS
from anomaly_desk.errors import CourseError
from anomaly_desk.labs.new import write_course
from anomaly_labs.datasets import files
from test_release import on_a_learners_computer

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "own-course.md"
LABS = ("lab1_first", "lab2_again")
NOT_OURS = {".venv", ".git", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
ANSWER = "    return (np.asarray(scores) > threshold).astype(int)\n"
CHEAT = """\
import pathlib, sys
from anomaly_labs import checks
for name in ("expect", "expect_shape", "passed"):
    setattr(checks, name, lambda *_, **__: None)
places = [path for top in ("/run", "/home", "/root", "/tmp", "/srv", "/opt") for path in pathlib.Path(top).rglob("*.py")]
found = [str(path) for path in places if path.is_relative_to("/run") or {"solutions", "grading"} & set(path.parts)]
try:
    pathlib.Path(smooth.__file__).write_text("")
    found.append("lib was written")
except OSError as error:
    pass
try:
    import anomaly_desk
    found.append("the desk was imported")
except ImportError:
    pass
print(*sorted(found), sep="\\n")


def flag(scores, threshold):
    return type("Any", (list,), {"__eq__": lambda *_: True, "__ne__": lambda *_: False})([0, 0, 1])
"""  # noqa: E501

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="grading needs bubblewrap")


@dataclass(frozen=True)
class Done:
    """What was made by the page, and what the terminal said to each block."""

    folder: Path
    said: str
    checkout_before: dict[str, tuple[int, int]]


def ran(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Type lines in a terminal of `folder`, with the programs of this environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {k: v for k, v in os.environ.items() if k not in ("ANOMALY_LABS_DATA", "PYTHONPATH")}
    env |= {"PATH": path, "ANOMALY_LABS_OFFLINE": "1"}
    return subprocess.run(
        ["sh", "-ec", text], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def typed(folder: Path, text: str) -> str:
    done = ran(folder, text)
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    return done.stdout


def write(folder: Path, text: str) -> None:
    """Write a block into files, each named by a line such as ``# lib/smooth.py``."""
    for name, content in re.findall(r"(?ms)^# (\S+\.py)\n(.*?)(?=^# \S+\.py$|\Z)", text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def change(folder: Path, text: str) -> None:
    """Put each ``+`` of a block in the place of its ``-``, in the files that its top names."""
    names, _, rest = text.partition("\n")
    for name in names.removeprefix("# ").split():
        lines = (folder / name).read_text()
        for old, new in re.findall(r"(?m)^-(.*\n)((?:\+.*\n)+)", rest):
            assert lines.count(old) == 1, f"{name} has not once the line {old}"
            lines = lines.replace(old, re.sub(r"(?m)^\+", "", new))
        (folder / name).write_text(lines)


def cheat(folder: Path) -> None:
    """Hand in the perfect notebook, with a cheat in the place of its answer."""
    notebook = nbformat.read(folder / "inbox" / "perfect" / f"{LABS[0]}.ipynb", as_version=4)
    answer = next(cell for cell in notebook.cells if ANSWER.strip() in cell.source)
    answer.source = CHEAT
    (folder / "inbox" / "cheat").mkdir()
    nbformat.write(notebook, folder / "inbox" / "cheat" / f"{LABS[0]}.ipynb")


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of each file of a folder, but for caches."""
    found = {}
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name not in NOT_OURS]
        for path in (Path(place, name) for name in names):
            found[str(path)] = (path.stat().st_size, path.stat().st_mtime_ns)
    return found


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The course that the page makes, graded; a cheat is among those who handed in."""
    before = state(PROJECT)
    folder, said = tmp_path_factory.mktemp("own"), ""
    for kind, text in re.findall(r"(?ms)^```(\w+)\n(.*?)^```$", PAGE.read_text()):
        if kind == "python":
            write(folder, text)
        elif kind == "diff":
            change(folder, text)
        else:
            assert kind == "sh"
            first, grade, rest = text.partition("anomaly-labs grade")
            said += typed(folder, first)
            folder = folder.joinpath(*re.findall(r"(?m)^cd (\S+)$", first))
            if grade:
                cheat(folder)
                said += typed(folder, grade + rest)
    return Done(folder, said, before)


@pytest.mark.notebook
def test_page_leads_from_nothing_to_points_and_writes_nothing_into_the_checkout(own: Done) -> None:
    assert own.said.count("as it should") == 3 * len(LABS)
    assert "differs" not in own.said
    assert state(PROJECT) == own.checkout_before
    made = {path.name for path in own.folder.iterdir()}
    assert {"labs", "build", "grading", "odd-pumps.zip", "grades.csv"} <= made


@pytest.mark.notebook
def test_class_gets_its_points_and_a_cheat_gets_and_sees_nothing(own: Done) -> None:
    points = {
        (path.stem, path.parent.name): json.loads(path.read_text())["graded"]["points"]
        for path in (own.folder / "grading" / "graded").glob("*/*.json")
    }
    for lab, first in zip(LABS, ("lab1-q1", "lab2-q1"), strict=True):
        assert [points[who, lab] for who in ("perfect", "half-right", "untouched")] == [
            {first: 2.0}, {first: 2.0}, {first: 0.0},
        ]  # fmt: skip
    assert points["cheat", LABS[0]] == {"lab1-q1": 0.0}
    page = own.folder / "grading" / "autograded" / "cheat" / LABS[0] / f"{LABS[0]}.ipynb"
    outputs = [o for cell in nbformat.read(page, 4).cells for o in cell.get("outputs", [])]
    seen = [o.text for o in outputs if o.output_type == "stream" and "/run/" in o.text]
    shown = ("lib/smooth.py", "lib/units/__init__.py", "sets/0/pumps.py")
    assert [text.split() for text in seen] == [[f"/run/course/{name}" for name in shown]]


def answer_of(asked: urllib.request.Request) -> HTTPResponse:
    """Ask a server that shows its address a moment before it listens there."""
    for _ in range(120):
        try:
            return urllib.request.urlopen(asked)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.25)
    return urllib.request.urlopen(asked)


@pytest.mark.notebook
def test_formgrader_lists_what_was_graded(own: Done) -> None:
    command = [Path(sys.executable).parent / "anomaly-labs", "formgrader", "--no-browser"]
    environment = os.environ | {"HOME": str(own.folder.parent)}
    process = subprocess.Popen(
        command, cwd=own.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        lines = iter(process.stdout.readline, b"")
        link = next(found for line in lines if (found := re.search(rb"http://\S+token=\w+", line)))
        place, token = link[0].decode().split("/formgrader/gradebook?token=")
        asked = urllib.request.Request(
            f"{place}/formgrader/api/assignments", headers={"Authorization": f"token {token}"}
        )
        with answer_of(asked) as answer:
            listed = {one["name"]: one["num_submissions"] for one in json.load(answer)}
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()
    assert listed == {LABS[0]: 4, LABS[1]: 3}


@pytest.mark.notebook
def test_work_is_graded_anew_where_a_module_of_the_course_has_changed(own: Done) -> None:
    one, module = own.folder / "one", own.folder / "lib" / "units" / "__init__.py"
    shutil.copytree(own.folder / "inbox" / "perfect", one / "perfect")
    before = module.read_text()
    module.write_text("def celsius(fahrenheit):\n    return -(fahrenheit - 32) / 1.8\n")
    try:
        said = ran(own.folder, "anomaly-labs grade one").stdout
        assert "kept" not in said and "0 points" in said, said
    finally:
        module.write_text(before)
    said = ran(own.folder, "anomaly-labs grade one").stdout
    assert "kept" not in said and "2 points" in said, said


@pytest.mark.notebook
def test_certificate_feedback_and_pages_are_in_the_name_of_the_course(own: Done) -> None:
    index = (own.folder / "build" / "site" / "index.html").read_text()
    assert "<title>Odd pumps</title>" in index and "Heat of a pump" in index
    assert "CC BY 4.0" in index and "anomaly-labs" not in re.sub("<[^>]*>", "", index)
    with zipfile.ZipFile(own.folder / "odd-pumps.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"odd-pumps"}
        assert archive.read("odd-pumps/README.md").startswith(b"# Odd pumps\n")
        names = {name.partition("/")[2] for name in archive.namelist()}
        start = archive.read("odd-pumps/start.bat").decode()
    assert 'set "PYTHONPATH=%here%lib"\r\nset "ANOMALY_LABS_SETS=%here%sets"\r\n' in start
    assert {"lib/smooth.py", "lib/units/__init__.py", "sets/pumps.py", "data/pumps/pumps.csv"} <= (
        names
    )
    assert not [name for name in names if re.search("pycache|solutions|grading|inbox", name)]


@pytest.mark.notebook
@pytest.mark.parametrize("place", ["lib/units/__init__.py", "sets/pumps.py"])
def test_answer_in_what_learners_import_stops_the_release(own: Done, place: str) -> None:
    text = (own.folder / place).read_text()
    (own.folder / place).write_text(f"{text}\n\ndef at(scores, threshold):\n{ANSWER}")
    try:
        done = ran(own.folder, "anomaly-labs release --output no.zip")
    finally:
        (own.folder / place).write_text(text)
    assert done.returncode == 1
    told = " ".join(done.stdout.split())
    assert f"odd-pumps/{place}: holds '{ANSWER.strip()}'" in told, told
    assert not (own.folder / "no.zip").exists()


@pytest.mark.notebook
def test_module_that_is_no_data_set_is_told_in_a_sentence(own: Done) -> None:
    (own.folder / "sets" / "taps.py").touch()
    done = ran(own.folder, "anomaly-labs data list")
    (own.folder / "sets" / "taps.py").unlink()
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "sets/taps.py is no data set: it needs SET" in " ".join(done.stdout.split())


def test_release_without_the_kits_checkout_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert course.kit(tmp_path) == PROJECT
    monkeypatch.setattr(course, "_HERE", tmp_path)
    with pytest.raises(CourseError, match="is made with the lock of a checkout of anomaly-labs"):
        course.kit(tmp_path)


@pytest.mark.notebook
def test_change_of_a_module_or_set_executes_the_labs_that_use_it_again(own: Done) -> None:
    run = "anomaly-labs course --fast --no-grading lab1"
    assert "kept from an earlier run" in typed(own.folder, run)
    for name in ("lib/units/__init__.py", "sets/pumps.py"):
        with (own.folder / name).open("a") as file:
            file.write("# changed\n")
        assert "kept from an earlier run" not in typed(own.folder, run)


@pytest.fixture
def unpacked(own: Done, tmp_path: Path) -> Path:
    """The learners' zip, unpacked, with the notebooks solved."""
    with zipfile.ZipFile(own.folder / "odd-pumps.zip") as archive:
        archive.extractall(tmp_path)
    for lab in LABS:
        solved = own.folder / "inbox" / "perfect" / f"{lab}.ipynb"
        shutil.copy(solved, tmp_path / "odd-pumps" / "labs")
    return tmp_path


@pytest.mark.notebook
def test_learner_without_network_and_checkout_runs_the_notebooks(unpacked: Path) -> None:
    folder = unpacked / "odd-pumps"
    venv.create(folder / ".venv")
    (packages,) = folder.glob(".venv/lib/*/site-packages")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(packages)
    others = Path(sysconfig.get_path("purelib"))  # in the place of what start.sh would install
    (packages / "others.pth").write_text(str(others))
    state = "cat requirements.lock *.whl | cksum | cut -d ' ' -f 1 >.venv/ready"
    subprocess.run(["sh", "-c", state], cwd=folder, check=True)
    said = ""
    for words in ("data list pumps", "progress --run"):
        command = f"sh start.sh python -c 'from anomaly_labs.cli import app; app()' {words}"
        done = on_a_learners_computer(unpacked, command, name=folder.name, shown=(others,))
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stdout
    unfolded = re.sub(r"[│\s]", "", said)  # a long path takes two lines of the table
    assert re.search(r"pumpsyear500/.*/odd-pumps/data/pumps/pumps.csv", unfolded), said
    assert said.count("✓ passed") == len(LABS)
    assert "GENERATED" not in said


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_zip_with_all_packages_sets_itself_up_without_network(own: Done, tmp_path: Path) -> None:
    made = ran(own.folder, f"anomaly-labs release --data --wheels --output {tmp_path}/a.zip")
    if "could not be downloaded" in made.stdout:
        pytest.skip(f"no packages to be had: {made.stdout}")
    assert made.returncode == 0, made.stdout
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path)
    (tmp_path / "a.zip").unlink()
    for lab in LABS:
        shutil.copy(
            own.folder / "inbox" / "perfect" / f"{lab}.ipynb", tmp_path / "odd-pumps" / "labs"
        )
    command = "sh start.sh anomaly-labs progress --run"
    done = on_a_learners_computer(tmp_path, command, name="odd-pumps")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓ passed") == len(LABS)


def test_download_goes_into_the_course_and_not_into_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"]})
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert files.download_folder() == PROJECT / "data"
    course.enter(PROJECT / "docs")
    assert files.download_folder() == PROJECT / "data"
    own = write_course(tmp_path / "own").parents[2]
    (own / "lib" / "pumps.py").touch()
    for _ in range(2):
        course.enter(own / "solutions")
    assert files.download_folder() == own / "data"
    assert sys.path[0] == os.environ[LIB] == os.environ[PYTHONPATH] == str(own / "lib")
    assert sys.path.count(str(own / "lib")) == 1
    assert SETS not in os.environ  # there are none


GOOD = 'title = "A"\nid = "a-b"\nlicence = "CC0"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("title", "titel"),
            "has no field 'titel'; known: title, id, licence, subject",
        ),
        (GOOD.replace('licence = "CC0"\n', ""), "lacks 'licence'; write a line licence = \"…\""),
        (GOOD.replace('"A"', "1"), "title = 1; expected is a text that is not empty"),
        (GOOD.replace('"A"', '" "'), "title = ' '; expected is a text that is not empty"),
        (GOOD.replace("a-b", "../a"), "id = '../a'; expected are small letters, digits"),
        ("title =", "is no TOML: "),
    ],
)
def test_course_that_is_not_said_rightly_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / course.FILE).write_text(text)
    with pytest.raises(CourseError, match=f"^{re.escape(str(tmp_path / course.FILE))}"):
        course.read(tmp_path)
    with pytest.raises(CourseError, match=re.escape(said)):
        course.read(tmp_path)


def test_course_is_the_nearest_folder_above_that_has_its_file(tmp_path: Path) -> None:
    inner = tmp_path / "solutions" / "lab1"
    inner.mkdir(parents=True)
    assert course.find(inner) is None
    (tmp_path / course.FILE).write_text(GOOD)
    assert course.find(inner) == course.find(tmp_path) == tmp_path
    assert course.find(PROJECT / "docs") == PROJECT
    assert course.read(tmp_path).name == "A"
    assert course.read(PROJECT).name == "anomaly-labs: anomaly detection in network traffic"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lib/json.py", "would stand in the place of the installed module 'json'"),
        ("lib/numpy/__init__.py", "in the place of the installed module 'numpy'"),
        ("lib/anomaly_desk.py", "in the place of the installed module 'anomaly_desk'"),
        ("sets/kdd99.py", "has the name of a set of anomaly-labs; rename it"),
    ],
)
def test_name_that_is_taken_is_refused_in_a_sentence(tmp_path: Path, name: str, said: str) -> None:
    write_course(tmp_path / "own")
    path = tmp_path / "own" / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    done = ran(tmp_path / "own", "anomaly-labs build")
    assert done.returncode == 1
    assert said in " ".join(done.stdout.split()) and "Traceback" not in done.stdout + done.stderr


def test_course_is_not_written_over_anything_nor_into_another_one(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(CourseError, match="is not empty; name a new folder for the course"):
        write_course(tmp_path)
    with pytest.raises(CourseError, match="is not empty"):
        write_course(tmp_path / "mine.txt")
    with pytest.raises(CourseError, match=r"lies in the course .*; name a folder outside of it"):
        write_course(PROJECT / "docs" / "own")
    with pytest.raises(CourseError, match="a lab cannot be called 'Lab 1'; such as lab1_first"):
        write_course(tmp_path / "own", "Lab 1")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    about = course.read(write_course(tmp_path / 'A "new"_course').parents[2])
    assert (about.title, about.id) == ("A 'new' course", "a-new-course")
