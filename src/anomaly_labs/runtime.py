"""What this machine can do: device, fast mode, one seed for all, quiet logs."""

import ctypes
import importlib
import importlib.util
import logging
import os
import random
import sys
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from anomaly_labs.errors import MissingExtra

Device = Literal["cuda", "cpu"]

# The environment variables of the course, named here and nowhere else.
FAST: Final = "ANOMALY_LABS_FAST"  # "1": fewer rows and epochs
DATA: Final = "ANOMALY_LABS_DATA"  # the folder with official files
CACHE: Final = "ANOMALY_LABS_CACHE"  # the folder for parsed and generated data
SETS: Final = "ANOMALY_LABS_SETS"  # folders of further data sets
OFFLINE: Final = "ANOMALY_LABS_OFFLINE"  # "1": nothing is downloaded
PROJECT: Final = "ANOMALY_LABS_PROJECT"  # the folder of a course that is not the library's own
SIGNED_IN: Final = "ANOMALY_LABS_SIGNED_IN"  # the name that a learner typed at home
LEARNER: Final = "ANOMALY_LABS_LEARNER"  # the roster's name, set by the grader, which wins
PRIVATE_SEED: Final = "ANOMALY_LABS_PRIVATE_SEED"  # the course's secret, set by the grader
UNCOUNTED: Final = "ANOMALY_LABS_UNCOUNTED"  # "1": failed checks of this run are no tries
TRACEBACKS: Final = "ANOMALY_LABS_TRACEBACKS"  # "1": errors with all their lines, for instructors

FAST_EPOCHS = 2
FAST_ROUNDS = 10


@dataclass(frozen=True)
class Runtime:
    """The machine as a notebook sees it; made by `prepare`."""

    device: Device
    fast: bool
    seed: int

    def epochs(self, n: int) -> int:
        """Return `n`, or at most 2 in fast mode.

        Parameters
        ----------
        n
            Epochs of a full run.

        Examples
        --------
        >>> Runtime(device="cpu", fast=True, seed=0).epochs(30)
        2
        """
        return min(n, FAST_EPOCHS) if self.fast else n

    def rounds(self, n: int) -> int:
        """Return `n` boosting rounds, or at most 10 in fast mode.

        Parameters
        ----------
        n
            Rounds of a full run.

        Examples
        --------
        >>> Runtime(device="cpu", fast=False, seed=0).rounds(100)
        100
        """
        return min(n, FAST_ROUNDS) if self.fast else n


def is_fast() -> bool:
    """Return whether fewer rows and epochs are wanted (``ANOMALY_LABS_FAST=1``).

    Fast mode follows the same code path as a full run; grading and tests use it.
    """
    return os.environ.get(FAST, "") == "1"


@cache
def gpu_available() -> bool:
    """Return whether there is an NVIDIA device, and this environment is the one that uses it.

    With the CPU's builds everything stays on the CPU: XGBoost would only warn of ``device="cuda"``
    at each fit.
    """
    return has_device() and has_rapids()


@cache
def has_device() -> bool:
    """Return whether the NVIDIA driver answers and reports a device.

    The driver is asked by ctypes in a few milliseconds. A library cannot be asked instead: cudf and
    cuml must be switched on before pandas and scikit-learn are imported, and ``cuml.accel`` raises
    without a GPU.
    """
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int(0)
    return (
        cuda.cuInit(0) == 0 and cuda.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    )


def has_rapids() -> bool:
    """Return whether cudf and cuml are installed, without importing them."""
    return all(map(importlib.util.find_spec, ("cudf", "cuml")))


def require(*modules: str, extra: str) -> None:
    """Raise `MissingExtra`, whose one sentence says the command, unless modules are installed.

    Parameters
    ----------
    modules
        Names of top-level modules; none is imported.
    extra
        The extra of anomaly-labs that brings them.

    Raises
    ------
    MissingExtra
        If one of them is missing.

    Examples
    --------
    >>> require("numpy", extra="cpu")
    >>> try:
    ...     require("numpy", "crystal_ball", extra="future")
    ... except MissingExtra as error:
    ...     print(str(error)[:78])
    crystal_ball must be installed first: run `pip install 'anomaly-labs[future]'`
    """
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"{' and '.join(missing)} must be installed first: run `pip install"
            f" 'anomaly-labs[{extra}]'` in a terminal, restart the kernel, run this cell again"
        )


def prepare(seed: int = 0) -> Runtime:
    """Return what this machine offers, after silencing native logs and seeding every generator.

    The first line of each notebook: it must run before pandas, scikit-learn and Keras are imported.
    From then on a notebook tells errors in one sentence; see `anomaly_labs.mistakes`.

    Parameters
    ----------
    seed
        Seeds Python's and NumPy's global generators. Keras 3 draws its default seeds from Python's.

    Examples
    --------
    >>> prepare(seed=7).seed
    7
    """
    _settle_native_libraries()
    warnings.formatwarning = _one_line
    device: Device = "cuda" if gpu_available() else "cpu"
    if device == "cuda":
        # else TensorFlow takes all of the card's memory at its start, and cudf finds none
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
        _accelerate()
    _seed_everything(seed)
    if LEARNER not in os.environ:  # the grader has its own sentences, and counts no tries
        _watch_cells()
    return Runtime(device=device, fast=is_fast(), seed=seed)


def _watch_cells() -> None:
    """Let a notebook tell errors in one sentence, and one of a self-study edition count tries.

    Others pay for no import.
    """
    from anomaly_labs import mistakes, selfstudy

    if not os.environ.get(TRACEBACKS):
        mistakes.watch()
    if not os.environ.get(UNCOUNTED):
        selfstudy.watch()


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Leave out the path of the kernel's temporary file, which tells a learner nothing."""
    return f"{category.__name__}: {message}\n"


def _settle_native_libraries() -> None:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN announces itself on stderr and rounds in an order that depends on the machine
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    # To divide one step of a small network among threads costs as much CPU time again, and saves
    # little: products of 256 rows and 128 columns take .16 ms with two threads and .07 ms with one
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    # TensorFlow warns of "retracing" whenever a notebook trains several small networks
    logging.getLogger("tensorflow").addFilter(_is_error)
    # OpenMP threads that spin while they wait burn the cores of a busy class-room machine: a small
    # XGBoost fit beside four other jobs took 15 CPU seconds with spinning and 0.2 without
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


def _accelerate() -> None:
    """Switch on cudf.pandas and cuml.accel where they work and come first."""
    for accelerator, replaced in (("cudf.pandas", "pandas"), ("cuml.accel", "sklearn")):
        if replaced not in sys.modules:
            try:
                importlib.import_module(accelerator).install()
            except (ImportError, OSError, RuntimeError) as error:
                warnings.warn(
                    f"{accelerator} is installed but does not work here ({error}); "
                    f"{replaced} stays on the CPU. `anomaly-labs doctor` says more",
                    RuntimeWarning,
                    stacklevel=3,
                )


def _seed_everything(seed: int) -> None:
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - libraries without a seed argument draw from it
