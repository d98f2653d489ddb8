"""Reduce HTML to marks that can be read: nothing that runs, loads, hides or imitates the page.

The tags are written anew, from a short list, and all else is escaped text, so the result is safe
by its form, whatever was put in. It takes time in proportion to its length: html5lib, by which
nbconvert's `SanitizeHTML` cleans, makes 1.1 million characters of 6,700 well-chosen ones, and
Python's `html.parser` takes minutes for 100,000.
"""

import re
from html import escape, unescape

MAX_DEPTH = 100  # of elements within elements; the marks of deeper ones are left out

# The page's own script finds its buttons by class and its scores by id: neither is kept, nor
# styles, links and pictures.
_TAGS = frozenset(
    re.findall(
        r"\w+",
        "b blockquote br caption code dd div dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre s small "
        "span strong sub sup table tbody td tfoot th thead tr u ul",
    )
)
_EMPTY = frozenset({"br", "hr"})
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})
_ATTRIBUTES = re.compile(
    r"""\s(?:(border)=["']?([01])\b|(class)=["'](dataframe)["']|(colspan|rowspan)=["']?(\d{1,3})\b"""
    r"""|(scope)=["']?(row|col)\b)"""
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*+)([^<>]*+)>")
_HUGE = re.compile(r"&#(?=[0-9]{8})")  # no character; html.unescape raises for thousands of digits


def clean(page: str) -> str:
    """Return the readable part of a piece of HTML: text, lists, tables, emphasis.

    Examples
    --------
    >>> clean("<b onclick='f()'>bold</b><script>f()</script> 1 < 2")
    '<b>bold</b> 1 &lt; 2'
    """
    reduced = _Reduced()
    at = 0
    for tag in _TAG.finditer(page):
        reduced.text(page[at : tag.start()])
        at = tag.end()
        name = tag[2].lower()
        if tag[1]:
            reduced.end(name)
        else:
            reduced.start(name, tag[3])
    reduced.text(page[at:])
    return reduced.whole()


class _Reduced:
    """The result so far, with the elements that are open in it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[str] = []
        self._unseen = ""

    def text(self, text: str) -> None:
        if not self._unseen:
            self._parts.append(escape(unescape(_HUGE.sub("&amp;#", text)), quote=False))

    def start(self, name: str, attributes: str) -> None:
        if self._unseen or name in _UNSEEN:
            self._unseen = self._unseen or name
        elif name in _EMPTY:
            self._parts.append(f"<{name}>")
        elif name in _TAGS and len(self._open) < MAX_DEPTH:
            pairs = [[part for part in found if part] for found in _ATTRIBUTES.findall(attributes)]
            known = {key: f' {key}="{value}"' for key, value in pairs}
            self._parts.append(f"<{name}{''.join(known.values())}>")
            self._open.append(name)

    def end(self, name: str) -> None:
        if name == self._unseen:
            self._unseen = ""
        elif name in self._open and not self._unseen:
            while (inner := self._open.pop()) != name:
                self._parts.append(f"</{inner}>")
            self._parts.append(f"</{name}>")

    def whole(self) -> str:
        closing = [f"</{name}>" for name in reversed(self._open)]
        return "".join([*self._parts, *closing])
