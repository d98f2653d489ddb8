"""What can be wrong with a data file."""


class DataFormatError(ValueError):
    """A data file does not hold what its format promises; names file, line and column."""


class ChecksumError(ValueError):
    """A data file is well-formed but is not the official file; names both checksums."""


class DownloadError(OSError):
    """No address gave the file; names each address and what happened there."""
