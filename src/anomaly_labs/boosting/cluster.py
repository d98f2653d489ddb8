"""The same training on the workers of a Dask cluster."""

from typing import Any

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import xgboost as xgb
import xgboost.dask as xgb_dask

Rows = tuple[Any, Any]


def train(
    client: Any,
    params: dict[str, Any],
    rows: Rows,
    validation: Rows | None,
    options: dict[str, Any],
) -> xgb.Booster:
    """Return a booster trained by the workers of `client`.

    Parameters
    ----------
    client
        A ``dask.distributed.Client``.
    params
        Complete parameters of XGBoost.
    rows, validation
        ``(X, y)``: Dask collections, or arrays and frames to be cut.
    options
        Further arguments of ``xgboost.dask.train``.
    """

    def matrix(data: Rows, ref: Any = None) -> Any:
        X, y = (_collection(part, client) for part in data)
        return xgb_dask.DaskQuantileDMatrix(
            client, X, y, enable_categorical=True, max_bin=params["max_bin"], ref=ref
        )

    trained = matrix(rows)
    evals = [] if validation is None else [(matrix(validation, trained), "validation")]
    return xgb_dask.train(client, params, trained, evals=evals, **options)["booster"]


def predict(client: Any, booster: xgb.Booster, X: Any, rounds: tuple[int, int]) -> np.ndarray:
    """Return what the workers of `client` predict for `X` from the given range of rounds.

    Parameters
    ----------
    client
        A ``dask.distributed.Client``.
    booster
        The trained model; it is sent to the workers.
    X : shape (n_samples, n_features)
        A Dask collection, or an array or frame to be cut.
    rounds
        First round and the one after the last.
    """
    found = xgb_dask.predict(client, booster, _collection(X, client), iteration_range=rounds)
    return np.asarray(found.compute(), dtype=np.float32)


def _collection(data: Any, client: Any) -> Any:
    """Return `data` cut into one partition per worker; Dask collections come back unchanged."""
    if hasattr(data, "dask"):
        return data
    n_parts = len(client.scheduler_info(n_workers=-1)["workers"])
    if isinstance(data, pd.DataFrame):
        return dd.from_pandas(data.reset_index(drop=True), npartitions=n_parts)
    array = np.asarray(data)
    n_rows = max(1, -(-len(array) // n_parts))
    return da.from_array(array, chunks=(n_rows, *array.shape[1:]))
