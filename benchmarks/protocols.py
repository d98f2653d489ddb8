"""Which rows the detectors' benchmarks train on and test on, and the figures of each protocol.

Encoders are fitted on training rows, and thresholds come from them; test labels serve for the
figures alone. Import `anomaly_labs.runtime` and prepare it first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import report

from anomaly_labs import datasets, evaluation, features, resampling, thresholds

FLAGGED = 0.2
ANOMALIES = 0.01
HELD_OUT = 0.2  # of NSL-KDD's normal training rows, for the threshold


@dataclass(frozen=True)
class Task:
    """Encoded rows of one seed: what is fitted, what the threshold is from, what is scored."""

    train: np.ndarray
    held: np.ndarray
    test: np.ndarray
    y: np.ndarray
    source: str


Figures = Callable[[Task, np.ndarray, np.ndarray], dict[str, float]]


def encoded(
    X: pd.DataFrame, X_test: pd.DataFrame, y: np.ndarray, source: str, X_held: pd.DataFrame
) -> Task:
    encoder = features.make_encoder()
    train = encoder.fit_transform(X)
    return Task(train, encoder.transform(X_held), encoder.transform(X_test), y, source)


def zenati(seed: int) -> Task:
    """Take normal traffic for the anomaly: half of the attacks to train, the other half to test."""
    data = datasets.load("kdd99")
    attack = datasets.is_attack(data.y)
    order = np.random.default_rng(seed).permutation(len(attack))
    test, train = order[len(order) // 2 :], order[: len(order) // 2]
    train = train[attack[train] == 1]
    return encoded(data.X.iloc[train], data.X.iloc[test], 1 - attack[test], data.source, data.X[:0])


def rare(seed: int) -> Task:
    """Distinct rows: train on 80 % of the normal ones, test on the others and 1 % anomalies."""
    data = datasets.load("kdd99")
    first = ~data.X.assign(y=data.y).duplicated()
    X, y = data.X[first].reset_index(drop=True), data.y[first].reset_index(drop=True)
    normal = np.flatnonzero(datasets.is_attack(y) == 0)
    train = np.random.default_rng(seed).permutation(normal)[: int(0.8 * len(normal))]
    others = np.setdiff1d(np.arange(len(y)), train)
    X_test, y_test = resampling.reduce_anomalies(
        X.iloc[others], y.iloc[others], ratio=ANOMALIES, seed=seed
    )
    return encoded(X.iloc[train], X_test, datasets.is_attack(y_test), data.source, X[:0])


def reduced(seed: int) -> Task:
    """Take the other order: 1 % anomalies in the file as it is, then distinct rows, then 20 %.

    Most attacks of the file are copies, so fewer than 1 % are left, and of another mix.
    """
    data = datasets.load("kdd99")
    X, y = resampling.reduce_anomalies(data.X, data.y, ratio=ANOMALIES, seed=seed)
    first = ~X.assign(y=y).duplicated()
    X, attack = X[first].reset_index(drop=True), datasets.is_attack(y[first])
    order = np.random.default_rng(seed).permutation(len(X))
    train, test = np.split(order, [int(0.8 * len(X))])
    train = train[attack[train] == 0]
    return encoded(X.iloc[train], X.iloc[test], attack[test], data.source, X[:0])


def nsl(seed: int) -> Task:
    """Train on the normal rows of the 20 % file, test on KDDTest+."""
    known = datasets.load("nsl_kdd", split="train_20")
    new = datasets.load("nsl_kdd", split="test")
    X = known.X[datasets.is_attack(known.y) == 0]
    order = np.random.default_rng(seed).permutation(len(X))
    held, train = np.split(order, [int(HELD_OUT * len(X))])
    y = datasets.is_attack(new.y)
    return encoded(X.iloc[train], new.X, y, new.source, X.iloc[held])


def flagged(task: Task, scores: np.ndarray, held: np.ndarray) -> dict[str, float]:
    """F1 with the highest 20 % of the test scores flagged, as the protocol has it."""
    threshold = np.sort(scores)[-int(FLAGGED * len(scores)) - 1]
    figures = evaluation.summary(task.y, scores, threshold)
    return {"f1": figures["f1"], "auc": figures["auc"]}


def ranked(task: Task, scores: np.ndarray, held: np.ndarray) -> dict[str, float]:
    figures = evaluation.ranking(task.y, scores)
    return {"ap": figures["average_precision"], "auc": figures["auc"]}


def alerted(task: Task, scores: np.ndarray, held: np.ndarray) -> dict[str, float]:
    """Accuracy at the 95th percentile of held-out normal training rows."""
    figures = evaluation.summary(task.y, scores, thresholds.percentile(held))
    return figures[["auc", "accuracy", "f1", "false_alarm_rate"]].to_dict()


def table(rows: list[dict[str, object]]) -> tuple[str, pd.DataFrame]:
    """Return a Markdown table by detector, and its means and medians alone.

    Figures of merit are means over the seeds with their standard deviation, seconds are medians
    with the lowest and the highest.
    """
    shown, middle = [], {}
    for detector, seeds in pd.DataFrame(rows).groupby("detector", sort=False):
        figures = seeds.drop(columns="detector").dropna(axis=1)
        row: dict[str, object] = {"detector": detector, "seeds": len(seeds)}
        for name, values in figures.items():
            seconds = str(name).endswith("_s")
            row[str(name)] = report.spread(list(values), ".2f") if seconds else _mean(values)
            middle.setdefault(detector, {})[name] = values.median() if seconds else values.mean()
        shown.append(row)
    head = max(shown, key=len)
    return report.table([{name: row.get(name, "") for name in head} for row in shown]), (
        pd.DataFrame(middle).T
    )


def _mean(values: pd.Series) -> str:
    if len(values) == 1:
        return f"{values.iloc[0]:.4f}"
    return f"{values.mean():.4f} ± {values.std(ddof=1):.4f}"


def heading(title: str, task: Task) -> str:
    """Return the title and what was measured on, in Markdown."""
    size = f"{len(task.train):,} rows to fit, {len(task.test):,} to score"
    return f"### {title}\n\n{report.kind(task.source).capitalize()}; {size}."
