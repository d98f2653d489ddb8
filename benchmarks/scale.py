"""What time and memory do when the table grows: ``python benchmarks/scale.py [PART ...]``.

The parts are full (KDD99's 4.9 million rows), growth (10⁵ to 10⁷ rows, with a figure), fifty (5
beside 50 million rows) and autoencoder (1 and 5 million normal rows); without a name all of them.
All rows are generated, and lie in the cache as Parquet before anything is measured, as real ones
do after the first load. 50 million rows need 450 MB there, and 500 MB for pages in TMPDIR.

Each line of a table is a process of its own. Its CPU seconds are of all threads: "start" is the
imports; then what opens the table and fits the encoder, trains, and scores held-out rows. A stream
is read while it is used, so reading counts where it happens. The peak is the process's own, with
the imports (about 250 MB). Ways: "stream" trains on native categories, "stream, one-hot" on
`features.make_encoder`'s matrix, "in memory" on the whole table as `datasets.load` gives it.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from report import Claims, table

from anomaly_labs import runtime

ROUNDS = 10  # of boosting, for every 5 million rows or part of them: each row takes part in 10
BLOCK_ROWS = 5_000_000
TEST_ROWS = 1_000_000  # at most; a tenth of a smaller table
GROWTH = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
AUC, LIMIT_CPU_S, LIMIT_MB, SLACK, DRIFT = 0.9999, 240, 3000, 1.2, 0.25
STREAM, ONE_HOT, MEMORY = "stream", "stream, one-hot", "in memory"
FULL = 0  # stands for KDD99's own number of rows, as `load` has them
FIGURES = Path(__file__).resolve().parent / "figures"
Row = dict[str, Any]


def peak_mb() -> float:
    """Return the most memory that this process ever had."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux getrusage may tell the peak of the parent
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


@contextmanager
def phase(row: Row, name: str) -> Iterator[None]:
    before = time.process_time()
    yield
    row[f"{name} CPU s"] = time.process_time() - before


def opened(n_rows: int) -> Any:
    from anomaly_labs import datasets

    if n_rows == FULL:
        return datasets.batches("kdd99", split="full", source="synthetic")
    return datasets.batches("kdd99", split="full", n_rows=n_rows)


