"""Scores and labels to figures of merit."""

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.metrics import average_precision_score, roc_auc_score


def labelled_scores(y_true: ArrayLike, scores: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return labels (0/1, int8) and scores (their own float type) after checking both.

    Parameters
    ----------
    y_true : shape (n_samples,)
        0 for normal, 1 for anomaly; both must occur.
    scores : shape (n_samples,)
        Finite numbers; larger is more anomalous.

    Raises
    ------
    ValueError
        If the lengths differ, nothing was given, a score is not finite, a label is neither 0 nor
        1, or only one class occurs.

    Examples
    --------
    >>> labelled_scores([0, 1], [0.1, 0.9])
    (array([0, 1], dtype=int8), array([0.1, 0.9]))
    """
    values = np.asarray(scores)
    if values.ndim != 1:
        raise ValueError(
            f"scores have the shape {values.shape}, but one score per row is needed; scores.ravel()"
            " flattens a single column, scores[:, 1] takes the probability of class 1"
        )
    if values.dtype.kind not in "biuf":
        raise ValueError(f"scores must be numbers, got {values.dtype}; check the argument order")
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise ValueError(
            f"scores must be finite, but {bad.size} of {values.size} are not (the first is"
            f" {values[bad[0]]} in row {bad[0]}, counted from 0); look for missing values"
        )
    labels = _zero_one(y_true, "y_true")
    if labels.shape != values.shape:
        raise ValueError(
            f"y_true has {labels.size} rows and scores have {values.size};"
            " both must describe the same rows"
        )
    if labels.size == 0 or labels.min() == labels.max():
        held = "no rows" if labels.size == 0 else f"only {labels[0]}"
        raise ValueError(
            f"y_true holds {held}, but normal rows (0) and anomalies (1) must both occur"
        )
    return labels, values


def _zero_one(values: ArrayLike, what: str) -> np.ndarray:
    """Return one-dimensional 0/1 values as int8."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{what} must be one-dimensional, got the shape {array.shape}")
    if array.dtype.kind in "biuf" and ((array == 0) | (array == 1)).all():
        return array.astype(np.int8)
    found = ", ".join(repr(value) for value in pd.unique(array)[:3].tolist())
    raise ValueError(
        f"{what} must hold only 0 (normal) and 1 (anomaly), got {found}, ...;"
        " datasets.is_attack(y) turns attack names into 0 and 1; check the argument order too"
    )


def ranking(y_true: ArrayLike, scores: ArrayLike) -> pd.Series:
    """Return how well `scores` order the rows, whatever the threshold: ROC AUC, average precision.

    Parameters
    ----------
    y_true : shape (n_samples,)
        0 for normal, 1 for anomaly; both must occur.
    scores : shape (n_samples,)
        Larger is more anomalous. With hard labels instead of scores a `UserWarning` is given.

    Raises
    ------
    ValueError
        If `labelled_scores` refuses the labels or the scores.

    Examples
    --------
    >>> ranking([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9]).round(3).to_dict()
    {'auc': 0.75, 'average_precision': 0.833}
    """
    labels, values = labelled_scores(y_true, scores)
    return pd.Series(_ranking(labels, values))


def _ranking(labels: np.ndarray, values: np.ndarray) -> dict[str, float]:
    low, high = values.min(), values.max()
    if values.size > 2 and low < high and ((values == low) | (values == high)).all():
        warnings.warn(
            f"scores hold only the two values {low:g} and {high:g}: the ROC curve of hard labels"
            " has a single point; pass scores or probabilities instead",
            UserWarning,
            stacklevel=3,
        )
    return {
        "auc": float(roc_auc_score(labels, values)),
        "average_precision": float(average_precision_score(labels, values)),
    }


