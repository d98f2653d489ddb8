"""The same encoding by the workers of a Dask cluster."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from anomaly_labs import scale

if TYPE_CHECKING:
    from distributed import Client

    from anomaly_labs.features.encoder import FeatureEncoder


def each(look: Callable[[pd.DataFrame], Any], X: Any, client: "Client") -> list[Any]:
    """Return what `look` finds in each part of a table that has rows.

    Parameters
    ----------
    look
        Runs on a worker; what it returns travels to this process.
    X : shape (n_samples, n_columns)
        A Dask DataFrame, or a DataFrame to be cut.
    client
        Client of the cluster.
    """
    from dask import delayed

    def attempt() -> list[Any]:
        parts = [delayed(_seen)(look, part) for part in scale.spread(X, client).to_delayed()]
        found = client.gather(client.compute(parts))
        return [part for part in found if part is not None]

    return scale.survive(attempt, client, "encoding")


def transform(encoder: "FeatureEncoder", X: Any, client: "Client") -> Any:
    """Return the matrix of a table: a Dask array for a Dask DataFrame, else an array.

    Parameters
    ----------
    encoder
        Fitted.
    X : shape (n_samples, n_columns)
        A Dask DataFrame, or a DataFrame to be cut.
    client
        Client of the cluster.

    Raises
    ------
    ValueError
        If the encoder was told to return frames and `X` is a Dask DataFrame.
    """
    if hasattr(X, "dask"):
        if getattr(encoder, "_sklearn_output_config", {}).get("transform", "default") != "default":
            raise ValueError(
                "set_output(transform=...) makes frames of one process; leave it out where X is a "
                "Dask DataFrame"
            )
        return X.map_partitions(partial(_matrix, encoder), meta=_matrix(encoder, X._meta))
    parts = each(partial(_matrix, encoder), X, client) if len(X) else [_matrix(encoder, X)]
    return np.concatenate(parts)


def _matrix(encoder: "FeatureEncoder", table: pd.DataFrame) -> np.ndarray:
    return np.asarray(encoder.transform(table), dtype=np.float32)


def _seen(look: Callable[[pd.DataFrame], Any], table: pd.DataFrame) -> Any:
    return look(table) if len(table) else None
