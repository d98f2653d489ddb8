"""Scores by the fifth neighbour, Zenati's test half of KDD99: ``python benchmarks/neighbors.py``.

`NeighborsDetector` beside scikit-learn's NearestNeighbors on the same 247,011 rows, from encoded
rows to scores, three times each in turns. Our detector counts equal training rows once, so like is
compared with like: scikit-learn searches among the distinct training rows. With them as they come,
copies and all, it finds other distances (five copies of a row are five neighbours); its time and
AUC then are from a tenth of the test rows, because it takes minutes. PyOD's KNN, which scores the
training rows too, runs once on the distinct ones, and on NSL-KDD, where PYOD_PYTHON is set
(see rivals.py).

"The same scores" are distances that differ by at most 1e-5 where the columns have unit variance:
scikit-learn computes |a|² - 2ab + |b|², which rounds otherwise in parts of other sizes. CPU seconds
are of all threads.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import argparse
from dataclasses import replace
from statistics import median

import numpy as np
import rivals
from protocols import Task, ranked, zenati
from protocols import nsl as nsl_task
from report import Claims, kind, spread, table, timed
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from anomaly_labs.baselines import NeighborsDetector

K, TIMES, SAMPLE = 5, 3, 10
SHARE, SAME = 1 / 3, 1e-5
OURS, PLAIN = "anomaly-labs NeighborsDetector", "scikit-learn, distinct training rows"
PYOD = "PyOD KNN, distinct training rows"
NAIVE = f"scikit-learn, training rows as they come (1 of {SAMPLE} test rows, times {SAMPLE})"


def ours(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    fit: dict[str, float] = {}
    score: dict[str, float] = {}
    with timed(fit):
        detector = NeighborsDetector(k=K).fit(train)
    with timed(score):
        scores = detector.anomaly_score(test)
    return scores, {"fit": fit["cpu_s"], "score": score["cpu_s"]}


def plain(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    fit: dict[str, float] = {}
    score: dict[str, float] = {}
    with timed(fit):
        neighbors = NearestNeighbors(n_neighbors=K).fit(train)
    with timed(score):
        scores = neighbors.kneighbors(test)[0][:, -1]
    return scores, {"fit": fit["cpu_s"], "score": score["cpu_s"]}


def line(name: str, seconds: list[dict[str, float]], auc: float, base: float) -> dict[str, object]:
    score = [one["score"] for one in seconds]
    return {
        "neighbours": name,
        "fit, CPU s": spread([one["fit"] for one in seconds]),
        "score, CPU s": spread(score),
        "ratio of scoring": f"{median(score) / base:.3f}",
        "AUC": f"{auc:.4f}",
    }


def by_pyod(task: Task) -> tuple[dict[str, float], float]:
    """Return CPU seconds and AUC of PyOD's KNN on the distinct training rows."""
    distinct = replace(task, train=np.unique(task.train, axis=0))
    found = rivals.pyod("knn.KNN", distinct, 0, ranked, n_neighbors=K)
    took = {"fit": float(found["fit_s"]), "score": float(found["score_s"])}
    return took, float(found["auc"])


def zenati_half(times: int, claims: Claims) -> None:
    task = zenati(0)
    distinct = np.unique(task.train, axis=0)
    seconds: dict[str, list[dict[str, float]]] = {OURS: [], PLAIN: []}
    for _ in range(times):
        mine, took = ours(task.train, task.test)
        seconds[OURS].append(took)
        theirs, took = plain(distinct, task.test)
        seconds[PLAIN].append(took)
    naive, took = plain(task.train, task.test[::SAMPLE])
    took["score"] *= SAMPLE
    base = median(one["score"] for one in seconds[PLAIN])
    rows = [
        line(OURS, seconds[OURS], roc_auc_score(task.y, mine), base),
        line(PLAIN, seconds[PLAIN], roc_auc_score(task.y, theirs), base),
        line(NAIVE, [took], roc_auc_score(task.y[::SAMPLE], naive), base),
    ]
    if rivals.PYTHON:
        took, auc = by_pyod(task)
        rows.append(line(PYOD, [took], auc, base))
    print(
        f"### 1. Zenati's test half\n\n{kind(task.source).capitalize()}: {len(task.train):,} "
        f"training rows, {len(distinct):,} of them distinct; {len(task.test):,} rows scored, "
        f"{task.test.shape[1]} columns. Median of {times} (lowest to highest).\n"
    )
    print(table(rows), end="\n\n")
    share = median(one["score"] for one in seconds[OURS]) / base
    apart = np.abs(mine - theirs).max()
    claims.check(
        f"scoring takes at most a third of plain scikit-learn's CPU time ({share:.3f})",
        share <= SHARE,
    )
    claims.check(f"the same scores (largest difference {apart:.1e})", apart <= SAME)


def nsl(times: int, claims: Claims) -> None:
    task = nsl_task(0)
    runs = [ours(task.train, task.test) for _ in range(times)]
    auc = roc_auc_score(task.y, runs[0][0])
    took, rival = by_pyod(task)
    rows = [
        line(OURS, [seconds for _, seconds in runs], auc, took["score"]),
        line(PYOD, [took], rival, took["score"]),
    ]
    print(
        f"\n### 2. NSL-KDD, normal rows of train_20, KDDTest+\n\n{kind(task.source).capitalize()}: "
        f"{len(task.train):,} rows to fit, {len(task.test):,} to score.\n"
    )
    print(table(rows), end="\n\n")
    share = median(sum(seconds.values()) for _, seconds in runs) / sum(took.values())
    claims.check(
        f"AUC at least PyOD's ({auc:.4f} and {rival:.4f}) in less CPU time of fit and score "
        f"({share:.2f})",
        auc >= rival - 1e-6 and share < 1,
    )


def main(times: int) -> None:
    print(rivals.release(), end="\n\n")
    claims = Claims()
    zenati_half(times, claims)
    if rivals.PYTHON:
        nsl(times, claims)
    claims.end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("times", nargs="?", type=int, default=TIMES, help="how often (default: 3)")
    main(parser.parse_args().times)
