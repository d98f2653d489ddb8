"""PyOD's detectors on the encoded rows of a task, in a Python of their own that has torch.

The variable PYOD_PYTHON names that Python; where it is not set, the comparison is left out:

    python -m venv pyod && pyod/bin/pip install pyod==3.6.7 torch tqdm
    PYOD_PYTHON=pyod/bin/python python benchmarks/autoencoder.py

PYOD_SEEDS sets for how many seeds PyOD runs (5; its autoencoder takes minutes for each).
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from protocols import Figures, Task

PYTHON = os.environ.get("PYOD_PYTHON", "")
SEEDS = int(os.environ.get("PYOD_SEEDS", "5"))
LEFT_OUT = "PYOD_PYTHON is not set, so PyOD is left out; benchmarks/rivals.py says how to get it."
FIT_AND_SCORE = """
import importlib, json, os, random, sys, time
import numpy as np
import torch
folder, seed, module, name, options = *sys.argv[1:5], json.loads(sys.argv[5])
random.seed(int(seed)), np.random.seed(int(seed)), torch.manual_seed(int(seed))
torch.set_num_threads(os.cpu_count())
detector = getattr(importlib.import_module(f"pyod.models.{module}"), name)(**options)
train, held, test = (np.load(f"{folder}/{part}.npy") for part in ("train", "held", "test"))
start = time.process_time()
detector.fit(train)
fitted = time.process_time()
np.save(f"{folder}/test_scores.npy", detector.decision_function(test))
scored = time.process_time()
if len(held):
    np.save(f"{folder}/held_scores.npy", detector.decision_function(held))
np.save(f"{folder}/seconds.npy", [fitted - start, scored - fitted])
"""


def pyod(
    model: str, task: Task, seed: int, figures: Figures, *, label: str = "", **options: Any
) -> dict[str, object]:
    """Return the figures and CPU seconds of one of PyOD's detectors.

    Parameters
    ----------
    model
        Module and class, such as ``"auto_encoder.AutoEncoder"``.
    task, seed, figures
        As for our own detector.
    label
        What the row is called, if not the class.
    options
        Arguments of the class; all others are PyOD's defaults.
    """
    module, _, name = model.partition(".")
    with tempfile.TemporaryDirectory() as folder:
        for part in ("train", "held", "test"):
            np.save(Path(folder) / f"{part}.npy", getattr(task, part))
        clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        arguments = [folder, str(seed), module, name, json.dumps(options)]
        subprocess.run(
            [PYTHON, "-c", FIT_AND_SCORE, *arguments],
            check=True,
            env=clean,
            stdout=subprocess.DEVNULL,
        )
        fit, score = np.load(Path(folder) / "seconds.npy")
        scores = np.load(Path(folder) / "test_scores.npy")
        kept = Path(folder) / "held_scores.npy"
        held = np.load(kept) if kept.exists() else np.empty(0)
    row: dict[str, object] = {"detector": label or f"PyOD {name}"}
    return row | figures(task, scores, held) | {"fit_s": float(fit), "score_s": float(score)}


def release() -> str:
    """Return PyOD's version, or that it is left out."""
    if not PYTHON:
        return LEFT_OUT
    code = "import pyod; print(pyod.__version__)"
    found = subprocess.run([PYTHON, "-c", code], check=True, capture_output=True, text=True)
    return f"PyOD {found.stdout.strip()}."
