"""The final assessment: each learner's own rows, and rows that nobody has seen."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from anomaly_labs import checks, datasets
from anomaly_labs.datasets import Dataset

NAME: Final = "nsl_kdd"
TRAIN_ROWS: Final = 20_000
TEST_ROWS: Final = 8_000
UNSEEN_ROWS: Final = 6_000
COPY: Final = 0.005  # an `own_part` below it is a copy: networks of the course have 0.07 to 0.21
TINY: Final = 1e-12
Matrix = Callable[[pd.DataFrame], Any]  # raw rows to numbers: a learner's function

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


def shuffled(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns were shuffled, each by itself: no row fits together any more.

    What treats each column by itself, such as a copy at another scale, makes the same errors on
    it; what rebuilds rows makes larger ones.

    Parameters
    ----------
    table
        Rows of normal traffic.

    Examples
    --------
    >>> shuffled(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})).to_dict("list")
    {'a': [3, 2, 1], 'b': [1, 3, 2]}
    """
    columns = enumerate(table)
    return pd.DataFrame({c: table[c].sample(frac=1, random_state=i).array for i, c in columns})


def own_part(rows: np.ndarray, rebuilt: np.ndarray) -> float:
    """Return the share of the rebuilt rows' squares that is no scaled copy of the rows.

    Parameters
    ----------
    rows, rebuilt
        What went into a network and what came out, of one shape ``(n, k)``.

    Returns
    -------
    float
        0 where each row, or each column, is rebuilt as a multiple of itself; 1 at most.

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0], [2.0, 3.0]])
    >>> round(own_part(rows, 0.9 * rows), 9), round(own_part(rows, rows[:, ::-1]), 2)
    (0.0, 0.02)
    """
    products, squares = rows * rebuilt, rows**2
    total = max(float((rebuilt**2).sum()), TINY)
    shares = []
    for axis in (0, 1):
        factor = products.sum(axis, keepdims=True) / np.maximum(
            squares.sum(axis, keepdims=True), TINY
        )
        shares.append(float(((rebuilt - factor * rows) ** 2).sum()) / total)
    return min(shares)


def agreement(score: Matrix, to_matrix: Matrix, reconstruct: Matrix, rows: pd.DataFrame) -> float:
    """Return how well a score ranks rows as the errors of a network do.

    Parameters
    ----------
    score
        Makes one number for each of n raw rows, larger for more anomalous.
    to_matrix, reconstruct
        What goes into the network, and what comes out: matrices of one shape ``(n, k)``.
    rows
        Raw rows, shape ``(n, 41)``.

    Returns
    -------
    float
        The larger one of Spearman's correlations with the mean square and with the mean absolute
        error, from -1 to 1; 0 where nothing was rebuilt (`own_part` below `COPY`).

    Examples
    --------
    >>> rows = pd.DataFrame(np.eye(3))
    >>> network = lambda X: np.array([[0, 1, 0], [0, 1, 0], [0, 0, 0]])
    >>> agreement(lambda X: [5, 0, 1], np.asarray, network, rows)
    1.0
    >>> agreement(lambda X: [5, 0, 1], np.asarray, np.asarray, rows)
    0.0
    """
    scores, before, after = (np.asarray(f(rows), float) for f in (score, to_matrix, reconstruct))
    if own_part(before, after) < COPY:
        return 0.0
    wrong = np.abs(before - after)
    ranks = pd.DataFrame({"scores": scores, "squares": (wrong**2).mean(1), "plain": wrong.mean(1)})
    ranks = ranks.rank()
    if (ranks.nunique() < 2).any():
        return 0.0
    return float(ranks.corr().to_numpy()[0, 1:].max())


def expect_training(history: Any, held_out: Any, train: Dataset) -> None:
    """Raise `checks.CheckFailed` unless a network was trained and normal rows were kept aside.

    Parameters
    ----------
    history
        A dictionary with the list "loss", one number per epoch, which falls.
    held_out
        500 to 5,000 of the normal rows of `train`, raw.
    train
        The rows that a learner may learn from.

    Examples
    --------
    >>> train = unseen(2000, split="train")
    >>> expect_training({"loss": [3.0, 2.0, 1.0]}, train.X[train.y == "normal"].head(600), train)
    >>> expect_training({"loss": [3.0, 2.0, 1.0]}, train.X.head(600), train)
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: held_out holds other rows than normal ones of data.train
    """
    columns = list(datasets.FEATURES)
    checks.expect_columns(held_out, columns, "held_out holds raw rows, all 41 columns")
    checks.expect_between(len(held_out), 500, 5000, "hold out about 2,000 normal rows")
    normal = train.X[(train.y == "normal").to_numpy()]
    allowed = set(normal.itertuples(index=False, name=None))
    kept = held_out[columns].itertuples(index=False, name=None)
    hint = "held_out holds other rows than normal ones of data.train"
    checks.expect(allowed.issuperset(kept), hint)
    checks.expect_type(history, dict, "history")
    hint = (
        "history holds the list `loss`, one number for each epoch; while a network learns, it falls"
    )
    checks.expect_shape(history.get("loss", 0), (None,), hint)
    losses = np.asarray(history["loss"], float)
    checks.expect(len(losses) >= 3 and bool(np.isfinite(losses).all()), hint)
    checks.expect(bool(losses[-1] < losses[0]), hint)


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
