"""Made-up lines in the format of the official files, for the tests of `datasets`."""

import hashlib
from dataclasses import replace
from typing import Any

from anomaly_labs.datasets import FEATURES, RATES, sets
from anomaly_labs.datasets.contract import Split

SPLITS = sets.find("kdd99").splits  # tests put small files in the place of the official ones


def official(split: str = "test", rows: int | None = None, **facts: Any) -> Split:
    """Return the split with other facts of its one file."""
    info = SPLITS[split]
    rows = info.rows if rows is None else rows
    return replace(info, rows=rows, files=(replace(info.files[0], rows=rows, **facts),))


def official_of(content: bytes) -> Split:
    """Return the KDD99 test split whose official text is this."""
    return official(rows=content.count(b"\n"), text_sha256=hashlib.sha256(content).hexdigest())


def line(label: str = "normal.", *, difficulty: int | None = None, **values: object) -> str:
    fields = {name: "0.00" if name in RATES else "0" for name in FEATURES}
    fields |= {"protocol_type": "tcp", "service": "http", "flag": "SF"}
    fields |= {name: str(value) for name, value in values.items()}
    tail = [label] if difficulty is None else [label, str(difficulty)]
    return ",".join([*fields.values(), *tail])


def text(*lines: str) -> bytes:
    return "".join(f"{one}\n" for one in lines).encode()


def many(rows: int) -> bytes:
    labels = ("normal.", "smurf.", "neptune.")
    return text(
        *(line(labels[i % 3], src_bytes=i, same_srv_rate=f"0.{i % 100:02}") for i in range(rows))
    )
