"""The command that says what a machine lacks, for building and grading too."""

from anomaly_labs.cli.doctor import show


def doctor() -> None:
    """Say what this machine has, what is missing, and how to mend it."""
    from anomaly_desk.doctor import examine

    ready = "`make course` runs the whole course, `make lab` opens the labs."
    show(examine(), ready=ready)
