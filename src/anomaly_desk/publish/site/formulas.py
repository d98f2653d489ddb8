"""Formulas of the site as pictures inside its pages: MathJax would come over the network."""

from typing import Any

from docutils.nodes import SkipNode

from anomaly_desk.pages.formulas import formula


def setup(app: Any) -> dict[str, bool]:
    """Give Sphinx a renderer of formulas named `drawn`."""
    app.add_html_math_renderer("drawn", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(formula(node.astext()))
    raise SkipNode


def _block(writer: Any, node: Any) -> None:
    writer.body.append(formula(node.astext(), block=True))
    raise SkipNode