def summary(y_true: ArrayLike, scores: ArrayLike, threshold: float) -> pd.Series:
    """Return every figure of merit of the alerts `scores > threshold`.

    Parameters
    ----------
    y_true : shape (n_samples,)
        0 for normal, 1 for anomaly; both must occur.
    scores : shape (n_samples,)
        Larger is more anomalous. With hard labels instead of scores a `UserWarning` is given.
    threshold
        Threshold in the unit of the scores; `inf` raises no alert at all, `-inf` one for each row.

    Returns
    -------
    Series
        auc, average_precision, accuracy, precision, recall, f1, false_alarm_rate (the share of the
        normal rows that are flagged), errors (fp + fn), tp, fp, fn, tn. Without any alert,
        precision is 0.

    Raises
    ------
    ValueError
        If `labelled_scores` refuses the labels or the scores, or `threshold` is not a number.

    Examples
    --------
    >>> figures = summary([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9], 0.5)
    >>> figures[["accuracy", "precision", "recall", "errors"]].to_dict()
    {'accuracy': 0.75, 'precision': 1.0, 'recall': 0.5, 'errors': 1.0}
    """
    labels, values = labelled_scores(y_true, scores)
    if math.isnan(threshold):
        raise ValueError(f"threshold={threshold!r} is not a number; no alert can be decided by it")
    alerts = values > threshold
    tp, flagged = int(labels[alerts].sum()), int(alerts.sum())
    fp, fn = flagged - tp, int(labels.sum()) - tp
    tn = labels.size - tp - fp - fn
    figures = _ranking(labels, values) | {
        "accuracy": (tp + tn) / labels.size,
        "precision": tp / flagged if flagged else 0.0,
        "recall": tp / (tp + fn),
        "f1": 2 * tp / (2 * tp + fp + fn),
        "false_alarm_rate": fp / (fp + tn),
        "errors": float(fp + fn),
    }
    return pd.Series(figures | {"tp": tp, "fp": fp, "fn": fn, "tn": tn}, dtype=np.float64)


def confusion(
    y_true: ArrayLike, y_pred: ArrayLike, *, labels: Sequence[Any] | None = None
) -> pd.DataFrame:
    """Return how often each true class (rows) was predicted as each class (columns).

    Parameters
    ----------
    y_true, y_pred : shape (n_samples,)
        Classes as names or numbers.
    labels
        Classes in the order of the table; by default all that occur, sorted, "normal" first.

    Raises
    ------
    ValueError
        If the lengths differ, or a class occurs that is not among `labels`.

    Examples
    --------
    >>> table = confusion(["dos", "dos", "normal"], ["dos", "normal", "normal"])
    >>> int(table.loc["dos", "normal"])
    1
    """
    true, predicted = np.asarray(y_true), np.asarray(y_pred)
    if true.shape != predicted.shape or true.ndim != 1:
        raise ValueError(
            f"y_true has the shape {true.shape} and y_pred {predicted.shape};"
            " both must be one-dimensional and describe the same rows"
        )
    found = pd.unique(np.concatenate([pd.unique(true), pd.unique(predicted)]))
    by_name = sorted(found, key=lambda name: (name != "normal", name))
    order = pd.Index(by_name if labels is None else labels)
    missing = [value for value in found.tolist() if value not in order]
    if missing:
        raise ValueError(f"the classes {missing} occur but are not in labels={order.tolist()}")
    cells = order.get_indexer(pd.Index(true)) * len(order) + order.get_indexer(pd.Index(predicted))
    counts = np.bincount(cells, minlength=len(order) ** 2).reshape(len(order), len(order))
    return pd.DataFrame(counts, index=order.rename("true"), columns=order.rename("predicted"))


def recall_by_class(y_names: ArrayLike, alerts: ArrayLike) -> pd.DataFrame:
    """Return, for every kind of anomaly, how many of its rows were detected.

    Parameters
    ----------
    y_names : shape (n_samples,)
        Names of attacks or of families. Rows named "normal" are left out: flagging one is a false
        alarm, which `summary` counts.
    alerts : shape (n_samples,)
        1 where the row was flagged, else 0.

    Returns
    -------
    DataFrame
        Columns class, rows, detected, recall; the most frequent class first, then by name.

    Raises
    ------
    ValueError
        If the lengths differ or `alerts` holds anything but 0 and 1.

    Examples
    --------
    >>> recall_by_class(["smurf", "normal", "smurf", "nmap"], [1, 0, 0, 1])
       class  rows  detected  recall
    0  smurf     2         1     0.5
    1   nmap     1         1     1.0
    """
    names, flagged = np.asarray(y_names).astype(object), _zero_one(alerts, "alerts")
    if names.shape != flagged.shape:
        raise ValueError(
            f"y_names has the shape {names.shape} and alerts have {flagged.size} rows;"
            " both must describe the same rows"
        )
    attack = names != "normal"
    rows = pd.DataFrame({"class": names[attack], "alert": flagged[attack].astype(np.int64)})
    table = rows.groupby("class")["alert"].agg(rows="size", detected="sum").reset_index()
    table["recall"] = table["detected"] / table["rows"]
    return table.sort_values(["rows", "class"], ascending=[False, True], ignore_index=True)
