"""Pictures of the course's own figures, drawn once for all submissions of a grading run.

To draw them takes most of the time of a small lab. They come from the course's own cells alone, in
a kernel of their own, never from anything that a learner's code has touched.
"""

import json
from collections.abc import Callable

from nbformat import NotebookNode

from anomaly_labs.course.checking.kernel import Kernel, NoReplyError
from anomaly_labs.course.checking.once import once

FIGURE = "<Figure size"  # how a figure begins as text
Pictures = dict[str, list[str]]


def pictures(release: NotebookNode, start: Callable[[], Kernel], *, timeout: float) -> Pictures:
    """Return the figures of the course's own cells, as PNG in base64, by `place`.

    A cell that needs an answer fails here, and has none.

    Parameters
    ----------
    release
        The pristine notebook.
    start
        Starts a kernel, in which no code of a learner runs.
    timeout
        Seconds for each cell.
    """
    kernel = start()
    found = {}
    try:
        for cell in release.cells:
            if not is_plain(cell):
                continue
            shown = kernel.run(cell.source, timeout=timeout).cells
            drawn = [output.data.get("image/png", "") for output in shown if _is_figure(output)]
            if drawn and all(drawn) and not any(o.output_type == "error" for o in shown):
                found[place(cell)] = drawn
    except NoReplyError:
        return found
    finally:
        kernel.stop()
    return found


def shared_pictures(
    release: NotebookNode, start: Callable[[], Kernel], *, timeout: float
) -> Pictures:
    """Return `pictures`, made once in a run; none where no run shares anything."""
    name = json.dumps([place(cell) for cell in release.cells if cell.cell_type == "code"])
    made = once(name, lambda: json.dumps(pictures(release, start, timeout=timeout)))
    return json.loads(made) if made else {}


def put(shown: list[NotebookNode], drawn: list[str]) -> None:
    """Give figures that were not drawn their pictures, if there are as many."""
    figures = [output for output in shown if _is_figure(output)]
    if len(figures) == len(drawn):
        for output, picture in zip(figures, drawn, strict=True):
            output.data["image/png"] = picture


def is_plain(cell: NotebookNode) -> bool:
    """Return whether a cell of code is neither an answer nor a check."""
    mark = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and not mark.get("solution") and not mark.get("grade")


def place(cell: NotebookNode) -> str:
    """Return what tells a cell from all others, and from an earlier form of itself."""
    return f"{cell.get('id', '')}\n{cell.source}"


def _is_figure(output: NotebookNode) -> bool:
    text = output.data.get("text/plain", "") if output.output_type == "display_data" else ""
    return bool(text.startswith(FIGURE))
