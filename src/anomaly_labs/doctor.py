"""What this machine has, what is missing, and how to mend it.

Nothing is imported at the top that may be what is missing.
"""

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "pandas", "pyarrow", "scikit-learn", "matplotlib", "keras", "jupyterlab")
ALTERNATIVES = {
    "xgboost": ("xgboost-cpu", "xgboost-cu12", "xgboost"),
    "tensorflow": ("tensorflow-cpu", "tensorflow"),
}
RAPIDS = ("cudf", "cuml")
IMPORT_S = 120  # a first import of RAPIDS compiles and reads gigabytes
GIBIBYTE = 2**30

Finding = tuple[bool | None, str, str, str]  # good (None: worth knowing), what, found, how to mend


def examine() -> list[Finding]:
    """Return all that was looked at, in the order in which a newcomer needs it."""
    return [*_software(), *_machine(), *_gpu(), *_data()]


def is_for_learners() -> bool:
    """Return whether the instructor's desk is not installed here."""
    return importlib.util.find_spec("anomaly_desk") is None


def _software() -> Iterator[Finding]:
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield supported, "Python", platform.python_version(), "use Python 3.11, 3.12 or 3.13"
    for package in PACKAGES:
        found = _version(package)
        yield found is not None, package, found or "-", "delete .venv and run any make target"
    for name, builds in ALTERNATIVES.items():
        present = [f"{b} {v}" for b in builds if (v := _version(b))]
        mend = "install the extra cpu or gpu: pip install 'anomaly-labs[cpu]'"
        # both lie in the same folder: the files are those of the one that was installed last
        mixed = len(present) > 1 and any("-cpu " in build for build in present)
        if mixed:
            mend = f"builds for CPU and GPU overwrite each other: {_other_environment('cpu')}"
        yield bool(present) and not mixed, name, ", ".join(present) or "-", mend


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _machine() -> Iterator[Finding]:
    from anomaly_labs import runtime

    device = "NVIDIA GPU" if runtime.gpu_available() else "CPU"
    yield True, "device", f"{device}, {os.cpu_count()} cores", ""
    free = shutil.disk_usage(Path.cwd()).free / GIBIBYTE
    yield free > 3 or None, "free disk", f"{free:.0f} GiB", "keep 3 GiB free"


def _gpu() -> Iterator[Finding]:
    """Look at RAPIDS where it, or a device for it, is there; learners get the CPU's builds."""
    from anomaly_labs import runtime

    found = ", ".join(f"{name} {_rapids_version(name)}" for name in RAPIDS)
    if runtime.gpu_available():
        trouble = _import_trouble(*RAPIDS)
        mend = f"it cannot be imported ({trouble}); install it anew: {_other_environment('gpu')}"
        yield not trouble, "RAPIDS", found, mend
    elif runtime.has_rapids():
        mend = (
            "make `nvidia-smi` list a device (a container needs --gpus all), or take the smaller "
            f"builds for the CPU, where all runs now: {_other_environment('cpu')}"
        )
        yield False, "RAPIDS", f"{found}, but the NVIDIA driver reports no device", mend
    elif runtime.has_device() and not is_for_learners():
        mend = f"all runs on the CPU; for the GPU: {_other_environment('gpu')} (docs/gpu.md)"
        yield None, "RAPIDS", "not installed, but there is an NVIDIA device", mend


def _rapids_version(name: str) -> str:
    """Return the version of a wheel for any CUDA, or of a conda package."""
    return next((v for of in ("", "-cu12", "-cu13") if (v := _version(name + of))), "?")


def _import_trouble(*names: str) -> str:
    """Return the error that importing gives, in a process of its own; else an empty string."""
    command = [sys.executable, "-c", f"import {', '.join(names)}"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=IMPORT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it took more than {IMPORT_S} s"
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"Python ended with {done.returncode}"])[-1]


def _other_environment(extra: str) -> str:
    """Say how to get an environment that holds the builds of one extra."""
    if is_for_learners():
        return "delete .venv, then sh start.sh, which takes the builds for the CPU"
    lock = {"cpu": "requirements.lock", "gpu": "requirements-gpu.lock"}[extra]
    # with the variable set, a later `make` without it does not go back to the other lock
    return f"delete .venv, export LOCK={lock}, then make course"


def _data() -> Iterator[Finding]:
    from anomaly_labs import datasets
    from anomaly_labs.datasets import sets

    mend = "`make data` downloads it, ANOMALY_LABS_DATA names a folder of yours"
    try:
        found_out = datasets.brief(datasets.verify())
    except FileNotFoundError as error:
        yield False, "data", "-", str(error)
        return
    for status in found_out:
        found = f"{status.status}: {status.path}" if status.path else status.status
        bad, made = status.bad, sets.find(status.name).generator is not None
        yield (
            False if bad else status.status != "missing" or None,
            f"data {status.name} {status.split}",
            found,
            status.detail if bad else mend + "; else generated" * made,
        )
