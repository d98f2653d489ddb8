"""Where things lie inside the sandbox."""

HOME = "/home/learner"
WRITABLE = (HOME, "/tmp", "/dev/shm")  # folders in memory, each with a size
SOCKETS = "/run/kernel"
CONNECTION = "/run/kernel.json"
DATA = "/run/data"
FONTS = "/tmp/.matplotlib"
