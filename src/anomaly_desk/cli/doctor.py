"""The command that says what a machine lacks, for building and grading too."""


def doctor() -> None:
    """Say what this machine has, what is missing, and how to mend it."""
    from anomaly_desk.doctor import examine
    from anomaly_labs.cli.doctor import show

    ready = "`make course` runs the whole course, `make lab` opens the labs."
    show(examine(), ready=ready)
