"""What a feedback page shows beside the notebook: points, hints, findings, and how it looks."""

import re
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from anomaly_desk.submissions import findings, roster
from anomaly_desk.submissions.findings import STOPS, UNREAD, Finding, told
from anomaly_labs.notebooks import errors, marks

TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (TEMPLATES / "feedback" / "style.css").read_text(encoding="utf-8")


class ShowFindings(NbGraderPreprocessor):  # type: ignore[misc]
    """Gives the page's template the table of points and what the grader found."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook as it is, and the resources with what the template shows."""
        about, found = resources["nbgrader"], findings.read(nb)
        waiting, name = _known(about, Path(CourseDirectory(config=self.config).root))
        rows = [_row(cell, waiting, found) for cell in nb.cells if _is_graded(cell)]
        resources["feedback"] = {
            "style": f"{_STYLE}\n{_colours()}",
            "title": _title(nb) or about["assignment"],
            "name": name,
            "findings": told(found),
            "rows": rows,
            "total": number(max(about["score"], 0.0)),
            "maximum": number(about["max_score"]),
            "penalty": number(about["late_penalty"]) if about["late_penalty"] else "",
            "waits": sum(row["state"] == "waits" for row in rows),
        }
        return nb, resources


def number(value: float) -> str:
    """Return points as a person writes them.

    Examples
    --------
    >>> number(2.0), number(1 / 3)
    ('2', '0.33')
    """
    return f"{round(value, 2):.2f}".rstrip("0").rstrip(".")


def _is_graded(cell: NotebookNode) -> bool:
    return bool(marks(cell).get("grade"))


def _title(nb: NotebookNode) -> str:
    """Return the notebook's first heading."""
    texts = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    found = re.search(r"(?m)^# (.+)$", texts)
    return found[1].strip() if found else ""


def _row(cell: NotebookNode, waiting: set[str], found: list[Finding]) -> dict[str, str]:
    """Return what the table says of a graded cell: name, points, the hint of a failed check."""
    mark = cell.metadata.nbgrader
    points, of = mark.get("score") or 0.0, mark.points
    said = next((sentence for _, sentence in errors(cell)), "")
    state = "full" if points >= of else "part" if points else "none"
    if mark.grade_id in waiting:
        state, said = "waits", "a human reads this"
    elif cell.cell_type == "markdown":
        said = "read by a human" if mark.get("comment") != "No response." else "not answered"
    elif state != "none":
        said = "passed" if state == "full" else "passed in part"
    title = mark.grade_id.removesuffix("-check")
    if not points and any(finding.kind in UNREAD for finding in found):
        said = "nothing of the file could be read"
    elif said.startswith("Not run:"):
        own = (f.text for f in found if f.cell == title and f.kind in STOPS)
        said = next((f"Not run: {text}. It happened in this exercise." for text in own), said)
    return {
        "name": mark.grade_id,
        "title": title,
        "points": "-" if state == "waits" else number(points),
        "of": number(of),
        "said": said,
        "state": state,
    }


def _known(about: dict[str, Any], root: Path) -> tuple[set[str], str]:
    """Return the cells of this submission that a human has to look at, and the learner's name."""
    with Gradebook(about["db_url"]) as gradebook:
        notebook = gradebook.find_submission_notebook(
            about["notebook"], about["assignment"], about["student"]
        )
        waiting = {grade.name for grade in notebook.grades if grade.needs_manual_grade}
    class_ = roster.kept(root)
    person = class_.get(about["student"]) if class_ else None
    return waiting, person.name if person else ""


def _colours() -> str:
    """Return the style of code, for light and for dark pages."""
    from pygments.formatters import HtmlFormatter

    light, dark = (
        "\n".join(HtmlFormatter(style=name).get_token_style_defs(".highlight"))
        for name in ("default", "github-dark")
    )
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"
