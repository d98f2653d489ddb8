"""What goes into XGBoost, checked: class codes, categories."""

from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb

from anomaly_labs.matrix import in_batches


def check_categories(booster: xgb.Booster, X: Any) -> None:
    """Raise if a category of `X` is unknown to `booster`.

    XGBoost 3.2 predicts such rows without a word; other releases raise.

    Parameters
    ----------
    booster
        The trained model.
    X : shape (n_samples, n_features)
        Rows that it is asked about.
    """
    if not isinstance(X, pd.DataFrame) or "category" not in X.dtypes.astype(str).to_list():
        return
    for name, categories in booster.get_categories(export_to_arrow=True).to_arrow():
        if categories is None or name not in X:
            continue
        unknown = set(X[name].dropna().unique()) - set(categories.to_pylist())
        if unknown:
            raise ValueError(
                f"column {name!r} holds {sorted(unknown, key=str)[:5]}, which the dtype of the "
                "training rows does not know; give both the same categories (datasets.load does), "
                "or encode them with features.make_encoder, which has a slot for unknown values"
            )


def check_stopping(early_stopping_rounds: int | None, validation: Any) -> None:
    """Raise if training should stop early and there are no validation rows.

    Parameters
    ----------
    early_stopping_rounds
        What the caller gave under this name.
    validation
        What the caller gave as `validation`; None for no rows.
    """
    if early_stopping_rounds is not None and validation is None:
        raise ValueError(
            f"early_stopping_rounds={early_stopping_rounds} needs validation=(X, y): rows that are "
            "not trained on"
        )


def refuse_client(client: Any) -> None:
    """Raise if a cluster comes with a stream.

    Parameters
    ----------
    client
        What the caller gave as `client`; None is right.
    """
    if client is not None:
        raise ValueError(
            "a stream is read in this process, client= works on the workers of a cluster; leave "
            "client= out, or let the workers read: X, y = scale.read(stream, client)"
        )


def check_streamed(y: Any, validation: Any) -> None:
    """Raise unless what comes with a stream suits it.

    Parameters
    ----------
    y
        What the caller gave as `y`: a function of the class names.
    validation
        What the caller gave as `validation`: a stream, or None.
    """
    if not callable(y):
        raise TypeError(
            f"with a stream, y must be the function that turns a batch's labels into 0/1 or class "
            f"codes, not {type(y).__name__}; for example train(stream, datasets.is_attack)"
        )
    if validation is None:
        return
    if not (isinstance(validation, tuple) and len(validation) == 2 and in_batches(validation[0])):
        raise TypeError(
            "with a stream, validation must be a pair of a stream and a function; for example "
            "train, held = stream.divide(.1), then validation=(held, datasets.is_attack)"
        )
    check_streamed(validation[1], None)


def check_lengths(X: Any, y: Any) -> None:
    """Raise if `X` and `y` differ in length; Dask collections do not know theirs.

    Parameters
    ----------
    X
        Rows.
    y
        Their classes.
    """
    if not hasattr(X, "dask") and len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows and y has {len(y)}; they must be the same rows")


def count_classes(y: Any, stated: int | None) -> int:
    """Return the number of classes: the stated one, or the largest code of `y` plus 1.

    Parameters
    ----------
    y
        Class of each row, 0, 1, ...
    stated
        The number that the caller stated, or None.
    """
    return count_codes(check_codes(y, stated), stated)


def count_codes(codes: np.ndarray, stated: int | None) -> int:
    """Return the number of classes from the distinct codes of all training rows.

    Parameters
    ----------
    codes
        Distinct classes that occur.
    stated
        The number that the caller stated, or None.
    """
    if len(codes) < 2:
        raise ValueError(f"y holds {codes.tolist()} only: training needs rows of two classes")
    return stated or int(codes.max()) + 1


def check_codes(y: Any, n_classes: int | None) -> np.ndarray:
    """Return the distinct codes of `y`; raise if they are no codes of a model of `n_classes`.

    Parameters
    ----------
    y
        Class of each row.
    n_classes
        How many classes there are.
    """
    codes = _distinct(y)
    numeric = codes.dtype.kind in "biuf" and np.isfinite(codes).all()
    if not numeric or (codes % 1 != 0).any():
        raise ValueError(
            f"y must hold 0/1 or class codes 0, 1, 2, ..., not {codes.tolist()[:5]}; "
            "use datasets.is_attack(y) for 0/1 or pandas.factorize(y) for codes"
        )
    if codes.min(initial=0) < 0:
        raise ValueError(f"class codes start at 0, but y holds {codes.min()}")
    if n_classes is not None and codes.max(initial=0) >= n_classes:
        raise ValueError(
            f"y holds class {int(codes.max())}, but the model has the classes 0 to "
            f"{n_classes - 1}: split so that every class has training rows (stratified), or state "
            f"the number of classes with params={{'num_class': {int(codes.max()) + 1}}}"
        )
    return codes


def _distinct(y: Any) -> np.ndarray:
    values = y.unique() if hasattr(y, "unique") else np.unique(y)
    return np.asarray(values.compute() if hasattr(values, "compute") else values)
