import random
import subprocess
import sys

import numpy as np
import pytest

from anomaly_labs import runtime


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
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    fast = runtime.prepare()
    monkeypatch.setenv("ANOMALY_LABS_FAST", "0")
    full = runtime.prepare()
    assert (fast.fast, fast.epochs(9), fast.rounds(50)) == (True, 2, 10)
    assert (full.fast, full.epochs(9), full.rounds(50)) == (False, 9, 50)


def test_accelerator_that_does_not_work_here_is_left_out_with_a_warning(monkeypatch):
    monkeypatch.setattr(runtime.importlib.util, "find_spec", lambda name: name)
    for replaced in ("pandas", "sklearn"):
        monkeypatch.delitem(sys.modules, replaced, raising=False)

    def fail(name):
        raise ImportError("libcudart.so.12: cannot open shared object file")

    monkeypatch.setattr(runtime.importlib, "import_module", fail)
    with pytest.warns(RuntimeWarning, match=r"(cudf.pandas|cuml.accel) .*libcudart") as caught:
        runtime._accelerate()
    assert len(caught) == 2


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
