"""The autoencoder's figures: ``python benchmarks/autoencoder.py``, or with names of its parts.

The parts are zenati, rare, reduced and nsl. Each figure is a mean over five seeds with its standard
deviation. PyOD's AutoEncoder runs beside it on the same encoded rows where the variable PYOD_PYTHON
names a Python that has it, an environment apart because it needs torch:

    python -m venv pyod && pyod/bin/pip install pyod==3.6.7 torch tqdm
    PYOD_PYTHON=pyod/bin/python python benchmarks/autoencoder.py

PYOD_SEEDS sets for how many seeds (5; PyOD takes minutes for each seed of zenati). CPU seconds are
of fit and score, all threads, without imports and encoding. Encoders and thresholds come from
training rows; test labels serve for the figures alone, and zenati's rule needs none.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from anomaly_labs import datasets, evaluation, features, resampling, thresholds
from anomaly_labs.autoencoder import AutoencoderDetector
from anomaly_labs.autoencoder.residuals import KINDS

SEEDS = range(5)
FLAGGED = 0.2
ANOMALIES = 0.01
HELD_OUT = 0.2  # of NSL-KDD's normal training rows, for the threshold
PYOD = """
import sys, time
import numpy as np
import torch
from pyod.models.auto_encoder import AutoEncoder
torch.set_num_threads(2)
folder, seed = sys.argv[1], int(sys.argv[2])
train, held, test = (np.load(f"{folder}/{name}.npy") for name in ("train", "held", "test"))
start = time.process_time()
detector = AutoEncoder(random_state=seed, verbose=0).fit(train)
fitted = time.process_time()
np.save(f"{folder}/test_scores.npy", detector.decision_function(test))
scored = time.process_time()
if len(held):
    np.save(f"{folder}/held_scores.npy", detector.decision_function(held))
np.save(f"{folder}/seconds.npy", [fitted - start, scored - fitted])
"""


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


PARTS: dict[str, tuple[str, Callable[[int], Task], Figures]] = {
    "zenati": ("1. KDD99 10 %, Zenati's protocol, top 20 % flagged", zenati, flagged),
    "rare": ("2. KDD99 10 %, distinct rows, normal-only training, 1 % anomalies", rare, ranked),
    "reduced": ("2b. The same, reduced to 1 % before duplicates are dropped", reduced, ranked),
    "nsl": ("3. NSL-KDD, normal rows of train_20, KDDTest+", nsl, alerted),
}


def ours(task: Task, seed: int, figures: Figures) -> list[dict[str, object]]:
    """Fit once; the seconds are those of the fit and of the test rows' score of each kind."""
    start = time.process_time()
    detector = AutoencoderDetector(seed=seed, epochs=rt.epochs(99) if rt.fast else None)
    detector.fit(task.train)
    fit = time.process_time() - start
    rows = []
    for kind in KINDS:
        start = time.process_time()
        scores = detector.anomaly_score(task.test, kind=kind)
        seconds = {"fit_s": fit, "score_s": time.process_time() - start}
        held = detector.anomaly_score(task.held, kind=kind)
        name = kind + (" (default)" if kind == detector.kind else "")
        rows.append({"detector": name} | figures(task, scores, held) | seconds)
    return rows


def pyod(task: Task, seed: int, figures: Figures, python: str) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("train", "held", "test"):
            np.save(Path(folder) / f"{name}.npy", getattr(task, name))
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        subprocess.run([python, "-c", PYOD, folder, str(seed)], check=True, env=clean)
        fit, score = np.load(Path(folder) / "seconds.npy")
        scores = np.load(Path(folder) / "test_scores.npy")
        held = Path(folder) / "held_scores.npy"
        held_scores = np.load(held) if held.exists() else np.empty(0)
    row: dict[str, object] = {"detector": "PyOD AutoEncoder"}
    return [row | figures(task, scores, held_scores) | {"fit_s": fit, "score_s": score}]


def measure(title: str, task_of: Callable[[int], Task], figures: Figures) -> None:
    python, pyod_seeds = os.environ.get("PYOD_PYTHON"), int(os.environ.get("PYOD_SEEDS", "5"))
    rows: list[dict[str, object]] = []
    for seed in SEEDS:
        task = task_of(seed)
        rows += ours(task, seed, figures)
        if python and seed < pyod_seeds:
            rows += pyod(task, seed, figures, python)
    grouped = pd.DataFrame(rows).groupby("detector", sort=False)
    mean, spread = grouped.mean(), grouped.std(ddof=1)
    table = mean.map("{:.4f}".format) + " ± " + spread.map("{:.4f}".format)
    table.insert(0, "seeds", grouped.size())
    kind = "real data" if task.source == "real" else "GENERATED data"
    print(f"\n{title} ({kind}; {len(task.train):,} rows to fit, {len(task.test):,} to score)")
    print(table.to_string())
    if python:
        total = mean["fit_s"] + mean["score_s"]
        share = total.drop("PyOD AutoEncoder").max() / total["PyOD AutoEncoder"]
        print(f"CPU seconds of fit and score, the slowest kind: {share:.2f} of PyOD's")


def main(names: list[str]) -> None:
    strange = set(names) - set(PARTS)
    if strange:
        raise SystemExit(f"unknown: {', '.join(sorted(strange))}; choose from {', '.join(PARTS)}")
    print(f"device: {rt.device}, fast mode: {rt.fast}")
    if not os.environ.get("PYOD_PYTHON"):
        print(
            "PYOD_PYTHON is not set, so PyOD is left out; the top of this file says how to get it"
        )
    for name in names or PARTS:
        measure(*PARTS[name])


if __name__ == "__main__":
    main(sys.argv[1:])
