"""What a notebook source must keep to before it is built, each with the sentence that says so."""

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from anomaly_desk.labs import calls, extras, header, names
from anomaly_labs import datasets

if TYPE_CHECKING:
    from anomaly_desk.labs.sources import Cell, Source

KEYS: Final = {
    "code": {"exercise", "check", "points", "locked", "slide", "instructor"},
    "markdown": {"reflect", "points", "slide", "instructor"},
}
ROLES: Final = {"exercise", "check", "reflect", "locked", "instructor"}
SLIDE_TYPES: Final = {"slide", "subslide", "fragment", "skip", "notes"}
MAX_CODE_LINES: Final = 20
SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION[ \t]*$", re.M | re.S
)
HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*\n?", re.M | re.S
)
MARKER = re.compile(r"^[ \t]*### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)[ \t]*\n?", re.M)
_RELATIVE_PATH = re.compile(r"""["'](?:\.{1,2}/|data/)""")
# a lab's toy problems lie a module deeper in its room than its drawings
_DRAWING = re.compile(r"(?:anomaly_labs\.(?:plots|teaching\.\w+)|matplotlib\.pyplot)\.\w+")
_METHODS = re.compile(r".*\.(?:plot|hist|scatter|bar|barh|boxplot|imshow|pcolormesh|fill_between)")
_NO_FIGURE = {
    "anomaly_labs.plots.use_course_style",
    "anomaly_labs.teaching.guesses.compare",
    "matplotlib.pyplot.subplots",
}
_LOADS = "anomaly_labs.datasets.load"


def complaints(source: "Source") -> Iterator[tuple[int, str]]:
    """Yield what keeps a source from being released, with the line where it stands.

    Parameters
    ----------
    source
        The source as it was read.
    """
    cells = source.cells
    known = calls.imported(c.text for c in cells if c.kind == "code")
    drawing = [_draws(cell, known) for cell in cells]
    for cell, draws in zip(cells, drawing, strict=True):
        yield from ((cell.line, c) for c in _key_complaints(cell))
        yield from ((cell.line, c) for c in _text_complaints(cell, draws))
    yield from _id_complaints(cells)
    yield from _title_complaints(cells)
    yield from _figure_complaints(cells, drawing)
    yield from _leak_complaints(cells)
    yield from names.complaints(cells)
    yield from _header_complaints(source, known)


def _key_complaints(cell: "Cell") -> Iterator[str]:
    allowed = KEYS.get(cell.kind, set())
    for key in cell.keys.keys() - allowed:
        yield f"unknown key {key!r} in a {cell.kind} cell; known: {', '.join(sorted(allowed))}"
    roles = sorted(cell.keys.keys() & ROLES)
    if len(roles) > 1:
        yield f"a cell is one of these only, not {' and '.join(roles)}"
    needs_points = "check" in cell.keys or "reflect" in cell.keys
    points = cell.keys.get("points")
    if needs_points and not (isinstance(points, int | float) and points > 0):
        yield f"points={points!r}: a check or reflection needs points above 0, such as points=2"
    if "points" in cell.keys and not needs_points:
        yield "points stand at the check, not here"
    if cell.keys.get("slide", "slide") not in SLIDE_TYPES:
        yield f"slide={cell.keys['slide']!r}; known: {', '.join(sorted(SLIDE_TYPES))}"


def _text_complaints(cell: "Cell", draws: bool) -> Iterator[str]:
    if cell.kind != "code":
        return
    if cell.role == "instructor" and not calls.is_python(cell.text):
        yield "Python cannot read this cell"  # names.complaints says it of the others
    if _RELATIVE_PATH.search(cell.text):
        yield "a relative path: grading runs in another folder; use datasets.load(...)"
    lines = [line for line in cell.visible.splitlines() if line.strip()]
    if len(lines) > MAX_CODE_LINES and "check" not in cell.keys:  # its source is collapsed
        yield f"a code cell of {len(lines)} lines; at most {MAX_CODE_LINES} are read by a learner"
    has_solution = SOLUTION.search(cell.text) is not None
    if has_solution != ("exercise" in cell.keys):
        yield (
            "an exercise without ### BEGIN SOLUTION ... ### END SOLUTION"
            if "exercise" in cell.keys
            else "a solution outside an exercise cell"
        )
    if cell.role == "locked" and draws:
        yield "a locked cell draws nothing, because the grader runs it too; draw in the next cell"
    if HIDDEN.search(cell.text) and "check" not in cell.keys:
        yield "hidden tests outside a check cell"
    left = MARKER.search(HIDDEN.sub("", SOLUTION.sub("", cell.text)))
    if left:
        yield f"{left.group().strip()!r} has no partner"
    if "check" in cell.keys and "checks.passed(" not in cell.visible:
        yield f'a check ends with checks.passed("{cell.keys["check"]}")'


