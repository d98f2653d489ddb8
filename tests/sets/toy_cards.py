"""A made-up excerpt of card payments: other columns, header lines, two files to a split."""

import hashlib
from collections.abc import Sequence
from typing import IO

import pandas as pd

from anomaly_labs.datasets.contract import DataSet, File, Schema, Split
from anomaly_labs.datasets.fast import BY_CLASS
from anomaly_labs.datasets.table import Parsed, from_frame

HEADER = "Time,V1,Amount,Class"
TEXTS = {
    "frauds.csv": f"{HEADER}\n" + "".join(f"{i}.0,-{i}.25,{i},1\n" for i in range(5)),
    "usual.csv": f"{HEADER}\n" + "".join(f"{i}.0,.5,{i % 7}.99,0\n" for i in range(45)),
}
SCHEMA = Schema(
    {"Time": "float64", "V1": "float64", "Amount": "float32"},
    classes=("genuine", "fraud"),
    normal=("genuine",),
)


def file(name: str) -> File:
    text = TEXTS[name]
    return File(
        (name,),
        rows=text.count("\n") - 1,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        header=HEADER,
    )


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    table = pd.concat([pd.read_csv(text) for text in texts], ignore_index=True)
    y = table["Class"].map({0: "genuine", 1: "fraud"})
    return Parsed(from_frame(table, y, SCHEMA))


SET = DataSet(
    name="toy_cards",
    title="Toy cards",
    licence="CC0",
    citation="Nobody (2026). Toy cards",
    urls=(),
    splits={"all": Split(50, (file("frauds.csv"), file("usual.csv")), source="excerpt")},
    default_split="all",
    schema=SCHEMA,
    parse=parse,
    fast=BY_CLASS,
)
