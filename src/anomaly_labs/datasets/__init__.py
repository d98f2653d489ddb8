"""Load a named data set, or generate one where none can be had."""

from anomaly_labs.errors import ChecksumError, DataFormatError, DownloadError

from . import schema
from .batch import Batches, batches
from .catalog import Description, describe, names
from .dataset import Dataset
from .fetch import download
from .files import Location, locate, located
from .kdd.schema import (
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
from .labels import attack_family, is_attack
from .loading import SyntheticDataWarning, load
from .state import FileStatus, brief, verify
from .synthetic import synthesize

# What `Batches` and `batches` were called before; typed by learners, kept for one edition.
Stream, stream = Batches, batches

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
    "Batches",
    "ChecksumError",
    "DataFormatError",
    "Dataset",
    "Description",
    "DownloadError",
    "FileStatus",
    "Location",
    "SyntheticDataWarning",
    "attack_family",
    "batches",
    "brief",
    "describe",
    "download",
    "is_attack",
    "load",
    "locate",
    "located",
    "names",
    "schema",
    "synthesize",
    "verify",
]
