"""Match what a learner sent with the cells of the released notebook, and join the two."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from anomaly_desk.pages.markdown import harmless
from anomaly_desk.submissions import edition, findings, receive
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.receive import SentCell
from anomaly_labs.notebooks import grade_id, is_answer, marks

_START = -1  # the place before the first cell


def places(pristine: list[NotebookNode], sent: list[SentCell]) -> list[int | None]:
    """Return for each cell that was sent which pristine cell it is, or None for an extra one.

    Copies of a graded cell are that cell; of a plain one only the first is.
    """
    by_grade = {grade_id(cell): at for at, cell in enumerate(pristine) if marks(cell)}
    by_id = {cell.get("id"): at for at, cell in enumerate(pristine)}
    found: list[int | None] = []
    for one in sent:
        place = by_grade.get(one.grade_id, by_id.get(one.id))
        again = place in found and place is not None and not marks(pristine[place])
        found.append(None if again else place)

    # Some editors drop ids and metadata; what stands there unchanged is known by its text.
    lost = {
        (cell.cell_type, _key(cell.source)): at
        for at, cell in reversed(list(enumerate(pristine)))
        if at not in found and not is_answer(cell)
    }
    for number, one in enumerate(sent):
        if found[number] is None:
            found[number] = lost.pop((one.kind, _key(one.text)), None)
    return found


@dataclass(frozen=True)
class Graft:
    """Pristine cells beside what was sent, and which of it counts."""

    pristine: list[NotebookNode]
    sent: list[SentCell]
    places: list[int | None]
    answers: dict[int, int]  # place of an answer cell: number of the cell sent that counts

    @classmethod
    def of(
        cls, pristine: list[NotebookNode], sent: list[SentCell], places: list[int | None]
    ) -> "Graft":
        """Let the last copy of each answer count, but an untouched one only where all are."""
        answers: dict[int, int] = {}
        for number, place in enumerate(places):
            if place is None or not is_answer(pristine[place]):
                continue
            touched = not receive.same_text(sent[number].text, pristine[place].source)
            if touched or place not in answers:
                answers[place] = number
        return cls(pristine, sent, places, answers)

    def cells(self) -> Iterator[NotebookNode]:
        """Yield the cells of the result."""
        extras = self._extras()
        used = {cell.get("id") for cell in self.pristine}
        yield from _own_cells(extras[_START], used)
        for place, cell in enumerate(self.pristine):
            copy = deepcopy(cell)
            if place in self.answers:
                text = self.sent[self.answers[place]].text
                copy.source = harmless(text) if copy.cell_type == "markdown" else text
            yield copy
            yield from _own_cells(extras[place], used)

    def _extras(self) -> dict[int, list[tuple[str, str]]]:
        """Return kind and text of the cells that follow each place."""
        extras: dict[int, list[tuple[str, str]]] = defaultdict(list)
        anchor = _START
        for number, (one, place) in enumerate(zip(self.sent, self.places, strict=True)):
            if place is None:
                extras[anchor].append((one.kind, one.text))
            elif not is_answer(self.pristine[place]):
                anchor = place
                if self._is_edited_code(number):
                    extras[anchor].append((one.kind, one.text))
            elif self.answers[place] == number:
                anchor = place
            elif not any(receive.same_text(one.text, t) for t in self._known_texts(place)):
                # Jupyter copies the grade id when a cell is split: both halves are needed.
                extras[anchor].append((one.kind, one.text))
        return extras

    def _known_texts(self, place: int) -> tuple[str, str]:
        return self.pristine[place].source, self.sent[self.answers[place]].text

    def _is_edited_code(self, number: int) -> bool:
        place, one = self.places[number], self.sent[number]
        if place is None or marks(self.pristine[place]):
            return False
        cell = self.pristine[place]
        return bool(cell.cell_type == one.kind == "code") and not receive.same_text(
            one.text, cell.source
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what differs from the released notebook."""
        copies = Counter(place for place in self.places if place is not None)
        for at, cell in enumerate(self.pristine):
            if at not in copies:
                yield from _missing(cell)
            elif is_answer(cell) and copies[at] > 1:
                text = (
                    f"The answer stands in {copies[at]} cells; the last one that is answered "
                    "was graded, other versions ran before it."
                )
                yield Finding("copied-cell", grade_id(cell), text)
        for number, place in enumerate(self.places):
            yield from self._changes(number, place)
        order = [place for place in dict.fromkeys(self.places) if place is not None]
        if order != sorted(order):
            yield Finding("moved-cells", "", "Cells had been moved; the order is restored.")

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
        elif self._is_edited_code(number):
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


def _key(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))
