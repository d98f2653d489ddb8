"""What building and grading need of this machine, beside what learners need."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from anomaly_labs import doctor
from anomaly_labs.doctor import Finding


def examine() -> list[Finding]:
    """Return what learners need, then what the desk does, in the order of `doctor.examine`."""
    return [*doctor.examine(), *_nbgrader(), *_sandbox(), *_notebooks()]


def _nbgrader() -> Iterator[Finding]:
    try:
        found = version("nbgrader")
    except PackageNotFoundError:
        found = ""
    yield bool(found), "nbgrader", found or "-", "delete .venv and run any make target"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    alembic = shutil.which("alembic", path=path)
    yield alembic is not None, "alembic (for nbgrader)", alembic or "-", "reinstall nbgrader"


def _sandbox() -> Iterator[Finding]:
    """Try what grading strangers' work needs; the rest of the course does without."""
    from anomaly_desk.sandbox.diagnose import diagnose

    for check in diagnose():
        yield check.ok or None, f"sandbox: {check.name}", check.detail, check.cure


def _notebooks() -> Iterator[Finding]:
    from anomaly_desk import build
    from anomaly_desk.labs import manifest

    try:
        project = build.project_folder()
    except FileNotFoundError:
        yield None, "checkout", "not in one", "clone the project to build and grade the course"
        return
    missing = [lab.name for lab in manifest.labs(project) if not (project / lab.released).is_file()]
    yield (
        not missing or None,
        "learners' notebooks",
        ", ".join(missing) or "built",
        "anomaly-labs build",
    )
