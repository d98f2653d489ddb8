"""What the columns of a table hold, checked before anything is learned from them."""

from typing import Any

import numpy as np
import pandas as pd


def check_table(X: Any, columns: list[Any] | None = None) -> None:
    """Raise unless `X` is a frame with unique columns, and those of `columns` where given.

    Parameters
    ----------
    X
        What should be a table.
    columns
        Names of columns that it must have.
    """
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"X must be a pandas DataFrame, got {type(X).__name__}; name its columns")
    if not X.columns.is_unique:
        raise ValueError(f"X has columns twice: {X.columns[X.columns.duplicated()].tolist()}")
    if columns is None:
        return
    missing = [name for name in columns if name not in X.columns]
    extra = [name for name in X.columns if name not in columns]
    if missing or extra:
        raise ValueError(
            f"X must have the {len(columns)} columns of fit; missing: {missing}, new: {extra}"
        )


def is_numeric(column: pd.Series) -> bool:
    """Return True for a column of numbers or bool, False for one of categories.

    Parameters
    ----------
    column
        One column of a table.
    """
    types, dtype = pd.api.types, column.dtype
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return True
    if (
        isinstance(dtype, pd.CategoricalDtype)
        or types.is_object_dtype(dtype)
        or types.is_string_dtype(dtype)
    ):
        return False
    raise TypeError(
        f"column {column.name!r} is {dtype}, neither numeric nor categorical; convert or drop it"
    )


def check_kind(column: pd.Series, *, numeric: bool) -> None:
    """Raise if a column is not of the kind that it was in `fit`.

    Parameters
    ----------
    column
        One column of a table.
    numeric
        Whether it was numeric in `fit`.
    """
    if is_numeric(column) != numeric:
        kind = "numeric" if numeric else "categorical"
        raise TypeError(f"column {column.name!r} was {kind} in fit and is {column.dtype} now")


def numbers(column: pd.Series, start: int = 0) -> np.ndarray:
    """Return a numeric column as float64 after making sure that every value is finite.

    Parameters
    ----------
    column
        One numeric column.
    start
        Number of rows that came before in other tables, for messages.
    """
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(
            f"column {column.name!r} has {values[bad[0]]} in row {start + bad[0]}, counted from 0"
            f" ({bad.size} such rows); fill or drop them first"
        )
    return values


def slots(column: pd.Series, known: np.ndarray) -> np.ndarray:
    """Return the one-hot position of each row; the last one is for unknown and missing values.

    Parameters
    ----------
    column
        One categorical column.
    known
        Known values, in the order of their places.
    """
    codes, values = pd.factorize(column)
    position = pd.Index(known).get_indexer(pd.Index(np.asarray(values, dtype=object)))
    position[position < 0] = len(known)
    return np.append(position, len(known))[codes]
