"""What `anomaly-labs doctor` says about the GPU, in each state that a machine can be in.

No stand-in for cudf or cuml: what a package is called, and whether a device is there, is all that
these tests make up. Whether RAPIDS works, only `pytest -m gpu` on a machine with it can say.
"""

import re
from pathlib import Path

import pytest

from anomaly_labs import doctor, runtime

PROJECT = Path(__file__).parents[1]
WHEELS = {"cudf-cu12": "26.10.2", "cuml-cu12": "26.10.0"}


@pytest.fixture
def machine(monkeypatch):
    """Make up a machine: is there a device, and which packages are there?"""

    def _machine(*, device, packages):
        rapids = "cudf-cu12" in packages
        monkeypatch.setattr(runtime, "has_device", lambda: device)
        monkeypatch.setattr(runtime, "has_rapids", lambda: rapids)
        monkeypatch.setattr(runtime, "gpu_available", lambda: device and rapids)
        monkeypatch.setattr(doctor, "_version", packages.get)

    return _machine


def test_nothing_is_said_of_rapids_where_there_is_neither_a_device_nor_it(machine):
    machine(device=False, packages={})
    assert list(doctor._gpu()) == []


def test_wheels_for_the_gpu_without_a_device_are_refused_with_two_ways_out(machine):
    machine(device=False, packages=WHEELS)
    ((good, what, found, mend),) = doctor._gpu()
    assert (good, what) == (False, "RAPIDS")
    assert found == "cudf 26.10.2, cuml 26.10.0, but the NVIDIA driver reports no device"
    assert "nvidia-smi" in mend
    assert "export LOCK=requirements.lock" in mend


def test_a_device_beside_wheels_for_the_cpu_is_told_and_is_no_mistake(machine):
    machine(device=True, packages={"xgboost-cpu": "3.2.0"})
    ((good, _, found, mend),) = doctor._gpu()
    assert good is None
    assert found == "not installed, but there is an NVIDIA device"
    assert "export LOCK=requirements-gpu.lock" in mend


def test_learners_who_only_get_wheels_for_the_cpu_are_not_told_of_others(machine, monkeypatch):
    machine(device=True, packages={})
    monkeypatch.setattr(doctor, "is_for_learners", lambda: True)
    assert list(doctor._gpu()) == []


def test_rapids_that_cannot_be_imported_is_refused_with_the_reason(machine, monkeypatch):
    machine(device=True, packages=WHEELS)
    if runtime.importlib.util.find_spec("cudf") is not None:
        pytest.skip("RAPIDS is installed here")
    ((good, _, found, mend),) = doctor._gpu()
    assert (good, found) == (False, "cudf 26.10.2, cuml 26.10.0")
    assert "No module named 'cudf'" in mend


def test_packages_of_conda_have_a_version_too(machine):
    machine(device=True, packages={"cudf": "26.10.2", "cuml-cu13": "26.10.0"})
    assert [doctor._rapids_version(name) for name in doctor.RAPIDS] == ["26.10.2", "26.10.0"]
    machine(device=True, packages={})
    assert doctor._rapids_version("cudf") == "?"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("json", "csv"), ""),
        (("json", "no_such_module"), "ModuleNotFoundError: No module named 'no_such_module'"),
        (("os; os._exit(3)",), "Python ended with 3"),
    ],
    ids=["good", "missing", "without a word"],
)
def test_an_import_is_tried_in_a_process_of_its_own(names, said):
    assert doctor._import_trouble(*names) == said


def test_an_import_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr(doctor, "IMPORT_S", 0.5)
    assert doctor._import_trouble("time; time.sleep(60)") == "it took more than 0.5 s"


@pytest.mark.parametrize(
    ("packages", "good"),
    [
        ({"xgboost-cpu": "3.2.0"}, True),
        (
            {"xgboost-cu12": "3.2.0", "xgboost": "3.2.0"},
            True,
        ),  # the one is only a name of the other
        ({"xgboost-cpu": "3.2.0", "xgboost": "3.2.0"}, False),
        ({}, False),
    ],
    ids=["for the CPU", "for CUDA", "both", "none"],
)
def test_two_builds_of_one_library_that_overwrite_each_other_are_refused(machine, packages, good):
    machine(device=False, packages=packages)
    found = {what: (fine, said, mend) for fine, what, said, mend in doctor._software()}
    assert found["xgboost"][0] is good
    assert ("overwrite each other" in found["xgboost"][2]) is (len(packages) == 2 and not good)


def pins(name):
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (PROJECT / name).read_text(), re.M))


def test_the_lock_for_the_gpu_has_rapids_and_no_build_for_the_cpu():
    cpu, gpu = pins("requirements.lock"), pins("requirements-gpu.lock")
    assert {"cudf-cu12", "cuml-cu12", "dask-cuda", "xgboost-cu12", "tensorflow"} <= gpu.keys()
    assert cpu.keys() - gpu.keys() == {"tensorflow-cpu", "xgboost-cpu"}


def test_both_locks_agree_on_every_package_that_they_share():
    cpu, gpu = pins("requirements.lock"), pins("requirements-gpu.lock")
    assert len(cpu.keys() & gpu.keys()) > 200
    assert {name for name in cpu.keys() & gpu.keys() if cpu[name] != gpu[name]} == set()
    assert gpu["xgboost-cu12"] == cpu["xgboost-cpu"]
    assert gpu["tensorflow"] == cpu["tensorflow-cpu"]
