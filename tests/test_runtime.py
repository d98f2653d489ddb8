import ctypes
import os
import random
import subprocess
import sys

import numpy as np
import pytest

from anomaly_labs import runtime

pytestmark = pytest.mark.quick


def modules_after(statement: str) -> tuple[set[str], float]:
    code = (
        f"import sys, time; t = time.perf_counter(); {statement}; "
        "print(time.perf_counter() - t, *sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, *names = out.stdout.split()
    return set(names), float(seconds)


def test_importing_the_package_loads_nothing_heavy():
    names, seconds = modules_after("import anomaly_labs")
    assert not names & {
        "keras",
        "tensorflow",
        "xgboost",
        "pandas",
        "numpy",
        "sklearn",
        "matplotlib",
    }
    assert seconds < 0.3


def test_preparing_a_notebook_loads_neither_pandas_nor_keras():
    names, _ = modules_after("from anomaly_labs import runtime; runtime.prepare()")
    assert not names & {"keras", "tensorflow", "xgboost", "pandas", "sklearn"}


def test_one_seed_repeats_every_draw():
    draws = []
    for _ in range(2):
        runtime.prepare(seed=3)
        draws.append((random.random(), np.random.rand()))  # noqa: NPY002 - the global one is meant
    assert draws[0] == draws[1]


def test_fast_mode_follows_the_environment(monkeypatch):
    monkeypatch.setenv(runtime.FAST, "1")
    fast = runtime.prepare()
    monkeypatch.setenv(runtime.FAST, "0")
    full = runtime.prepare()
    assert (fast.fast, fast.epochs(9), fast.rounds(50)) == (True, 2, 10)
    assert (full.fast, full.epochs(9), full.rounds(50)) == (False, 9, 50)


def driver(*, initialised=0, counted=0, devices=1):
    """A library with the two functions of libcuda that are asked, called through ctypes."""

    def count(pointer):
        pointer[0] = devices
        return counted

    class Library:
        cuInit = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint)(lambda flags: initialised)
        cuDeviceGetCount = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int))(count)

    return Library


NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE of cuda.h


@pytest.mark.parametrize(
    ("library", "found"),
    [
        (driver(), True),
        (driver(devices=0), False),
        (driver(initialised=NO_DEVICE), False),
        (driver(counted=NO_DEVICE), False),
    ],
    ids=["a device", "none", "a driver without a device", "a count that fails"],
)
def test_device_is_there_where_the_driver_counts_one(monkeypatch, library, found):
    asked = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: asked.append(name) or library)
    assert runtime.has_device.__wrapped__() is found
    assert asked == ["libcuda.so.1"]


def test_no_driver_is_no_device(monkeypatch):
    def missing(name):
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert runtime.has_device.__wrapped__() is False


@pytest.mark.parametrize("device", [True, False])
@pytest.mark.parametrize("rapids", [True, False])
def test_gpu_is_used_where_there_is_a_device_and_rapids(monkeypatch, device, rapids):
    monkeypatch.setattr(runtime, "has_device", lambda: device)
    monkeypatch.setattr(runtime, "has_rapids", lambda: rapids)
    assert runtime.gpu_available.__wrapped__() is (device and rapids)


def test_rapids_is_found_without_importing_it(monkeypatch):
    for found, wanted in (({"cudf", "cuml"}, True), ({"cudf"}, False), (set(), False)):
        monkeypatch.setattr(runtime.importlib.util, "find_spec", found.__contains__)
        assert runtime.has_rapids() is wanted


@pytest.fixture
def asked_for(monkeypatch):
    """The modules that `prepare` wants; importing them fails, so that nothing is switched on."""
    names = []

    def fail(name):
        names.append(name)
        raise ImportError("libcudart.so.12: cannot open shared object file")

    monkeypatch.setattr(runtime.importlib, "import_module", fail)
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "")  # so that it is as before in the end
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH")
    return names


def without(monkeypatch, *modules):
    for name in modules:
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_without_a_device_no_accelerator_is_touched(monkeypatch, asked_for):
    monkeypatch.setattr(runtime, "gpu_available", lambda: False)
    without(monkeypatch, "pandas", "sklearn")
    assert runtime.prepare().device == "cpu"
    assert asked_for == []
    assert "TF_FORCE_GPU_ALLOW_GROWTH" not in os.environ


def test_accelerator_that_does_not_work_here_is_left_out_with_a_warning(monkeypatch, asked_for):
    monkeypatch.setattr(runtime, "gpu_available", lambda: True)
    without(monkeypatch, "pandas", "sklearn")
    with pytest.warns(RuntimeWarning, match=r"(cudf.pandas|cuml.accel) .*libcudart") as caught:
        assert runtime.prepare().device == "cuda"
    assert len(caught) == 2
    assert asked_for == ["cudf.pandas", "cuml.accel"]
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


def test_accelerator_that_would_come_too_late_is_left_out(monkeypatch, asked_for):
    monkeypatch.setattr(runtime, "gpu_available", lambda: True)
    without(monkeypatch, "sklearn")
    monkeypatch.setitem(sys.modules, "pandas", object())
    with pytest.warns(RuntimeWarning, match="cuml.accel"):
        runtime.prepare()
    assert asked_for == ["cuml.accel"]


@pytest.mark.skipif(runtime.has_device(), reason="here there is one")
def test_trees_asked_for_a_device_that_is_not_there_are_trained_on_the_cpu_and_say_so():
    from anomaly_labs import boosting

    with pytest.warns(UserWarning, match="from GPU to CPU"):
        booster = boosting.train(np.eye(2), [0, 1], params={"device": "cuda"}, n_rounds=1)
    assert boosting.effective_device(booster) == "cpu"


@pytest.mark.gpu
def test_accelerators_are_on_in_a_fresh_process():
    code = (
        "from anomaly_labs import runtime; print(runtime.prepare().device); "
        "import pandas, cuml.accel; print('cudf' in repr(pandas), cuml.accel.enabled())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["cuda", "True", "True"]


@pytest.mark.gpu
def test_tensorflow_sees_the_device():
    code = (
        "from anomaly_labs import runtime; runtime.prepare(); import tensorflow as tf; "
        "print(len(tf.config.list_physical_devices('GPU')) > 0)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "True"


def test_native_logs_are_silent_before_keras_comes():
    code = (
        "from anomaly_labs import runtime; runtime.prepare(); import keras; "
        "keras.layers.Dense(1)(keras.ops.ones((1, 2))); print(keras.backend.backend())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "tensorflow"
    assert out.stderr == ""


def test_warnings_in_a_notebook_name_no_temporary_file():
    code = (
        "from anomaly_labs import runtime; runtime.prepare(); "
        "import warnings; warnings.warn('generated data')"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stderr == "UserWarning: generated data\n"