def trees(way: str, n_rows: int) -> Row:
    """Train and score on one table, in this process."""
    import numpy as np
    import pandas as pd
    from sklearn.metrics import roc_auc_score

    from anomaly_labs import boosting, datasets, features

    row: Row = {"start CPU s": time.process_time()}
    with phase(row, "open"):
        stream = opened(n_rows)
        train, test = stream.divide(min(0.1, TEST_ROWS / stream.n_rows))
        if way == ONE_HOT:
            encoder = features.make_encoder().fit(train)
            train, test = (
                part.map(lambda X, y: (encoder.transform(X), y)) for part in (train, test)
            )
        if way == MEMORY and n_rows == FULL:
            data = datasets.load("kdd99", split="full", source="synthetic")
            held = np.random.default_rng(0).random(len(data.y)) < TEST_ROWS / len(data.y) / 2
            X, y, X_test, y_test = data.X[~held], data.y[~held], data.X[held], data.y[held]
        elif way == MEMORY:
            (X, y), (X_test, y_test) = (
                tuple(pd.concat(part) for part in zip(*side, strict=True)) for side in (train, test)
            )
    n_rounds = ROUNDS * -(-stream.n_rows // BLOCK_ROWS)
    with phase(row, "train"):
        if way == MEMORY:
            booster = boosting.train(X, datasets.is_attack(y), n_rounds=n_rounds)
        else:
            booster = boosting.train(
                train, datasets.is_attack, n_rounds=n_rounds, block_rows=BLOCK_ROWS
            )
    with phase(row, "score"):
        if way == MEMORY:
            scores = boosting.predict(booster, X_test)
        else:
            labels: list[pd.Series] = []

            def noted(X: Any, y: pd.Series) -> tuple[Any, pd.Series]:
                labels.append(y)
                return X, y

            scores = boosting.predict(booster, test.map(noted))
            y_test = pd.concat(labels)
    row["AUC"] = roc_auc_score(datasets.is_attack(y_test), scores)
    return row | {"table rows": stream.n_rows}


def detector(_: str, n_rows: int) -> Row:
    """Fit the autoencoder on `n_rows` rows of normal traffic, about, and score others."""
    import pandas as pd
    from sklearn.metrics import roc_auc_score

    from anomaly_labs import datasets, features
    from anomaly_labs.autoencoder import AutoencoderDetector

    counted: list[int] = []

    def counting(X: Any, y: Any) -> tuple[Any, Any]:
        counted.append(len(y))
        return X, y

    row: Row = {"start CPU s": time.process_time()}
    with phase(row, "open"):
        stream = opened(5 * n_rows)  # a fifth is normal traffic
        normal = stream.map(lambda X, y: (X[y == "normal"], y[y == "normal"]))
        encoder = features.make_encoder().fit(normal.map(counting))
        row["table rows"] = sum(counted) // 2  # it reads twice
    with phase(row, "train"):
        encoded = normal.map(lambda X, y: (encoder.transform(X), y))
        model = AutoencoderDetector(epochs=1).fit(encoded)
    test = datasets.batches("kdd99", split="full", n_rows=200_000, seed=1)
    with phase(row, "score"):
        scores = model.anomaly_score(test.map(lambda X, y: (encoder.transform(X), y)))
    row["AUC"] = roc_auc_score(datasets.is_attack(pd.concat([y for _, y in test])), scores)
    return row


KINDS = {"trees": trees, "detector": detector}


def measured(kind: str, way: str, n_rows: int) -> Row:
    """Run one line of a table in a process of its own."""
    command = [sys.executable, __file__, "--child", kind, way, str(n_rows)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    row: Row = json.loads(found.stdout.splitlines()[-1])
    seconds = ("start CPU s", "open CPU s", "train CPU s", "score CPU s")
    used = sum(row[name] for name in seconds)
    after = used - row["start CPU s"]
    return {
        "rows": row["table rows"],
        "way": way,
        **{name: f"{row[name]:.1f}" for name in seconds},
        "all CPU s": round(used, 1),
        "CPU µs per row": after / row["table rows"] * 1e6,
        "wall s": round(row["wall s"], 1),
        "AUC": f"{row['AUC']:.6f}",
        "peak MB": round(row["peak MB"]),
    }


def child(kind: str, way: str, n_rows: int) -> None:
    runtime.prepare(seed=0)
    start = time.perf_counter()
    row = KINDS[kind](way, n_rows)
    print(json.dumps(row | {"wall s": time.perf_counter() - start, "peak MB": peak_mb()}))


def make(*sizes: int) -> None:
    """Generate tables that are not in the cache, in a process that gives its memory back."""
    here = str(Path(__file__).resolve().parent)
    code = f"import sys; sys.path.insert(0, {here!r}); import scale; "
    code += f"[scale.opened(n) for n in {sizes}]"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"\nThe tables are in the cache; what was missing was made in {used:.0f} CPU s.")


def title(text: str) -> None:
    print(f"\n### {text} (GENERATED data)", flush=True)


def full(claims: Claims) -> None:
    title("Full-size KDD99: load, encode, train, score")
    make(FULL)
    rows = [measured("trees", way, FULL) for way in (STREAM, ONE_HOT, MEMORY)]
    print(f"\n{table(rows)}\n")
    for row in rows[:2]:
        claims.check(
            f"{row['rows']:,} rows, {row['way']}: AUC of at least {AUC} in under {LIMIT_CPU_S} CPU "
            f"s and {LIMIT_MB:,} MB (AUC {row['AUC']}, {row['all CPU s']} s, {row['peak MB']} MB)",
            float(row["AUC"]) >= AUC
            and row["all CPU s"] < LIMIT_CPU_S
            and row["peak MB"] < LIMIT_MB,
        )


def growth(claims: Claims) -> None:
    title("Growth from 10⁵ to 10⁷ rows")
    make(*GROWTH)
    rows = [measured("trees", way, n_rows) for way in (STREAM, MEMORY) for n_rows in GROWTH]
    print(f"\n{table(rows)}\n")
    slopes = drawn(rows)
    for way, (seconds, memory) in slopes.items():
        print(f"Slope (log-log) of {way}: CPU time {seconds:.2f}, peak memory {memory:.2f}.")
    print("\n![Growth of time and memory](figures/growth.png)\n")
    streamed = {row["rows"]: row for row in rows if row["way"] == STREAM}
    ratio = streamed[10**7]["CPU µs per row"] / streamed[10**6]["CPU µs per row"]
    claims.check(
        f"time per row from 10⁶ to 10⁷ rows constant within {DRIFT:.0%} (ratio {ratio:.2f})",
        1 - DRIFT <= ratio <= 1 + DRIFT,
    )
    most = max(row["peak MB"] for row in streamed.values())
    claims.check(f"peak below {LIMIT_MB:,} MB for each of them ({most} MB)", most < LIMIT_MB)


def drawn(rows: list[Row]) -> dict[str, tuple[float, float]]:
    """Draw time and memory over rows; return the slopes of each way."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    import matplotlib.pyplot as plt
    import numpy as np

    from anomaly_labs import plots

    plots.use_course_style("synthetic")
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2))
    slopes: dict[str, tuple[float, float]] = {}
    for way in dict.fromkeys(row["way"] for row in rows):
        own = [row for row in rows if row["way"] == way]
        n = np.array([row["rows"] for row in own])
        found = []
        seconds = n * [row["CPU µs per row"] for row in own] / 1e6
        for ax, values in ((left, seconds), (right, np.array([row["peak MB"] for row in own]))):
            slope = np.polyfit(np.log(n), np.log(values), 1)[0]
            ax.loglog(n, values, marker="o", label=f"{way}, slope {slope:.2f}")
            found.append(float(slope))
        slopes[way] = (found[0], found[1])
    plots.style.finish(left, "Time grows with the rows", "rows", "CPU seconds", note="")
    plots.style.finish(right, "Streamed, memory hardly grows", "rows", "peak memory (MB)")
    right.set_yticks([300, 1000, 3000], ["300", "1,000", "3,000"])
    right.yaxis.set_minor_formatter("")
    for ax in (left, right):
        ax.legend()
    FIGURES.mkdir(exist_ok=True)
    figure.savefig(FIGURES / "growth.png", dpi=150)
    figure.savefig(FIGURES / "growth.svg", metadata={"Date": None})
    return slopes


def fifty(claims: Claims) -> None:
    title("Ten times the rows: 5 and 50 million")
    make(5_000_000, 50_000_000)
    rows = [measured("trees", STREAM, n_rows) for n_rows in (5_000_000, 50_000_000)]
    print(f"\n{table(rows)}\n")
    ratio = rows[1]["peak MB"] / rows[0]["peak MB"]
    claims.check(
        f"peak of 50 million rows within a fifth of that of 5 million (ratio {ratio:.2f})",
        ratio <= SLACK,
    )
    claims.check(
        f"50 million rows under {LIMIT_MB:,} MB, AUC of at least {AUC} "
        f"({rows[1]['peak MB']} MB, AUC {rows[1]['AUC']})",
        rows[1]["peak MB"] < LIMIT_MB and float(rows[1]["AUC"]) >= AUC,
    )


def autoencoder(claims: Claims) -> None:
    title("The autoencoder fed from a stream: 1 and 5 million rows of normal traffic, one epoch")
    make(5_000_000, 25_000_000)
    rows = [measured("detector", STREAM, n_rows) for n_rows in (1_000_000, 5_000_000)]
    print(f"\n{table(rows)}\n")
    ratio = rows[1]["peak MB"] / rows[0]["peak MB"]
    claims.check(
        f"peak with five times the rows within a fifth (ratio {ratio:.2f})", ratio <= SLACK
    )
    claims.check(
        f"peak below {LIMIT_MB:,} MB ({rows[1]['peak MB']} MB)", rows[1]["peak MB"] < LIMIT_MB
    )


PARTS = {"full": full, "growth": growth, "fifty": fifty, "autoencoder": autoencoder}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        kind, way, n_rows = given.child
        child(kind, way, int(n_rows))
        return
    if strange := set(given.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(strange))}; choose from {', '.join(PARTS)}")
    claims = Claims()
    for name in given.parts or PARTS:
        PARTS[name](claims)
    claims.end()


if __name__ == "__main__":
    main()
