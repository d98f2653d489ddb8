"""Raw columns to a numeric matrix."""

from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

# XGBoost refuses [, ] and < in the names of columns
UNKNOWN = "(unknown)"
# Anything from 10 to 30 picks the same columns from NSL-KDD's normal traffic.
HEAVY_TAIL = 20


class FeatureEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn a table of numeric and categorical columns into one matrix of small numbers.

    Everything is learned from the rows given to `fit`; fit it on training rows only. The matrix is
    float32, C-ordered: first the numeric columns, then the one-hot columns, both in table order.

    - A numeric column (bool included) has a heavy tail, and is replaced by log1p, if in the
      training rows it is never negative and its maximum exceeds 20 · (1 + median). A negative
      value that comes later gets -log1p(-x).
    - `scale="standard"`: minus the mean, over the standard deviation, cut off at ±`clip`.
    - `scale="minmax"`: the training range becomes [-1, 1], the range of a GAN's tanh output; new
      values beyond it are cut off.
    - A column that is constant in the training rows becomes 0; a new value keeps its distance
      from the constant, cut off in the same way.
    - A categorical column (category, object or string) gets one 0/1 column for each value of the
      training rows, sorted, and one for everything else, missing values included:
      "service_http", ..., "service_(unknown)".

    Parameters
    ----------
    scale
        How numeric columns are scaled.
    clip
        Largest absolute value of a standardised column; None for no limit.
    one_hot
        False leaves the categorical columns out (`EntityEmbedding` has vectors for them).

    Attributes
    ----------
    numeric_columns_, categorical_columns_ : tuple of str
        The columns by kind. `categorical_columns_` is empty with `one_hot=False`.
    heavy_tailed_ : tuple of str
        The numeric columns that are replaced by log1p.
    offset_, spread_ : shape (n_numeric,)
        A numeric column becomes (x - offset) / spread, x after log1p where that applies.
    categories_ : dict
        For each categorical column the known values in the order of their one-hot columns.
    feature_names_in_ : shape (n_columns,)
        Columns of the table given to `fit`.

    Examples
    --------
    >>> table = pd.DataFrame({"count": [1, 3], "flag": ["SF", "S0"]})
    >>> encoder = FeatureEncoder().fit(table)
    >>> encoder.get_feature_names_out().tolist()
    ['count', 'flag_S0', 'flag_SF', 'flag_(unknown)']
    >>> encoder.transform(pd.DataFrame({"count": [2], "flag": ["REJ"]})).tolist()
    [[0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(
        self,
        *,
        scale: Literal["standard", "minmax"] = "standard",
        clip: float | None = 10.0,
        one_hot: bool = True,
    ) -> None:
        self.scale = scale
        self.clip = clip
        self.one_hot = one_hot

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:
        """Learn columns, ranges and categories from training rows.

        Parameters
        ----------
        X : shape (n_samples, n_columns)
            Training rows.
        y
            Ignored; scikit-learn's pipelines pass it.

        Raises
        ------
        TypeError
            If `X` is not a DataFrame or a column is neither numeric nor categorical.
        ValueError
            If a parameter is out of range, `X` has no rows or two columns of the same name, or a
            number is missing or infinite (the message names column and row).
        """
        if self.scale not in ("standard", "minmax"):
            raise ValueError(f"scale={self.scale!r} must be 'standard' or 'minmax'")
        if self.clip is not None and not self.clip > 0:
            raise ValueError(f"clip={self.clip!r} must be above 0, or None for no limit")
        _check_table(X)
        if len(X) == 0:
            raise ValueError("X has no rows, so nothing can be learned from it")
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = len(self.feature_names_in_)
        numeric = {name: _is_numeric(X[name]) for name in X.columns}
        self.numeric_columns_ = tuple(name for name in X.columns if numeric[name])
        self.categorical_columns_ = tuple(
            name for name in X.columns if self.one_hot and not numeric[name]
        )
        if not self.numeric_columns_ and not self.categorical_columns_:
            raise ValueError(
                f"no column of {list(X.columns)} is numeric and one_hot=False leaves the others"
                " out; use one_hot=True"
            )
        self._fit_numeric(X)
        self.categories_ = {
            name: np.array(sorted(set(X[name].dropna().unique()) - {UNKNOWN}, key=str), object)
            for name in self.categorical_columns_
        }
        return self

    def _fit_numeric(self, X: pd.DataFrame) -> None:
        heavy: list[str] = []
        offsets, spreads = [], []
        for name in self.numeric_columns_:
            values = _numbers(X[name])
            low, high = values.min(), values.max()
            if low >= 0 and high > HEAVY_TAIL * (1 + np.median(values)):
                heavy.append(name)
                values, low, high = np.log1p(values), np.log1p(low), np.log1p(high)
            if low == high:
                offset, spread = low, 1.0
            elif self.scale == "standard":
                offset, spread = values.mean(), values.std()
            else:
                offset, spread = low / 2 + high / 2, high / 2 - low / 2
            offsets.append(offset)
            spreads.append(spread or 1.0)  # the spread of values below 1e-160 underflows to 0
        self.heavy_tailed_ = tuple(heavy)
        self.offset_, self.spread_ = np.array(offsets), np.array(spreads)

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return the matrix of shape (n_samples, n_features), float32.

        Parameters
        ----------
        X : shape (n_samples, n_columns)
            Rows with the columns of `fit`, in any order.

        Raises
        ------
        TypeError
            If `X` is not a DataFrame or a numeric column holds something else now.
        ValueError
            If columns are missing or new, or a number is missing or infinite (the message names
            column and row).
        """
        check_is_fitted(self)
        _check_table(X, list(self.feature_names_in_))
        slots = sum(len(known) + 1 for known in self.categories_.values())
        matrix = np.zeros((len(X), len(self.numeric_columns_) + slots), dtype=np.float32)
        limit = self.clip if self.scale == "standard" else 1.0
        for position, name in enumerate(self.numeric_columns_):
            _check_kind(X[name], numeric=True)
            values = _numbers(X[name])
            if name in self.heavy_tailed_:
                values = np.copysign(np.log1p(np.abs(values)), values)
            values = (values - self.offset_[position]) / self.spread_[position]
            matrix[:, position] = values if limit is None else np.clip(values, -limit, limit)
        start, rows = len(self.numeric_columns_), np.arange(len(X))
        for name, known in self.categories_.items():
            _check_kind(X[name], numeric=False)
            matrix[rows, start + _slots(X[name], known)] = 1
            start += len(known) + 1
        return matrix

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> np.ndarray:
        """Return the names of the matrix columns.

        Parameters
        ----------
        input_features
            None, or the columns of `fit`; scikit-learn's pipelines pass them.

        Raises
        ------
        ValueError
            If `input_features` are not the columns of `fit`.
        """
        check_is_fitted(self)
        if input_features is not None and list(np.asarray(input_features)) != list(
            self.feature_names_in_
        ):
            raise ValueError("input_features must be the columns of fit, or None")
        names = [str(name) for name in self.numeric_columns_]
        for name, known in self.categories_.items():
            names += [f"{name}_{value}" for value in [*known, UNKNOWN]]
        return np.array(names, dtype=object)


def make_encoder(
    *,
    scale: Literal["standard", "minmax"] = "standard",
    clip: float | None = 10.0,
    one_hot: bool = True,
) -> FeatureEncoder:
    """Return an unfitted encoder of the kind that every detector of the course accepts.

    Parameters
    ----------
    scale
        "standard" for most models, "minmax" (range [-1, 1]) for GANs.
    clip
        Largest absolute value of a standardised column; None for no limit.
    one_hot
        False leaves the categorical columns out.

    Examples
    --------
    >>> make_encoder(scale="minmax").fit_transform(pd.DataFrame({"bytes": [0, 5, 10]})).tolist()
    [[-1.0], [0.0], [1.0]]
    """
    return FeatureEncoder(scale=scale, clip=clip, one_hot=one_hot)


def _check_table(X: Any, columns: list[Any] | None = None) -> None:
    """Raise unless `X` is a frame with unique columns, and those of `columns` where given."""
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


def _is_numeric(column: pd.Series) -> bool:
    """Return True for a column of numbers or bool, False for one of categories."""
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


def _check_kind(column: pd.Series, *, numeric: bool) -> None:
    if _is_numeric(column) != numeric:
        kind = "numeric" if numeric else "categorical"
        raise TypeError(f"column {column.name!r} was {kind} in fit and is {column.dtype} now")


def _numbers(column: pd.Series) -> np.ndarray:
    """Return a numeric column as float64 after making sure that every value is finite."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(
            f"column {column.name!r} has {values[bad[0]]} in row {bad[0]}, counted from 0"
            f" ({bad.size} such rows); fill or drop them first"
        )
    return values


def _slots(column: pd.Series, known: np.ndarray) -> np.ndarray:
    """Return the one-hot position of each row; the last one is for unknown and missing values."""
    codes, values = pd.factorize(column)
    position = pd.Index(known).get_indexer(pd.Index(np.asarray(values, dtype=object)))
    position[position < 0] = len(known)
    return np.append(position, len(known))[codes]
