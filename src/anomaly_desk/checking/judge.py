"""Run one check in the grader's own process and say what it gives."""

import ast
import contextlib
import math
import os
import signal
import threading
from collections.abc import Iterator
from numbers import Real
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from anomaly_desk.checking.namespace import (
    CheckBrokenError,
    Namespace,
    own_modules_only,
    quiet,
)
from anomaly_desk.checking.remote import AnswerError, clean
from anomaly_desk.errors import CourseError
from anomaly_labs.checks import CheckFailed

MAX_PRINTED = 20_000
MAX_SENTENCE = 1_000


def judge(
    source: str, points: float, namespace: Namespace, *, seconds: float = 600.0
) -> list[NotebookNode]:
    """Return the outputs of a check, in the form that nbgrader gives points for.

    An error gives none, a number at the end that many, anything else all. No output has a
    traceback: it would show the hidden tests.

    Raises
    ------
    CourseError
        If the check itself is broken: no mark is better than a wrong one.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CheckBrokenError(f"a check cannot be read: {error}") from error
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body[-1] = ast.copy_location(
            ast.Assign([ast.Name("__result__", ast.Store())], last.value), last
        )
    code = compile(ast.fix_missing_locations(tree), "<check>", "exec", dont_inherit=True)
    outputs = []
    with own_modules_only(), quiet() as printed:
        try:
            with time_limit(seconds):
                exec(code, namespace)
            credit = _credit(dict.get(namespace, "__result__"), points)
            if credit is not None:
                data = {"text/plain": repr(credit)}
                outputs.append(new_output("execute_result", data=data, execution_count=1))
        except CourseError:
            raise
        except OSError as error:  # a file of the course that is not there, and no learner's doing
            raise CheckBrokenError(f"a check does not run: {clean(str(error))}") from error
        except CheckFailed as error:
            shown = [clean(line, MAX_SENTENCE) for line in error._render_traceback_()]
            outputs.append(failure(type(error).__name__, clean(str(error), MAX_SENTENCE), shown))
        except Exception as error:  # by what the learner's data are: the check expected others
            sentence = f"the check cannot use this answer: {type(error).__name__}: {error}"
            outputs.append(failure("CheckFailed", clean(sentence)))
    if printed.getvalue():
        lines = printed.getvalue()[:MAX_PRINTED].splitlines()
        text = "".join(f"{clean(line, MAX_SENTENCE)}\n" for line in lines)
        outputs.insert(0, new_output("stream", name="stdout", text=text))
    return outputs


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop a check that runs too long by itself, on data that a learner chose.

    It needs signals: elsewhere than in the main thread on Linux and macOS there is no limit.
    """
    if threading.current_thread() is not threading.main_thread() or os.name == "nt":
        yield
        return

    def stop(*_: Any) -> None:
        raise AnswerError("the check took too long with this answer")

    handler = signal.signal(signal.SIGALRM, stop)
    # again each second: something in between may catch what the first alarm raises
    others = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), 1.0)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # an alarm that comes now still ends below
    finally:
        signal.setitimer(signal.ITIMER_REAL, *others)
        signal.signal(signal.SIGALRM, handler)


def failure(name: str, sentence: str, shown: list[str] | None = None) -> NotebookNode:
    """Return the output of a failed check: one sentence, no traceback."""
    shown = shown or [f"✗ {sentence}"]
    return new_output("error", ename=name, evalue=sentence, traceback=shown)


def _credit(value: Any, points: float) -> float | None:
    """Return the partial credit that a check ends in, or None if it ends in no number."""
    if value is None or type(value) is bool or not isinstance(value, Real):
        return None
    return min(max(float(value), 0.0), points) if math.isfinite(value) else 0.0
