"""The final assessment: each learner's own rows, and rows that nobody has seen."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from anomaly_labs import datasets
from anomaly_labs.datasets import Dataset

NAME: Final = "nsl_kdd"
TRAIN_ROWS: Final = 20_000
TEST_ROWS: Final = 8_000
UNSEEN_ROWS: Final = 6_000

# What the grader sets: who is graded, and what nobody else knows.
ROSTER: Final = "ANOMALY_LABS_LEARNER"
PRIVATE_SEED: Final = "ANOMALY_LABS_PRIVATE_SEED"
# What a learner typed at home; the roster's name wins.
SIGNED_IN: Final = "ANOMALY_LABS_SIGNED_IN"


@dataclass(frozen=True)
class Draw:
    """The rows of one learner.

    Attributes
    ----------
    train
        Rows of KDDTrain+, the only ones to learn from.
    test
        Rows of KDDTest+, the public test file.
    learner
        Whose rows these are; "" for nobody's.
    """

    train: Dataset
    test: Dataset
    learner: str

    @property
    def source(self) -> datasets.dataset.Source:
        """Return "real" where both parts are real rows, else "synthetic"."""
        return "real" if self.train.source == self.test.source == "real" else "synthetic"

    def __str__(self) -> str:
        """Return one line for each part under the learner's name."""
        return f"Rows of {self.learner or 'nobody yet'}:\n{self.train}\n{self.test}"


def sign_in(learner: str) -> None:
    """Let `draw` know who sits here, for the rest of this process.

    Parameters
    ----------
    learner
        A name or a number; spaces around it and capitals do not count.

    Raises
    ------
    TypeError
        If it is not text.

    Examples
    --------
    >>> sign_in("Ada")
    >>> draw().learner
    'ada'
    >>> sign_in("")
    """
    os.environ[SIGNED_IN] = _tidy(learner)


def draw(learner: str | None = None) -> Draw:
    """Return the rows of one learner: the same ones each time, in fast mode too.

    Parameters
    ----------
    learner
        Whose; None for who signed in. While the grader works, the roster's name counts instead
        (``ANOMALY_LABS_LEARNER``).

    Raises
    ------
    TypeError
        If `learner` is not text.

    Examples
    --------
    >>> mine, yours = draw("Ada"), draw("Grace")
    >>> len(mine.train.X), len(mine.test.X)
    (20000, 8000)
    >>> mine.train.X.equals(yours.train.X)
    False
    """
    who = _tidy(os.environ.get(SIGNED_IN, "") if learner is None else learner)
    who = _tidy(os.environ.get(ROSTER, "")) or who
    with _whole_files():
        train, test = (datasets.load(NAME, split=split) for split in ("train", "test"))
    rng = np.random.default_rng(_seed("draw", who))
    return Draw(_some(train, TRAIN_ROWS, rng), _some(test, TEST_ROWS, rng), who)


def unseen(n_rows: int = UNSEEN_ROWS, *, split: str = "test") -> Dataset:
    """Return rows that nobody has seen: drawn from a split's profile with the private seed.

    Hidden tests use them. The seed is a secret of the course, ``ANOMALY_LABS_PRIVATE_SEED``; each
    learner of the roster gets other rows. Without the seed, as in a run of the solution, they are
    always the same.

    Parameters
    ----------
    n_rows
        Number of rows, from 1 on.
    split
        "test" for traffic like KDDTest+, with its new attack types; "train" for traffic like that
        of the training file.

    Raises
    ------
    ValueError
        If there is no such split or `n_rows` is below 1.

    Examples
    --------
    >>> fresh = unseen(1000)
    >>> fresh.X.shape, fresh.source
    ((1000, 41), 'synthetic')
    """
    secret, who = os.environ.get(PRIVATE_SEED, ""), _tidy(os.environ.get(ROSTER, ""))
    return datasets.synthesize(NAME, n_rows, split=split, seed=_seed("unseen", secret, split, who))


def _tidy(learner: str) -> str:
    if not isinstance(learner, str):
        raise TypeError(f"learner={learner!r} must be text; put your name between quotes")
    return " ".join(learner.split()).casefold()


def _seed(*words: str) -> int:
    """Return a number from 0 on that no other words give."""
    digest = hashlib.sha256("\0".join(("anomaly-labs assessment", *words)).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def _some(whole: Dataset, n_rows: int, rng: np.random.Generator) -> Dataset:
    """Return so many rows of a data set, in file order, with an index from 0."""
    rows = np.sort(rng.permutation(len(whole.X))[:n_rows])
    X = whole.X.iloc[rows].reset_index(drop=True)
    y = whole.y.iloc[rows].reset_index(drop=True)
    return Dataset(X, y, whole.name, whole.split, whole.source)


@contextmanager
def _whole_files() -> Iterator[None]:
    """Load all rows, even in fast mode, whose sample would give learners other rows at grading."""
    fast = os.environ.pop("ANOMALY_LABS_FAST", None)
    try:
        yield
    finally:
        if fast is not None:
            os.environ["ANOMALY_LABS_FAST"] = fast
