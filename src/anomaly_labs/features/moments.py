"""What is learned of a numeric column, from all its values at once or part by part."""

import math

import numpy as np

# Anything from 10 to 30 picks the same columns from NSL-KDD's normal traffic.
HEAVY_TAIL = 20


def is_heavy(high: float, median: float) -> bool:
    """Return whether a column that is never negative has a heavy tail.

    Parameters
    ----------
    high
        Value that few rows exceed.
    median
        Median of the positive values.

    Examples
    --------
    >>> is_heavy(1000.0, 10.0), is_heavy(20.0, 0.0)
    (True, False)
    """
    return bool(high > HEAVY_TAIL * (1 + median))


class Moments:
    """Count, range, mean and deviation of values that come in parts.

    References
    ----------
    Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance.
    https://doi.org/10.1080/00031305.1983.10483115

    Examples
    --------
    >>> moments = Moments()
    >>> for part in ([1.0, 3.0], [5.0]):
    ...     moments.add(np.array(part))
    >>> moments.low, moments.high, moments.mean, round(moments.deviation, 3)
    (1.0, 5.0, 3.0, 1.633)
    """

    def __init__(self) -> None:
        self.count = 0
        self.low, self.high = math.inf, -math.inf
        self.mean = 0.0
        self._squares = 0.0

    def add(self, values: np.ndarray) -> None:
        """Take in more values, at least one.

        Parameters
        ----------
        values : shape (n_values,)
            Finite, float64.
        """
        part = Moments()
        part.count, part.low, part.high = len(values), float(values.min()), float(values.max())
        part.mean = part.low  # the mean of 1e300s is not one
        if part.low != part.high:
            part.mean = float(values.mean())
            part._squares = float(np.square(values - part.mean).sum())
        self.merge(part)

    def merge(self, other: "Moments") -> None:
        """Take in what was learned of other values, at least one.

        Parameters
        ----------
        other
            What was found in other rows.
        """
        before, count = self.count, self.count + other.count
        step = other.mean - self.mean
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self._squares += other._squares
        if before:
            self._squares += step * step * before * (other.count / count)
        self.mean += step * (other.count / count)
        self.count = count

    @property
    def deviation(self) -> float:
        """Standard deviation, that of the values themselves (divided by their number)."""
        return math.sqrt(self._squares / self.count)


class Tail:
    """Second look at a column whose maximum is known: is its tail heavy, and its log1p.

    The median decides, and need not be found: it is enough to count the values for which the
    answer would be yes, and to keep the two that lie around the change.

    Attributes
    ----------
    moments
        Moments of log1p of the values.

    Examples
    --------
    >>> tail = Tail(high=100.0)
    >>> for part in ([1.0, 100.0], [2.0]):
    ...     tail.add(np.array(part))
    >>> tail.is_heavy()
    True
    """

    def __init__(self, high: float) -> None:
        self.moments = Moments()
        self._high = high
        self._below = 0
        self._edge = [-math.inf, math.inf]

    def add(self, values: np.ndarray) -> None:
        """Take in more values, at least one and none negative.

        Parameters
        ----------
        values : shape (n_values,)
            Finite, float64.
        """
        part = Tail(self._high)
        part.moments.add(np.log1p(values))
        below = self._high > HEAVY_TAIL * (1 + values)
        part._below = int(below.sum())
        part._edge[0] = values.max(initial=-math.inf, where=below)
        part._edge[1] = values.min(initial=math.inf, where=~below)
        self.merge(part)

    def merge(self, other: "Tail") -> None:
        """Take in what was learned of other values of the same column.

        Parameters
        ----------
        other
            What was found in other rows.
        """
        self.moments.merge(other.moments)
        self._below += other._below
        self._edge[0] = max(self._edge[0], other._edge[0])
        self._edge[1] = min(self._edge[1], other._edge[1])

    def is_heavy(self) -> bool:
        """Return whether the values have a heavy tail."""
        if 2 * self._below == self.moments.count:
            return is_heavy(self._high, (self._edge[0] + self._edge[1]) / 2)
        return 2 * self._below > self.moments.count
