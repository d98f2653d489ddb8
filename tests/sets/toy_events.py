"""Made-up event logs: JSON lines in a zip, a CSV without header and a file of what was evil."""

import hashlib
import json
from collections.abc import Sequence
from typing import IO

import pandas as pd

from anomaly_labs.datasets.contract import DataSet, File, Schema, Split
from anomaly_labs.datasets.fast import sessions
from anomaly_labs.datasets.table import Parsed, from_frame

COLUMNS = ["second", "user", "host", "event"]
EVENTS = [
    {"second": i, "user": f"U{i % 3}", "host": f"C{i % 400}", "event": 4624 + i % 2}
    for i in range(40_000)
]
TEXTS = {
    "capture_2026.json": "".join(json.dumps({**one, "more": "left out"}) + "\n" for one in EVENTS),
    "auth.csv": "".join(f"{i},U{i % 3},?,4624\n" for i in range(6)),
    "redteam.txt": "1,U1\n5,U2\n",
}
SCHEMA = Schema(
    {"second": "int64", "user": "string", "host": "string", "event": "int32"},
    classes=("normal", "red team"),
    family={"red team": "intrusion"},
)


def file(name: str, rows: int, **facts: object) -> File:
    digest = hashlib.sha256(TEXTS[name].encode()).hexdigest()
    return File((name,), **{"rows": rows, "text_sha256": digest, **facts})  # type: ignore[arg-type]


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    if split == "capture":
        X = pd.DataFrame([json.loads(line) for line in texts[0]])
        return Parsed(from_frame(X, pd.Series("normal", index=X.index), SCHEMA))
    X = pd.read_csv(texts[0], names=COLUMNS)
    evil = set(pd.read_csv(texts[1], names=["second", "user"]).itertuples(index=False, name=None))
    y = pd.Series(
        [
            "red team" if pair in evil else "normal"
            for pair in zip(X["second"], X["user"], strict=True)
        ]
    )
    return Parsed(from_frame(X, y, SCHEMA))


SET = DataSet(
    name="toy_events",
    title="Toy events",
    licence="CC0",
    citation="Nobody (2026). Toy events",
    urls=(),
    splits={
        "auth": Split(6, (file("auth.csv", 6), file("redteam.txt", 2))),
        "capture": Split(
            len(EVENTS),
            (file("capture_2026.json", len(EVENTS), bundles=("capture.zip",)),),
            on_request=True,
        ),
    },
    default_split="auth",
    schema=SCHEMA,
    parse=parse,
    fast=sessions("host"),
)
