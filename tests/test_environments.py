"""The conda environments ask for what `pyproject.toml` asks for, by conda's names."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[1]
ABOUT = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
CONDA = {
    "dask": "dask-core",
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "xgboost-cpu": "py-xgboost-cpu",
    "xgboost-cu12": "py-xgboost-gpu",
    "tensorflow": "tensorflow-gpu",
    "cudf-cu12": "cudf",
    "cuml-cu12": "cuml",
}
# conda-forge follows TensorFlow by months, and the course runs on that version too
BEHIND = {"tensorflow-cpu": "2.18", "tensorflow-gpu": "2.18"}
CONDAS_OWN = {"python", "pip", "make", "cuda-version"}
FILES = {"environment.yml": "cpu", "environment-gpu.yml": "gpu"}


def wanted(device: str) -> dict[str, str]:
    """Name and lowest version of what a course with all labs and the desk needs."""
    extras = [text for e in ("scale", "desk", device) for text in ABOUT["optional-dependencies"][e]]
    read = [Requirement(text) for text in (*ABOUT["dependencies"], *extras)]
    linux = [
        one for one in read if one.marker is None or one.marker.evaluate({"sys_platform": "linux"})
    ]
    found = {CONDA.get(one.name, one.name): lowest(str(one.specifier)) for one in linux}
    return found | {name: BEHIND[name] for name in found if name in BEHIND}


def lowest(specifier: str) -> str:
    return re.search(r">=([\d.]+)", specifier)[1]


def given(name: str) -> dict[str, str]:
    lines = re.findall(r"^  - ([\w-]+)(?: (.+))?$", (PROJECT / name).read_text(), re.M)
    return {package: lowest(version) for package, version in lines
            if version and package not in CONDAS_OWN}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_conda_asks_for_what_pip_asks_for(name):
    assert given(name) == wanted(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_every_conda_environment_takes_the_pythons_of_the_project(name):
    assert f"  - python {ABOUT['requires-python']}\n" in (PROJECT / name).read_text()


def test_every_extra_but_the_device_is_in_both_locks():
    names = {Requirement(t).name.lower() for e, texts in ABOUT["optional-dependencies"].items()
             if e not in ("cpu", "gpu") for t in texts}  # fmt: skip
    for lock in ("requirements.lock", "requirements-gpu.lock"):
        assert names <= set(re.findall(r"^([\w.-]+)==", (PROJECT / lock).read_text(), re.M)), lock
