"""One process against two workers on a million rows: ``python benchmarks/cluster.py [ROWS]``.

Both encode the same generated rows and train the same 50 rounds on them; the AUC is that of a
quarter held out. CPU seconds of the workers are those of their processes, without their start; the
scheduler is left out.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from distributed import Client
from report import Claims, table
from sklearn.metrics import roc_auc_score

from anomaly_labs import boosting, datasets, features, scale

ROWS = 1_000_000
ROUNDS = 50
TOLERANCE = 1e-4


def flows(n_rows: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return features, labels, and which rows are held out."""
    data = datasets.synthesize("kdd99", n_rows, split="full", seed=0)
    held = np.random.default_rng(0).random(n_rows) < 0.25
    return data.X, datasets.is_attack(data.y), held


def usage() -> tuple[float, float]:
    """Return CPU seconds and peak MB of the process that calls this."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def one_process(X: pd.DataFrame, attack: np.ndarray, held: np.ndarray) -> np.ndarray:
    encoder = features.make_encoder().fit(X[~held])
    booster = boosting.train(encoder.transform(X[~held]), attack[~held], n_rounds=ROUNDS)
    return boosting.predict(booster, encoder.transform(X[held]))


def two_workers(
    X: pd.DataFrame, attack: np.ndarray, held: np.ndarray, client: Client
) -> np.ndarray:
    rows, new = scale.spread(X[~held], client), scale.spread(X[held], client)
    encoder = features.make_encoder().fit(rows, client=client)
    matrix = encoder.transform(rows, client=client)
    booster = boosting.train(matrix, attack[~held], n_rounds=ROUNDS, client=client)
    return boosting.predict(booster, encoder.transform(new, client=client), client=client)


def measured(work: Callable[[], np.ndarray], client: Client | None) -> dict[str, Any]:
    def used() -> list[tuple[float, float]]:
        return [usage()] + (list(client.run(usage).values()) if client else [])

    before, wall = used(), time.perf_counter()
    scores = work()
    wall = time.perf_counter() - wall
    after = used()
    return {
        "scores": scores,
        "CPU s": sum(cpu for cpu, _ in after) - sum(cpu for cpu, _ in before),
        "wall s": wall,
        "peak MB": max(peak for _, peak in after[1:] or after),
    }


def main(n_rows: int) -> None:
    X, attack, held = flows(n_rows)
    found = {"one process": measured(lambda: one_process(X, attack, held), None)}
    with scale.local_cluster(2) as client:
        found["two workers"] = measured(lambda: two_workers(X, attack, held, client), client)
    aucs = [roc_auc_score(attack[held], row.pop("scores")) for row in found.values()]
    print(f"{n_rows:,} generated rows, {ROUNDS} rounds\n")
    rows = zip(found.items(), aucs, strict=True)
    print(table([{"run": name, "AUC": f"{auc:.8f}"} | row for (name, row), auc in rows]) + "\n")
    claims = Claims()
    difference = abs(aucs[0] - aucs[1])
    claims.check(
        f"AUC of two workers within {TOLERANCE:g} of one process: {difference:.1e}",
        difference <= TOLERANCE,
    )
    claims.end()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
