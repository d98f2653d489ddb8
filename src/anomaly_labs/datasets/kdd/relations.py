"""What holds between the traffic counters of a row, by their definition.

Rates are shares of a counter, so only some values can occur; the copula of the generator does
not know that. Each rule holds in at least 97 % of the rows of every official file, most in all.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .profile import NUMERIC
from .schema import RATES

_COUNTERS: Final = ("dst_host_srv_count", "dst_host_count", "srv_count", "count")


def _counter(rate: str) -> str:
    """Return the counter of which a rate is a share."""
    prefixes = ("dst_host_srv_", "dst_host_", "srv_", "")
    return next(c for c, prefix in zip(_COUNTERS, prefixes, strict=True) if rate.startswith(prefix))


_AT: Final = {name: position for position, name in enumerate(NUMERIC)}
_SHARES: Final = tuple((_AT[rate], _AT[_counter(rate)]) for rate in RATES)


def _percent(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part of whole in rounded hundredths; `whole` is at least 1."""
    return np.asarray((200 * part + whole) // (2 * whole))


def enforce(block: np.ndarray) -> None:
    """Make the rates of generated rows agree with their counters, in place.

    Parameters
    ----------
    block : shape (n_numeric, n_rows)
        Columns in the order of `NUMERIC`; rates in hundredths.
    """
    count, srv_count = block[_AT["count"]], block[_AT["srv_count"]]
    counted = count > 0
    same_host = np.minimum(count, srv_count)
    same = block[_AT["same_srv_rate"]]
    same[counted] = _percent(same_host[counted], count[counted])
    block[_AT["srv_diff_host_rate"]][srv_count <= count] = 0

    for rate, counter in _SHARES:
        whole = np.maximum(block[counter], 1)
        nearest = (2 * block[rate] * whole + 100) // 200
        block[rate] = np.where(block[counter] > 0, _percent(nearest, whole), block[rate])

    # Another service was seen exactly where not all connections went to this one.
    different = block[_AT["diff_srv_rate"]]
    different[same == 100] = 0
    least = _percent(np.ones_like(count), np.maximum(count, 1))
    different[(same < 100) & counted] = np.maximum(different, least)[(same < 100) & counted]
    host_same, host_different = _AT["dst_host_same_srv_rate"], _AT["dst_host_diff_srv_rate"]
    mixed = block[host_same] < 100
    block[host_different][mixed] = np.maximum(block[host_different][mixed], 1)
