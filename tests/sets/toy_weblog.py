"""A made-up access log in the combined format, of which no sum is known."""

import re
from collections.abc import Sequence
from typing import IO

import pandas as pd

from anomaly_labs.datasets.contract import DataSet, File, Schema, Split
from anomaly_labs.datasets.table import Parsed, from_frame

LINE = re.compile(rb'(\S+) \S+ \S+ \[([^]]+)\] "([A-Z]+) (\S+) [^"]*" (\d{3}) (\d+|-)')
TEXTS = {
    "access.log": "".join(
        f"10.0.0.{i % 5} - - [17/May/2026:10:05:{i:02} +0000] "
        f'"GET /page{i} HTTP/1.1" 200 {i} "-" "x"\n'
        for i in range(20)
    )
}
SCHEMA = Schema(
    {
        "client": "string",
        "time": "datetime64[ns]",
        "method": "category",
        "path": "string",
        "status": "int16",
        "bytes": "float64",
    },
    vocabulary={"method": ("GET", "HEAD", "POST")},
)


def fault(line: bytes) -> str | None:
    return None if LINE.match(line) else f"found {line[:20]!r}, expected client, time and request"


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    rows = []
    for line in texts[0]:
        found = LINE.match(line)
        if found is None:
            raise ValueError("a line is not in the combined format")
        rows.append([field.decode() for field in found.groups()])
    X = pd.DataFrame(rows, columns=list(SCHEMA.columns))
    X["time"] = pd.to_datetime(X["time"], format="%d/%b/%Y:%H:%M:%S %z").dt.tz_convert(None)
    X["bytes"] = pd.to_numeric(X["bytes"].where(X["bytes"] != "-"))
    return Parsed(from_frame(X.astype({"time": "datetime64[ns]", "status": "int16"}), None, SCHEMA))


SET = DataSet(
    name="toy_weblog",
    title="Toy access log",
    licence="CC0",
    citation="Nobody (2026). Toy access log",
    urls=(),
    splits={"may": Split(20, (File(("access.log",), rows=20),))},
    default_split="may",
    schema=SCHEMA,
    parse=parse,
    fault=fault,
)
