"""`make test` brings what the tests need of the system, or says what to type."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "system.sh"
STUBS = {
    "uname": "echo Linux",
    "id": "echo 1000",
    "sudo": "exit 1",
    "apt-get": 'echo "$@" >> "$0.log"; [ -e "$0.ready" ] || { : > "$0.ready"; exit 100; }',
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs in which neither bubblewrap nor Chromium is found."""
    for program in ("cat", "mktemp", "rm"):
        (tmp_path / program).symlink_to(shutil.which(program))
    for program, text in STUBS.items():
        put(tmp_path, program, text)
    return tmp_path


def put(machine: Path, program: str, text: str = ":") -> None:
    path = machine / program
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def run(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", SCRIPT], env={"PATH": str(machine)}, capture_output=True, text=True
    )


def test_nothing_is_done_where_both_are_there(machine):
    put(machine, "bwrap")
    put(machine, "chromium")
    done = run(machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_ordinary_user_is_told_the_one_command_to_type(machine):
    put(machine, "chromium")
    done = run(machine)
    assert done.returncode == 1
    assert "sudo apt-get install --yes --no-install-recommends bubblewrap\n" in done.stderr
    assert not (machine / "apt-get.log").exists()


@pytest.mark.parametrize("way", ["root", "sudo"])
def test_who_may_installs_and_gets_fresh_lists_where_the_first_try_fails(machine, way):
    put(machine, "id", f"echo {0 if way == 'root' else 1000}")
    put(machine, "sudo", 'shift; [ "$1" = true ] || exec "$@"')
    done = run(machine)
    assert done.returncode == 0, done.stderr
    install = "install --quiet --yes --no-install-recommends bubblewrap chromium"
    asked = (machine / "apt-get.log").read_text().splitlines()
    assert asked == [install, "update --quiet", install]


def test_what_apt_get_says_is_shown_when_it_fails(machine):
    put(machine, "id", "echo 0")
    put(machine, "apt-get", "echo no network; exit 100")
    done = run(machine)
    assert done.returncode == 1
    assert "no network" in done.stderr and "could not install" in done.stderr


def test_other_systems_get_a_note(machine):
    put(machine, "uname", "echo Darwin")
    done = run(machine)
    assert done.returncode == 0
    assert "for Linux only" in done.stderr
