"""Arrow tables of the features and labels, categories as codes of the fixed vocabulary.

This is what a parser makes, what the cache stores and what becomes the DataFrame: the codes
survive Parquet unchanged, where dictionaries would come back in order of first occurrence.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from .contract import CASE, LABEL, Schema
from .generated import Rows

if TYPE_CHECKING:
    import pyarrow as pa

_SMALL = 127  # words whose codes fit int8


class Parsed(NamedTuple):
    """What a parser returns.

    Attributes
    ----------
    table
        Features and labels, as `from_frame` stores them.
    windows
        Columns "start" and "end", where labels are windows; one row each.
    """

    table: pa.Table
    windows: pd.DataFrame | None = None


def arrow_types(schema: Schema) -> dict[str, pa.DataType]:
    """Return the Arrow type of each column of a stored table; codes are small whole numbers.

    Parameters
    ----------
    schema
        Of the data set.
    """
    import pyarrow as pa

    def stored(column: str, dtype: str) -> pa.DataType:
        if column in schema.words:
            return pa.int8() if len(schema.words[column]) <= _SMALL else pa.int16()
        return pa.string() if dtype == "string" else pa.from_numpy_dtype(np.dtype(dtype))

    columns = dict(schema.columns)
    if schema.classes:
        columns[LABEL] = "category"
    if schema.cases:
        columns[CASE] = "int32"
    return {column: stored(column, dtype) for column, dtype in columns.items()}


def to_frame(table: pa.Table, schema: Schema) -> Rows:
    """Return features, labels and cases of a coded table, which must not be used afterwards.

    Parameters
    ----------
    table
        As `from_frame` returns it.
    schema
        Of the data set.
    """
    words = schema.words
    # Copied, because memory that Arrow shares cannot be written: `X.loc[0, "flag"] = "S0"`.
    coded = {
        column: pd.Categorical.from_codes(
            table.column(column).to_numpy().copy(), categories=pd.Index(vocabulary)
        )
        for column, vocabulary in words.items()
    }
    X = table.drop_columns(list(words)).to_pandas(self_destruct=True, ignore_metadata=True)
    for place, column in enumerate(schema.columns):
        if column in coded:
            X.insert(place, column, coded[column])
    y = pd.Series(coded[LABEL], name=LABEL) if schema.classes else None
    return Rows(X, y, cases=X.pop(CASE) if schema.cases else None)


def from_frame(
    X: pd.DataFrame, y: pd.Series | None, schema: Schema, cases: pd.Series | None = None
) -> pa.Table:
    """Return the coded table of features and labels.

    Parameters
    ----------
    X
        Has the columns of the schema; others are left out.
    y
        Class names; None where the set has none.
    schema
        Of the data set.
    cases
        Number of the case of each row, 0 for none; None where the set has no cases.

    Raises
    ------
    ValueError
        If a column is missing, holds another type, or a category or class is not in the
        vocabulary.
    """
    import pyarrow as pa

    types = arrow_types(schema)
    arrays = []
    X = X if cases is None else X.assign(**{CASE: cases.to_numpy()})
    for column, wanted in types.items():
        values = y if column == LABEL and schema.classes else X.get(column)
        if values is None:
            raise ValueError(f"there is no column {column!r}, only {', '.join(map(str, X))}")
        if column not in schema.words:
            arrays.append(pa.array(values.to_numpy(), wanted, from_pandas=True))
            continue
        words = values.astype("category").cat
        codes = pd.Index(schema.words[column]).get_indexer(words.categories)
        if (codes < 0).any():
            strange = words.categories[codes < 0][0]
            raise ValueError(f"{column} holds {strange!r}, which is not in the vocabulary")
        if words.codes.min() < 0 if len(values) else False:
            raise ValueError(f"{column} holds no value in row {int(np.argmin(words.codes))}")
        arrays.append(pa.array(codes[words.codes.to_numpy()], wanted))
    return pa.Table.from_arrays(arrays, names=list(types))


def packed(windows: pd.DataFrame) -> str:
    """Return a small table as text, with its types.

    Parameters
    ----------
    windows
        The table.
    """
    import pyarrow as pa

    table = pa.Table.from_pandas(windows, preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return base64.b64encode(sink.getvalue().to_pybytes()).decode()


def unpacked(text: bytes) -> pd.DataFrame:
    """Return the table that `packed` was given.

    Parameters
    ----------
    text
        What it returned.
    """
    import pyarrow as pa

    windows: pd.DataFrame = pa.ipc.open_stream(base64.b64decode(text)).read_all().to_pandas()
    return windows
