"""Made-up series, a split each, with the windows of their anomalies in a second, shared file."""

import hashlib
import json
from collections.abc import Sequence
from typing import IO

import pandas as pd

from anomaly_labs.datasets.contract import DataSet, File, Schema, Split
from anomaly_labs.datasets.table import Parsed, from_frame

HEADER = "timestamp,value"
LENGTHS = {"disk": 30, "load": 25_000}
HOURS = pd.date_range("2026-01-01", periods=25_000, freq="h")
TEXTS = {
    f"{name}.csv": f"{HEADER}\n" + "".join(f"{HOURS[i]},{i * 0.5}\n" for i in range(length))
    for name, length in LENGTHS.items()
} | {
    "windows.json": json.dumps(
        {
            "disk.csv": [["2026-01-01 03:00:00.000000", "2026-01-01 05:00:00.000000"]],
            "load.csv": [],
        }
    )
    + "\n"
}
SCHEMA = Schema({"time": "datetime64[ns]", "value": "float64"})


def file(name: str, header: str | None = HEADER) -> File:
    digest = hashlib.sha256(TEXTS[name].encode()).hexdigest()
    return File((name,), rows=None, text_sha256=digest, header=header)


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    table = pd.read_csv(texts[0], parse_dates=["timestamp"])
    X = table.rename(columns={"timestamp": "time"}).astype({"time": "datetime64[ns]"})
    found = json.load(texts[1])[f"{split}.csv"]
    windows = pd.DataFrame(found, columns=["start", "end"]).astype("datetime64[ns]")
    return Parsed(from_frame(X, None, SCHEMA), windows)


SET = DataSet(
    name="toy_kpi",
    title="Toy series",
    licence="CC0",
    citation="Nobody (2026). Toy series",
    urls=(),
    splits={
        name: Split(length, (file(f"{name}.csv"), file("windows.json", None)))
        for name, length in LENGTHS.items()
    },
    default_split="disk",
    schema=SCHEMA,
    parse=parse,
)
