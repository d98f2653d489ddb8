"""Train boosted trees, predict with them, and say which device did it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import ArrayLike

from anomaly_labs.boosting import inputs
from anomaly_labs.boosting.parameters import Params, complete
from anomaly_labs.matrix import Batches, Matrix, in_batches


def train(
    X: Matrix | Batches,
    y: ArrayLike | Callable[[Any], ArrayLike],
    *,
    validation: tuple[Any, Any] | None = None,
    n_rounds: int = 100,
    early_stopping_rounds: int | None = None,
    params: Mapping[str, Any] | None = None,
    client: Any = None,
    seed: int = 0,
    block_rows: int = 5_000_000,
) -> xgb.Booster:
    """Return a booster trained on `X` and `y`, for two classes or for many.

    Parameters
    ----------
    X : shape (n_samples, n_features)
        Matrix or DataFrame. Columns of dtype ``category`` are split natively, without one-hot.
        Or a `datasets.Batches` of them, for tables larger than memory.
    y : shape (n_samples,)
        0/1, or class codes 0 to k - 1 (a class may be missing in the middle, not at the top).
        With a stream: the function from a batch's labels to these, such as `datasets.is_attack`.
    validation
        Rows not trained on, as ``(X, y)``, both as above; needed for early stopping.
    n_rounds
        Number of boosting rounds; each adds one tree, or one tree per class.
    early_stopping_rounds
        Stop when the last metric on the validation rows has not improved for so many rounds.
        `predict` then uses the best round, not the last.
    params
        Replace or extend `default_params`; ``num_class`` states classes without training rows.
    client
        A ``dask.distributed.Client``: train on its workers. Arrays and frames are cut into one
        partition per worker; Dask collections are taken as they are, as `scale.read` makes them
        of a stream. If a worker is lost, training starts again, once, with a warning.
    seed
        Seed of the sampling of rows and columns; the same seed gives the same trees.
    block_rows
        The most rows of a stream that are read for one block (see Notes).

    Raises
    ------
    ValueError
        If `y` is not made of class codes, has one class only, or does not fit `X`; if early
        stopping is asked for without validation rows.
    TypeError
        If `X` is a stream and `y` no function, or the validation rows are no stream.

    Notes
    -----
    A stream is quantised batch by batch into pages in a temporary folder (``TMPDIR``; about 100
    bytes for each row of a block), which is deleted at the end. XGBoost reads the pages again for
    each level of a tree, but keeps labels, gradients and predictions of all rows in memory, about
    60 bytes a row. So a stream of more than `block_rows` is cut into blocks, each spread over the
    whole table, and the rounds are shared out among them: the first rounds are grown on the first
    block, the next on the second. It is stochastic gradient boosting in which neighbouring rounds
    share their sample; memory and time per round no longer grow with the table. All blocks share
    the quantiles of the first. A stream that fits one block gives the same trees as a table, up to
    the choice of quantiles. Validation rows are read from one block in as many.

    References
    ----------
    Chen and Guestrin (2016), XGBoost: a scalable tree boosting system.
    https://doi.org/10.1145/2939672.2939785
    Friedman (2002), Stochastic gradient boosting. https://doi.org/10.1016/S0167-9473(01)00065-2

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> booster = train(X, [0, 0, 1, 1], n_rounds=5)
    >>> (predict(booster, X) > 0.5).astype(int).tolist()
    [0, 0, 1, 1]
    """
    given = dict(params or {})
    inputs.check_stopping(early_stopping_rounds, validation)
    options: Params = {
        "num_boost_round": n_rounds,
        "early_stopping_rounds": early_stopping_rounds,
        "verbose_eval": False,
    }
    if in_batches(X):
        from anomaly_labs.boosting import external

        inputs.refuse_client(client)
        inputs.check_streamed(y, validation)
        read: external.Rows = (X, y)  # type: ignore[assignment]  # y was seen to be callable
        return external.train(read, validation, given, options, seed=seed, block_rows=block_rows)
    inputs.check_lengths(X, y)
    rows = (X, y)
    n_classes = inputs.count_classes(y, given.get("num_class"))
    if validation is not None:
        inputs.check_lengths(*validation)
        inputs.check_codes(validation[1], n_classes)
    given = complete(given, n_classes, seed)
    if client is not None:
        from anomaly_labs.boosting import cluster

        return cluster.train(client, given, rows, validation, options)
    trained = _matrix(*rows, given)
    evals = [] if validation is None else [(_matrix(*validation, given, trained), "validation")]
    return xgb.train(given, trained, evals=evals, **options)


def predict(booster: xgb.Booster, X: Matrix | Batches, *, client: Any = None) -> np.ndarray:
    """Return the probability of class 1, or of each class where there are more than two.

    Parameters
    ----------
    booster
        Model from `train`; after early stopping the rounds up to the best one are used.
    X : shape (n_samples, n_features)
        The columns of the training rows. With `client` it may be a Dask collection; without, a
        `datasets.Batches`, whose labels are not looked at.
    client
        A ``dask.distributed.Client`` whose workers predict.

    Returns
    -------
    Shape (n_samples,) for two classes, else (n_samples, n_classes); float32.

    Raises
    ------
    ValueError
        If columns differ from the training columns, or `X` is a DataFrame with a category that
        the dtype of the training column does not know.

    Notes
    -----
    Give all splits one dtype, as `datasets.load` does. A category that the dtype knows but no
    training row had then raises nothing: at each split it goes with the categories that the
    split does not name.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [2.0]])
    >>> predict(train(X, [0, 1, 2], n_rounds=2), X).shape
    (3, 3)
    """
    used = (0, _last_round(booster))
    if in_batches(X):
        inputs.refuse_client(client)
        parts = [_predicted(booster, batch, used) for batch, _ in X]
        return np.concatenate(parts or [np.empty(0, np.float32)])
    if client is None:
        return _predicted(booster, X, used)
    inputs.check_categories(booster, X)
    from anomaly_labs.boosting import cluster

    return cluster.predict(client, booster, X, used)


def effective_device(booster: xgb.Booster) -> str:
    """Return the device that the booster really uses: ``"cpu"`` or ``"cuda:0"``.

    ``device="cuda"`` on a machine without a GPU only warns and trains on the CPU.

    Parameters
    ----------
    booster
        A trained model.

    Examples
    --------
    >>> effective_device(train(np.array([[0.0], [1.0]]), [0, 1], params={"device": "cpu"}))
    'cpu'
    """
    config = json.loads(booster.save_config())
    return str(config["learner"]["generic_param"]["device"])


def _predicted(booster: xgb.Booster, X: Any, used: tuple[int, int]) -> np.ndarray:
    inputs.check_categories(booster, X)
    rows = xgb.DMatrix(X, enable_categorical=True)
    return np.asarray(booster.predict(rows, iteration_range=used), dtype=np.float32)


def _last_round(booster: xgb.Booster) -> int:
    """Return the number of rounds to use; `best_iteration` exists only after early stopping."""
    best = booster.attr("best_iteration")
    return booster.num_boosted_rounds() if best is None else int(best) + 1


def _matrix(X: Any, y: Any, params: Params, ref: xgb.DMatrix | None = None) -> xgb.DMatrix:
    label = np.asarray(y)
    if params["tree_method"] != "hist":
        return xgb.DMatrix(X, label, enable_categorical=True)
    return xgb.QuantileDMatrix(
        X, label, enable_categorical=True, max_bin=params["max_bin"], ref=ref
    )
