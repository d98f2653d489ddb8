"""The autoencoder's figures: ``python benchmarks/autoencoder.py``, or with names of its parts.

The parts are zenati, rare, reduced and nsl. Each figure is a mean over five seeds with its standard
deviation, seconds are medians. PyOD's AutoEncoder runs beside it on the same encoded rows where
PYOD_PYTHON is set (see rivals.py). CPU seconds are of fit and score, all threads, without imports
and encoding. Encoders and thresholds come from training rows; test labels serve for the figures
alone, and zenati's rule needs none. The claims are LIMITS, and half of PyOD's CPU seconds at an AUC
at least as high, for each kind of score.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import time
from collections.abc import Callable

import report
import rivals
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

PARTS: dict[str, tuple[str, Callable[[int], Task], Figures]] = {
    "zenati": ("1. KDD99 10 %, Zenati's protocol, top 20 % flagged", zenati, flagged),
    "rare": ("2. KDD99 10 %, distinct rows, normal-only training, 1 % anomalies", rare, ranked),
    "reduced": ("2b. The same, reduced to 1 % before duplicates are dropped", reduced, ranked),
    "nsl": ("3. NSL-KDD, normal rows of train_20, KDDTest+", nsl, alerted),
}
LIMITS = {
    "zenati": (("f1", "whitened (default)", 0.98),),
    "rare": (("ap", "joint", 0.96),),
    "nsl": (("auc", "whitened (default)", 0.965), ("accuracy", "whitened (default)", 0.87)),
}
RIVAL, HALF = "auto_encoder.AutoEncoder", 0.5


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


def measure(part: str, n_seeds: int, claims: report.Claims) -> None:
    title, task_of, figures = PARTS[part]
    rows: list[dict[str, object]] = []
    for seed in range(n_seeds):
        task = task_of(seed)
        rows += ours(task, seed, figures)
        if rivals.PYTHON and seed < rivals.SEEDS:
            rows.append(rivals.pyod(RIVAL, task, seed, figures))
    text, middle = table(rows)
    print(f"\n{heading(title, task)}\n\n{text}\n")
    for figure, detector, limit in LIMITS.get(part, ()):
        value = middle[figure][detector]
        claims.check(f"{figure} of {detector} at least {limit} ({value:.4f})", value >= limit)
    if rivals.PYTHON:
        mine, pyod = middle.drop("PyOD AutoEncoder"), middle.loc["PyOD AutoEncoder"]
        share = (mine["fit_s"] + mine["score_s"]).max() / (pyod["fit_s"] + pyod["score_s"])
        claims.check(
            f"AUC at least PyOD's ({mine['auc'].min():.4f} and {pyod['auc']:.4f}) in at most {HALF}"
            f" of its CPU seconds ({share:.2f})",
            mine["auc"].min() >= pyod["auc"] and share <= HALF,
        )


def main(names: list[str], n_seeds: int) -> None:
    print(f"Device {rt.device}, fast mode {'on' if rt.fast else 'off'}. {rivals.release()}")
    claims = report.Claims()
    for name in names or PARTS:
        measure(name, n_seeds, claims)
    claims.end()


if __name__ == "__main__":
    main(*report.choice(__doc__, PARTS, seeds=5))