def _id_complaints(cells: "tuple[Cell, ...]") -> Iterator[tuple[int, str]]:
    seen: dict[str, int] = {}
    for cell in cells:
        grade_id = cell.grade_id
        if grade_id is None:
            continue
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", grade_id):
            yield cell.line, f"id {grade_id!r}; write it like lab1-q2 or lab1-r1"
        if grade_id in seen:
            yield cell.line, f"id {grade_id!r} stands already in line {seen[grade_id]}"
        seen[grade_id] = cell.line
    exercises = {c.keys["exercise"]: c.line for c in cells if "exercise" in c.keys}
    checks = {c.keys["check"]: c.line for c in cells if "check" in c.keys}
    for name in checks.keys() - exercises.keys():
        yield checks[name], f"check {name!r} has no exercise of that id"
    for name in exercises.keys() - checks.keys():
        yield exercises[name], f"exercise {name!r} has no check"


def _title_complaints(cells: "tuple[Cell, ...]") -> Iterator[tuple[int, str]]:
    headings = re.compile(r"^# .+", re.M)
    titles = [c for c in cells if c.kind == "markdown" and headings.search(c.text)]
    if not titles or titles[0] is not cells[0] or len(titles) > 1:
        line = titles[-1].line if titles else cells[0].line
        yield line, "one title ('# @TITLE@') belongs into the first cell, and no other"


def _figure_complaints(cells: "tuple[Cell, ...]", drawing: list[bool]) -> Iterator[tuple[int, str]]:
    seen = [(c, d) for c, d in zip(cells, drawing, strict=True) if "instructor" not in c.keys]
    after = [*(cell for cell, _ in seen[1:]), None]
    for (cell, draws), next_ in zip(seen, after, strict=True):
        says = next_ is not None and next_.kind == "markdown" and not next_.text.startswith("#")
        if draws and not says and cell.role in ("plain", "locked"):
            yield cell.line, "a figure needs a markdown cell after it that says what one sees"


def _draws(cell: "Cell", known: dict[str, str]) -> bool:
    """Return whether a cell draws, by whatever name it calls what draws."""
    return cell.kind == "code" and any(
        (_DRAWING.fullmatch(name) or _METHODS.fullmatch(name)) and name not in _NO_FIGURE
        for name, _ in calls.called(cell.text, known)
    )


def _header_complaints(source: "Source", known: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Compare the header with the data sets and extras that there are, and with what is loaded."""
    text = source.path.read_text(encoding="utf-8")
    for name, split in source.lab.splits:
        if name not in datasets.names() or split not in datasets.describe(name).splits:
            yield header.line_of(text, "data"), f"there is no data set {name!r} with {split!r}"
    for extra in source.lab.extras:
        if extra not in extras.known():
            there = ", ".join(extras.known())
            yield header.line_of(text, "extras"), f"there is no extra {extra!r}; there are {there}"
    for cell in source.cells:
        for name, call in calls.called(cell.text, known) if cell.kind == "code" else ():
            if name == _LOADS and (pair := _loaded(call)) not in source.lab.splits:
                asked = (
                    "data that it does not name by constants" if pair is None else " ".join(pair)
                )
                yield cell.line, f"loads {asked}; the header's field data has no such split"


def _loaded(call: ast.Call) -> tuple[str, str] | None:
    """Return data set and split of a call; None where they are not written out."""
    given = {key.arg: key.value for key in call.keywords}
    name = call.args[0] if call.args else given.get("name")
    split = given.get("split", ast.Constant(None))
    if not isinstance(name, ast.Constant) or not isinstance(split, ast.Constant):
        return None
    if name.value not in datasets.names() or split.value is not None:
        return str(name.value), str(split.value)
    return str(name.value), datasets.describe(str(name.value)).default_split


def _leak_complaints(cells: "tuple[Cell, ...]") -> Iterator[tuple[int, str]]:
    """Find lines of answers and hidden tests that a learner could read elsewhere."""
    visible = {
        line.strip()
        for cell in cells
        if "instructor" not in cell.keys
        for line in cell.visible.splitlines()
    }
    for cell in cells:
        answers = [found[2] for found in SOLUTION.finditer(cell.text)]
        secret = "".join([*answers, *HIDDEN.findall(cell.text)])
        for line in secret.splitlines():
            if len(line.strip()) > 24 and line.strip() in visible:
                yield cell.line, f"a line of the answer stands in the release too: {line.strip()}"
