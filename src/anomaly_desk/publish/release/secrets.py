"""The lines that no learner may read: answers, hidden tests, instructor cells, rubric, secrets."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from anomaly_desk.labs import beside
from anomaly_desk.labs.sources import Source

LONG_ENOUGH: Final = 21  # characters; shorter lines, such as `return scores`, give nothing away
SECRET_LENGTH: Final = 8  # a seed may be short
SMALL: Final = 16_384  # bytes; what is larger in grading/ is a gradebook or a notebook, not a key
MARKERS: Final = ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS")


def tidy(text: str) -> str:
    r"""Return a text with each run of white space as one space.

    Examples
    --------
    >>> tidy("  if a:\n        b")
    'if a: b'
    """
    return " ".join(text.split())


def secret_lines(project: Path, checked: Iterable[Source]) -> dict[str, str]:
    """Return each tidied line that must not be released, and where it stands.

    A line that learners read in a notebook anyway is none of them.
    """
    public = {
        tidy(line)
        for source in checked
        for cell in source.cells
        if "instructor" not in cell.keys
        for line in cell.visible.splitlines()
    }
    found: dict[str, str] = {f"### {marker}": f"the marker {marker}" for marker in MARKERS}
    for source in checked:
        for cell in source.cells:
            if "instructor" in cell.keys or cell.text != cell.visible:
                where = f"{source.path.relative_to(project)}:{cell.line}"
                _add(found, cell.text.splitlines(), where, public)
        _add(found, beside.rubric(source.lab).splitlines(), "the rubric", public)
    rubric = project / "assessment" / "RUBRIC.md"
    if rubric.is_file():
        _add(found, rubric.read_text(encoding="utf-8").splitlines(), "the rubric", public)
    return found | _kept_secrets(project / "grading")


def learners_notebooks(checked: Iterable[Source]) -> dict[str, list[str]]:
    """Return the text of each cell that a learner gets, by the notebook's name in the release."""
    return {
        source.lab.released.as_posix(): [cell.source for cell in source.submission(set()).cells]
        for source in checked
        if source.lab.status == "ready"
    }


def _add(found: dict[str, str], lines: Iterable[str], where: str, public: set[str]) -> None:
    for line in map(tidy, lines):
        if len(line) >= LONG_ENOUGH and line not in public:
            found.setdefault(line, where)


def _kept_secrets(root: Path) -> dict[str, str]:
    """Return the lines of the small files in `root` that its owner alone can read."""
    found: dict[str, str] = {}
    for path in sorted(root.glob("*")) if root.is_dir() else ():
        about = path.stat()
        if path.is_file() and about.st_size <= SMALL and not about.st_mode & 0o077:
            text = path.read_text(encoding="utf-8", errors="replace")
            lines = [tidy(line) for line in text.splitlines() if "-----" not in line]
            found |= {line: f"grading/{path.name}" for line in lines if len(line) >= SECRET_LENGTH}
    return found
