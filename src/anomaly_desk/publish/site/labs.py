"""A lab as a page: the executed notebook without what only instructors may see."""

import nbformat

from anomaly_desk.labs.sources import Source
from anomaly_desk.publish.site.shown import Shown, shown

NOTE = """:::{{note}}
This is an executed copy. Answers are left out: solve the exercises in the notebook `{name}.ipynb`.
:::"""


def lab_notebook(source: Source, executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook that the site shows of an executed solution."""
    notebook = nbformat.v4.new_notebook(
        metadata={"language_info": {"name": "python", "pygments_lexer": "python"}}
    )
    for one in shown(source, executed):
        notebook.cells.append(_cell(one))
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(NOTE.format(name=source.name)))
    return notebook


def _cell(one: Shown) -> nbformat.NotebookNode:
    if one.cell.kind == "markdown":
        return nbformat.v4.new_markdown_cell(one.text)
    metadata: dict[str, object] = {}
    if one.cell.role == "check":
        folded = {"code_prompt_show": "The check", "code_prompt_hide": "The check"}
        metadata = {"tags": ["hide-input"], "mystnb": folded}
    elif one.says:
        metadata = {"mystnb": {"image": {"alt": one.says}}}
    return nbformat.v4.new_code_cell(one.text, metadata=metadata, outputs=list(one.outputs))
