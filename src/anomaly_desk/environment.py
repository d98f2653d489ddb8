"""The environment variables by which the desk's processes speak to each other, named once."""

RUN = "ANOMALY_LABS_RUN"  # the folder of a grading run; never set inside the sandbox
COURSE_FOLDER = "ANOMALY_LABS_COURSE"  # nbgrader's course folder, where it is not grading/
# What `course.enter` sets, so that all processes find what a course has of its own.
PROJECT = "ANOMALY_LABS_PROJECT"  # the folder of a course that is not the checkout; the library's
SETS = "ANOMALY_LABS_SETS"  # folders of data sets; the library's
LIB = "ANOMALY_LABS_LIB"  # the course's modules, which the sandbox shows
PYTHONPATH = "PYTHONPATH"
