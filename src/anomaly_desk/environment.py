"""The environment variables by which the desk's processes speak to each other, named once.

Those that the learners' library reads are named there.
"""

from anomaly_labs.runtime import CACHE, DATA, FAST, LEARNER, OFFLINE, PRIVATE_SEED

__all__ = [
    "CACHE",
    "COURSE_FOLDER",
    "DATA",
    "FAST",
    "LEARNER",
    "OFFLINE",
    "PREFIX",
    "PRIVATE_SEED",
    "RUN",
]

PREFIX = "ANOMALY_LABS_"  # of all of them
RUN = "ANOMALY_LABS_RUN"  # the folder of a grading run; never set inside the sandbox
COURSE_FOLDER = "ANOMALY_LABS_COURSE"  # nbgrader's course folder, where it is not grading/
