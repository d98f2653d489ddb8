"""What can be wrong with a data file."""

from anomaly_labs.errors import ChecksumError as ChecksumError
from anomaly_labs.errors import DataFormatError as DataFormatError
from anomaly_labs.errors import DownloadError as DownloadError
