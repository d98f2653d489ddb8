"""What traffic can become: the rule of each column, and the rules that join columns."""

from typing import Final, Literal, NamedTuple

import numpy as np

from anomaly_labs.datasets.schema import BINARY, DTYPES, INTEGER, RATES

Move = Literal["fixed", "grow", "free"]


class Rule(NamedTuple):
    """How an attacker can move one numeric column.

    Attributes
    ----------
    move
        "fixed": not at all; "grow": only up; "free": both ways.
    grid
        Values per unit: 1 for whole numbers, 100 for hundredths.
    highest
        Largest value of the format; the smallest is 0.
    """

    move: Move
    grid: int = 1
    highest: float = 2**31 - 1


class Still(NamedTuple):
    """Columns that stay as they are in rows of some categories.

    Attributes
    ----------
    column, values
        A column of categories, and those of its values that hold the others still.
    columns
        The columns that an attacker cannot move in such a row.
    """

    column: str
    values: frozenset[str]
    columns: frozenset[str]


class Window(NamedTuple):
    """Two counts of one window of connections, and the rates that follow from them.

    Attributes
    ----------
    counts
        The connections to the same host, and those to the same service.
    shares
        By rate: the count of which it is a share.
    ratio
        The rate that is the second count over the first, at most 1.
    """

    counts: tuple[str, str]
    shares: dict[str, str]
    ratio: str


# What the format holds where that is less than its smallest type: windows of two seconds count
# to 511 connections, windows of 100 connections to one host to 255 (all official files).
_HIGHEST: Final = {"count": 511, "srv_count": 511, "dst_host_count": 255, "dst_host_srv_count": 255}

# The attack itself fixes protocol, service, flag and whether somebody is logged in. Traffic can be
# added, never taken back: durations, bytes and counts grow. Rates follow from what else is sent.
RULES: Final[dict[str, Rule]] = {
    **{
        name: Rule("grow", highest=_HIGHEST.get(name, int(np.iinfo(DTYPES[name]).max)))
        for name in INTEGER
    },
    **{name: Rule("free", grid=100, highest=1) for name in RATES},
    **{name: Rule("fixed", highest=1) for name in BINARY},
    "su_attempted": Rule("fixed", highest=2),  # a flag, with a 2 in a few rows
    "num_outbound_cmds": Rule("fixed", highest=127),  # 0 in every official row
}

_SENT: Final = frozenset({"duration", "src_bytes", "dst_bytes"})
_CONTENT: Final = frozenset(INTEGER) - _SENT - _HIGHEST.keys() - {"wrong_fragment"}

# Both files of NSL-KDD: none of the 15,213 rows of these flags has a byte, 14 have a duration;
# no row of ICMP has an answer, and none of UDP or ICMP any content.
STILL: Final = (
    Still(
        "flag",
        frozenset({"REJ", "S0", "SH", "OTH"}),
        _SENT | _CONTENT | {"wrong_fragment"},
    ),
    Still("protocol_type", frozenset({"icmp"}), _CONTENT | {"duration", "dst_bytes"}),
    Still("protocol_type", frozenset({"udp"}), _CONTENT),
    Still("protocol_type", frozenset({"tcp"}), frozenset({"wrong_fragment"})),
)

WINDOWS: Final = (
    Window(
        ("count", "srv_count"),
        {
            "serror_rate": "count",
            "rerror_rate": "count",
            "diff_srv_rate": "count",
            "srv_serror_rate": "srv_count",
            "srv_rerror_rate": "srv_count",
            "srv_diff_host_rate": "srv_count",
        },
        "same_srv_rate",
    ),
    Window(
        ("dst_host_count", "dst_host_srv_count"),
        {
            "dst_host_serror_rate": "dst_host_count",
            "dst_host_rerror_rate": "dst_host_count",
            "dst_host_diff_srv_rate": "dst_host_count",
            "dst_host_same_src_port_rate": "dst_host_count",
            "dst_host_srv_serror_rate": "dst_host_srv_count",
            "dst_host_srv_rerror_rate": "dst_host_srv_count",
            "dst_host_srv_diff_host_rate": "dst_host_srv_count",
        },
        "dst_host_same_srv_rate",
    ),
)
