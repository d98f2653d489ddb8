"""What a feedback page shows beside nbgrader's points: the findings of the grader."""

import html
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from anomaly_labs.course.submissions.findings import noted


class ShowFindings(NbGraderPreprocessor):  # type: ignore[misc]
    """Puts the findings that the notebook carries above its first cell."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with a list of its findings, or as it is where there are none."""
        findings = noted(nb)
        if findings:
            items = "".join(f"<li>{html.escape(finding.text)}</li>" for finding in findings)
            text = f"<p><strong>What the grader found</strong></p><ul>{items}</ul>"
            nb.cells.insert(0, new_markdown_cell(text, id="anomaly-labs-findings"))
        return nb, resources
