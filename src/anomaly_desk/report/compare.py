"""Compare the answers of a class, each exercise by itself and all code together."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from anomaly_desk.report import similarity, tokens
from anomaly_desk.report.classwork import Classwork
from anomaly_desk.report.notebooks import OWN
from anomaly_desk.report.similarity import Fragments, Likeness
from anomaly_desk.report.tokens import Names

WHOLE = "all code together"
MAX_PAIRS = 100  # on the page
MAX_BESIDE = 30  # of them with both texts side by side
MIN_LINE = 4  # tokens; shorter lines are the same everywhere

_WORDS = re.compile(r"(\w+)")


@dataclass(frozen=True)
class Pair:
    """Two learners with alike answers, the most alike task first."""

    one: str
    other: str
    tasks: tuple[Likeness, ...]

    @property
    def share(self) -> float:
        """The largest share of fragments in common."""
        return self.tasks[0].share


@dataclass(frozen=True)
class Side:
    """An answer in pieces, each with the note whether the other answer holds it, too."""

    pieces: tuple[tuple[str, bool], ...]


Beside = tuple[str, Side, Side]  # a task, and both answers to it


@dataclass(frozen=True)
class Comparison:
    """What the comparison of a class gave.

    Attributes
    ----------
    shares
        The share of fragments in common, all code together, of every pair with enough code.
    solved
        Learners whose code stands in the reference solution for the most part, with that share.
    """

    pairs: tuple[Pair, ...]
    shares: np.ndarray
    groups: tuple[tuple[str, ...], ...]
    solved: tuple[tuple[str, float], ...]


def compare(work: Classwork) -> Comparison:
    """Return which learners' answers are alike beyond what the class has in common."""
    written = {task.name for task in work.tasks if task.written}
    answers = {one.learner: one.answers for one in work.submissions}
    by_task = _fragments(work, answers, written)
    release, reference = (_of_course(texts, written) for texts in (work.release, work.reference))
    everywhere = frozenset().union(*release.values(), *reference.values())
    found: list[Likeness] = []
    shares = np.zeros(0)
    for task, given in by_task.items():
        pairs, values = similarity.alike(task, similarity.own(given, everywhere))
        found += pairs
        shares = values if task == WHOLE else shares
    joined = _joined(found)
    released = frozenset().union(*release.values())
    code = (found for task, found in reference.items() if task not in {*written, OWN})
    solved = _solved(by_task[WHOLE], frozenset().union(*code) - released, released)
    groups = similarity.groups(likeness for pair in joined for likeness in pair.tasks)
    return Comparison(tuple(joined), shares, tuple(groups), tuple(solved))


def beside(work: Classwork, pair: Pair) -> list[Beside]:
    """Return both texts of each task in which a pair is alike; lines in common are marked."""
    written = {task.name for task in work.tasks if task.written}
    one, other = (
        next(s.answers for s in work.submissions if s.learner == name)
        for name in (pair.one, pair.other)
    )
    names = [_names(texts, written) for texts in (one, other)]
    tasks = [likeness.task for likeness in pair.tasks if likeness.task != WHOLE]
    if len(tasks) < len(pair.tasks):  # what is alike only as a whole is shown as a whole
        tasks += [task for task in one if task in other and task not in {*tasks, *written}]
    shown = []
    for task in tasks:
        texts = [texts.get(task, "")[: tokens.MAX_TEXT] for texts in (one, other)]
        if task in written:
            sides = _words_beside(*texts)
        else:
            known = {shape for _, shape in tokens.lines(work.release.get(task, ""), names[0])}
            sides = _lines_beside(texts, names, known)
        if any(alike for _, alike in sides[0].pieces):
            shown.append((task, *sides))
    return shown


def _by_task(texts: Mapping[str, str], written: set[str]) -> dict[str, Fragments]:
    """Return the fragments of each text of one author."""
    names = _names(texts, written)
    return {
        task: similarity.fragments(tokens.words(text), similarity.TEXT_SIZE)
        if task in written
        else similarity.fragments(tokens.tokens(text, names), similarity.CODE_SIZE)
        for task, text in texts.items()
    }


def _of_course(texts: Mapping[str, str], written: set[str]) -> dict[str, Fragments]:
    """Return the fragments of the course's texts; what its own cells define is no answer's name."""
    answers = {task: text for task, text in texts.items() if task != OWN}
    others = {OWN: texts.get(OWN, "")}
    return _by_task(answers, written) | _by_task(others, written)


def _names(texts: Mapping[str, str], written: set[str]) -> Names:
    return tokens.names(text for task, text in texts.items() if task not in written)


def _fragments(
    work: Classwork, answers: Mapping[str, Mapping[str, str]], written: set[str]
) -> dict[str, dict[str, Fragments]]:
    """Return the fragments by task and learner, and of all code together."""
    by_task: dict[str, dict[str, Fragments]] = {task.name: {} for task in work.tasks}
    by_task |= {OWN: {}, WHOLE: {}}
    for learner, texts in answers.items():
        found = _by_task(texts, written)
        for task, fragments in found.items():
            by_task.setdefault(task, {})[learner] = fragments
        code = (fragments for task, fragments in found.items() if task not in written)
        by_task[WHOLE][learner] = frozenset().union(*code)
    return by_task


def _joined(found: Iterable[Likeness]) -> list[Pair]:
    """Return one pair for all likenesses of the same two learners, the most alike first."""
    same: dict[tuple[str, str], list[Likeness]] = {}
    for one in found:
        same.setdefault((one.one, one.other), []).append(one)
    pairs = [
        Pair(*learners, tuple(sorted(tasks, key=lambda task: (-task.share, -task.fragments))))
        for learners, tasks in same.items()
    ]
    return sorted(pairs, key=lambda p: (-p.share, -sum(t.fragments for t in p.tasks), p.one))


def _solved(
    answers: Mapping[str, Fragments], solution: Fragments, released: Fragments
) -> list[tuple[str, float]]:
    """Return whose code stands in the reference solution for the most part, and how much of it."""
    found = [
        (learner, len(given & solution) / len(given - released))
        for learner, given in answers.items()
        if len(given & solution) >= similarity.EVIDENCE
    ]
    alike = [one for one in found if one[1] >= similarity.LIMIT]
    return sorted(alike, key=lambda one: (-one[1], one[0]))


def _lines_beside(
    texts: list[str], names: list[Names], known: set[tuple[str, ...]]
) -> tuple[Side, Side]:
    lines = [tokens.lines(text, given) for text, given in zip(texts, names, strict=True)]
    first, second = ({shape for _, shape in side if len(shape) >= MIN_LINE} for side in lines)
    common = (first & second) - known
    one, other = (
        Side(tuple((f"{line}\n", shape in common) for line, shape in side)) for side in lines
    )
    return one, other


def _words_beside(one: str, other: str) -> tuple[Side, Side]:
    size = similarity.TEXT_SIZE
    common = similarity.fragments(tokens.words(one), size) & similarity.fragments(
        tokens.words(other), size
    )

    def side(text: str) -> Side:
        pieces = _WORDS.split(text)
        words = tokens.words(text)
        marked = [False] * len(words)
        for at in range(len(words) - size + 1):
            if words[at : at + size] in common:
                marked[at : at + size] = [True] * size
        return Side(
            tuple(
                (piece, bool(n % 2) and n // 2 < len(marked) and marked[n // 2])
                for n, piece in enumerate(pieces)
            )
        )

    return side(one), side(other)
