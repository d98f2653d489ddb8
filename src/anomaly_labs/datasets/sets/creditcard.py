"""Card payments of two days, four excerpts: in none of them frauds have their true share.

Split "unique" holds each payment of the four once. The rule: lines that lack a value are left
out (the last one of "first" is cut off), numbers are rounded to nine places, because the copies
were written with fewer digits or more, equal rows count once, and rows are ordered by `Time` and
the other columns, so that neither digits nor order tell the excerpt. The other splits hold each
excerpt as it is, but for lines that lack a value.

`Time`, in seconds, tells the excerpt all the same: half of the genuine payments come from the
first hour, hardly any fraud does. Leave it out of a model.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import IO, Final

import pandas as pd

from ..contract import DataSet, File, Schema, Split
from ..fast import BY_CLASS
from ..table import Parsed, from_frame

_COLUMNS: Final = ("Time", *(f"V{number}" for number in range(1, 29)), "Amount")
_HEADER: Final = ",".join([*_COLUMNS, "Class"])
_PLACES: Final = 9
_PARQUET: Final = b"PAR1"  # how such a file begins

SCHEMA: Final = Schema(
    dict.fromkeys(_COLUMNS, "float64"), classes=("genuine", "fraud"), normal=("genuine",)
)

_FILES: Final = {
    "frauds": File(
        ("all_492_frauds_1230_normals.csv",),
        rows=1_722,
        text_sha256="2942d1f71d326ef41f8092c4affdb9a8aee8982599d5345df3ecaea29c4ef377",
        header=f",{_HEADER}",
    ),
    "first": File(
        ("first_3973.parquet",),
        text_sha256="6150d99509a34742ec64ab73aa2ebfa110cc1e83a9e87b225f263bbe1432a3b4",
        binary=True,
    ),
    "mixed": File(
        ("mixed_400.csv",),
        rows=400,
        text_sha256="6bb2a9f9c5ed4cd409265e14bf43c0a8ab5faaf44259846125bb23b784ecf1c1",
        header=_HEADER,
    ),
    "random": File(
        ("random_2000.csv",),
        rows=2_000,
        text_sha256="f8f93912a209d3b884b6bb1fe29e4e508d4218c5f2ac8531266f374d82c7ec18",
        header=_HEADER,
    ),
}
_ROWS: Final = {"frauds": 1_722, "first": 3_972, "mixed": 400, "random": 2_000}


def _excerpt(text: IO[bytes]) -> pd.DataFrame:
    """Return the lines of one file in which no value is missing."""
    content = io.BytesIO(text.read())
    packed = content.getvalue().startswith(_PARQUET)
    table = pd.read_parquet(content) if packed else pd.read_csv(content)
    return table[[*_COLUMNS, "Class"]].astype("float64").dropna()


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    """Return payments and whether each was a fraud.

    Parameters
    ----------
    texts
        The excerpts of the split.
    split
        "unique", or the name of an excerpt.
    """
    table = pd.concat([_excerpt(text) for text in texts], ignore_index=True)
    if split == "unique":
        table = table.round(_PLACES).drop_duplicates()
        table = table.sort_values([*table], ignore_index=True)
    y = table["Class"].map({0.0: "genuine", 1.0: "fraud"})
    return Parsed(from_frame(table, y, SCHEMA))


def _split(rows: int, *files: File) -> Split:
    return Split(rows, files, source="excerpt", on_request=True)


SET: Final = DataSet(
    name="creditcard",
    title="Card payments with frauds, excerpts",
    licence="Database Contents License 1.0",
    citation=(
        "Dal Pozzolo, A., Caelen, O., Johnson, R. A. and Bontempi, G. (2015). Calibrating "
        "Probability with Undersampling for Unbalanced Classification. IEEE SSCI. "
        "doi:10.1109/SSCI.2015.33"
    ),
    urls=("https://www.kaggle.com/datasets/mlg-ulb/creditcardfraud",),
    splits={
        "unique": _split(7_863, *_FILES.values()),
        **{name: _split(_ROWS[name], file) for name, file in _FILES.items()},
    },
    default_split="unique",
    schema=SCHEMA,
    parse=parse,
    fast=BY_CLASS,
    origin=(
        "none; the whole table (284,807 payments, 492 frauds) is on [the page of the Machine "
        "Learning Group](https://www.kaggle.com/datasets/mlg-ulb/creditcardfraud), where one signs "
        "in"
    ),
    unverified=(
        "who drew the excerpts, and how, is not known, and the sums are those of one copy; they "
        "were not compared with the whole table"
    ),
)
