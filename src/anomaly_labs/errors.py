"""The errors that have a name of their own; each is one of Python's, too.

Whoever calls the library can catch `LabsError` for what a sentence explains, and ValueError,
OSError and so on as for any other library.
"""


class LabsError(Exception):
    """Base of the errors below and of what a check raises: the message says what to do."""


class DataFormatError(LabsError, ValueError):
    """A data file does not hold what its format promises; names file, line and column."""


class ChecksumError(LabsError, ValueError):
    """A data file is well-formed but is not the official file; names both checksums."""


class DownloadError(LabsError, OSError):
    """No address gave the file; names each address and what happened there."""


class DataSetError(LabsError, ValueError):
    """A module in a folder of data sets is none, or has the name of another one."""


class MissingExtra(LabsError, ModuleNotFoundError):
    """What a cell needs is not installed; a notebook shows the one sentence with the command."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]
