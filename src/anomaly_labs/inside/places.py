"""Where things lie inside the sandbox."""

HOME = "/home/learner"
WRITABLE = (HOME, "/tmp", "/dev/shm")  # folders in memory, each with a size
SOCKETS = "/run/kernel"
CONNECTION = "/run/kernel.json"
DATA = "/run/data"
LIB = "/run/course/lib"  # the modules of the course
SETS = "/run/course/sets"  # its data sets, in a numbered folder for each place
FONTS = "/tmp/.matplotlib"
