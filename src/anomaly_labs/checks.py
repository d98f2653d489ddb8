"""What a learner is told in the notebook: one sentence naming the mistake, no traceback."""

import copy
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anomaly_labs import runtime
from anomaly_labs.errors import LabsError

if TYPE_CHECKING:
    import numpy as np

_NOTHING = "None came; a function without `return` gives None"
_watched: list[dict[str, Any]] = []  # the tables of the `unchanged` blocks that are open


class CheckFailed(LabsError, AssertionError):
    """A check that a learner's answer did not meet; a notebook shows its one sentence only.

    nbgrader still records a failed cell: IPython asks the exception how to render itself.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"✗ {self}"]


class NotAnswered(CheckFailed):
    """What an untouched exercise raises."""

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "Not answered yet: replace the line `raise checks.NotAnswered()` in the exercise "
            "with your code."
        )

    def _render_traceback_(self) -> list[str]:
        return [f"… {self}"]


def passed(what: str, points: float | None = None) -> None:
    """Print that the exercise `what` is passed, on the last line of its check.

    Parameters
    ----------
    what
        Id of the exercise.
    points
        What it gives; the build writes it there.

    Examples
    --------
    >>> passed("lab1-q2")
    ✓ lab1-q2 passed
    >>> passed("lab1-q2", 2)
    ✓ lab1-q2 passed, 2 points
    """
    gives = "" if points is None else f", {points:g} point{'' if points == 1 else 's'}"
    print(f"✓ {what} passed{gives}")


def expect(condition: bool, hint: str) -> None:
    """Raise `CheckFailed` with `hint` unless `condition` is plainly true.

    Parameters
    ----------
    condition
        What must be plainly true, Python's or NumPy's.
    hint
        Sentence that names the mistake.

    Examples
    --------
    >>> expect(1 + 1 == 2, "add the numbers")
    >>> expect(1 + 1 == 3, "add the numbers")
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: add the numbers
    """
    if not _is_true(condition):
        raise CheckFailed(hint)


def expect_answered(value: Any, what: str) -> None:
    """Raise `NotAnswered` while `value` is still the placeholder ``None`` or ``...``.

    Parameters
    ----------
    value
        The learner's value.
    what
        Its name in the exercise.

    Examples
    --------
    >>> expect_answered(None, "n_rows")
    Traceback (most recent call last):
    anomaly_labs.checks.NotAnswered: Not answered yet: give `n_rows` a value in the exercise.
    """
    if value is None or value is Ellipsis:
        raise NotAnswered(f"Not answered yet: give `{what}` a value in the exercise.")


def expect_type(value: Any, types: type | tuple[type, ...], what: str) -> None:
    """Raise `CheckFailed` unless `value` is an instance of `types`.

    NumPy's whole numbers count as int, its floating numbers as float.

    Parameters
    ----------
    value
        The learner's value.
    types
        One type or several.
    what
        What the value is, for the message.

    Examples
    --------
    >>> import numpy as np
    >>> expect_type(np.float32(230), (int, float), "the cost")
    >>> expect_type([1.0], float, "the area")
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: the area should be of type float, but it is of type list.
    """
    import numpy as np

    kinds = types if isinstance(types, tuple) else (types,)
    numbers = {int: np.integer, float: np.floating}
    if not isinstance(value, (*kinds, *(numbers[kind] for kind in kinds if kind in numbers))):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if value is None:
            raise CheckFailed(f"{what} should be of type {wanted}, but {_NOTHING}.")
        raise CheckFailed(
            f"{what} should be of type {wanted}, but it is of type {type(value).__name__}."
        )


def expect_shape(value: Any, shape: tuple[int | None, ...], hint: str) -> None:
    """Raise `CheckFailed` unless `value` has `shape`; ``None`` stands for any length.

    Parameters
    ----------
    value
        The learner's value.
    shape
        Wanted length of each axis.
    hint
        Sentence that names the mistake.

    Examples
    --------
    >>> expect_shape([[1, 2], [3, 4]], (None, 3), "three columns are needed")
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: three columns are needed (shape (2, 2), expected (any, 3)).
    """
    import numpy as np

    if value is None:
        raise CheckFailed(f"{hint} ({_NOTHING}).")
    try:
        came = np.shape(value)
    except ValueError:
        raise CheckFailed(f"{hint} (rows of different lengths came).") from None
    if len(came) != len(shape) or any(w not in (None, c) for c, w in zip(came, shape, strict=True)):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        wanted = f"({wanted},)" if len(shape) == 1 else f"({wanted})"
        raise CheckFailed(f"{hint} (shape {came}, expected {wanted}).")


def expect_close(value: Any, wanted: Any, hint: str, *, tolerance: float = 1e-6) -> None:
    """Raise `CheckFailed` unless numbers agree within ``tolerance * (1 + |wanted|)``.

    `value` and `wanted` are numbers, or arrays of one shape; NaN agrees with NaN.

    Parameters
    ----------
    value
        The learner's number, or array of numbers.
    wanted
        What it should be.
    hint
        Sentence that names the mistake.
    tolerance
        Largest difference, relative and absolute.

    Examples
    --------
    >>> expect_close([1.0, 2.0], [1.0, 2.0], "count again")
    >>> expect_close("two", 2.0, "count again")
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: count again (a number is expected, 'two' came).
    """
    import numpy as np

    target = np.asarray(wanted, dtype=float)
    numbers = _as_numbers(value, hint, scalar=target.ndim == 0)
    if numbers.shape != target.shape:
        raise CheckFailed(f"{hint} (shape {numbers.shape}, expected {target.shape}).")
    if not np.allclose(numbers, target, rtol=tolerance, atol=tolerance, equal_nan=True):
        raise CheckFailed(f"{hint} (yours: {_short(value)})." if target.ndim == 0 else hint)


def expect_between(value: Any, low: float, high: float, hint: str) -> None:
    """Raise `CheckFailed` unless the number `value` lies in ``[low, high]``.

    Parameters
    ----------
    value
        The learner's number.
    low, high
        Limits, both allowed.
    hint
        Sentence that names the mistake.

    Examples
    --------
    >>> expect_between(1.5, 0.0, 1.0, "a rate lies between 0 and 1")
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: a rate lies between 0 and 1 (yours: 1.5).
    """
    number = float(_as_numbers(value, hint, scalar=True))
    if not low <= number <= high:
        raise CheckFailed(f"{hint} (yours: {_short(value)}).")


def expect_columns(frame: Any, columns: Iterable[str], hint: str) -> None:
    """Raise `CheckFailed` unless `frame` is a DataFrame with exactly these columns, in any order.

    Parameters
    ----------
    frame
        The learner's table.
    columns
        Names that it should have.
    hint
        Sentence that names the mistake.

    Examples
    --------
    >>> import pandas as pd
    >>> expect_columns(pd.DataFrame({"a": [1]}), ["a", "b"], "keep both columns")
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: keep both columns (missing: b).
    """
    import pandas as pd

    expect_type(frame, pd.DataFrame, "the table")
    came, wanted = Counter(frame.columns), Counter(columns)
    faults = [
        f"{word}: {', '.join(sorted(map(str, names)))}"
        for word, names in (("missing", wanted - came), ("not asked for", came - wanted))
        if names
    ]
    if faults:
        raise CheckFailed(f"{hint} ({'; '.join(faults)}).")


@contextmanager
def unchanged(table: Any, hint: str) -> Iterator[None]:
    """Raise `CheckFailed` with `hint` if what is called inside changes `table`.

    The grader calls a learner's function in another process, on a copy; it asks `is_watched` and
    reports by `note_change`, so the same check works there and in a plain notebook.

    Parameters
    ----------
    table
        A table or list that a learner's function is given.
    hint
        Sentence that names the mistake.

    Examples
    --------
    >>> rows = [3, 1, 2]
    >>> with unchanged(rows, "your function sorted the list that it was given"):
    ...     rows.sort()
    Traceback (most recent call last):
    anomaly_labs.checks.CheckFailed: your function sorted the list that it was given
    """
    before = copy.deepcopy(table)
    watch = {"table": table, "changed": False}
    _watched.append(watch)
    try:
        yield
    finally:
        _watched.remove(watch)
    if watch["changed"] or not _is_same(before, table):
        raise CheckFailed(hint)


def solution(name: str) -> None:
    """Show a worked solution, or say what comes before it: three failed tries, or own words.

    There are some in a self-study edition only, for its labs. A solution takes the points of its
    exercise in ``anomaly-labs progress``, unless the check had passed before.

    Parameters
    ----------
    name
        Id of an exercise or a written answer: ``lab2-q5``, ``lab2-r1``.

    Examples
    --------
    >>> solution("lab2-q5")
    No worked solutions lie beside this notebook: a self-study edition of the course has them for \
