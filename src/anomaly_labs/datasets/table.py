"""Arrow tables of the features and labels, categories as codes of the fixed vocabulary.

This is what the parser makes, what the cache stores and what becomes the DataFrame: the codes
survive Parquet unchanged, where dictionaries would come back in order of first occurrence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .schema import CATEGORICAL, CLASSES, DTYPES, FEATURES, VOCABULARY

if TYPE_CHECKING:
    import pyarrow as pa

LABEL = "label"


def arrow_types() -> dict[str, pa.DataType]:
    """Return the Arrow type of each column of a table; codes are int8."""
    import pyarrow as pa

    return {
        **{
            name: pa.int8() if name in CATEGORICAL else pa.type_for_alias(DTYPES[name])
            for name in FEATURES
        },
        LABEL: pa.int8(),
    }


def to_frame(table: pa.Table, name: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return features and labels of a coded table; the table must not be used afterwards.

    Parameters
    ----------
    table
        As `from_frame` returns it.
    name
        Data set, for the class names.
    """
    words = {**{column: VOCABULARY[column] for column in CATEGORICAL}, LABEL: CLASSES[name]}
    # Copied, because memory that Arrow shares cannot be written: `X.loc[0, "flag"] = "S0"`.
    coded = {
        column: pd.Categorical.from_codes(
            table.column(column).to_numpy().copy(), categories=pd.Index(vocabulary)
        )
        for column, vocabulary in words.items()
    }
    X = table.drop_columns(list(words)).to_pandas(self_destruct=True, ignore_metadata=True)
    for column in CATEGORICAL:
        X.insert(FEATURES.index(column), column, coded[column])
    return X, pd.Series(coded[LABEL], name=LABEL)


def from_frame(X: pd.DataFrame, y: pd.Series, name: str) -> pa.Table:
    """Return the coded table of features and labels.

    Raises
    ------
    ValueError
        If a category or a class is not in the vocabulary.
    """
    import pyarrow as pa

    types = arrow_types()
    vocabulary = {**VOCABULARY, LABEL: CLASSES[name]}
    arrays = []
    for column, wanted in types.items():
        values = y if column == LABEL else X[column]
        if column in vocabulary:
            words = values.astype("category").cat
            codes = pd.Index(vocabulary[column]).get_indexer(words.categories)
            if (codes < 0).any():
                strange = words.categories[codes < 0][0]
                raise ValueError(f"{column} holds {strange!r}, which is not in the vocabulary")
            arrays.append(pa.array(codes[words.codes.to_numpy()], wanted))
        else:
            arrays.append(pa.array(values.to_numpy(), wanted))
    return pa.Table.from_arrays(arrays, names=list(types))
