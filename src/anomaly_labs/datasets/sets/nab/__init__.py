"""Numenta Anomaly Benchmark: key figures of machines, roads and offices, a series to a split.

Labels are windows. Left out are the ten series `realTweets`, whose sums are not known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import IO, Final

import pandas as pd

from ...contract import DataSet, File, Schema, Split
from ...table import Parsed, from_frame

_GITHUB: Final = "https://raw.githubusercontent.com/numenta/NAB/master"

SCHEMA: Final = Schema({"time": "datetime64[ns]", "value": "float64"})

_LABELS: Final = File(
    ("combined_windows.json",),
    urls=((f"{_GITHUB}/labels/combined_windows.json", "combined_windows.json"),),
    text_sha256="ff0d0be29f60cb2c10c9a3c6d3b6e078843f0ca8983c148c20dfe012f3dbca20",
)


def _series() -> Iterator[tuple[str, int, str]]:
    """Yield group and name, number of rows and sum of each series."""
    text = resources.files(__name__).joinpath("series.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        sha256, rows, name = line.split()
        yield name, int(rows), sha256


def _split(name: str, rows: int, sha256: str) -> Split:
    file = f"{name.partition('/')[2]}.csv"
    series = File(
        (file,),
        urls=((f"{_GITHUB}/data/{name}.csv", file),),
        rows=rows,
        text_sha256=sha256,
        header="timestamp,value",
    )
    return Split(rows, (series, _LABELS), on_request=True)


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    """Return a series and the windows of its anomalies.

    Parameters
    ----------
    texts
        The series, and the windows of all series.
    split
        Name of the series.
    """
    table = pd.read_csv(texts[0], parse_dates=["timestamp"])
    X = table.rename(columns={"timestamp": "time"}).astype(dict(SCHEMA.columns))
    found = json.load(texts[1])[f"{_GROUPS[split]}/{split}.csv"]
    windows = pd.DataFrame(found, columns=["start", "end"]).astype("datetime64[ns]")
    return Parsed(from_frame(X, None, SCHEMA), windows)


_GROUPS: Final = {name.partition("/")[2]: name.partition("/")[0] for name, _, _ in _series()}

SET: Final = DataSet(
    name="nab",
    title="Numenta Anomaly Benchmark: series with labelled windows",
    licence="MIT",
    citation=(
        "Lavin, A. and Ahmad, S. (2015). Evaluating Real-Time Anomaly Detection Algorithms: the "
        "Numenta Anomaly Benchmark. IEEE ICMLA. doi:10.1109/ICMLA.2015.141"
    ),
    urls=("https://github.com/numenta/NAB",),
    splits={name.partition("/")[2]: _split(name, rows, sha256) for name, rows, sha256 in _series()},
    default_split="nyc_taxi",
    schema=SCHEMA,
    parse=parse,
    origin="[the benchmark's repository](https://github.com/numenta/NAB)",
)
