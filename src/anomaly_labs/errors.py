"""The one root of this package's own errors."""


class LabsError(Exception):
    """What stops a command; its message is all that a person needs."""
