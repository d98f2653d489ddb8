"""In a graded kernel there is nothing of the desk: no module, no file, no object, no mapping."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from kernels import run

from anomaly_desk.sandbox import forkserver

PROJECT = Path(__file__).parents[2]
DESK = PROJECT / "src" / "anomaly_desk"

# What lies in the learners' package for the grader's sake: all that a learner's code could read.
INSIDE = {
    "__init__.py", "agent.py", "codec.py", "decoder.py", "entry.py", "kinds.py", "landlock.py",
    "places.py", "tables.py", "zygote.py", "closed/__init__.py",
}  # fmt: skip

# Looks for the desk by name, and for a line of its code as a pattern that does not match itself.
LOOK = r"""
import gc, importlib, os, re, sys
for name in ("anomaly_desk", "anomaly_desk.checking.judge"):
    try:
        importlib.import_module(name)
        print("imported", name)
    except ModuleNotFoundError as error:
        print(error)
line = re.compile(rb"no mark is bette[r] than a wrong one")
def of_the_desk(thing):
    module = getattr(thing, "__module__", None) or getattr(thing, "__name__", None)
    return isinstance(module, str) and module.startswith("anomaly_desk")
print("modules", [name for name in sys.modules if name.startswith("anomaly_desk")])
print("objects", [thing for thing in gc.get_objects() if of_the_desk(thing)])
maps = open("/proc/self/maps").read().splitlines()
print("maps", [mapped for mapped in maps if "anomaly_desk" in mapped])
memory = []
with open("/proc/self/mem", "rb", buffering=0) as mem:
    for mapped in maps:
        start, end = (int(part, 16) for part in mapped.split()[0].split("-"))
        if " r" in mapped and "[v" not in mapped:
            try:
                mem.seek(start)
                memory += line.findall(mem.read(end - start))
            except OSError:
                pass
print("memory", len(memory))
files = []
for root in {*sys.path, sys.prefix, "/home", "/tmp", "/run"}:
    for folder, _, names in os.walk(root):
        for path in (os.path.join(folder, name) for name in names):
            of_others = "site-packages" in path and "anomaly" not in path
            if path.endswith((".py", ".pyc")) and not of_others:
                files += [path] * (line.search(open(path, "rb").read()) is not None)
print("files", sorted({*files}))
"""
NOTHING = """No module named 'anomaly_desk'
No module named 'anomaly_desk'
modules []
objects []
maps []
memory 0
files []"""


def test_what_lies_in_the_learners_package_for_the_grader_is_listed_here():
    folder = PROJECT / "src" / "anomaly_labs" / "inside"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.py")} == INSIDE


def test_the_look_finds_a_line_of_the_desk_where_there_is_one(tmp_path):
    tmp_path.chmod(0o755)
    planted = shutil.copy(DESK / "checking" / "judge.py", tmp_path / "copy.py")
    compiled = f"code = compile(open({str(planted)!r}).read(), 'copy', 'exec')"
    ran = run(compiled, LOOK, read_only=[str(tmp_path)])
    assert "memory 0" not in ran.texts[1]
    assert f"files ['{planted}']" in ran.texts[1]


@pytest.mark.parametrize("forked", [True, False])
def test_a_kernel_of_the_checkout_has_nothing_of_the_desk(forked):
    with forkserver.running():
        ran = run(LOOK, fork_server=forked)
    assert ran.texts == [NOTHING]


def test_a_shown_folder_that_holds_the_desk_shows_a_closed_door():
    ran = run(LOOK, read_only=[str(DESK.parent)])
    assert ran.texts == [NOTHING]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A Python that has the desk as an installed wheel; other packages come from this one."""
    folder = tmp_path_factory.mktemp("installed")
    for path in (folder, *folder.parents):
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    venv.create(folder / "venv")
    (packages,) = (folder / "venv" / "lib").glob("*/site-packages")
    wheel = next(WheelBuilder(str(PROJECT)).build(directory=str(folder), versions=["standard"]))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "venv" / "bin" / "python"


@pytest.mark.parametrize("forked", [True, False])
def test_a_kernel_of_an_installed_wheel_has_nothing_of_the_desk(installed, forked):
    told = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import anomaly_desk
assert "site-packages" in anomaly_desk.__file__, anomaly_desk.__file__
from kernels import run
from anomaly_desk.sandbox import forkserver
with forkserver.running():
    ran = run({LOOK!r}, fork_server={forked}, read_only=[{sys.prefix!r}])
print(*ran.texts)
"""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ran = subprocess.run(
        [str(installed), "-c", told], capture_output=True, text=True, env=environment, check=False
    )
    assert ran.stdout.strip() == NOTHING, ran.stderr
