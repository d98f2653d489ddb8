"""What gives the injected lines away before any model: length, numbers, fan-out, order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from .protocols import Injected, remote_logons


def _number(names: pd.Series) -> np.ndarray:
    """Return the number in each name, 0 where there is none."""
    found = names.str.extract(r"^\D*(\d+)", expand=False)
    return pd.to_numeric(found).fillna(0).to_numpy(dtype=float)


def _fan_out(events: pd.DataFrame, column: str) -> np.ndarray:
    """Return to how many hosts a user or host goes in these events."""
    return events.groupby(column)["dst_host"].transform("nunique").to_numpy(dtype=float)


def _scores(events: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what anybody can read off the lines of one window."""
    lengths = events.drop(columns="time").apply(lambda column: column.str.len())
    return {
        "len(line)": lengths.sum(axis=1).to_numpy(dtype=float),  # but for time and commas
        "number of the source host": _number(events["src_host"]),
        "number of the destination host": _number(events["dst_host"]),
        "number of the user": _number(events["src_user"]),
        "fan-out of the source host": _fan_out(events, "src_host"),
        "fan-out of the user": _fan_out(events, "src_user"),
        "logon to another host": remote_logons(events).to_numpy(dtype=float),
        "place in the file": np.arange(len(events), dtype=float),
    }


def audit(injected: Injected) -> pd.DataFrame:
    """Return how well each trivial score finds the red team, in either sign, by window.

    One draw says little: take the mean over ten or more. Over 20 draws of the official files,
    AUC and AP of `naive` are .90 and .10 by len(line), .998 and .79 by the number of the source
    host, .96 and .94 by its fan-out. Of `leak_reduced`, length, numbers and place have an AUC of
    .48 to .53; fan-out has .67 and .02, with 10 lines a window .95 and .46.

    Parameters
    ----------
    injected
        What a protocol returned.

    Returns
    -------
    pd.DataFrame
        Columns window, score, auc, ap, and for the score with the other sign reversed_auc and
        reversed_ap; a row for each score and each window after the first that has red lines.
    """
    return pd.DataFrame(_rows(injected))


def _rows(injected: Injected) -> Iterator[dict[str, object]]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    for window in np.unique(injected.window)[1:]:
        inside = injected.window == window
        ranked, y = injected.ranked[inside], injected.y[inside]
        for name, values in _scores(injected.X[inside]).items():
            truth, score = y[ranked], values[ranked]
            auc = float(roc_auc_score(truth, score))
            yield {
                "window": int(window),
                "score": name,
                "auc": auc,
                "ap": float(average_precision_score(truth, score)),
                "reversed_auc": 1 - auc,
                "reversed_ap": float(average_precision_score(truth, -score)),
            }
