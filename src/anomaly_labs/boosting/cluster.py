"""The same training on the workers of a Dask cluster."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost as xgb
import xgboost.dask as xgb_dask
from xgboost.collective import Config

from anomaly_labs import scale

if TYPE_CHECKING:
    from distributed import Client

Rows = tuple[Any, Any]

# All workers begin within this time, or training fails: one that is lost just before would be
# waited for without end. Later, closed connections tell the others of a lost worker.
START_S = 120


def train(
    client: "Client",
    params: dict[str, Any],
    rows: Rows,
    validation: Rows | None,
    options: dict[str, Any],
) -> xgb.Booster:
    """Return a booster trained by the workers of `client`.

    The trees are those of one process where columns have few distinct values. Else the workers'
    estimates of quantiles move some splits a little; on KDD99 the AUC stays the same to 1e-4.

    XGBoost stops when a worker is lost. Training then starts again, once, on the workers that are
    left or have been replaced, and a warning says so. Nothing is written anywhere.

    Parameters
    ----------
    client
        Client of the cluster.
    params
        Complete parameters of XGBoost.
    rows, validation
        ``(X, y)``: Dask collections, or arrays and frames to be cut.
    options
        Further arguments of ``xgboost.dask.train``.

    Raises
    ------
    RuntimeError
        If workers are lost and none is left, or training fails again.
    """

    def matrix(data: Rows, ref: Any = None) -> Any:
        X, y = (scale.spread(part, client) for part in data)
        return xgb_dask.DaskQuantileDMatrix(
            client, X, y, enable_categorical=True, max_bin=params["max_bin"], ref=ref
        )

    def attempt() -> xgb.Booster:
        trained = matrix(rows)
        evals = [] if validation is None else [(matrix(validation, trained), "validation")]
        start = Config(tracker_timeout=START_S)
        found = xgb_dask.train(client, params, trained, evals=evals, coll_cfg=start, **options)
        return found["booster"]

    return scale.survive(attempt, client, "training")


def predict(client: "Client", booster: xgb.Booster, X: Any, rounds: tuple[int, int]) -> np.ndarray:
    """Return what the workers of `client` predict for `X` from the given range of rounds.

    Parameters
    ----------
    client
        Client of the cluster.
    booster
        The trained model; it is sent to the workers.
    X : shape (n_samples, n_features)
        A Dask collection, or an array or frame to be cut.
    rounds
        First round and the one after the last.

    Raises
    ------
    RuntimeError
        If workers are lost and none is left, or prediction fails again.
    """

    def attempt() -> np.ndarray:
        part = scale.spread(X, client)
        found = xgb_dask.predict(client, booster, part, iteration_range=rounds)
        return np.asarray(found.compute(), dtype=np.float32)

    return scale.survive(attempt, client, "prediction")
