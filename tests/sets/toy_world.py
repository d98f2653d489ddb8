"""A generated world: no official file, an incident as a window, a version of its generator."""

import numpy as np
import pandas as pd

from anomaly_labs.datasets.contract import DataSet, Schema, Split
from anomaly_labs.datasets.fast import sessions
from anomaly_labs.datasets.generated import Generator, Rows

SCHEMA = Schema(
    {"time": "datetime64[ns]", "host": "category", "bytes": "int64"},
    vocabulary={"host": tuple(f"h{i:03}" for i in range(200))},
    classes=("normal", "exfiltration"),
)


def make(n_rows: int, split: str, seed: int) -> Rows:
    rng = np.random.default_rng([seed, len(split)])
    evil = rng.random(n_rows) < 0.02
    X = pd.DataFrame(
        {
            "time": pd.date_range("2026-03-02", periods=n_rows, freq="s").astype("datetime64[ns]"),
            "host": pd.Categorical(rng.choice(SCHEMA.vocabulary["host"], n_rows)),
            "bytes": rng.integers(0, 1000, n_rows),
        }
    )
    windows = pd.DataFrame({"start": [X["time"][0]], "end": [X["time"].iloc[-1]]})
    return Rows(X, pd.Series(np.where(evil, "exfiltration", "normal")), windows)


SET = DataSet(
    name="toy_world",
    title="Toy world",
    licence="Apache-2.0",
    citation="This package",
    urls=(),
    splits={"week": Split(500, ()), "month": Split(30_000, ())},
    default_split="week",
    schema=SCHEMA,
    fast=sessions("host"),
    generator=Generator(version=3, make=make),
)
