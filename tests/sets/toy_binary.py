"""A made-up table that is officially a Parquet file, verified as it stands."""

import hashlib
import io
from collections.abc import Sequence
from typing import IO

import pandas as pd

from anomaly_labs.datasets.contract import DataSet, File, Schema, Split
from anomaly_labs.datasets.table import Parsed, from_frame


def packed() -> bytes:
    sink = io.BytesIO()
    pd.DataFrame({"value": [13, 10, 13]}).to_parquet(sink)
    return sink.getvalue()


BYTES = {"values.parquet": packed()}
SCHEMA = Schema({"value": "int64"})
DIGEST = hashlib.sha256(BYTES["values.parquet"]).hexdigest()


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    return Parsed(from_frame(pd.read_parquet(io.BytesIO(texts[0].read())), None, SCHEMA))


SET = DataSet(
    name="toy_binary",
    title="Toy table",
    licence="CC0",
    citation="Nobody (2026). Toy table",
    urls=(),
    splits={"all": Split(3, (File(("values.parquet",), text_sha256=DIGEST, binary=True),))},
    default_split="all",
    schema=SCHEMA,
    parse=parse,
)
