"""Item analysis: how hard each exercise was, and whether it tells learners apart.

References
----------
Kelley (1939): The selection of upper and lower groups for the validation of test items,
doi:10.1037/h0057123
"""

from dataclasses import dataclass

import numpy as np

MIN_CLASS = 10  # submissions; a correlation of fewer says nothing
TAIL = 0.27  # of the class in the upper and in the lower group (Kelley)
# Rules of thumb for points that should tell learners apart; an exercise may be easy by purpose.
EASY = 0.9
HARD = 0.3
WEAK = 0.2


@dataclass(frozen=True)
class Item:
    """One exercise over the class.

    Attributes
    ----------
    difficulty
        Mean share of its points that was earned: 1 means that everybody had all. None where
        nobody handed in.
    discrimination
        Correlation of its points with the sum of all others; None where the class is too small
        or all have the same points.
    upper_lower
        Mean share earned by the best 27 % of the class minus that of the last 27 %; None where
        the class is too small.
    """

    difficulty: float | None
    discrimination: float | None
    upper_lower: float | None
    enough: bool

    @property
    def stands_out(self) -> str:
        """Why somebody should look at the exercise, or an empty text."""
        if not self.enough or self.difficulty is None:
            return ""
        said = []
        if self.discrimination is not None and self.discrimination < 0:
            said.append("negative: those who did well elsewhere lost points here; read its text")
        elif self.discrimination is not None and self.discrimination < WEAK:
            said.append("hardly tells learners apart")
        if self.difficulty > EASY:
            said.append("very easy")
        if self.difficulty < HARD:
            said.append("very hard")
        return "; ".join(said)


def analyse(points: np.ndarray, maximum: np.ndarray) -> list[Item]:
    """Return the analysis of each exercise.

    Parameters
    ----------
    points : shape (n_learners, n_items)
        Points that each submission got.
    maximum : shape (n_items,)
        Points that could be got, above 0.

    Examples
    --------
    >>> points = np.array([[1, 2], [0, 1]] * 5)
    >>> [item.difficulty for item in analyse(points, np.array([1, 2]))]
    [0.5, 0.75]
    """
    points = np.asarray(points, dtype=float).reshape(-1, len(maximum))
    if not len(points):
        return [Item(None, None, None, False)] * len(maximum)
    enough = len(points) >= MIN_CLASS
    difficulty = points.mean(axis=0) / maximum
    correlations = discrimination(points)
    tails = upper_lower(points, maximum)
    return [
        Item(
            float(d),
            None if np.isnan(r) or not enough else float(r),
            float(t) if enough else None,
            enough,
        )
        for d, r, t in zip(difficulty, correlations, tails, strict=True)
    ]


def discrimination(points: np.ndarray) -> np.ndarray:
    """Return each item's correlation with the sum of the others; NaN where there is no spread.

    Parameters
    ----------
    points : shape (n_learners, n_items)
        The points that each submission got.

    Examples
    --------
    >>> discrimination(np.array([[1.0, 2.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])).round(3)
    array([0.866, 0.866,   nan])
    """
    rest = points.sum(axis=1, keepdims=True) - points
    flat = np.isclose(np.ptp(points, axis=0), 0) | np.isclose(np.ptp(rest, axis=0), 0)
    one, other = points - points.mean(axis=0), rest - rest.mean(axis=0)
    spread = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    found: np.ndarray = (one * other).sum(axis=0) / np.where(flat, 1.0, spread)
    return np.where(flat, np.nan, found)


def upper_lower(points: np.ndarray, maximum: np.ndarray) -> np.ndarray:
    """Return for each item the mean share earned by the upper group minus that by the lower.

    The groups are the best and the last 27 % by the sum of all points; who has as many points as
    the last of a group counts in part, so that no order among equals matters.

    Examples
    --------
    >>> upper_lower(np.array([[2.0, 1.0], [2.0, 0.0], [0.0, 0.0]]), np.array([2.0, 1.0]))
    array([1., 1.])
    """
    totals, share = points.sum(axis=1), points / maximum
    size = max(1, round(TAIL * len(points)))
    best, last = _group(totals, size), _group(-totals, size)
    found: np.ndarray = (best - last) @ share / size
    return found


def _group(totals: np.ndarray, size: int) -> np.ndarray:
    """Return how much each learner belongs to the `size` learners of the largest totals."""
    edge = np.sort(totals)[-size]
    above, level = totals > edge, totals == edge
    found: np.ndarray = above + level * (size - above.sum()) / level.sum()
    return found
