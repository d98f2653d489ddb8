"""CTU-13: a sample of the flows of scenario 1, a Windows machine with the botnet Neris.

Flows have neither address nor time. The class is read from `Label`, not from the column `target`
of the sample: that one also counts the 126 flows from and to machines known to be normal as
botnet. "background" is traffic of which nobody has said what it is. How the sample was drawn is
not known, so it counts as an excerpt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Final

import pandas as pd

from ..contract import DataSet, File, Schema, Split
from ..fast import BY_CLASS
from ..table import Parsed, from_frame

_TIMES: Final = ("TcpRtt", "SynAck", "AckDat")
_COUNTS: Final = (
    *("SrcPkts", "DstPkts", "SrcBytes", "DstBytes", "SAppBytes", "DAppBytes"),
    *("TotPkts", "TotBytes", "TotAppByte"),
)
# Not known of every flow, so they cannot be whole numbers.
_HEADERS: Final = ("sTos", "dTos", "SrcWin", "DstWin", "sHops", "dHops", "sTtl", "dTtl")
_RATES: Final = ("Rate", "SrcRate", "DstRate")

SCHEMA: Final = Schema(
    {
        "Proto": "category",
        "State": "category",
        **dict.fromkeys(_HEADERS, "float64"),
        **dict.fromkeys(_TIMES, "float64"),
        **dict.fromkeys(_COUNTS, "int64"),
        "Dur": "float64",
        **dict.fromkeys(_RATES, "float64"),
    },
    vocabulary={
        "Proto": ("icmp", "igmp", "rtcp", "rtp", "tcp", "udp"),
        "State": (
            *("ACC", "CLO", "CON", "ECO", "ECR", "FIN", "INT", "RED", "REQ", "RST"),
            *("URFIL", "URH", "URHPRO", "URN", "URP"),
        ),
    },
    classes=("background", "normal", "botnet"),
    normal=("background", "normal"),
)


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    """Return the flows and their classes.

    Parameters
    ----------
    texts
        The sample.
    split
        Name of the split; there is one.

    Raises
    ------
    ValueError
        If a label names none of the classes.
    """
    table = pd.read_csv(texts[0])
    y = table["Label"].str.extract("(Background|Normal|Botnet)")[0].str.lower()
    if y.isna().any():
        strange = table["Label"][y.isna()].iloc[0]
        raise ValueError(f"label {strange!r} names neither Background nor Normal nor Botnet")
    return Parsed(from_frame(table, y, SCHEMA))


SET: Final = DataSet(
    name="ctu13",
    title="CTU-13, scenario 1: flows of a network with a botnet, a sample",
    licence="free with citation",
    citation=(
        "García, S., Grill, M., Stiborek, J. and Zunino, A. (2014). An empirical comparison of "
        "botnet detection methods. Computers and Security 45. doi:10.1016/j.cose.2014.05.011"
    ),
    urls=("https://www.stratosphereips.org/datasets-ctu13",),
    splits={
        "sample": Split(
            10_000,
            (
                File(
                    ("ctu13_sample_10k.csv",),
                    rows=10_000,
                    text_sha256="cd41f71f35d5ab4c403aff98933f249b8230accba575b3850e7c2950cd603205",
                    header=(
                        "Proto,State,sTos,dTos,SrcWin,DstWin,sHops,dHops,sTtl,dTtl,TcpRtt,SynAck,"
                        "AckDat,SrcPkts,DstPkts,SrcBytes,DstBytes,SAppBytes,DAppBytes,Dur,TotPkts,"
                        "TotBytes,TotAppByte,Rate,SrcRate,DstRate,Label,target"
                    ),
                ),
            ),
            source="excerpt",
            on_request=True,
        )
    },
    default_split="sample",
    schema=SCHEMA,
    parse=parse,
    fast=BY_CLASS,
    origin=(
        "none; the whole scenarios are on [the laboratory's page]"
        "(https://www.stratosphereips.org/datasets-ctu13)"
    ),
    unverified=(
        "who drew the sample, and how, is not known, and the sum is that of one copy; it was not "
        "compared with the scenario"
    ),
)
