"""Load a named data set, or generate one where none can be had."""

from .catalog import Description, describe, names
from .dataset import Dataset
from .errors import ChecksumError, DataFormatError, DownloadError
from .labels import attack_family, is_attack
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
    "attack_family",
    "describe",
    "is_attack",
    "names",
]
