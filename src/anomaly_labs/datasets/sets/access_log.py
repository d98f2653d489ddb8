"""Two real access logs in the combined format: a public site, and clients who are all attackers.

"semicomplete" is four days of a site that anybody may read; nobody has looked for attackers in
it. "hackers" are the requests, in five days, of clients that asked another site for a form whose
address, as its owner says, is named nowhere. Lines have no labels, and from which of the two logs
one comes is a poor one: another site, another month, another kind of page.

Column `line` is the line as the server wrote it. One of "semicomplete" ends before the last
quotation mark, so a strict pattern refuses it; its fields are read as far as they go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import IO, Final

import pandas as pd

from ..contract import DataSet, File, Schema, Split
from ..fast import sessions
from ..table import Parsed, from_frame

_LINE: Final = re.compile(
    r'(\S+) \S+ \S+ \[([^]]+)\] "([A-Z]+) (\S+) (HTTP/[0-9.]+)" (\d{3}) (\d+|-) '
    r'"([^"]*)" "([^"]*)"?'
)

SCHEMA: Final = Schema(
    {
        "client": "string",
        "time": "datetime64[ns]",
        "method": "category",
        "path": "string",
        "protocol": "category",
        "status": "int16",
        "bytes": "float64",
        "referrer": "string",
        "agent": "string",
        "line": "string",
    },
    vocabulary={
        "method": ("GET", "HEAD", "OPTIONS", "POST"),
        "protocol": ("HTTP/1.0", "HTTP/1.1"),
    },
)


def fault(line: bytes) -> str | None:
    """Return what is wrong with a line, or None.

    Parameters
    ----------
    line
        A line of a log, without its end.
    """
    if _LINE.fullmatch(line.decode("utf-8", "replace")):
        return None
    return f"found {line[:40]!r}, expected client, time, request, status, size, referrer and agent"


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    """Return the requests of a log; times are UTC, a size that is not given is missing.

    Parameters
    ----------
    texts
        The log.
    split
        Name of the log.

    Raises
    ------
    ValueError
        If a line is not in the combined format.
    """
    rows = []
    for line in texts[0].read().decode("utf-8").splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"{line[:40]!r} is no line in the combined format")
        rows.append([*found.groups(), line])
    X = pd.DataFrame(rows, columns=list(SCHEMA.columns))
    times = pd.to_datetime(X["time"], format="%d/%b/%Y:%H:%M:%S %z", utc=True)
    X["time"] = times.dt.tz_localize(None).astype("datetime64[ns]")
    X["bytes"] = pd.to_numeric(X["bytes"].where(X["bytes"] != "-"))
    return Parsed(from_frame(X.astype({"status": "int16"}), None, SCHEMA))


def _split(rows: int, names: tuple[str, ...], url: str, sha256: str) -> Split:
    file = File(names, urls=((url, names[0]),), rows=rows, text_sha256=sha256)
    return Split(rows, (file,), on_request=True)


_GITHUB: Final = "https://raw.githubusercontent.com"

SET: Final = DataSet(
    name="access_log",
    title="Access logs of two web servers",
    licence="Apache 2.0, both",
    citation=(
        "Elastic (2015). Examples, Common Data Formats, apache_logs; Basjes, N. (2015). Logparser, "
        "demolog, hackers-access.log"
    ),
    urls=("https://github.com/elastic/examples", "https://github.com/nielsbasjes/logparser"),
    splits={
        "semicomplete": _split(
            10_000,
            ("apache_logs", "apache_logs_semicomplete_10k.log"),
            f"{_GITHUB}/elastic/examples/master/Common%20Data%20Formats/apache_logs/apache_logs",
            "f15c31e905f86c7b4b6ab44aee74d0a2086dce89f010187d983edea7ef0364ef",
        ),
        "hackers": _split(
            3_456,
            ("hackers-access.log",),
            f"{_GITHUB}/nielsbasjes/logparser/main/examples/demolog/hackers-access.log",
            "a85aaa896648d63f3683a183b53ef4e8d259e0284101469754aeaf6926197951",
        ),
    },
    default_split="semicomplete",
    schema=SCHEMA,
    parse=parse,
    fault=fault,
    fast=sessions("client"),
    origin=(
        "[the examples of Elastic](https://github.com/elastic/examples) and "
        "[Logparser](https://github.com/nielsbasjes/logparser)"
    ),
    unverified=(
        "both addresses are written down from the repositories' listings, not tried, and the sums "
        "are those of one copy"
    ),
)
