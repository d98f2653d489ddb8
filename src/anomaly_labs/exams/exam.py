"""An exam: who sits it, the rows of each learner, and rows that nobody has seen."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import pandas as pd

from anomaly_labs import checks, datasets, runtime
from anomaly_labs.datasets import Dataset


@dataclass(frozen=True)
class Draw:
    """The rows of one learner.

    Attributes
    ----------
    train
        Rows of the training file, the only ones to learn from.
    test
        Rows of the public test file.
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


@dataclass(frozen=True)
class Exam:
    """An exam: which rows a learner gets, and the limits that its checks share.

    Parameters
    ----------
    name
        Name of the exam; no two draw the same rows for a learner.
    data
        Name of the data set, with the splits "train" and "test".
    train_rows, test_rows
        How many rows of each split a learner gets.
    unseen_rows
        How many rows that nobody has seen a hidden test gets, unless it asks for another number.
    held_out
        Fewest, usual and most normal rows that a learner keeps aside.

    Examples
    --------
    >>> quiz = Exam("quiz", data="nsl_kdd", train_rows=300, test_rows=100, unseen_rows=50)
    >>> len(quiz.unseen().X), len(quiz.unseen(20).X)
    (50, 20)
    """

    name: str
    _: KW_ONLY
    data: str
    train_rows: int
    test_rows: int
    unseen_rows: int
    held_out: tuple[int, int, int] = (500, 2_000, 5_000)

    def draw(self, learner: str | None = None) -> Draw:
        """Return the rows of one learner: the same ones each time, in fast mode too.

        Parameters
        ----------
        learner
            Whose; None for who signed in. While the grader works, the roster's name counts
            instead (``ANOMALY_LABS_LEARNER``).

        Raises
        ------
        TypeError
            If `learner` is not text.
        """
        who = _tidy(os.environ.get(runtime.SIGNED_IN, "") if learner is None else learner)
        who = _tidy(os.environ.get(runtime.LEARNER, "")) or who
        with _whole_files():
            train, test = (datasets.load(self.data, split=split) for split in ("train", "test"))
        rng = np.random.default_rng(_seed(self.name, "draw", who))
        return Draw(_some(train, self.train_rows, rng), _some(test, self.test_rows, rng), who)

    def unseen(self, n_rows: int | None = None, *, split: str = "test") -> Dataset:
        """Return rows that nobody has seen: drawn from a split's profile with the private seed.

        Hidden tests use them. The seed is a secret of the course,
        ``ANOMALY_LABS_PRIVATE_SEED``; each learner of the roster gets other rows. Without the
        seed, as in a run of the solution, they are always the same.

        Parameters
        ----------
        n_rows
            Number of rows, from 1 on; None for the exam's own.
        split
            "test" for traffic like the official test file, with its new attack types; "train" for
            traffic like that of the training file.

        Raises
        ------
        ValueError
            If there is no such split or `n_rows` is below 1.
        """
        secret, who = (os.environ.get(name, "") for name in (runtime.PRIVATE_SEED, runtime.LEARNER))
        seed = _seed(self.name, "unseen", secret, split, _tidy(who))
        n_rows = self.unseen_rows if n_rows is None else n_rows
        return datasets.synthesize(self.data, n_rows, split=split, seed=seed)

    def expect_training(
        self, history: dict[str, list[float]], held_out: pd.DataFrame, train: Dataset
    ) -> None:
        """Raise `checks.CheckFailed` unless a network was trained and normal rows were kept aside.

        Parameters
        ----------
        history
            A dictionary with the list "loss", one number per epoch, which falls.
        held_out
            Some of the normal rows of `train`, raw, as many as the exam asks for.
        train
            The rows that a learner may learn from.
        """
        columns, (fewest, usual, most) = list(train.X.columns), self.held_out
        hint = f"held_out holds raw rows, all {len(columns)} columns"
        checks.expect_columns(held_out, columns, hint)
        hint = f"hold out about {usual:,} normal rows"
        checks.expect_between(len(held_out), fewest, most, hint)
        normal = train.X[(train.y == "normal").to_numpy()]
        allowed = set(normal.itertuples(index=False, name=None))
        kept = held_out[columns].itertuples(index=False, name=None)
        hint = "held_out holds other rows than normal ones of data.train"
        checks.expect(allowed.issuperset(kept), hint)
        _expect_falling(history)


def expect_own_losses(history: dict[str, list[float]], errors: np.ndarray) -> None:
    """Raise `checks.CheckFailed` unless the last loss can be that of the network.

    A loss is a mean of squares, of absolute values, or between them; while dropout or noise is at
    work it is larger, and with an average over an epoch too.

    Parameters
    ----------
    history
        A dictionary with the list "loss", as `Exam.expect_training` asks for.
    errors : shape (n_rows, n_columns)
        Squared errors of normal rows.
    """
    size = np.sqrt(errors)
    plain, huber = size.mean(), np.where(size < 1, errors / 2, size - 0.5).mean()
    last = float(history["loss"][-1])
    hint = (
        "the losses in history are not those of your network: for the rows of held_out, its mean "
        f"squared error is {errors.mean():.2g}, and the last loss"
    )
    checks.expect_between(last, huber / 3, 4 * max(plain, errors.mean()), hint)


def sign_in(learner: str) -> None:
    """Let each exam know who sits here, for the rest of this process.

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
    >>> os.environ[runtime.SIGNED_IN]
    'ada'
    >>> sign_in("")
    """
    os.environ[runtime.SIGNED_IN] = _tidy(learner)


def _expect_falling(history: Any) -> None:
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


def _seed(exam: str, *words: str) -> int:
    """Return a number from 0 on that no other exam and no other words give."""
    digest = hashlib.sha256("\0".join((f"anomaly-labs {exam}", *words)).encode()).digest()
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
    fast = os.environ.pop(runtime.FAST, None)
    try:
        yield
    finally:
        if fast is not None:
            os.environ[runtime.FAST] = fast
