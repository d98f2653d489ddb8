"""Cells as HTML: text, code in colours, and what the code showed."""

import base64
import struct
from collections.abc import Iterable
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from nbformat import NotebookNode

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

COLOURS = "a11y-high-contrast-light"


def markdown_html(text: str) -> str:
    r"""Return a markdown cell as HTML; formulas become pictures.

    Examples
    --------
    >>> markdown_html("**a** < b")
    '<p><strong>a</strong> &lt; b</p>\n'
    """
    return str(_markdown().render(text))


def code_html(text: str) -> str:
    """Return a code cell as HTML, coloured by classes of Pygments.

    Examples
    --------
    >>> code_html("x = 1")[:43]
    '<pre class="highlight"><code><span class="n'
    """
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    coloured = highlight(text, PythonLexer(), HtmlFormatter(nowrap=True))
    return f'<pre class="highlight"><code>{coloured.rstrip()}</code></pre>'


def outputs_html(outputs: Iterable[NotebookNode], says: str) -> str:
    """Return figures, tables and printed text; `says` describes the figures to who cannot see."""
    return "".join(_output(output, says) for output in outputs)


def colours_css() -> str:
    """Return the style sheet of `code_html`."""
    from pygments.formatters import HtmlFormatter

    return str(HtmlFormatter(style=COLOURS).get_style_defs(".highlight"))


def _output(output: NotebookNode, says: str) -> str:
    if output.output_type == "stream":
        return f'<pre class="printed">{escape(output.text.rstrip())}</pre>'
    if "image/png" in output.data:
        picture = "".join(output.data["image/png"].split())
        width, height = struct.unpack(">II", base64.b64decode(picture)[16:24])
        size = f'width="{width}" height="{height}"'
        return f'<img {size} alt="{escape(says)}" src="data:image/png;base64,{picture}">'
    if "text/html" in output.data:
        return f'<div class="table">{output.data["text/html"]}</div>'
    return f'<pre class="printed">{escape(output.data.get("text/plain", ""))}</pre>'


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    from anomaly_desk.pages.formulas import formula

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return parser.use(
        dollarmath_plugin,
        allow_digits=False,
        renderer=lambda tex, options: formula(tex, block=options["display_mode"]),
    )
