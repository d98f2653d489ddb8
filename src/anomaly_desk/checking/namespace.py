"""Where the names of a check come from: pristine cells first, the learner last."""

import ast
import builtins
import contextlib
import importlib
import io
import os
import sys
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import nbformat

from anomaly_desk.checking.once import once
from anomaly_desk.checking.remote import Dialogue
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import names
from anomaly_labs.notebooks import is_answer, is_check, marks
from anomaly_labs.runtime import Runtime


class CheckBrokenError(CourseError):
    """A check or locked cell that fails by itself; the instructor mends it, the learner cannot."""


class Trusted:
    """Names that the course itself defines: imports, `rt`, and what locked cells make.

    Parameters
    ----------
    release
        The pristine notebook; only its plain and locked cells are read.
    fast
        Whether `rt` is in fast mode.
    """

    def __init__(self, release: nbformat.NotebookNode, *, fast: bool) -> None:
        self._known: dict[str, Any] = {}
        self._imports: dict[str, ast.stmt] = {}
        self._locked: dict[str, str] = {}
        self._loads: set[str] = set()
        for cell in release.cells:
            if cell.cell_type != "code" or is_answer(cell) or is_check(cell):
                continue
            self._imports.update(names.imported(cell.source))
            call = names.prepared(cell.source)
            if call is not None:
                self._known["rt"] = Runtime(device="cpu", fast=fast, seed=_seed_of(call))
            if marks(cell).get("locked"):
                self._locked.update(dict.fromkeys(names.stored(cell.source), cell.source))
            else:
                self._loads |= names.loads(cell.source)

    def settle(self) -> None:
        """Run the locked cells, and load the data that plain cells load.

        The sandbox shows the tables that are in the cache when it starts, and can neither download
        nor read other folders: without this it might work on other rows than the checks.
        """
        for name in self._locked:
            self[name]
        for call in sorted(self._loads):
            load = partial(self._load, call)
            if once(f"load {call}", load) is None:
                load()

    def _load(self, call: str) -> str:
        self._run_locked(call)
        return call

    def __contains__(self, name: str) -> bool:
        return name in self._known or name in self._imports or name in self._locked

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            if name in self._imports:
                self._known[name] = self._import(name)
            else:
                self._run_locked(self._locked[name])
        return self._known[name]

    def _import(self, name: str) -> Any:
        scope: dict[str, Any] = {}
        statement = self._imports[name]
        try:
            with own_modules_only():
                exec(compile(ast.Module([statement], []), "<imports>", "exec"), scope)
        except ImportError as error:
            text = f"`{ast.unparse(statement)}` does not work in the grader: {error}"
            raise CheckBrokenError(text) from error
        return scope[name]

    def _run_locked(self, source: str) -> None:
        scope = Namespace(self)
        try:
            with own_modules_only(), quiet():
                exec(compile(source, "<locked cell>", "exec", dont_inherit=True), scope)
        except Exception as error:
            first = source.strip().partition("\n")[0]
            raise CheckBrokenError(
                f"the locked cell that begins with {first!r} does not run in the grader: "
                f"{type(error).__name__}: {error}"
            ) from error
        self._known.update((n, scope[n]) for n in names.stored(source) if n in scope)


class Namespace(dict[str, Any]):
    """The global names of a check or locked cell, found when they are used."""

    def __init__(self, trusted: Trusted, learner: Dialogue | None = None) -> None:
        super().__init__(__builtins__=builtins, __name__="__check__")
        self._trusted = trusted
        self._learner = learner

    def __missing__(self, name: str) -> Any:
        if name in self._trusted:
            return self._trusted[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if self._learner is None or name.startswith("__"):
            raise NameError(f"name {name!r} is not defined")
        self[name] = self._learner.fetch(name)
        return self[name]


def _seed_of(call: ast.Call) -> int:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return int(ast.literal_eval(given[0])) if given else 0


@contextlib.contextmanager
def own_modules_only() -> Iterator[None]:
    """Import nothing from the current folder, where a learner's ``numpy.py`` might lie."""
    kept = list(sys.path)
    here = os.path.realpath(os.getcwd())
    sys.path[:] = [p for p in kept if p and os.path.realpath(p) != here]
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = kept


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Collect what is printed; warnings and stderr are dropped, they never cost points."""
    printed = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stderr(io.StringIO()):
            yield printed
