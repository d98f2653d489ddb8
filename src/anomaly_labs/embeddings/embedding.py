"""Entity embeddings: learned vectors in the place of one-hot columns."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from anomaly_labs.embeddings import network
from anomaly_labs.features.encoder import UNKNOWN

LARGEST_DIM = 50


class EntityEmbedding(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Transformer that puts a learned vector in the place of each categorical value.

    A small network is trained to tell the classes of `y` apart from the categorical columns alone;
    values that mean the same for `y` get vectors close to each other. The vectors can then feed
    any other model.

    Parameters
    ----------
    columns
        Columns to embed; None takes each column that holds neither numbers nor truth values.
    dims
        Length of the vectors by column; columns left out get the square root of their number of
        values, rounded, at least 2 and at most 50 (KDD99: protocol 2, service 8, flag 3).
    hidden
        Units of the layer between vectors and classes.
    epochs
        Passes over the distinct rows.
    batch_size
        Distinct rows per step.
    unknown_rate
        Share of the values in each column that the network sees as unknown, so that the vector of
        unknown values is trained too; 0 leaves it at its random start.
    seed
        Seed of starting weights and order; the same seed gives the same vectors.

    Attributes
    ----------
    vectors_
        By column: a DataFrame with one row per value, ``"(unknown)"`` first.
    columns_
        The embedded columns, in the order of the output.
    history_
        DataFrame with the mean ``loss`` (cross-entropy) of each epoch.

    Notes
    -----
    Categorical traffic repeats itself: the 494,021 rows of KDD99's 10 % file hold 322 combinations
    of protocol, service, flag and class. So each distinct combination is one row whose weight is
    its count; the full-batch loss and its gradient are those of all rows, at a thousandth of the
    cost. Unknown values are not drawn at random but added the same way: each combination also
    counts, with weight `unknown_rate`, with each column in turn unknown.

    References
    ----------
    Guo and Berkhahn (2016), Entity embeddings of categorical variables.
    https://arxiv.org/abs/1604.06737

    Examples
    --------
    >>> X = pd.DataFrame({"service": ["http", "smtp", "ftp", "http"], "count": [1, 2, 3, 4]})
    >>> embedding = EntityEmbedding(epochs=2).fit(X, [0, 1, 1, 0])
    >>> embedding.transform(X).columns.to_list()
    ['service_0', 'service_1']
    >>> embedding.vectors_["service"].index.to_list()
    ['(unknown)', 'ftp', 'http', 'smtp']
    """

    def __init__(
        self,
        *,
        columns: Sequence[str] | None = None,
        dims: Mapping[str, int] | None = None,
        hidden: int = 32,
        epochs: int = 300,
        batch_size: int = 1024,
        unknown_rate: float = 0.01,
        seed: int = 0,
    ) -> None:
        self.columns = columns
        self.dims = dims
        self.hidden = hidden
        self.epochs = epochs
        self.batch_size = batch_size
        self.unknown_rate = unknown_rate
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:
        """Learn one vector for each value of each column.

        Parameters
        ----------
        X : shape (n_samples, n_columns)
            Training rows; columns that are not embedded are ignored.
        y : shape (n_samples,)
            Classes: 0/1, codes or names.

        Raises
        ------
        TypeError
            If `X` is not a DataFrame.
        ValueError
            If a column is missing or none is left to embed, `y` has one class only, gaps or
            another length, or `dims` names a column that is not embedded.
        """
        self.columns_ = self._choose_columns(X)
        codes, classes = pd.factorize(pd.Series(y), sort=True)
        if len(codes) != len(X) or (codes < 0).any():
            raise ValueError(
                f"X has {len(X)} rows and y has {(codes >= 0).sum()} classes; each row needs one"
            )
        if len(classes) < 2:
            raise ValueError(f"y holds {list(classes)} only: vectors need two classes to part")
        values = {name: _distinct(X[name]) for name in self.columns_}
        dims = {name: _dim(len(known)) for name, known in values.items()} | dict(self.dims or {})
        # positions, not names: a column may be called "y" or "weight"
        table = pd.DataFrame(
            {
                place: _slots(X[name], pd.Index(values[name]))
                for place, name in enumerate(self.columns_)
            }
        )
        rows = network.grouped(table.assign(y=codes, weight=1.0))
        rows = network.with_unknown(rows, self.unknown_rate)

        layers = self._embedding_layers(values, dims)
        model = network.build(layers, self.hidden, len(classes), self.seed)
        self.history_ = self._train(model, rows)
        self.vectors_ = {
            name: pd.DataFrame(
                layer.get_weights()[0],
                index=pd.Index([UNKNOWN, *values[name]], name=name),
                columns=[f"{name}_{i}" for i in range(dims[name])],
            )
            for name, layer in layers.items()
        }
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the vectors side by side, float32, with the index of `X`.

        Missing values and values without training rows get the vector of ``"(unknown)"``. Columns
        that are not embedded are not part of the result.

        Parameters
        ----------
        X : shape (n_samples, n_columns)
            Rows with at least the embedded columns.

        Raises
        ------
        TypeError
            If `X` is not a DataFrame.
        ValueError
            If an embedded column is missing.
        """
        check_is_fitted(self)
        _check_columns(X, self.columns_)
        parts = [
            table.to_numpy()[_slots(X[name], table.index[1:])]
            for name, table in self.vectors_.items()
        ]
        return pd.DataFrame(np.hstack(parts), index=X.index, columns=self.get_feature_names_out())

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> np.ndarray:
        """Return the names of the output columns: ``service_0``, ``service_1``, ...

        Parameters
        ----------
        input_features
            Ignored; scikit-learn passes it.
        """
        check_is_fitted(self)
        names = [name for table in self.vectors_.values() for name in table.columns]
        return np.asarray(names, dtype=object)

    def _choose_columns(self, X: pd.DataFrame) -> tuple[str, ...]:
        _check_columns(X, () if self.columns is None else self.columns)
        words = X.select_dtypes(exclude=["number", "bool"]).columns
        found = words if self.columns is None else self.columns
        if len(found) == 0:
            raise ValueError(f"no column of {list(X.columns)} is categorical; name some in columns")
        stray = set(self.dims or {}) - set(found)
        if stray:
            raise ValueError(f"dims names {sorted(stray)}, but the columns are {list(found)}")
        return tuple(found)

    def _embedding_layers(
        self, values: Mapping[str, np.ndarray], dims: Mapping[str, int]
    ) -> dict[str, Any]:
        return {
            name: keras.layers.Embedding(
                len(known) + 1,
                dims[name],
                embeddings_initializer=keras.initializers.RandomUniform(seed=self.seed + position),
            )
            for position, (name, known) in enumerate(values.items())
        }

    def _train(self, model: Any, rows: pd.DataFrame) -> pd.DataFrame:
        """Train by Adam steps on weighted rows; a step as a graph costs less than Keras' calls."""
        learn = network.learner(model, rows)
        rng = np.random.default_rng(self.seed)
        losses = []
        for _ in range(self.epochs):
            order = rng.permutation(len(rows)).astype(np.int32)
            batches = np.array_split(order, -(-len(rows) // self.batch_size))
            losses.append(sum(float(learn(batch)) for batch in batches) / len(rows))
        return pd.DataFrame({"loss": losses})


def _check_columns(X: pd.DataFrame, columns: Sequence[str]) -> None:
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"X must be a DataFrame with named columns, not {type(X).__name__}")
    missing = [name for name in columns if name not in X.columns]
    if missing:
        raise ValueError(f"X lacks the columns {missing}; it has {list(X.columns)}")


def _distinct(column: pd.Series) -> np.ndarray:
    return np.array(sorted(set(column.dropna().unique()) - {UNKNOWN}, key=str), dtype=object)


def _slots(column: pd.Series, known: pd.Index) -> np.ndarray:
    """Return the row of the vector table for each value; 0 is the unknown."""
    return known.get_indexer(pd.Index(column.astype(object))) + 1


def _dim(n_values: int) -> int:
    return min(LARGEST_DIM, max(2, round(math.sqrt(n_values))))
