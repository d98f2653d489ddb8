"""Make a learner's markdown harmless in a grader's page: nothing runs, nothing is loaded."""

import re

MAX_RENDERED = 5_000  # characters; longer text is shown as it was typed

# Invisible, without width, no break: after "<" it makes plain text of a tag, for Markdown as for
# HTML, in and outside of code.
_JOINER = "\u2060"
_TEX = r"href|url|require|style|class|cssId|bbox|unicode|data|html\w*|include\w*|texttip|mathtip"
_CODED = r"[^\S\n]*+(?!text(?:\s|$))"  # in which language a block of code is shown
_RULES = (
    (re.compile(r"<(?=[A-Za-z/!?])"), f"<{_JOINER}"),  # tags, comments, <scheme:links>
    (re.compile(r"!(?=\[)"), f"!{_JOINER}"),  # pictures are loaded: they become links
    (re.compile(r"\](?=\((?!https?://))"), f"]{_JOINER}"),  # [text](javascript:…)
    (re.compile(r"\](?=:(?!\s*https?://))"), f"]{_JOINER}"),  # [text]: javascript:…
    (re.compile(rf"\\(?=(?:{_TEX})(?![A-Za-z]))"), f"\\\\{_JOINER}"),  # links in formulas
    # Mermaid runs in a page that knows it, and colouring takes time with the square of the length
    (re.compile(rf"(?m)(?<![`\w])(`{{3,}}){_CODED}(?=[^\s`][^`\n]*$)"), r"\g<1>text "),
    (re.compile(rf"(?<![~\w])(~{{3,}}){_CODED}(?=[^\s~])"), r"\g<1>text "),
)
# Headings get their text as id; by another cell's id the page's own script would find them.
_HEADING = re.compile(r"(?m)^(?P<before>[^\w#\n]*#{1,6}[ \t]*)(?=[^\s#\u2060])")

_PLAIN = "p|em|strong|del|code|pre|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|dl|dt|dd|span|div"
_SAFE_HTML = re.compile(
    "(?:[^<>]"
    rf"|</?(?:{_PLAIN}|h[1-6])>|<(?:br|hr) ?/?>|</a>"
    r'|<a href="https?://[^"<>\s]*">'
    r'|<(?:th|td) style="text-align:(?:left|right|center)">'
    r'|<ol start="\d{1,9}">|<li class="task-list-item">'
    r'|<input class="task-list-item-checkbox" type="checkbox" disabled(?: checked)?/>'
    r'|<div class="highlight">|<span class="[a-z0-9]{1,3}">|<code class="language-[\w.+-]*">'
    r'|<h[1-6] id="%E2%81%A0[^"<>]*">|<a class="anchor-link" href="#[^"<>]*">'
    ")*+"
)


def harmless(text: str) -> str:
    r"""Return markdown that shows the same text, and can neither run nor load anything.

    Raw HTML, pictures and links that do not lead to the web become plain text. What is left is
    rendered once: if its page holds anything but plain marks, the text is shown as it was typed.

    Examples
    --------
    >>> harmless("**a** < b")
    '**a** < b'
    >>> ascii(harmless("<script>alert(1)</script>"))
    "'<\\u2060script>alert(1)<\\u2060/script>'"
    """
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    text = _HEADING.sub(rf"\g<before>{_JOINER}", text)
    if _is_typed(text) or (len(text) <= MAX_RENDERED and _renders_harmless(text)):
        return text
    return as_typed(text)


def as_typed(text: str) -> str:
    """Return markdown that shows `text` letter by letter, in a block of code."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(4, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _is_typed(text: str) -> bool:
    first, _, rest = text.partition("\n")
    inner, _, last = rest.rpartition("\n")
    fence = first.removesuffix("text")
    return len(fence) >= 4 and set(fence) == {"`"} and last == fence and fence not in inner


def _renders_harmless(text: str) -> bool:
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    try:
        page = MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(text)
    except Exception:  # the page of formgrader would stumble over it in the same way
        return False
    return _SAFE_HTML.fullmatch(page) is not None
