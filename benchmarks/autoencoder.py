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
from pathlib import Path

import numpy as np
from protocols import (
    Figures,
    Task,
    alerted,
    flagged,
    heading,
    nsl,
    ranked,
    rare,
    reduced,
    table,
    zenati,
)

from anomaly_labs.autoencoder import AutoencoderDetector
from anomaly_labs.autoencoder.residuals import KINDS

SEEDS = range(5)
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
    text, mean = table(rows)
    print(f"\n{heading(title, task)}")
    print(text.to_string())
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
