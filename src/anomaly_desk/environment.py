"""The environment variables by which the desk's processes speak to each other, named once.

Those that the learners' library reads are named there.
"""

from anomaly_labs.runtime import (
    CACHE,
    DATA,
    FAST,
    LEARNER,
    OFFLINE,
    PRIVATE_SEED,
    PROJECT,
    SETS,
)

__all__ = [
    "CACHE",
    "COURSE_FOLDER",
    "DATA",
    "FAST",
    "LEARNER",
    "LIB",
    "OFFLINE",
    "PREFIX",
    "PRIVATE_SEED",
    "PROJECT",
    "PYTHONPATH",
    "RUN",
    "SETS",
]

PREFIX = "ANOMALY_LABS_"  # of all of them
RUN = "ANOMALY_LABS_RUN"  # the folder of a grading run; never set inside the sandbox
COURSE_FOLDER = "ANOMALY_LABS_COURSE"  # nbgrader's course folder, where it is not grading/
LIB = "ANOMALY_LABS_LIB"  # the folder of the course's modules, which the sandbox shows
PYTHONPATH = "PYTHONPATH"  # Python's own
