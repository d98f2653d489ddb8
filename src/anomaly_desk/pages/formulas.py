"""Formulas as pictures inside a page: no script and no network is needed to read them."""

import html
import re
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

MAX_LENGTH = 300  # characters of one formula; a longer one is shown as it was typed
MAX_DEPTH = 8  # of groups within groups, with which the time for drawing doubles
MAX_PICTURES = 100  # of one page
_EM = 100.0  # matplotlib's own size of glyphs: one em of the text around

# What matplotlib, which draws the formulas, knows under another name.
_ALIASES = {
    "operatorname": r"\mathrm", "textbf": r"\mathbf", "land": r"\wedge", "lor": r"\vee",
    "ge": r"\geq", "le": r"\leq", "ne": r"\neq", "gt": ">", "lt": "<",
    "lVert": r"\|", "rVert": r"\|", "Vert": r"\|", "lvert": "|", "rvert": "|", "vert": "|",
}  # fmt: skip
_NAME = re.compile(r"\\([A-Za-z]+)")
_COMMANDS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}
_POINTS = {1: 1, 2: 1, 3: 2, 4: 3, 79: 1}


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Return a page's part for a cell of text, as nbconvert's filter does, with drawn formulas."""
    cell = context.get("cell") or {}
    counted = context.get("resources", {}).setdefault("formulas", [])
    renderer = _Renderer(counted, attachments=cell.get("attachments", {}))
    return str(MarkdownWithMath(renderer=renderer).render(source))


def formula(tex: str, *, block: bool = False) -> str:
    r"""Return a formula as a picture that takes size and colour of the text around it.

    What cannot be drawn is shown as it was typed.

    Examples
    --------
    >>> formula(r"\frac{a}{b}")[:47]
    '<svg class="formula" role="img" aria-label="\\fr'
    >>> formula(r"\unknown")
    '<code class="formula">$\\unknown$</code>'
    """
    kind = "formula block" if block else "formula"
    drawn = _drawn(" ".join(tex.split())) if _is_small(tex) else None
    if drawn is None:
        mark = "$$" if block else "$"
        return f'<code class="{kind}">{mark}{html.escape(tex)}{mark}</code>'
    label = html.escape(" ".join(tex.split()))
    return f'<svg class="{kind}" role="img" aria-label="{label}" {drawn}</svg>'


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """Draws formulas, up to a number for one page."""

    def __init__(self, counted: list[None], **named: Any) -> None:
        super().__init__(escape=False, **named)
        self._counted = counted

    def inline_math(self, body: str) -> str:
        return self._shown(body, block=False)

    def block_math(self, body: str) -> str:
        return self._shown(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return self._shown(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)

    def _shown(self, tex: str, *, block: bool) -> str:
        self._counted.append(None)
        if len(self._counted) > MAX_PICTURES:
            return f"<code>{html.escape(tex)}</code>"
        return formula(tex, block=block)


def _is_small(tex: str) -> bool:
    depth = deepest = 0
    for letter in tex[: MAX_LENGTH + 1]:
        depth += (letter == "{") - (letter == "}")
        deepest = max(deepest, depth)
    return len(tex) <= MAX_LENGTH and deepest + tex.count(r"\left") <= MAX_DEPTH


@lru_cache(maxsize=1000)
def _drawn(tex: str) -> str | None:
    """Return size and outline of a formula, the rest of an ``svg`` element; None if unknown."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    tex = _NAME.sub(lambda found: _ALIASES.get(found[1], found[0]), tex)
    draw, font = TextToPath(), FontProperties(family="DejaVu Sans", size=_EM)
    try:
        points, codes = draw.get_text_path(font, f"${tex}$", ismath=True)
        width, height, below = draw.get_text_width_height_descent(f"${tex}$", font, ismath=True)
    except (ValueError, RuntimeError, RecursionError):
        return None
    if not codes:
        return None
    outline, at = [], 0
    while at < len(codes):
        code = int(codes[at])
        pairs = points[at : at + _POINTS[code]] if code != 79 else ()
        outline.append(_COMMANDS[code] + " ".join(f"{x:.0f},{-y:.0f}" for x, y in pairs))
        at += _POINTS[code]
    margin = 4
    box = (-margin, below - height - margin, width + 2 * margin, height + 2 * margin)
    shape = " ".join(f"{number:.0f}" for number in box)
    size = f"width:{box[2] / _EM:.2f}em;height:{box[3] / _EM:.2f}em"
    style = f"{size};vertical-align:{-(below + margin) / _EM:.2f}em;fill:currentColor"
    return f'viewBox="{shape}" style="{style}"><path d="{"".join(outline)}"/>'
