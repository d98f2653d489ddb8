"""The environment variables by which the desk's processes speak to each other, named once."""

RUN = "ANOMALY_LABS_RUN"  # the folder of a grading run; never set inside the sandbox
COURSE_FOLDER = "ANOMALY_LABS_COURSE"  # nbgrader's course folder, where it is not grading/
