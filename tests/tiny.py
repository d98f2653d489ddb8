"""Tiny labs for tests: a folder with a header, and what lies beside it."""

from pathlib import Path

HEADER = {
    "title": '"Lab 9: A lab to try"',
    "order": "90",
    "kind": '"core"',
    "status": '"ready"',
    "minutes": "10",
    "run_minutes": "1",
    "data": "{}",
    "extras": "[]",
    "grading": '"fast"',
    "certificate": "{}",
    "holds": '"doubling and nothing else"',
    "thirty_minutes": '"all of it"',
}
FIRST = "**@MINUTES@ minutes; the code runs in under @RUN_TIME@ on two CPU cores.**"
RUBRIC = "### `lab9-r1` What errors cost (3 points)\n\nThree points for a price.\n"
WRONG = """\
# %% wrong="lab9-q1" hint="twice 2 is 4"
def twice(x):
    return 2

# %% wrong="lab9-q1" hint="negative numbers"
def twice(x):
    return abs(2 * x)
"""


def header(**fields: str | None) -> str:
    """The header of a lab; a field that is None is left out."""
    lines = [f"# {key} = {value}\n" for key, value in {**HEADER, **fields}.items() if value]
    return "".join(["# /// lab\n", *lines, "# ///\n\n"])


def write(
    project: Path,
    text: str,
    *,
    name: str = "lab9_try",
    wrong: str = WRONG,
    rubric: str = RUBRIC,
    **fields: str | None,
) -> Path:
    """Write a lab into `project` and return its ``lab.py``."""
    folder = project / "solutions" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab.py").write_text(header(**fields) + text)
    (folder / "wrong.py").write_text(wrong)
    (folder / "rubric.md").write_text(rubric)
    return folder / "lab.py"
