"""The zip for learners: what is in it, that no answer is, and that it works without network."""

import ast
import base64
import binascii
import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
import zlib
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import pytest
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from anomaly_desk.errors import CourseError
from anomaly_desk.labs import manifest, sources
from anomaly_desk.publish.release import Target, alone, complaints, release
from anomaly_desk.publish.release.data import data_files
from anomaly_desk.publish.release.decoded import decoded
from anomaly_desk.publish.release.locked import learners_lock
from anomaly_labs import cli
from anomaly_labs.datasets import files

PROJECT = Path(__file__).parents[1]
NEEDED = (
    "course.toml", "pyproject.toml", "LICENSE", "requirements.lock", "environment.yml",
    "nbgrader_config.py",
)  # fmt: skip
INSTRUCTOR_CELL = '\n# %% instructor=true\nnobody = "reads this line but the instructor"\n'
HIDDEN = "on_the_edge = flag(np.array([0.5, 0.75, 0.25]), 0.5)"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A checkout whose only notebook is the quiz, with an instructor cell, a rubric and a seed."""
    folder = tmp_path_factory.mktemp("project")
    for name in NEEDED:
        shutil.copy(PROJECT / name, folder)
    code = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "src", folder / "src", ignore=code)
    for inner in ("assessment", "grading"):
        (folder / inner).mkdir()
    shutil.copytree(PROJECT / "tests/grading/quiz", folder / "solutions/quiz")
    with (folder / "solutions/quiz/lab.py").open("a") as lab:
        lab.write(INSTRUCTOR_CELL)
    (folder / "assessment/RUBRIC.md").write_text("The frame of the rubric: a reader is fair.\n")
    (folder / "grading/private-seed").write_text("1234567890123")
    (folder / "grading/private-seed").chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def made(project):
    """A release of it, which passed the check."""
    path = project / "out" / "course.zip"
    assert release(project, path, data=False, wheels=None) == []
    return path


def with_files(made: Path, folder: Path, files: dict[str, bytes]) -> Path:
    """A copy of the release with more or other files."""
    path = folder / "planted.zip"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            if name.removeprefix("anomaly-labs/") not in files:
                new.writestr(name, old.read(name))
        for name, data in files.items():
            new.writestr(f"anomaly-labs/{name}", data)
    return path


def run(app, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.replace("│", " ").split())


def test_release_holds_what_a_learner_needs_and_no_more(made):
    with zipfile.ZipFile(made) as archive:
        names = {name.removeprefix("anomaly-labs/") for name in archive.namelist()}
    wheel = next(name for name in names if name.endswith(".whl"))
    assert names - {wheel} == {
        "LICENSE", "Makefile", "README.md", "data/README.md", "environment.yml", "labs/quiz.ipynb",
        "public-key.txt",
        "requirements.lock", "start.bat", "start.sh",
    }  # fmt: skip


def wheel_in(path: Path) -> zipfile.ZipFile:
    with zipfile.ZipFile(path) as archive:
        wheel = next(name for name in archive.namelist() if name.endswith(".whl"))
        return zipfile.ZipFile(io.BytesIO(archive.read(wheel)))


def test_wheel_is_the_package_of_the_learners_whole_and_nothing_else(project, made):
    names = wheel_in(made).namelist()
    source = project / "src"
    package = [path for path in (source / "anomaly_labs").rglob("*") if path.is_file()]
    assert {name for name in names if ".dist-info/" not in name} == {
        path.relative_to(source).as_posix() for path in package
    }


def test_wheel_asks_for_nothing_of_the_desk(made):
    inner = wheel_in(made)
    about = next(inner.read(n).decode() for n in inner.namelist() if n.endswith("/METADATA"))
    base = [line for line in re.findall(r"Requires-Dist: (.+)", about) if "extra ==" not in line]
    assert any(line.startswith("jupyterlab") for line in base)
    assert not re.search("nbgrader|dask|bokeh|fpdf2", " ".join(base))
    assert not re.search("Provides-Extra: (desk|site|dev)", about)
    assert not any("anomaly_desk" in inner.read(n).decode() for n in inner.namelist()
                   if n.endswith("/entry_points.txt"))  # fmt: skip


def test_two_releases_of_the_same_state_are_identical(project, made, tmp_path, monkeypatch):
    monkeypatch.chdir(project)
    code, said = run(cli.app, "release", "--output", str(tmp_path / "again.zip"))
    assert code == 0, said
    assert "It holds no solution, hidden test, instructor cell or rubric." in said
    assert (tmp_path / "again.zip").read_bytes() == made.read_bytes()


MODEL_ANSWER = (
    "A missed attack costs the bank; a false alarm costs the analyst, and after many of them also"
)
PLANTED = {
    "a solution": "return (np.asarray(scores) > threshold).astype(int)",
    "a hidden test": HIDDEN,
    "an instructor cell": 'nobody = "reads this line but the instructor"',
    "a model answer": MODEL_ANSWER,
    "the rubric": "Three points: says who pays for a missed one, at the very least.",
    "the rubric's frame": "The frame of the rubric: a reader is fair.",
    "the seed": "1234567890123",
    "a marker": "### BEGIN SOLUTION",
}


@pytest.mark.parametrize("line", PLANTED.values(), ids=PLANTED)
def test_a_planted_secret_line_is_found(project, made, tmp_path, line):
    page = f"# Welcome\nsome text,   {line}  # and more\n".encode()
    found = complaints(project, with_files(made, tmp_path, {"README.md": page}))
    assert len(found) == 1
    assert found[0].startswith("anomaly-labs/README.md: holds ")


def test_a_secret_is_found_in_an_output_of_a_notebook(project, made, tmp_path):
    text = f"no newline before:\n\t{HIDDEN}\n"
    output = nbformat.v4.new_output("stream", text=text)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output])])
    planted = {"labs/quiz.ipynb": nbformat.writes(notebook).encode()}
    found = complaints(project, with_files(made, tmp_path, planted))
    assert any("labs/quiz.ipynb: holds" in one and "solutions/quiz/lab.py:" in one for one in found)


@pytest.mark.parametrize(
    ("text", "outputs"), [("x = 1", []), (None, [nbformat.v4.new_output("stream", text="1")])]
)
def test_a_cell_that_is_not_the_learners_is_found(project, made, tmp_path, text, outputs):
    with zipfile.ZipFile(made) as archive:
        notebook = nbformat.reads(archive.read("anomaly-labs/labs/quiz.ipynb").decode(), 4)
    cell = notebook.cells[3]
    cell.source, cell.outputs = text or cell.source, outputs
    planted = {"labs/quiz.ipynb": nbformat.writes(notebook).encode()}
    found = complaints(project, with_files(made, tmp_path, planted))
    quiz = "anomaly-labs/labs/quiz.ipynb"
    assert found == [f"{quiz}: cell 4 is not as solutions/ gives it to learners"]


def test_a_secret_is_found_in_an_archive_in_an_archive(project, made, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("anomaly_labs/answers.py", f"if True:\n    {HIDDEN}\n")
    planted = {"anomaly_labs-9-py3-none-any.whl": packed.getvalue()}
    (found,) = complaints(project, with_files(made, tmp_path, planted))
    assert "anomaly_labs-9-py3-none-any.whl > anomaly_labs/answers.py: holds" in found


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("solutions/quiz.py", b"", "solutions/ is not for learners"),
        ("labs/tests/quiz.py", b"", "tests/ is not for learners"),
        ("grading/gradebook.db", b"", "gradebook.db is not for learners"),
        ("assessment/RUBRIC.md", b"", "RUBRIC.md is not for learners"),
        ("labs/answers.bin", b"\xff\xfe\x00", "cannot be read"),
        ("labs/broken.ipynb", b"{", "cannot be read"),
        ("wheels/numpy-9.9-py3-none-any.whl", b"PK", "not a package of requirements.lock"),
        ("data/nsl_kdd/KDDTest+.txt", b"1,2,3\n", "KDDTest+.txt"),
        ("data/answers.csv", b"1,2,3\n", "not an official data file"),
        ("../up.txt", b"", "unpacks outside its folder"),
    ],
)
def test_what_does_not_belong_into_a_release_is_named(project, made, tmp_path, name, data, said):
    found = complaints(project, with_files(made, tmp_path, {name: data}))
    assert any(said in one for one in found), found


SOLUTION = "return (np.asarray(scores) > threshold).astype(int)"
PACKED = {
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64, compressed": lambda data: base64.b64encode(zlib.compress(data)),
    "base64 twice, gzip": lambda data: base64.b64encode(base64.b64encode(gzip.compress(data))),
    "hexadecimal, xz": lambda data: binascii.hexlify(lzma.compress(data)),
    "base64, bzip2": lambda data: base64.b64encode(bz2.compress(data)),
    "in a module": lambda data: base64.encodebytes(data).replace(b"\n", b'"\n    "'),
    "in JSON in base64": lambda data: base64.b64encode(json.dumps({"q1": data.decode()}).encode()),
}  # fmt: skip


@pytest.mark.parametrize("how", PACKED)
def test_an_encoded_solution_stops_an_ordinary_release(project, made, tmp_path, how):
    text = f"Look:\n\n    {SOLUTION}\n\nand so on, {'é' * 20} to the end of the page.\n" * 3
    page = b"# Welcome\n\nkey=" + PACKED[how](text.encode()) + b"\n\nGood-bye and thank you.\n"
    found = complaints(project, with_files(made, tmp_path, {"README.md": page}))
    assert any(SOLUTION in one and "(encoded)" in one for one in found), found


def test_the_worked_solutions_stop_an_ordinary_release(project, made, tmp_path):
    (file,) = alone.worked_files("A course", sources.course(project)).values()
    found = complaints(project, with_files(made, tmp_path, {"labs/self-study.json": file}))
    assert any(SOLUTION in one and "labs/self-study.json" in one for one in found), found
    assert any(MODEL_ANSWER in one for one in found)
    assert any("Three points: says who pays" in one for one in found)


@pytest.fixture(scope="module")
def self_study(project):
    """A self-study release of the quiz, made by the command."""
    path = project / "out" / "self-study.zip"
    with contextlib.chdir(project):
        code, said = run(cli.app, "release", "--output", str(path), "--self-study")
    assert code == 0, said
    assert "holds the solutions of the labs, hidden, not encrypted" in said
    return path


def test_self_study_holds_the_solutions_and_an_ordinary_release_nothing_of_it(made, self_study):
    with zipfile.ZipFile(made) as plain, zipfile.ZipFile(self_study) as own:
        assert {*own.namelist()} - {*plain.namelist()} == {"anomaly-labs/labs/self-study.json"}
        text = own.read("anomaly-labs/labs/self-study.json")
        page, plain_page = (zip_.read("anomaly-labs/README.md").decode() for zip_ in (own, plain))
        notebook = json.loads(own.read("anomaly-labs/labs/quiz.ipynb"))
        plain_notebook = json.loads(plain.read("anomaly-labs/labs/quiz.ipynb"))
    assert "hidden, not encrypted" in " ".join(page.split())
    assert "self-study" not in plain_page
    assert SOLUTION.encode() not in text
    assert SOLUTION in str(list(decoded(text.decode())))
    assert notebook["metadata"]["anomaly_labs"].pop("self_study") is True
    assert notebook == plain_notebook


def test_self_study_release_is_checked_as_one(project, self_study, tmp_path):
    assert complaints(project, self_study, self_study=True) == []
    assert complaints(project, self_study) != []
    with zipfile.ZipFile(self_study) as archive:
        file = archive.read("anomaly-labs/labs/self-study.json")
    planted = {"labs/self-study.json": file.replace(b"hidden", b"secret")}
    found = complaints(project, with_files(self_study, tmp_path, planted), self_study=True)
    assert found == [
        "anomaly-labs/labs/self-study.json: not the worked solutions that solutions/ gives"
    ]
    planted = {"README.md": base64.b64encode(SOLUTION.encode())}
    found = complaints(project, with_files(self_study, tmp_path, planted), self_study=True)
    assert [one.partition(":")[0] for one in found] == ["anomaly-labs/README.md"]


def test_an_assessment_has_no_worked_solutions():
    every = sources.course(PROJECT)
    (file,) = alone.worked_files("A course", every).values()
    worked = json.loads(next(decoded(file.decode())))["worked"]
    labs = [source for source in every if source.lab.kind != "assessment"]
    wanted = [name for source in labs for name in (source.points | source.reflections)]
    assert sorted(worked) == sorted(wanted)
    assert all(one["rubric"] for name, one in worked.items() if "-r" in name)


def test_an_answer_copied_into_the_library_stops_the_release(project, made, tmp_path):
    module = project / "src/anomaly_labs/copied.py"
    quiz = (project / "solutions/quiz/lab.py").read_text()
    answer = re.search(r"    fast = .*\n    return .*\n", quiz)
    module.write_text(f'"""A copy."""\n\n\ndef detect(rows):\n{answer[0]}')
    try:
        found = release(project, tmp_path / "no.zip", data=False, wheels=None)
    finally:
        module.unlink()
    assert [one.partition(" > ")[2].partition(":")[0] for one in found] == [
        "anomaly_labs/copied.py"
    ]
    assert list(tmp_path.iterdir()) == []


def test_lock_holds_each_package_that_the_library_imports(project):
    locked = {
        canonicalize_name(name) for name in re.findall(r"^(\S+)==", learners_lock(project), re.M)
    }
    known = packages_distributions()
    given = (project / "src/anomaly_labs").rglob("*.py")
    imported = {
        name.partition(".")[0]
        for path in given
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
        if name and not (isinstance(node, ast.ImportFrom) and node.level)
    }
    of_extras = {"cudf", "cuml", "dask", "dask_cuda", "distributed"}
    others = imported - sys.stdlib_module_names - {"anomaly_labs"} - of_extras
    missing = {n for n in others if not {canonicalize_name(d) for d in known[n]} & locked}
    assert missing == set()


def test_lock_holds_hashes_and_nothing_for_instructors(project):
    lock = learners_lock(project)
    whole = (project / "requirements.lock").read_text()
    assert all(block in whole for block in re.findall(r"^\S.*(?:\n +.*)*", lock, re.M))
    pinned = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.M)}
    assert {"jupyterlab", "ipykernel", "tensorflow-cpu", "tensorflow", "xgboost-cpu"} <= pinned
    assert pinned.isdisjoint({"pytest", "ruff", "sphinx", "hatchling", "alembic"})
    assert pinned.isdisjoint({"nbgrader", "dask", "distributed", "bokeh", "fpdf2", "jupytext"})


def test_lock_for_one_platform_holds_no_markers(project):
    lock = learners_lock(project, target=Target("windows-x86_64", "3.12"))
    assert ";" not in lock
    assert "pywinpty==" in lock
    assert "ptyprocess==" not in lock


def test_an_unknown_platform_is_refused():
    with pytest.raises(CourseError, match="no platform 'amiga'; choose one of linux-x86_64"):
        Target("amiga", "3.11")
    with pytest.raises(CourseError, match=r"no Python '2.7'; choose one of 3.11"):
        Target("linux-x86_64", "2.7")


def test_packages_that_are_not_those_of_the_lock_are_refused(project, tmp_path):
    shutil.copy(project / "pyproject.toml", tmp_path)
    lock = (project / "requirements.lock").read_text()
    (tmp_path / "requirements.lock").write_text(
        re.sub(r"^numpy==\S+", "numpy==0.1", lock, flags=re.M)
    )
    with pytest.raises(CourseError, match=r"numpy .* is installed, not numpy==0\.1"):
        learners_lock(tmp_path)


def test_data_that_is_not_official_does_not_go_to_learners(tmp_path, monkeypatch):
    (tmp_path / "KDDTest+.txt").write_text("1,2,3\n")
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(tmp_path))
    with pytest.raises(CourseError, match=r"KDDTest\+.txt does not go to learners"):
        data_files([manifest.labs(PROJECT)[-1]])


def test_data_that_is_not_here_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ANOMALY_LABS_DATA", str(tmp_path))
    monkeypatch.setattr(files, "project_data_folder", lambda: None)
    with pytest.raises(CourseError, match=r"kdd99 10_percent, .*nsl_kdd train_20 are not here"):
        data_files(manifest.labs(PROJECT))


@pytest.fixture
def unpacked(made, tmp_path):
    with zipfile.ZipFile(made) as archive:
        archive.extractall(tmp_path / "my course")
    return tmp_path / "my course" / "anomaly-labs"


def test_start_says_which_python_is_missing(unpacked):
    env = {"PATH": os.defpath, "PYTHON": "/no/python"}
    command = ["sh", str(unpacked / "start.sh")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No Python of version 3.13 3.12 3.11 found at PYTHON=/no/python." in done.stderr


def test_command_checks_a_zip(project, made, tmp_path, monkeypatch):
    monkeypatch.chdir(project)
    assert run(cli.app, "release", "--check", str(made))[0] == 0
    planted = with_files(made, tmp_path, {"README.md": HIDDEN.encode()})
    code, said = run(cli.app, "release", "--check", str(planted))
    assert code == 1
    assert "planted.zip must not go to learners." in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name one: --output FILE.zip"),
        (("--output", "a.zip", "--platform", "linux-x86_64"), "add --wheels"),
        (("--check", "LICENSE"), "LICENSE cannot be read as a zip"),
        (("--check", "nowhere.zip"), "nowhere.zip cannot be read as a zip"),
        (("--output", "a.zip", "--wheels", "--platform", "amiga"), "no platform 'amiga'"),
    ],
)
def test_command_answers_mistakes_in_a_sentence(project, monkeypatch, words, said):
    monkeypatch.chdir(project)
    code, output = run(cli.app, "release", *words)
    assert code != 0
    assert said in output


@pytest.fixture(scope="module")
def learners_python(made, tmp_path_factory):
    """A Python with the learners' wheel; other packages come from this one."""
    folder = tmp_path_factory.mktemp("learner")
    venv.create(folder)
    (packages,) = folder.glob("lib/*/site-packages")
    wheel_in(made).extractall(packages)
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "python"


