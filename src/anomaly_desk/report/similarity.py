"""Whose answers are alike: the share of fragments that two answers have in common.

A fragment is a run of tokens, as in MOSS; all are kept, because answers are short, where MOSS keeps
a sample ("winnowing"). What the release, the reference solution or many in the class have, does not
count.

References
----------
Schleimer, Wilkerson, Aiken (2003): Winnowing: local algorithms for document fingerprinting,
doi:10.1145/872757.872770
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

Fragment = tuple[str, ...]
Fragments = frozenset[Fragment]

CODE_SIZE = 5  # tokens of a fragment
TEXT_SIZE = 4  # words of a fragment
# Between the two figures of this sentence, which `python benchmarks/similarity.py` measures.
MEASURED = (
    "of 214 pairs of right answers that were written apart, the most alike have 41 % in common. "
    "Copies keep 53 % or more: with other names, layout and numbers, in another order, even with "
    "a new line before every line. No real class was measured."
)
LIMIT = 0.5
EVIDENCE = 20  # fragments that two answers have in common at least: short answers are all alike
# A fragment is common to the class if more learners have it than half of a small class, than a few
# of a larger one (MOSS's own default), than a tenth of a large one.
HALF, FEW, TENTH = 0.5, 10, 0.1
MIN_CLASS = 6  # answers; in fewer nothing is common


@dataclass(frozen=True)
class Likeness:
    """Two learners whose answers are alike.

    Attributes
    ----------
    share
        The share of the shorter answer's fragments that the other one has, from 0 to 1.
    fragments
        How many these are.
    """

    one: str
    other: str
    task: str
    share: float
    fragments: int


def fragments(tokens: Sequence[str], size: int = CODE_SIZE) -> Fragments:
    """Return every run of `size` tokens.

    Examples
    --------
    >>> sorted(fragments(["a", "b", "c"], 2))
    [('a', 'b'), ('b', 'c')]
    """
    return frozenset(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))


def own(answers: Mapping[str, Fragments], ignored: Fragments) -> dict[str, Fragments]:
    """Return what of each answer is its author's: neither ignored nor common to the class."""
    counts = Counter(fragment for found in answers.values() for fragment in found)
    n_answers = sum(1 for found in answers.values() if found)
    most = max(min(HALF * n_answers, FEW), TENTH * n_answers)
    small = n_answers < MIN_CLASS
    common = {fragment for fragment, count in counts.items() if count > most and not small}
    return {learner: found - ignored - common for learner, found in answers.items()}


def shares(answers: Sequence[Fragments]) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of common fragments of each pair, and how many these are.

    Returns
    -------
    two arrays of shape (n_answers, n_answers)
        The share is of the shorter answer; 0 where one of them is empty.

    Examples
    --------
    >>> share, count = shares([frozenset("abcd"), frozenset("cde"), frozenset()])
    >>> round(float(share[0, 1]), 2), int(count[0, 1]), float(share[0, 2])
    (0.67, 2, 0.0)
    """
    place: dict[Fragment, int] = {}
    columns = [place.setdefault(one, len(place)) for found in answers for one in found]
    sizes = np.array([len(found) for found in answers], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    values = np.ones(len(columns), dtype=np.int32)
    table = csr_array((values, columns, starts), shape=(len(answers), max(len(place), 1)))
    count = (table @ table.T).toarray()
    return count / np.maximum(np.minimum.outer(sizes, sizes), 1), count


def alike(task: str, answers: Mapping[str, Fragments]) -> tuple[list[Likeness], np.ndarray]:
    """Return the pairs above the limit, and the shares of all pairs that could have been.

    Parameters
    ----------
    task
        Its name, for the pairs.
    answers
        What of each learner's answer is the learner's own; see `own`.
    """
    learners = [learner for learner, found in answers.items() if len(found) >= EVIDENCE]
    share, count = shares([answers[learner] for learner in learners])
    above = np.triu(np.ones_like(share, dtype=bool), 1)
    rows, columns = np.nonzero(above & (share >= LIMIT) & (count >= EVIDENCE))
    found = [
        Likeness(learners[i], learners[j], task, float(share[i, j]), int(count[i, j]))
        for i, j in zip(rows, columns, strict=True)
    ]
    return found, share[above]


def groups(pairs: Iterable[Likeness]) -> list[tuple[str, ...]]:
    """Return the learners that pairs connect, the largest group first.

    Examples
    --------
    >>> pair = lambda one, other: Likeness(one, other, "lab1-q1", 1.0, 50)
    >>> groups([pair("a", "b"), pair("c", "d"), pair("b", "e")])
    [('a', 'b', 'e'), ('c', 'd')]
    """
    group: dict[str, set[str]] = {}
    for pair in pairs:
        joined = group.get(pair.one, {pair.one}) | group.get(pair.other, {pair.other})
        group.update(dict.fromkeys(joined, joined))
    distinct = {tuple(sorted(found)) for found in group.values()}
    return sorted(distinct, key=lambda found: (-len(found), found))
