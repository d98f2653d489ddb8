"""What this machine has, what is missing, and how to mend it.

Nothing is imported at the top that may be what is missing.
"""

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "pandas", "pyarrow", "scikit-learn", "matplotlib", "keras", "jupyterlab")
ALTERNATIVES = {
    "xgboost": ("xgboost-cpu", "xgboost-cu12", "xgboost"),
    "tensorflow": ("tensorflow-cpu", "tensorflow"),
}
GIBIBYTE = 2**30

Finding = tuple[bool | None, str, str, str]  # good (None: worth knowing), what, found, how to mend


def examine() -> list[Finding]:
    """Return all that was looked at, in the order in which a newcomer needs it."""
    everybody = [*_software(), *_machine(), *_data()]
    return everybody if is_for_learners() else [*everybody, *_sandbox(), *_notebooks()]


def is_for_learners() -> bool:
    """Return whether this is the learners' wheel, which holds neither grader nor builder."""
    return importlib.util.find_spec("anomaly_labs.course.sandbox") is None


def _software() -> Iterator[Finding]:
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield supported, "Python", platform.python_version(), "use Python 3.11, 3.12 or 3.13"
    for package in PACKAGES if is_for_learners() else (*PACKAGES, "nbgrader"):
        found = _version(package)
        yield found is not None, package, found or "-", "delete .venv and run any make target"
    for name, builds in ALTERNATIVES.items():
        present = [f"{b} {v}" for b in builds if (v := _version(b))]
        mend = "install the extra cpu or gpu: pip install 'anomaly-labs[cpu]'"
        yield bool(present), name, ", ".join(present) or "-", mend
    if is_for_learners():
        return
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    alembic = shutil.which("alembic", path=path)
    yield alembic is not None, "alembic (for nbgrader)", alembic or "-", "reinstall nbgrader"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _machine() -> Iterator[Finding]:
    from anomaly_labs import runtime

    gpu = runtime.gpu_available()
    yield True, "device", f"{'NVIDIA GPU' if gpu else 'CPU'}, {os.cpu_count()} cores", ""
    if gpu:
        rapids = _version("cudf-cu12")
        mend = "for RAPIDS: make course LOCK=requirements-gpu.lock"
        yield rapids is not None or None, "RAPIDS", rapids or "not installed", mend
    free = shutil.disk_usage(Path.cwd()).free / GIBIBYTE
    yield free > 3 or None, "free disk", f"{free:.0f} GiB", "keep 3 GiB free"


def _sandbox() -> Iterator[Finding]:
    """Try what grading strangers' work needs; the rest of the course does without."""
    from anomaly_labs.course.sandbox.diagnose import diagnose

    for check in diagnose():
        yield check.ok or None, f"sandbox: {check.name}", check.detail, check.cure


def _data() -> Iterator[Finding]:
    from anomaly_labs import datasets

    mend = "`make data` downloads it, ANOMALY_LABS_DATA names a folder of yours; else generated"
    try:
        found_out = datasets.verify()
    except FileNotFoundError as error:
        yield False, "data", "-", str(error)
        return
    for status in found_out:
        found = f"{status.status}: {status.path}" if status.path else status.status
        bad = status.status not in ("ok", "missing")
        yield (
            False if bad else status.status == "ok" or None,
            f"data {status.name} {status.split}",
            found,
            status.detail if bad else mend,
        )


def _notebooks() -> Iterator[Finding]:
    from anomaly_labs.course import build

    try:
        project = build.project_folder()
    except FileNotFoundError:
        yield None, "checkout", "not in one", "clone the project to build and grade the course"
        return
    missing = [
        path.stem
        for path in build.source_paths(project)
        if not build.released_path(project, path.stem).is_file()
    ]
    yield not missing or None, "learners' notebooks", ", ".join(missing) or "built", "make labs"
