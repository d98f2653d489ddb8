"""One company, generated: its network, logons, logs, shop and cards, with one incident in all."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import pandas as pd

from ...contract import NORMAL, DataSet, Schema, Split
from ...generated import Generator, Rows
from ...synthetic import whole_number
from .founding import build
from .parts import ATTACKS, PARTS, kinds_of, make

DAYS: Final = 10
LEAST_DAYS: Final = 9
"""Two working days must follow the quiet ones."""

# Rows of each part of the world of seed 0; `tests/test_company.py` counts them.
_ROWS: Final = {
    "flows": 615_225,
    "authentication": 140_467,
    "windows": 110_762,
    "web": 220_444,
    "dns": 522_097,
    "kpis": 2_880,
    "cards": 156_203,
    "lines": 25_678,
    "tickets": 395,
}


def _schema(part: str) -> Schema:
    plain: Schema = import_module(f".{part}", __package__).SCHEMA
    return Schema(plain.columns, plain.vocabulary, (NORMAL, *kinds_of(part)), cases=True)


def generate(
    n_rows: int,
    split: str,
    seed: int,
    *,
    days: int = DAYS,
    attacks: str = "ours",
    prevalence: float | None = None,
) -> Rows:
    """Return a part of the company.

    Parameters
    ----------
    n_rows
        Not looked at.
    split
        The part.
    seed
        Of the world.
    days
        How long it is seen, from 9 on; nothing bad happens in the first three fifths.
    attacks
        Which set of attacks happens: "ours", or "trade", which somebody else wrote.
    prevalence
        Share of the rows that belong to attacks; None for a few in ten thousand, 0 for none.

    Raises
    ------
    ValueError
        If an option cannot have this value.
    """
    days = whole_number(days, "days", LEAST_DAYS)
    if attacks not in ATTACKS:
        raise ValueError(f"attacks={attacks!r} must be one of {', '.join(ATTACKS)}")
    if prevalence is not None and not 0 <= prevalence <= 0.05:
        raise ValueError(f"prevalence={prevalence!r} must lie between 0 and 0.05")
    frame = make(build(seed, days), split, attacks, prevalence)
    classes = SET.splits[split].schema.classes  # type: ignore[union-attr]
    kind = pd.Categorical(frame.pop("kind"), categories=list(classes))
    cases = frame.pop("case").astype("int32")
    y = pd.Series(kind, name="label")
    return Rows(frame, y, _windows(frame, kind, cases), cases)


def _windows(frame: pd.DataFrame, kind: pd.Categorical, cases: pd.Series) -> pd.DataFrame:
    """Return a row for each case and kind: number, kind, first and last moment."""
    rows = pd.DataFrame({"case": cases, "kind": kind.astype("str"), "time": frame["time"]})
    bad = rows[rows["case"] > 0].groupby(["case", "kind"], sort=True)["time"]
    return bad.agg(start="min", end="max").reset_index()


SET: Final = DataSet(
    name="company",
    title="One company, generated: nine views of ten days, with one incident in all of them",
    licence="that of this project",
    citation="This project. Nothing in it was observed: shapes of days and habits are invented",
    urls=(),
    splits={part: Split(_ROWS[part], (), schema=_schema(part)) for part in PARTS},
    default_split="flows",
    schema=Schema(
        {}, classes=(NORMAL, *sorted({kind for part in PARTS for kind in kinds_of(part)}))
    ),
    generator=Generator(1, generate, ("days", "attacks", "prevalence")),
)
