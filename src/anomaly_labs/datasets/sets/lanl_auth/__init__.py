"""Authentication events of a laboratory, three windows of 86 to 166 seconds, and its red team.

Split "excerpt" has the first 5,000 events of three days, none of them of the red team. Split
"redteam" has all events of the red team, of which time, user and the two hosts are known; what is
not known is "?", as everywhere in these data. So the one must be put into the other, and that is
where such a benchmark goes wrong: see `protocols`, which has a naive way and one that gives less
away, and `audit`, which says how much each does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Final

import pandas as pd

from ...contract import DataSet, File, Schema, Split
from ...fast import sessions
from ...table import Parsed, from_frame
from .audit import audit
from .protocols import Injected, leak_reduced, naive

__all__ = ["SET", "Injected", "audit", "leak_reduced", "naive"]

_RED: Final = "red team"

SCHEMA: Final = Schema(
    {
        "time": "int64",
        "src_user": "string",
        "dst_user": "string",
        "src_host": "string",
        "dst_host": "string",
        "auth_type": "string",
        "logon_type": "string",
        "orientation": "string",
        "result": "string",
    },
    classes=("normal", _RED),
)


def fault(line: bytes) -> str | None:
    """Return what is wrong with a line, or None.

    Parameters
    ----------
    line
        A line of either file, without its end.
    """
    fields = line.count(b",") + 1
    if fields not in (4, len(SCHEMA.columns)):
        return f"column {fields}: found {fields} fields, expected 9 (events) or 4 (red team)"
    if not line.partition(b",")[0].isdigit():
        return f"column 1: found {line.partition(b',')[0][:20]!r}, expected a time in seconds"
    return None


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    """Return events in the order of their lines.

    Parameters
    ----------
    texts
        The events, or those of the red team.
    split
        "excerpt" or "redteam".

    Raises
    ------
    ValueError
        If a line has too few fields.
    """
    red = split == "redteam"
    names = ["time", "src_user", "src_host", "dst_host"] if red else [*SCHEMA.columns]
    X = pd.read_csv(texts[0], names=names, keep_default_na=False, na_values=[""])
    if X.isna().any(axis=None):
        raise ValueError(f"a line has fewer than {len(names)} fields")
    X = X.reindex(columns=[*SCHEMA.columns], fill_value="?")
    return Parsed(from_frame(X, pd.Series(_RED if red else "normal", index=X.index), SCHEMA))


SET: Final = DataSet(
    name="lanl_auth",
    title="Los Alamos: authentication events and a red team",
    licence="CC0",
    citation=(
        "Kent, A. D. (2015). Comprehensive, Multi-Source Cyber-Security Events. Los Alamos "
        "National Laboratory. doi:10.17021/1179829"
    ),
    urls=("https://csr.lanl.gov/data/cyber1/",),
    splits={
        "excerpt": Split(
            15_000,
            (
                File(
                    ("lanl_auth_excerpt.csv",),
                    rows=15_000,
                    text_sha256="5a03ba2c9991a8070f406ea13859a777949813614148c4d1e3bd00e6f0e8aa26",
                ),
            ),
            source="excerpt",
            on_request=True,
        ),
        "redteam": Split(
            749,
            (
                File(
                    ("redteam.txt",),
                    rows=749,
                    text_sha256="6bbc0c7dff64e476efb08fef260822b058fd09d44d17ec488a16e80474d1e532",
                ),
            ),
            on_request=True,
        ),
    },
    default_split="excerpt",
    schema=SCHEMA,
    parse=parse,
    fields=len(SCHEMA.columns),
    fault=fault,
    fast=sessions("src_user"),
    origin=(
        "none that a program may call; [the laboratory's page](https://csr.lanl.gov/data/cyber1/) "
        "gives links to `redteam.txt.gz` and to all events to those who fill in a form"
    ),
    unverified=(
        "the sums are those of one copy; neither file was compared with that of the laboratory, "
        "and who cut the excerpt is not known"
    ),
)
