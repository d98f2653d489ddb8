"""The files of a split to checked tables, read once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from anomaly_labs.errors import DataFormatError

from .contract import DataSet
from .diagnose import MEND, diagnose
from .proof import Proof, prove
from .table import Parsed, arrow_types
from .text import BROKEN, Opened, open_text


def read_official(
    paths: Sequence[Path], dataset: DataSet, split: str
) -> tuple[Parsed, list[Proof]]:
    """Return the checked rows of official files, and for each file what it turned out to be.

    The files are read once: uncompressed, normalised, hashed and parsed as they stream by. Only
    when that fails are they read a second time, slowly, to find the line.

    Parameters
    ----------
    paths
        The files of the split, in the set's order.
    dataset, split
        What they are to be.

    Raises
    ------
    DataFormatError
        If the content is not what the format promises, with file, line and column.
    ChecksumError
        If the content is well-formed but not the official one.
    """
    import pyarrow as pa

    files = dataset.splits[split].files
    with ExitStack() as stack:
        try:
            opened = [open_text(*pair, stack) for pair in zip(paths, files, strict=True)]
            parsed = _parsed(dataset, opened, split)
        except (*BROKEN, pa.ArrowException, ValueError, LookupError) as error:
            if isinstance(error, DataFormatError):
                raise
            raise diagnose(paths, dataset, files, error) from error
        columns = [*dataset.schema.columns]
        proofs = [prove(*one, columns) for one in zip(paths, files, opened, strict=True)]
    rows = dataset.splits[split].rows
    if parsed.table.num_rows != rows:
        raise DataFormatError(
            f"{paths[0]} gives {parsed.table.num_rows:,} rows, {dataset.name}/{split} has "
            f"{rows:,}; {MEND}"
        )
    return parsed, proofs


def _parsed(dataset: DataSet, opened: Sequence[Opened], split: str) -> Parsed:
    """Return the rows, whose columns must be those that the set promises."""
    if dataset.parse is None:
        raise TypeError(f"{dataset.name} has files, but no parser; give its DataSet parse=…")
    texts = [io.BufferedReader(one.text, 1 << 20) for one in opened]
    parsed = dataset.parse(texts, split)
    found = dict(zip(parsed.table.schema.names, parsed.table.schema.types, strict=True))
    if found != arrow_types(dataset.schema):
        raise TypeError(
            f"the parser of {dataset.name} gave {found}, but its schema says "
            f"{arrow_types(dataset.schema)}; mend the set"
        )
    return parsed