its labs, and none for an assessment.
    """
    from anomaly_labs import selfstudy

    selfstudy.show(name, Path.cwd())


def traceback() -> None:
    """Print all lines of the error that was told last in one sentence, those of libraries too."""
    import traceback

    from anomaly_labs import mistakes

    error = mistakes.last()
    if error is None:
        print("No error was told in one sentence yet.")
    else:
        print("".join(traceback.format_exception(error)))


def hidden_rng() -> "np.random.Generator":
    """Return the generator from which a hidden test draws what it calls a function with.

    Its seed comes from ``ANOMALY_LABS_PRIVATE_SEED``, which the grader sets to another value for
    every change of a submission: inputs that a function printed never come again. Each call starts
    from the beginning. Without the seed, as in a run of the solution, it draws the same each time.

    Examples
    --------
    >>> rng = hidden_rng()
    >>> numbers = rng.normal(size=20)
    >>> expect_close(sum(numbers), numbers.sum(), "sum up all numbers")
    >>> bool((hidden_rng().normal(size=20) == numbers).all())
    True
    """
    import numpy as np

    secret = os.environ.get(runtime.PRIVATE_SEED, "")
    digest = hashlib.sha256(f"anomaly-labs hidden tests\0{secret}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def is_watched(value: Any) -> bool:
    """Return whether `value` stands in an `unchanged` block that is open.

    Parameters
    ----------
    value
        Any object; it is compared by identity.
    """
    return any(watch["table"] is value for watch in _watched)


def note_change(value: Any) -> None:
    """Tell the `unchanged` blocks around `value` that a learner's function changed its copy.

    Parameters
    ----------
    value
        Any object; it is compared by identity.
    """
    for watch in _watched:
        watch["changed"] |= watch["table"] is value


def _is_same(before: Any, after: Any) -> bool:
    if hasattr(before, "equals"):  # Series and DataFrame
        return bool(before.equals(after))
    import numpy as np
    import pandas as pd

    one, other = np.asarray(before), np.asarray(after)
    if one.dtype.kind != "O":
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))
    same = pd.Series(one.ravel()).equals(pd.Series(other.ravel()))  # None and NaN, too
    return bool(one.shape == other.shape and same)


def _is_true(condition: Any) -> bool:
    """Accept Python's and NumPy's true only: an array or a stranger's object is no verdict."""
    import numpy as np

    return type(condition) in (bool, np.bool_) and bool(condition)


def _as_numbers(value: Any, hint: str, *, scalar: bool) -> Any:
    import numpy as np

    expected = "a number is expected" if scalar else "numbers are expected"
    if value is None:
        raise CheckFailed(f"{hint} ({expected}, {_NOTHING}).")
    try:
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "biufO" or (scalar and numbers.ndim):
            raise ValueError
        return numbers.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise CheckFailed(f"{hint} ({expected}, {_short(value)} came).") from None


def _short(value: Any) -> str:
    """Return one line: a number is written as one writes it, `22.5`, not `np.float64(22.5)`."""
    import numpy as np

    with np.printoptions(legacy="1.25"):
        text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
