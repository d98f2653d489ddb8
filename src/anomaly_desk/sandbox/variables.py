"""The environment of a kernel in the sandbox: what is passed on to it, and nothing else."""

import os
import sys
from collections.abc import Collection, Mapping

from anomaly_desk.environment import CACHE, FAST, LEARNER, OFFLINE, PYTHONPATH, SETS
from anomaly_labs.inside.places import DATA, FONTS, HOME, LIB

from .shown import course_folders

# What a run may set for the kernel; nothing else of the grader's environment goes in.
PASSED = (
    FAST,
    LEARNER,
    "KERAS_BACKEND",
    "OMP_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "TZ",
)


def environment(given: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of the kernel: `PASSED` from `given`, then `extra`.

    Parameters
    ----------
    given
        The environment of the grader.
    extra
        What this kernel gets besides.

    Examples
    --------
    >>> environment({"SECRET": "x", "ANOMALY_LABS_FAST": "1"}, {}).get("SECRET") is None
    True
    """
    return {
        "HOME": HOME,
        "USER": "learner",
        "LOGNAME": "learner",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "IPYTHONDIR": "/tmp/.ipython",
        "MPLCONFIGDIR": FONTS,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        CACHE: DATA,
        OFFLINE: "1",
        **_own(course_folders()),
        **{name: given[name] for name in PASSED if name in given},
        **extra,
    }


def _own(shown: Collection[str]) -> dict[str, str]:
    """Return what lets Python find the course's modules and data sets where they are shown."""
    sets = [place for place in shown if place != LIB]
    lib = {PYTHONPATH: LIB} if LIB in shown else {}
    return lib | ({SETS: os.pathsep.join(sets)} if sets else {})
