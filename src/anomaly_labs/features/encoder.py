"""Raw columns to a numeric matrix."""

from functools import partial
from typing import Any, Literal, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from anomaly_labs.features import columns
from anomaly_labs.features.moments import Moments, Tail, is_heavy
from anomaly_labs.features.tables import each
from anomaly_labs.matrix import Batches

# XGBoost refuses [, ] and < in the names of columns
UNKNOWN = "(unknown)"


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

    def fit(self, X: pd.DataFrame | Batches, y: object = None, *, client: Any = None) -> Self:
        """Learn columns, ranges and categories from training rows.

        Parameters
        ----------
        X : shape (n_samples, n_columns)
            Training rows: a DataFrame, or a `datasets.Batches` of them, which is read twice. What
            is learned is the same; only the rounding of means and deviations differs.
        y
            Ignored; scikit-learn's pipelines pass it.
        client
            A ``dask.distributed.Client`` whose workers look at the rows; `X` is then a DataFrame,
            which is cut into one part per worker, or a Dask DataFrame.

        Raises
        ------
        TypeError
            If `X` is neither, or a column is neither numeric nor categorical.
        ValueError
            If a parameter is out of range, `X` has no rows or two columns of the same name, or a
            number is missing or infinite (the message names column and row).
        """
        if self.scale not in ("standard", "minmax"):
            raise ValueError(f"scale={self.scale!r} must be 'standard' or 'minmax'")
        if self.clip is not None and not self.clip > 0:
            raise ValueError(f"clip={self.clip!r} must be above 0, or None for no limit")
        if client is not None:
            self._name_columns(cast(pd.DataFrame, getattr(X, "_meta", X)))
        moments: dict[str, Moments] = {}
        known: dict[str, set[object]] = {}
        for numbers, values in each(self._look, X, client):
            for name, part in numbers.items():
                moments.setdefault(name, Moments()).merge(part)
            for name, part in values.items():
                known.setdefault(name, set()).update(part)
        if not moments and not known:
            raise ValueError("X has no rows, so nothing can be learned from it")
        self._fit_numeric(X, moments, client)
        self.categories_ = {
            name: np.array(sorted(values - {UNKNOWN}, key=str), object)
            for name, values in known.items()
        }
        return self

    def _name_columns(self, X: pd.DataFrame) -> None:
        """Set the columns by kind from the first rows."""
        columns.check_table(X)
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = len(self.feature_names_in_)
        numeric = {name: columns.is_numeric(X[name]) for name in X.columns}
        self.numeric_columns_ = tuple(name for name in X.columns if numeric[name])
        self.categorical_columns_ = tuple(
            name for name in X.columns if self.one_hot and not numeric[name]
        )
        if not self.numeric_columns_ and not self.categorical_columns_:
            raise ValueError(
                f"no column of {list(X.columns)} is numeric and one_hot=False leaves the others"
                " out; use one_hot=True"
            )

    def _look(
        self, start: int, table: pd.DataFrame
    ) -> tuple[dict[str, Moments], dict[str, set[object]]]:
        """Return what one table says of its columns; `start` rows came before it."""
        if start == 0:
            self._name_columns(table)
        columns.check_table(table, list(self.feature_names_in_))
        moments = {}
        for name in self.numeric_columns_:
            columns.check_kind(table[name], numeric=True)
            moments[name] = Moments()
            moments[name].add(columns.numbers(table[name], start))
        known = {}
        for name in self.categorical_columns_:
            columns.check_kind(table[name], numeric=False)
            known[name] = set(table[name].dropna().unique())
        return moments, known

    def _fit_numeric(self, X: Any, moments: dict[str, Moments], client: Any) -> None:
        tails = {
            name: Tail(moment.high)
            for name, moment in moments.items()
            if moment.low >= 0 and is_heavy(moment.high, 0.0)
        }
        if tails:
            highs = {name: moments[name].high for name in tails}
            for found in each(partial(_look_at_tails, highs), X, client):
                for name, tail in tails.items():
                    tail.merge(found[name])
        self.heavy_tailed_ = tuple(name for name, tail in tails.items() if tail.is_heavy())
        offsets, spreads = [], []
        for name, raw in moments.items():
            moment = tails[name].moments if name in self.heavy_tailed_ else raw
            low, high = moment.low, moment.high
            if low == high:
                offset, spread = low, 1.0
            elif self.scale == "standard":
                offset, spread = moment.mean, moment.deviation
            else:
                offset, spread = low / 2 + high / 2, high / 2 - low / 2
            offsets.append(offset)
            spreads.append(spread or 1.0)  # the spread of values below 1e-160 underflows to 0
        self.offset_, self.spread_ = np.array(offsets), np.array(spreads)

    def transform(self, X: pd.DataFrame, *, client: Any = None) -> np.ndarray:
        """Return the matrix of shape (n_samples, n_features), float32.

        Parameters
        ----------
        X : shape (n_samples, n_columns)
            Rows with the columns of `fit`, in any order.
        client
            A ``dask.distributed.Client`` whose workers encode. `X` may then be a Dask DataFrame,
            and the matrix is a Dask array of the same parts, made when it is asked for.

        Raises
        ------
        TypeError
            If `X` is not a DataFrame or a numeric column holds something else now.
        ValueError
            If columns are missing or new, or a number is missing or infinite (the message names
            column and row).
        """
        check_is_fitted(self)
        if client is not None:
            from anomaly_labs.features import cluster

            encoded: np.ndarray = cluster.transform(self, X, client)
            return encoded
        columns.check_table(X, list(self.feature_names_in_))
        slots = sum(len(known) + 1 for known in self.categories_.values())
        matrix = np.zeros((len(X), len(self.numeric_columns_) + slots), dtype=np.float32)
        limit = self.clip if self.scale == "standard" else 1.0
        for position, name in enumerate(self.numeric_columns_):
            columns.check_kind(X[name], numeric=True)
            values = columns.numbers(X[name])
            if name in self.heavy_tailed_:
                values = np.copysign(np.log1p(np.abs(values)), values)
            values = (values - self.offset_[position]) / self.spread_[position]
            matrix[:, position] = values if limit is None else np.clip(values, -limit, limit)
        start, rows = len(self.numeric_columns_), np.arange(len(X))
        for name, known in self.categories_.items():
            columns.check_kind(X[name], numeric=False)
            matrix[rows, start + columns.slots(X[name], known)] = 1
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


def _look_at_tails(highs: dict[str, float], start: int, table: pd.DataFrame) -> dict[str, Tail]:
    """Return what one table says of the columns whose maxima are given."""
    tails = {name: Tail(high) for name, high in highs.items()}
    for name, tail in tails.items():
        tail.add(columns.numbers(table[name], start))
    return tails
