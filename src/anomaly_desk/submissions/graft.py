"""Join the released notebook and what a learner sent, once `matching` says which cell is which."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from anomaly_desk.pages.markdown import harmless
from anomaly_desk.submissions import edition, findings, receive
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.matching import Match, is_edited_code, is_guess
from anomaly_desk.submissions.receive import SentCell
from anomaly_labs.notebooks import grade_id, is_answer, marks

_START = -1  # the place before the first cell
_ELSEWHERE = "# This answer's cell was not in the file; another cell defines what it asks for."


@dataclass(frozen=True)
class Graft:
    """Pristine cells beside what was sent, and which of it counts."""

    pristine: list[NotebookNode]
    sent: list[SentCell]
    match: Match

    def cells(self) -> Iterator[NotebookNode]:
        """Yield the cells of the result."""
        extras = self._extras()
        used = {cell.get("id") for cell in self.pristine}
        yield from _own_cells(extras[_START], used)
        for place, cell in enumerate(self.pristine):
            copy = deepcopy(cell)
            if place in self.match.answers:
                text = self.sent[self.match.answers[place]].text
                copy.source = harmless(text) if copy.cell_type == "markdown" else text
            elif place in self.match.defined:
                copy.source = _ELSEWHERE
            yield copy
            yield from _own_cells(extras[place], used)

    def _extras(self) -> dict[int, list[tuple[str, str]]]:
        """Return kind and text of the cells that follow each place."""
        extras: dict[int, list[tuple[str, str]]] = defaultdict(list)
        anchor = _START
        for number, (one, place) in enumerate(zip(self.sent, self.match.places, strict=True)):
            anchor = self.match.stubs.get(number, anchor)
            if place is None:
                extras[anchor].append((one.kind, one.text))
            elif not is_answer(self.pristine[place]):
                anchor = place
                if is_edited_code(self.pristine[place], one):
                    extras[anchor].append((one.kind, one.text))
            elif self.match.answers[place] == number:
                anchor = place
            elif not any(receive.same_text(one.text, t) for t in self._known_texts(place)):
                # Jupyter copies the grade id when a cell is split: both halves are needed.
                extras[anchor].append((one.kind, one.text))
        return extras

    def _known_texts(self, place: int) -> tuple[str, str]:
        return self.pristine[place].source, self.sent[self.match.answers[place]].text

    def findings(self) -> Iterator[Finding]:
        """Yield what differs from the released notebook."""
        bare = self._bare()
        if bare:
            which = " and ".join(sorted(bare))
            text = f"The marks of all {which} cells were lost; text and place tell them apart."
            yield Finding("lost-marks", "", text)
        here = set(self.match.places)
        for at, cell in enumerate(self.pristine):
            if at in self.match.remade and cell.cell_type not in bare:
                text = "The answer's cell is not in the file; what defines it was graded."
                yield Finding("missing-answer", grade_id(cell), text)
            elif at not in here and at not in self.match.remade:
                yield from _missing(cell)
            elif is_answer(cell):
                yield from self._copies(at)
        for number, place in enumerate(self.match.places):
            yield from self._changes(number, place)
        order = [place for place in dict.fromkeys(self.match.places) if place is not None]
        if order != sorted(order):
            yield Finding("moved-cells", "", "Cells had been moved; the order is restored.")

    def _bare(self) -> set[str]:
        """Return the kinds of cells of which none has kept its id or marks: a tool took them."""
        ids = {one.id for one in self.sent} | {one.grade_id for one in self.sent}
        kept: dict[str, list[bool]] = defaultdict(list)
        for cell in self.pristine:
            if marks(cell):
                kept[cell.cell_type].append(cell.get("id") in ids or grade_id(cell) in ids)
        alone = not any(any(known) for known in kept.values())
        return {k for k, known in kept.items() if not any(known) and (alone or len(known) > 1)}

    def _copies(self, at: int) -> Iterator[Finding]:
        texts = [one.text for one, p in zip(self.sent, self.match.places, strict=True) if p == at]
        if len(texts) < 2:
            return
        name, known = grade_id(self.pristine[at]), self._known_texts(at)
        if all(any(receive.same_text(text, t) for t in known) for text in texts):
            yield Finding("repeated-cell", name, f"The same answer stands in {len(texts)} cells.")
            return
        text = (
            f"The answer stands in {len(texts)} cells; the last one that is answered "
            "was graded, other versions ran before it."
        )
        yield Finding("copied-cell", name, text)

    def _changes(self, number: int, place: int | None) -> Iterator[Finding]:
        one = self.sent[number]
        if place is None:
            if one.marks is not None and one.text.strip():
                name = findings.quote(one.grade_id)
                text = f"A cell with the unknown id {name} ran as a plain cell, without points."
                yield Finding("unknown-cell", "", text)
            return
        cell = self.pristine[place]
        known, name = marks(cell), grade_id(cell)
        if one.kind != cell.cell_type and is_answer(cell):
            text = f"The answer had been turned into a {one.kind} cell; it is graded as it was."
            yield Finding("retyped-cell", name, text)
        if set(one.tags) - set(cell.metadata.get("tags", [])):
            tags = findings.quote(", ".join(one.tags))
            yield Finding("tags", name, f"Tags were added to a cell ({tags}) and are ignored.")
        if (
            known
            and one.marks is not None
            and any(one.marks.get(m) != known.get(m) for m in edition.MARKS)
            and not edition.was(cell, one.marks)
        ):
            text = "Points or other marks of the cell had been changed; they are restored."
            yield Finding("edited-marks", name, text)
        if known and not is_answer(cell) and not receive.same_text(one.text, cell.source):
            kind = "edited-check" if known.get("grade") else "edited-cell"
            text = "A read-only cell had been edited; it is restored."
            if edition.was(cell, one.text):
                kind, text = "edition", "A read-only cell is that of an earlier release."
            yield Finding(kind, name, text)
        elif is_edited_code(cell, one) and not is_guess(cell):
            text = "A cell of the notebook was edited; it ran as released, then as edited."
            yield Finding("edited-cell", name, text)


def _missing(cell: NotebookNode) -> Iterator[Finding]:
    if is_answer(cell):
        yield Finding("missing-answer", grade_id(cell), "The answer's cell is not in the file.")
    elif marks(cell):
        text = "A read-only cell had been deleted; it is restored."
        yield Finding("deleted-cell", grade_id(cell), text)


def _own_cells(texts: list[tuple[str, str]], used: set[str]) -> Iterator[NotebookNode]:
    """Yield a learner's own cells; their ids follow from their text alone."""
    for kind, text in texts:
        if not text.strip():
            continue
        safe = text if kind == "code" else harmless(text)
        base = f"own-{hashlib.sha256(f'{kind}:{safe}'.encode()).hexdigest()[:10]}"
        number, name = 1, base
        while name in used:
            number += 1
            name = f"{base}-{number}"
        used.add(name)
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        yield make(safe, id=name)