def learners(python: Path, *words: str) -> str:
    """What a command of the learners' wheel prints."""
    start = "from anomaly_labs.cli import app; app()"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"COLUMNS": "200"}
    command = [str(python), "-c", start, *words]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert not ran.stderr, ran.stderr
    return ran.stdout


def test_doctor_asks_learners_for_nothing_that_only_instructors_need(learners_python):
    said = learners(learners_python, "doctor")
    assert all(what in said for what in ("Python", "tensorflow", "free disk", "kdd99 test"))
    assert not re.search("sandbox|nbgrader|checkout|notebooks", said)


def test_learners_command_has_what_the_labs_and_the_readme_name_and_no_more(learners_python):
    said = learners(learners_python, "--help")
    assert all(f" {name} " in said for name in ("data", "doctor", "progress", "verify"))
    assert " grade " not in said


# A learner's computer: no network, nothing of this checkout, nothing of this environment.
def on_a_learners_computer(
    folder: Path, command: str, *, name: str = "anomaly-labs", shown: tuple[Path, ...] = ()
) -> subprocess.CompletedProcess:
    course = folder / name
    settings = {
        "HOME": str(folder), "TMPDIR": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8",
        "PYTHON": sys._base_executable, "ANOMALY_LABS_FAST": "1",
    }  # fmt: skip
    bwrap = [
        "bwrap", "--unshare-net", "--unshare-pid", "--die-with-parent", "--clearenv",
        "--ro-bind", "/", "/", "--tmpfs", str(PROJECT), "--bind", str(folder), str(folder),
        "--dev", "/dev", "--proc", "/proc", "--chdir", str(course),
        *(word for path in shown for word in ("--ro-bind", str(path), str(path))),
        *(word for key, value in settings.items() for word in ("--setenv", key, value)),
    ]  # fmt: skip
    return subprocess.run(
        [*bwrap, "sh", "-c", command], capture_output=True, text=True, check=False
    )


