"""Errors of a learner's own code, told in a notebook as a check tells: in one sentence.

The sentence has the line, the kind of error and its likely cause. No line of a library is shown;
`anomaly_labs.checks.traceback` prints all of them.
"""

import ast
import linecache
import sys
import traceback
from types import FrameType, TracebackType
from typing import Any, Final

from anomaly_labs.causes import cause, gist
from anomaly_labs.errors import LabsError

REST: Final = "`checks.traceback()` in a new cell prints the rest."
_CODE: Final = 80  # characters of a line of code
_stopped: dict[str, str] = {}  # names that a cell would have made, but for the error told there
_last: list[BaseException] = []


def watch() -> None:
    """Tell errors of this kernel's cells in one sentence from now on; elsewhere do nothing."""
    if "IPython" in sys.modules:
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        if shell is not None and hasattr(shell, "set_custom_exc"):
            shell.set_custom_exc((Exception,), _told)
            shell.events.register("post_run_cell", _note_success)


def last() -> BaseException | None:
    """Return the error that was told last, with its traceback."""
    return _last[0] if _last else None


def _told(shell: Any, kind: Any, value: Any, trace: Any, tb_offset: int | None = None) -> None:
    """Take IPython's place in showing an error; what renders itself still does."""
    try:
        shown = _shown(shell, value, trace)
    except Exception:  # whatever goes wrong here must not hide the error itself
        shown = None
    if shown is None:
        shell.showtraceback((kind, value, trace), running_compiled_code=True)
        return
    name, line = shown
    sys.last_type, sys.last_value, sys.last_traceback = kind, value, trace
    shell._showtraceback(type(name, (Exception,), {}), line[2:], [line])


def _shown(shell: Any, value: Exception, trace: TracebackType) -> tuple[str, str] | None:
    """Return name and sentence, or None where IPython shall show what it always does."""
    from anomaly_labs import checks, notebooks

    frames = [(frame, n) for frame, n in traceback.walk_tb(trace) if _is_cell(shell, frame)]
    if not frames:
        return None
    cell = _source(frames[0][0])
    is_check = bool(notebooks.checked(cell))
    hinted = isinstance(value, checks.CheckFailed) and not isinstance(value, checks.NotAnswered)
    if is_check and not hinted:
        open_ = next((_stopped[name] for name in _used(cell) if name in _stopped), None)
        if open_ is not None:
            return "CheckFailed", (
                f"✗ The exercise's own cell stopped with an error, so there is nothing to check "
                f"yet: {open_}; mend that cell and run it first, then this one."
            )
    if isinstance(value, checks.NotAnswered) and (told := _left_open(frames)):
        return "NotAnswered", told
    if hasattr(value, "_render_traceback_") or isinstance(value, SyntaxError):
        return None
    _last[:] = [value]
    sentence = _in_answer(frames, value) if is_check else _at(frames[0][0], frames, value)
    if not is_check:
        _stopped.update(dict.fromkeys(_made(cell), sentence))
    return type(value).__name__, f"✗ {sentence}. {REST}"


def _left_open(frames: list[tuple[FrameType, int]]) -> str:
    """Tell that an answer calls a function of an earlier exercise, which has no answer yet."""
    calls = [frame.f_code for frame, _ in frames if frame.f_code.co_name.isidentifier()]
    if not calls or calls[0].co_filename == calls[-1].co_filename:
        return ""
    own, other = calls[0].co_name, calls[-1].co_name
    return (
        f"… Not answered yet: `{own}` calls `{other}`, which another exercise asks for; answer "
        "that one first."
    )


def _in_answer(frames: list[tuple[FrameType, int]], value: Exception) -> str:
    """Tell an error in a check: in the learner's function, or on what the learner made."""
    check = frames[0][0].f_code.co_filename
    inner = next((frame for frame, _ in frames if frame.f_code.co_filename != check), None)
    if inner is not None:
        return _at(inner, frames, value)
    frame, line = frames[-1]
    code = linecache.getline(frame.f_code.co_filename, line).strip()
    given = _values(frame, line)
    said = _said(value)
    if "NoneType" in said and any(one.endswith("is None") for one in given):
        said = said.partition("; likely cause")[0]
    return (
        f"The check cannot use what your cell made, in {_code(code)}: {'; '.join([*given, said])}"
    )


def _at(cell: FrameType, frames: list[tuple[FrameType, int]], value: Exception) -> str:
    """Tell an error at the innermost line of the cell that `cell` stands in."""
    file = cell.f_code.co_filename
    frame, line = [pair for pair in frames if pair[0].f_code.co_filename == file][-1]
    code = linecache.getline(file, line).strip()
    name = frame.f_code.co_name
    place = f" of the cell, in `{name}`" if name.isidentifier() else " of the cell"
    return f"Line {line}{place}, {_code(code)}: {_said(value)}"


def _said(value: Exception) -> str:
    """Return kind, message and likely cause of an error."""
    kind, text = type(value).__name__, str(value)
    if isinstance(value, LabsError):  # its message is a sentence that says what to do
        return f"{kind}: {' '.join(text.split())}".rstrip(".")
    why = cause(kind, text)
    said = f"{kind}: {gist(text)}".rstrip(": .")
    return f"{said}; likely cause: {why}" if why else said


def _values(frame: FrameType, line: int) -> list[str]:
    """Say what the names in a line of a check hold, where that is not an array or a number."""
    names = frame.f_globals | frame.f_locals
    used = [
        node.id
        for node in ast.walk(ast.parse(_source(frame)))
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.lineno <= line <= (node.end_lineno or line)
    ]
    held = {name: names[name] for name in used if name in names}
    told = {
        name: value
        for name, value in held.items()
        if not (callable(value) or hasattr(value, "__spec__") or isinstance(value, str | int))
    }
    suspects = sorted(told, key=lambda name: hasattr(told[name], "shape"))
    suspects = [name for name in suspects if told[name] is None] or suspects
    return [f"`{name}` is {_described(told[name])}" for name in suspects[:2]]


def _described(value: Any) -> str:
    kind, shape = type(value).__name__, getattr(value, "shape", None)
    if value is None:
        return "None"
    if shape is not None:
        return f"of type {kind} and shape {tuple(shape)}"
    if isinstance(value, list | tuple | dict | set):
        return f"a {kind} of length {len(value)}"
    return f"of type {kind}"


def _code(line: str) -> str:
    return f"`{line if len(line) <= _CODE else f'{line[: _CODE - 1]}…'}`"


def _is_cell(shell: Any, frame: FrameType) -> bool:
    return shell.compile.format_code_name(frame.f_code.co_filename) is not None


def _source(frame: FrameType) -> str:
    return "".join(linecache.getlines(frame.f_code.co_filename))


def _note_success(result: Any) -> None:
    """Forget the error of a cell whose names were made by a later run."""
    if _stopped and result.success:
        for name in _made(result.info.raw_cell or ""):
            _stopped.pop(name, None)


def _made(cell: str) -> set[str]:
    """Return the names that a cell makes, functions too, but none inside a function."""
    try:
        code = compile(cell, "cell", "exec")
    except (SyntaxError, ValueError):
        return set()
    tree = ast.parse(cell)
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return (stored & set(code.co_names)) | defined


def _used(cell: str) -> list[str]:
    """Return the names that a check takes from elsewhere, in their order."""
    nodes = [node for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Name)]
    own = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return [node.id for node in nodes if node.id not in own]
