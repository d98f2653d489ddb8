"""The schema that KDD99 and NSL-KDD share, under the name that learners know."""

from .kdd.schema import (
    BINARY,
    CATEGORICAL,
    CLASSES,
    DTYPES,
    FAMILIES,
    FAMILY,
    FEATURE_GROUPS,
    FEATURES,
    INTEGER,
    NORMAL,
    RATES,
    TEST_ONLY,
    VOCABULARY,
)

__all__ = [
    "BINARY",
    "CATEGORICAL",
    "CLASSES",
    "DTYPES",
    "FAMILIES",
    "FAMILY",
    "FEATURES",
    "FEATURE_GROUPS",
    "INTEGER",
    "NORMAL",
    "RATES",
    "TEST_ONLY",
    "VOCABULARY",
]
