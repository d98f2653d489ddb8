"""The Pythons of a machine: which are found, and on which of them the quick tests run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.quick

SCRIPTS = Path(__file__).parents[1] / "scripts"
MINE = "{}.{}".format(*sys.version_info)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def say(version: str) -> str:
    """Return what stands for a Python: it answers as one does that is asked by the script."""
    return f"echo {version} /opt/python{version}"


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """An environment with two Pythons on PATH, two of pyenv's, and a shim that does not start."""
    put(tmp_path / "bin" / "python3.13", "exit 127")
    put(tmp_path / "bin" / "python3.11", say("3.11"))
    put(tmp_path / "bin" / "python3", say("3.11"))
    put(tmp_path / "pyenv/versions/3.12.1/bin/python", say("3.12"))
    put(tmp_path / "pyenv/versions/3.13.0/bin/python", say("3.13"))
    put(tmp_path / "bin" / "make", f'echo "$@" >> {tmp_path}/made; [ ! -e {tmp_path}/broken ]')
    put(tmp_path / "bin" / "git", f"cat {tmp_path}/commits")
    (tmp_path / "commits").write_text("7")
    return {"PATH": f"{tmp_path / 'bin'}:{os.defpath}", "PYENV_ROOT": str(tmp_path / "pyenv")}


def run(machine: dict[str, str], script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", SCRIPTS / script, *arguments],
        cwd=SCRIPTS.parent,
        env=machine,
        capture_output=True,
        text=True,
    )


def made(tmp_path: Path) -> list[str]:
    """Return the words of each call of make."""
    return (tmp_path / "made").read_text().splitlines() if (tmp_path / "made").exists() else []


def test_path_comes_before_pyenv_and_what_does_not_start_is_left_out(machine):
    found = [line.split()[0] for line in run(machine, "pythons.sh").stdout.splitlines()]
    assert found[0] == "3.11"
    assert found[-2:] == ["3.13", "3.12"]


def test_a_virtual_environment_is_answered_by_the_python_that_it_was_made_with(machine):
    version, path = run(machine, "pythons.sh", sys.executable).stdout.split()
    assert version == MINE
    assert Path(path).samefile(Path(sys.executable).resolve())
    assert not Path(path).is_relative_to(sys.prefix)


@pytest.mark.parametrize(
    ("version", "taken"), [((3, 10), False), ((3, 12), True), ((3, 14), False)]
)
def test_a_python_that_is_too_old_or_too_new_is_left_out(machine, tmp_path, version, taken):
    disguise = f"import sys; sys.version_info = {version}; exec(sys.argv[1])"
    put(tmp_path / "some", f'exec {sys.executable} -c "{disguise}" "$2"')
    assert bool(run(machine, "pythons.sh", str(tmp_path / "some")).stdout) is taken


def test_all_others_run_the_quick_tests_each_in_an_environment_of_its_own(machine, tmp_path):
    done = run(machine, "elsewhere.sh", "python3.11", "all")
    assert done.returncode == 0, done.stderr
    assert made(tmp_path) == [
        f"--no-print-directory test-quick VENV=build/python-{version} PYTHON=/opt/python{version}"
        for version in ("3.12", "3.13")
    ]


def test_the_next_one_is_another_with_each_commit(machine, tmp_path):
    for commits in (7, 8, 9):
        (tmp_path / "commits").write_text(str(commits))
        assert run(machine, "elsewhere.sh", "python3.11", "next").returncode == 0
    assert [line[-4:] for line in made(tmp_path)] == ["3.13", "3.12", "3.13"]


def test_missing_pythons_are_named(machine, tmp_path):
    machine["PYENV_ROOT"] = str(tmp_path / "none")
    done = run(machine, "elsewhere.sh", "python3.11", "next")
    assert done.returncode == 0, done.stderr
    missing = [line for line in done.stdout.splitlines() if "no tests" in line]
    assert [line.split()[1] for line in missing] == ["3.12", "3.13"]
    assert made(tmp_path) == []


def test_a_failure_on_one_python_is_told_after_the_others_ran(machine, tmp_path):
    (tmp_path / "broken").touch()
    done = run(machine, "elsewhere.sh", "python3.11", "all")
    assert done.returncode == 1
    assert "failed on Python 3.12 3.13" in done.stderr
    assert len(made(tmp_path)) == 2
