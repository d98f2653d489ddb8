"""Which cells of a lab go on which slide."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

from anomaly_desk.publish.site.shown import Shown
from anomaly_desk.publish.slides.render import code_html, markdown_html, outputs_html

CODE_BESIDE_FIGURE = 3  # lines; longer code has a slide of its own, below
_HEADING = re.compile(r"(?m)^#{1,3} +(.+)$")


@dataclass
class Slide:
    """One slide: its kind (text, output or code), what stands over it, what it shows."""

    kind: str
    head: str
    body: list[str]
    notes: list[str] = field(default_factory=list)

    def html(self) -> str:
        """Return the slide as an element that reveal.js shows."""
        notes = f'<aside class="notes">{"".join(self.notes)}</aside>' if self.notes else ""
        return f'<section class="{self.kind}">{self.head}{"".join(self.body)}{notes}</section>'


def stacks(cells: Iterable[Shown]) -> list[list[Slide]]:
    """Return the slides in stacks: one for each cell ``slide``, its subslides below it.

    Cells without the key ``slide`` are not shown; the text that explains a figure becomes the
    speaker's notes. A heading alone stands over the figure that follows it.
    """
    return _Deck(cells).stacks


class _Deck:
    """The slides so far, and what the next one depends on."""

    def __init__(self, cells: Iterable[Shown]) -> None:
        self.stacks: list[list[Slide]] = []
        self._section = ""  # the heading last seen
        self._explained: Slide | None = None  # the slide whose figure the next text is about
        for one in cells:
            place = one.cell.keys.get("slide")
            if place is None:
                self._note(one)
            elif place != "skip" and one.cell.role not in ("check", "reflect"):
                self._show(one, place)

    def _note(self, one: Shown) -> None:
        if "guesses.compare(" in one.text:
            return  # it stands between a table and the words on it
        about_it = one.cell.kind == "markdown" and one.cell.role == "plain" and one.text[:1] != "#"
        if self._explained and about_it:
            self._explained.notes.append(markdown_html(one.text))
        self._explained = None

    def _show(self, one: Shown, place: str) -> None:
        if place in ("notes", "fragment") and self.stacks:
            self._add(one, place)
            return
        heading = _HEADING.search(one.text) if one.cell.kind == "markdown" else None
        self._section = re.sub(r"[*`$]", "", heading[1]) if heading else self._section
        slides = list(self._slides(one))
        if place == "slide" or not self.stacks:
            self.stacks.append([])
        last = self.stacks[-1][-1:]
        if last and last[0].kind == "heading" and slides[0].kind == "output":
            slides[0].head = self.stacks[-1].pop().body[0]
        self.stacks[-1].extend(slides)
        self._explained = slides[0] if one.outputs else None

    def _add(self, one: Shown, place: str) -> None:
        slide = self.stacks[-1][-1]
        if place == "notes":
            slide.notes.append(markdown_html(one.text))
        else:
            parts = "".join("".join(part.body) for part in self._slides(one))
            slide.body.append(f'<div class="fragment">{parts}</div>')

    def _slides(self, one: Shown) -> Iterator[Slide]:
        """Yield one slide, or two for code with a figure or table: what comes out, the code."""
        if one.cell.kind == "markdown":
            alone = _HEADING.fullmatch(one.text.strip())
            yield Slide("heading" if alone else "text", "", [markdown_html(one.text)])
            return
        code = code_html(one.text)
        if not one.outputs:
            yield Slide("code", self._label(), [code])
            return
        beside = _is_figure(one) and len(one.text.splitlines()) <= CODE_BESIDE_FIGURE
        output = outputs_html(one.outputs, one.says)
        yield Slide("output", self._label(), [output, code] if beside else [output])
        if not beside:
            yield Slide("code", self._label(" · the code"), [code])

    def _label(self, what: str = "") -> str:
        return f'<p class="section">{escape(self._section + what)}</p>'


def _is_figure(one: Shown) -> bool:
    return all("image/png" in output.get("data", {}) for output in one.outputs)
