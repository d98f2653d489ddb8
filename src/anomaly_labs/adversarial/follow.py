"""Rates that follow the counts of their window of connections."""

from typing import NamedTuple

import numpy as np

from anomaly_labs.adversarial.rules import Window

PARTS = (1.0, 0.5, 0.25, 0.125)  # of the wanted growth of the counts, tried in this order


class Reach(NamedTuple):
    """Rows in units (counts, and rates in hundredths), and how far each may go.

    Attributes
    ----------
    start, low, high : shape (n_samples, n_columns)
        The rows as they are, and the lowest and highest units of each.
    top : shape (n_columns,)
        The highest units of the format.
    """

    start: np.ndarray
    low: np.ndarray
    high: np.ndarray
    top: np.ndarray


def follow(wish: np.ndarray, reach: Reach, names: list[str], window: Window) -> np.ndarray:
    """Return units near `wish` whose rates can follow from the counts of one window.

    An attacker adds connections and takes none back. With `k` of `n` connections behind a rate, it
    lies between k / m and (k + m - n) / m once there are `m`, in hundredths. A count at its top
    says that the window slides: what is added replaces something, and its rates are free. The
    ratio of the two counts follows from them wherever it did in the row. Counts whose rates would
    leave their reach grow by half as much, and so on; at last nothing changes.

    Parameters
    ----------
    wish : shape (n_samples, n_columns)
        Wanted units within reach, whole numbers.
    reach
        The rows and how far they may go.
    names
        Names of the columns.
    window
        The window; each of its columns stands in `names`.
    """
    found = wish.copy()
    counts = [names.index(name) for name in window.counts]
    rates = [names.index(name) for name in (*window.shares, window.ratio)]
    joined = np.array(counts + rates)
    open_rows = np.ones(len(wish), bool)
    for part in (*PARTS, 0.0):
        tried = wish.copy()
        growth = np.floor(part * (wish[:, counts] - reach.start[:, counts]))
        tried[:, counts] = reach.start[:, counts] + growth
        fits = _rates(tried, reach, names, window)
        done = open_rows & (fits | (part == 0))
        found[np.ix_(done, joined)] = tried[np.ix_(done, joined)]
        open_rows &= ~done
    return found


def _rates(tried: np.ndarray, reach: Reach, names: list[str], window: Window) -> np.ndarray:
    """Set the rates that follow from the counts of `tried`; return where they are in reach."""
    fits = np.ones(len(tried), bool)
    for rate, count in window.shares.items():
        place, base = names.index(rate), names.index(count)
        tried[:, place], good = _share(tried, reach, place, base)
        fits &= good
    place, (base, part) = names.index(window.ratio), (names.index(n) for n in window.counts)
    shared, as_wanted = _share(tried, reach, place, base)
    follows = _ratio(reach.start, part, base) == reach.start[:, place]
    tried[:, place] = np.where(follows, _ratio(tried, part, base), shared)
    inside = (reach.low[:, place] <= tried[:, place]) & (tried[:, place] <= reach.high[:, place])
    return fits & np.where(follows, inside, as_wanted)


def _ratio(units: np.ndarray, part: int, base: int) -> np.ndarray:
    """Return one count over the other, at most 1, in hundredths."""
    return np.asarray(np.rint(100 * np.minimum(units[:, part] / np.maximum(units[:, base], 1), 1)))


def _share(tried: np.ndarray, reach: Reach, place: int, base: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a rate in hundredths as near to the wish as its count admits, and where it fits."""
    low, high = reach.low[:, place], reach.high[:, place]
    wish = np.clip(tried[:, place], low, high)
    start, before = reach.start[:, place], reach.start[:, base]
    total = np.maximum(tried[:, base], 1)
    fewest = np.rint(start * before / 100)
    most = fewest + tried[:, base] - before
    whole = np.clip(np.rint(wish * total / 100), fewest, most)
    rate = np.rint(100 * whole / total)
    inward = np.clip(whole + np.where(rate < low, 1, np.where(rate > high, -1, 0)), fewest, most)
    rate = np.rint(100 * inward / total)
    rate = np.where(tried[:, base] == before, start, rate)
    rate = np.where(tried[:, base] >= reach.top[base], wish, rate)
    return rate, (low <= rate) & (rate <= high)
