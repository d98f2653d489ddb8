"""Find out which cell of the released notebook each cell is that was sent.

Cells are known by grade id, then by id. Editors, cleaners and other services drop both: then by
text, and an answer by its place between cells that are known and by the names that it defines.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from anomaly_desk.submissions.receive import SentCell, same_text
from anomaly_labs.notebooks import CHECK, checked, grade_id, is_answer, marks

_BOUND = re.compile(
    r"(?m)^(?:async +def|def|class) +(\w+)|^\(?((?:\w+ *, *)*\w+)\)? *(?::[^=\n]+)?=(?!=)"
)


@dataclass
class Match:
    """What was sent, beside the released cells.

    Attributes
    ----------
    places
        For each cell that was sent which released cell it is, or None for one of the learner's own.
        Copies of a graded cell are that cell; of a plain one only the first is.
    answers
        For each answer that was found the number of the cell whose text counts: of copies the last
        one, but an untouched one only where all are.
    remade
        Answers whose own cell was not sent: what counts was known by its place or its names.
    stubs
        For each first cell between two known ones the missing answers that belong before it.
    defined
        Missing answers whose names another cell of the learner's defines: a stub would undo that.
    """

    places: list[int | None]
    answers: dict[int, int] = field(default_factory=dict)
    remade: set[int] = field(default_factory=set)
    stubs: dict[int, int] = field(default_factory=dict)
    defined: set[int] = field(default_factory=set)


def match(pristine: list[NotebookNode], sent: list[SentCell]) -> Match:
    """Return which released cell each cell is that was sent."""
    found = Match(_by_id(pristine, sent))
    _by_text(pristine, sent, found.places)
    _by_check(pristine, sent, found.places)
    if any(place is not None for place in found.places):  # else it is another notebook
        _by_lines(pristine, sent, found.places)
    for number, place in enumerate(found.places):
        if place is None or not is_answer(pristine[place]):
            continue
        touched = not same_text(sent[number].text, pristine[place].source)
        if touched or place not in found.answers:
            found.answers[place] = number
    missing = [p for p, cell in enumerate(pristine) if is_answer(cell) and p not in found.answers]
    gaps = {place: _gap(place, found.places) for place in missing}
    for place, (gap, edges) in gaps.items():
        _by_place(place, gap, edges, pristine, sent, found)
    return found


def _by_id(pristine: list[NotebookNode], sent: list[SentCell]) -> list[int | None]:
    by_grade = {grade_id(cell): at for at, cell in enumerate(pristine) if marks(cell)}
    by_id = {cell.get("id"): at for at, cell in enumerate(pristine)}
    found: list[int | None] = []
    taken: set[int] = set()
    for one in sent:
        place = by_grade.get(one.grade_id, by_id.get(one.id))
        again = place in taken and place is not None and not marks(pristine[place])
        found.append(None if again else place)
        taken |= {place} if place is not None else set()
    return found


def _lost(pristine: list[NotebookNode], places: Iterable[int | None]) -> list[int]:
    """Return the places of released cells that were not found, answers left out."""
    known = set(places)
    return [p for p, cell in enumerate(pristine) if p not in known and not is_answer(cell)]


def _by_text(pristine: list[NotebookNode], sent: list[SentCell], places: list[int | None]) -> None:
    lost: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for place in _lost(pristine, places):
        cell = pristine[place]
        lost[cell.cell_type, _key(cell.source)].append(place)
    for number, one in enumerate(sent):
        if places[number] is None and (same := lost.get((one.kind, _key(one.text)))):
            places[number] = same.popleft()


def _by_check(pristine: list[NotebookNode], sent: list[SentCell], places: list[int | None]) -> None:
    """Know a check that was edited or formatted by the name that it says in the end."""
    lost = {grade_id(pristine[p]): p for p in _lost(pristine, places) if marks(pristine[p])}
    for number, one in enumerate(sent):
        if places[number] is None and one.kind == "code" and (name := checked(one.text)):
            places[number] = lost.pop(f"{name}{CHECK}", None)


def _by_lines(pristine: list[NotebookNode], sent: list[SentCell], places: list[int | None]) -> None:
    """Know a plain cell that was edited by half of its lines."""
    lost = {p: _lines(pristine[p].source) for p in _lost(pristine, places)}
    lost = {p: lines for p, lines in lost.items() if not marks(pristine[p])}
    holders: dict[str, list[int]] = defaultdict(list)
    for place, lines in lost.items():
        for line in lines:
            holders[line].append(place)
    for number, one in enumerate(sent):
        if places[number] is not None:
            continue
        lines = _lines(one.text)
        shared = Counter(p for line in lines for p in holders.get(line, ()) if p in lost)
        place, most = shared.most_common(1)[0] if shared else (-1, 0)
        alike = most and 2 * most >= max(len(lines), len(lost[place]))
        if alike and one.kind == pristine[place].cell_type:
            places[number] = place
            del lost[place]


def _by_place(
    place: int,
    gap: range,
    edges: list[int],
    pristine: list[NotebookNode],
    sent: list[SentCell],
    found: Match,
) -> None:
    """Look for a missing answer between the cells that stand beside it, then by its names."""
    cell = pristine[place]
    own = [n for n in gap if found.places[n] is None and sent[n].text.strip()]
    wanted = defined(cell.source) if cell.cell_type == "code" else set()
    changed = [n for n in edges if _is_dropped(n, pristine, sent, found.places)]
    if best := _best(cell, wanted, own, changed, sent):
        found.answers[place] = best[0]
        for number in own:
            if number == best[0] or same_text(sent[number].text, cell.source):
                found.places[number] = place
        found.remade.add(place)
        return
    if own:
        found.stubs[own[0]] = place
    runs = (
        one.text
        for one, p in zip(sent, found.places, strict=True)
        if p is None or is_edited_code(pristine[p], one)
    )
    if wanted and any(wanted <= defined(text) for text in runs):
        found.defined.add(place)


def _best(
    cell: NotebookNode, wanted: set[str], own: list[int], changed: list[int], sent: list[SentCell]
) -> list[int]:
    """Return the one cell that is the answer, or none where that would be a guess."""
    untouched = [n for n in own if same_text(sent[n].text, cell.source)]
    if wanted:
        known = {n: len(wanted & defined(sent[n].text)) for n in own if n not in untouched}
        most = max(known.values(), default=0)
        if most:
            return [[n for n in known if known[n] == most][-1]]
        # two cells were merged, and the marks of the read-only one are left
        return untouched[:1] or [n for n in changed if wanted <= defined(sent[n].text)][:1]
    alike = [n for n in own if sent[n].kind == cell.cell_type]
    return alike if len(alike) == 1 else untouched[:1] if len(untouched) == len(alike) else []


def _gap(place: int, places: list[int | None]) -> tuple[range, list[int]]:
    """Return the numbers between the known neighbours of a missing cell, and the neighbours."""
    numbers = {p: n for n, p in enumerate(places) if p is not None}
    before = max((p for p in numbers if p < place), default=None)
    after = min((p for p in numbers if p > place), default=None)
    start = -1 if before is None else numbers[before]
    end = len(places) if after is None else numbers[after]
    if end < start:  # cells had been moved: what follows the one before it
        end = next((n for n in range(start + 1, len(places)) if places[n] is not None), len(places))
    edges = [n for n in (start, end) if 0 <= n < len(places)]
    return range(start + 1, end), edges


def _is_dropped(
    number: int, pristine: list[NotebookNode], sent: list[SentCell], places: list[int | None]
) -> bool:
    """Return whether a cell was edited that is read-only, so that its text does not run."""
    place = places[number]
    if place is None or not marks(pristine[place]) or is_answer(pristine[place]):
        return False
    return not same_text(sent[number].text, pristine[place].source)


def is_edited_code(cell: NotebookNode, one: SentCell) -> bool:
    """Return whether a plain cell was edited: it runs as released, then as edited."""
    if marks(cell) or not cell.cell_type == one.kind == "code":
        return False
    return not same_text(one.text, cell.source)


def is_guess(cell: NotebookNode) -> bool:
    """Return whether a learner is meant to type a guess into this plain cell."""
    return str(cell.source).startswith("guess = None  # your guess")


def defined(text: str) -> set[str]:
    r"""Return the names that code defines at its top level, as far as its lines tell.

    What does not parse, such as a cell with a magic, is read as well.

    Examples
    --------
    >>> sorted(defined("%time\na, b = 1, 2\nx: int = 3\nf(y=4)\ndef c(): d = 5"))
    ['a', 'b', 'c', 'x']
    """
    found = (one or many for one, many in _BOUND.findall(text))
    return {name.strip() for names in found for name in names.split(",")}


def _key(text: str) -> str:
    """Return a text without what editors change: blanks at line ends, empty lines, odd blanks."""
    lines = (line.replace("\xa0", " ").rstrip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n") if len(line.strip()) > 7}
