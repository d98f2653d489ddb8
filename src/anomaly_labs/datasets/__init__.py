"""Load a named data set, or generate one where none can be had."""

from .catalog import Description, describe, names
from .dataset import Dataset
from .errors import ChecksumError, DataFormatError, DownloadError
from .fetch import download
from .files import FileStatus, Location, locate, verify
from .labels import attack_family, is_attack
from .loading import SyntheticDataWarning, load
from .schema import (
    BINARY,
    CATEGORICAL,
    CLASSES,
    FAMILIES,
    FAMILY,
    FEATURE_GROUPS,
    FEATURES,
    INTEGER,
    RATES,
    TEST_ONLY,
    VOCABULARY,
)
from .streams import Stream, stream
from .synthetic import synthesize

__all__ = [
    "BINARY",
    "CATEGORICAL",
    "CLASSES",
    "FAMILIES",
    "FAMILY",
    "FEATURES",
    "FEATURE_GROUPS",
    "INTEGER",
    "RATES",
    "TEST_ONLY",
    "VOCABULARY",
    "ChecksumError",
    "DataFormatError",
    "Dataset",
    "Description",
    "DownloadError",
    "FileStatus",
    "Location",
    "Stream",
    "SyntheticDataWarning",
    "attack_family",
    "describe",
    "download",
    "is_attack",
    "load",
    "locate",
    "names",
    "stream",
    "synthesize",
    "verify",
]