SERVE = """
sh start.sh jupyter lab --no-browser --allow-root --port 8899 --IdentityProvider.token=t &
ask='import urllib.request; urllib.request.urlopen("http://127.0.0.1:8899/lab?token=t")'
for second in $(seq 60); do
    sleep 1
    .venv/bin/python -c "$ask" 2>/dev/null && exit 0
done
exit 1
"""


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap cuts the network off")
def test_a_learner_without_network_and_checkout_runs_every_notebook(tmp_path):
    target = Target("linux-x86_64", f"{sys.version_info.major}.{sys.version_info.minor}")
    try:
        have_data = bool(data_files(manifest.labs(PROJECT)))
    except CourseError:
        have_data = False
    try:
        path = tmp_path / "course.zip"
        assert release(PROJECT, path, data=have_data, wheels=target) == []
    except CourseError as error:
        pytest.skip(f"no packages to be had: {error}")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    path.unlink()

    done = on_a_learners_computer(tmp_path, "sh start.sh anomaly-labs doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    done = on_a_learners_computer(tmp_path, SERVE)
    assert done.returncode == 0, done.stdout + done.stderr

    convert = "sh start.sh jupyter nbconvert --to notebook --inplace --execute --allow-errors"
    for lab in manifest.labs(PROJECT):
        name = lab.released
        done = on_a_learners_computer(tmp_path, f"{convert} {name}")
        assert done.returncode == 0, done.stdout + done.stderr
        notebook = nbformat.read(tmp_path / "anomaly-labs" / name, as_version=4)
        outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
        errors = {o.ename for o in outputs if o.output_type == "error"}
        assert errors == {"NotAnswered"}, (name, errors)
        shown = str([o for o in outputs if o.output_type != "error"])
        assert have_data == ("GENERATED" not in shown), name

    done = on_a_learners_computer(tmp_path, "sh start.sh anomaly-labs progress")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" not in done.stdout
