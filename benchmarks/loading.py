"""What loading the KDD99 10 % file costs: this project beside pandas, polars and scikit-learn.

Run: ``python benchmarks/loading.py``, with ANOMALY_LABS_DATA naming the folder of the official
file. Each reader runs three times (or as often as the number after the command says), in turns, in
a fresh process that has imported its libraries before the clock starts; CPU time is user and system
time of all threads, the peak is that of the resident memory over what the imports had taken. The
claims: a warm load takes at most .5 CPU s and 250 MB, and less time and memory than any other.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from report import Claims, spread, table

# This process imports nothing heavy: on Linux a child starts with the peak memory of its parent.
READERS = {
    "cold": "anomaly-labs, first load (hash, parse, check, cache)",
    "warm": "anomaly-labs, later loads (Parquet cache)",
    "pandas": "pandas.read_csv of the .gz",
    "polars": "polars.read_csv of the .gz",
    "sklearn_cold": "scikit-learn fetch_kddcup99, first (parse, cache)",
    "sklearn_warm": "scikit-learn fetch_kddcup99, later (its cache)",
}
LIMIT_CPU_S, LIMIT_MB, TIMES = 0.5, 250, 3


def source_file() -> Path:
    from anomaly_labs import datasets

    found = datasets.locate("kdd99", "10_percent")
    if found is None:
        raise SystemExit("put kddcup.data_10_percent.gz into a folder that ANOMALY_LABS_DATA names")
    return found.path


def load_here() -> Callable[[], object]:
    import pandas as pd  # noqa: F401
    import pyarrow as pa  # noqa: F401

    from anomaly_labs import datasets

    return lambda: datasets.load("kdd99", source="real")


def load_with_pandas() -> Callable[[], object]:
    import pandas as pd

    path = source_file()
    return lambda: pd.read_csv(path, header=None)


def load_with_polars() -> Callable[[], object]:
    import polars as pl

    path = source_file()
    return lambda: pl.read_csv(path, has_header=False)


def load_with_sklearn() -> Callable[[], object]:
    """scikit-learn's public function, with the official file where its own download would lie."""
    from sklearn.datasets import fetch_kddcup99

    home = Path(os.environ["ANOMALY_LABS_CACHE"]) / "sklearn"
    folder = home / "kddcup99_10-py3"
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "kddcup99_10_data").write_bytes(source_file().read_bytes())
    return lambda: fetch_kddcup99(data_home=home)


def peak_mb() -> float:
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def measure(reader: str) -> None:
    prepare = {"pandas": load_with_pandas, "polars": load_with_polars}.get(reader)
    if prepare is None:
        prepare = load_with_sklearn if reader.startswith("sklearn") else load_here
    read = prepare()
    before, cpu, wall = peak_mb(), time.process_time(), time.perf_counter()
    data = read()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(cpu, wall, peak_mb() - before, type(data).__name__)


def run(reader: str, cache: str) -> tuple[float, float, float]:
    done = subprocess.run(
        [sys.executable, __file__, reader],
        env={**os.environ, "ANOMALY_LABS_CACHE": cache},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    cpu, wall, peak, _ = done.stdout.split()
    return float(cpu), float(wall), float(peak)


def main(times: int) -> None:
    found: dict[str, list[tuple[float, float, float]]] = {reader: [] for reader in READERS}
    for _ in range(times):
        with tempfile.TemporaryDirectory() as cache:
            for reader in READERS:
                found[reader].append(run(reader, cache))
    middle = {
        reader: [median(of) for of in zip(*runs, strict=True)] for reader, runs in found.items()
    }
    base_cpu, _, base_peak = middle["warm"]
    rows = []
    for reader, runs in found.items():
        cpu, wall, peak = zip(*runs, strict=True)
        rows.append(
            {
                "reader": READERS[reader],
                "CPU s": spread(cpu),
                "wall s": spread(wall),
                "peak MB over import": spread(peak, ".0f"),
                "CPU ratio": f"{middle[reader][0] / base_cpu:.1f}",
                "peak ratio": f"{middle[reader][2] / base_peak:.1f}",
            }
        )
    print(f"494,021 rows, 75 MB of text. Median of {times} (lowest to highest).\n")
    print(table(rows), end="\n\n")
    claims = Claims()
    claims.check(
        f"a warm load takes at most {LIMIT_CPU_S} CPU s ({base_cpu:.2f}) and {LIMIT_MB} MB "
        f"({base_peak:.0f})",
        base_cpu <= LIMIT_CPU_S and base_peak <= LIMIT_MB,
    )
    for reader in ("pandas", "polars", "sklearn_warm"):
        cpu, _, peak = middle[reader]
        claims.check(
            f"less than {READERS[reader]}: {base_cpu / cpu:.2f} of its CPU time, "
            f"{base_peak / peak:.2f} of its memory",
            base_cpu < cpu and base_peak < peak,
        )
    claims.end()


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else str(TIMES)
    measure(asked) if asked in READERS else main(int(asked))
