"""What lies beside a lab's source in its folder: answers to try, and the rubric.

``wrong.py`` holds cells such as ``# %% wrong="lab1-q2" hint="part of the hint it must get"``, and
``# %% right="lab1-q2"`` for an answer that is right in another way than the lab's own. A wrong
answer that only drawn rows can show, so that no visible check tells it, says ``drawn=true``.
``rubric.md`` holds a heading for each written answer, such as
``### `lab1-r1` Who pays (2 points)``, and below it what earns the points.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jupytext

from anomaly_desk.errors import SourceError
from anomaly_desk.labs import measured
from anomaly_desk.labs.manifest import Lab
from anomaly_desk.labs.sources import Source

LEAST_WRONG = 2
_HEADING = re.compile(r"(?m)^### `([^`]+)` .+ \(([\d.]+) points?\)$")


class Wrong(NamedTuple):
    """A wrong answer, a part of the hint that it must get, and whether only drawn rows show it."""

    text: str
    hint: str
    drawn: bool = False


def wrong_answers(lab: Lab) -> dict[str, list[Wrong]]:
    """Return, for each exercise, its wrong answers, each with a part of the hint it must get."""
    answers: dict[str, list[Wrong]] = {}
    for keys, text in _cells(lab, "wrong"):
        told = Wrong(text, str(keys.get("hint", "")), keys.get("drawn", False) is True)
        answers.setdefault(keys["wrong"], []).append(told)
    return answers


def right_answers(lab: Lab) -> dict[str, list[str]]:
    """Return, for each exercise that has some, answers that are right in another way."""
    answers: dict[str, list[str]] = {}
    for keys, text in _cells(lab, "right"):
        answers.setdefault(keys["right"], []).append(text)
    return answers


def _cells(lab: Lab, key: str) -> Iterator[tuple[dict[str, Any], str]]:
    path = _wrong(lab)
    if path.is_file():
        for cell in jupytext.read(path, fmt="py:percent").cells:
            if cell.cell_type == "code" and key in cell.metadata:
                yield cell.metadata, cell.source


def rubric(lab: Lab) -> str:
    """Return the rubric of a lab's written answers; empty where there is none."""
    path = _rubric(lab)
    return measured.placed(path.read_text(encoding="utf-8").strip()) if path.is_file() else ""


def criteria(lab: Lab) -> dict[str, str]:
    """Return what earns the points of each written answer of a lab: its part of the rubric."""
    text = rubric(lab)
    heads = list(_HEADING.finditer(text))
    ends = [next_.start() for next_ in heads[1:]] + [len(text)]
    return {head[1]: text[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)}


def check(source: Source) -> None:
    """Refuse a lab that is not whole.

    Parameters
    ----------
    source
        The lab's source.

    Raises
    ------
    SourceError
        If an exercise has fewer than two wrong answers of different hints, a written answer has no
        rubric, or the rubric tells other points; the message names file and line.
    """
    for line, complaint in _about_answers(source):
        raise SourceError(f"{source.path}:{line}: {complaint}")
    for line, complaint in _about_rubric(source):
        raise SourceError(f"{source.path}:{line}: {complaint}")


def _about_answers(source: Source) -> Iterator[tuple[int, str]]:
    answers, path = wrong_answers(source.lab), _wrong(source.lab)
    lines = {c.keys["exercise"]: c.line for c in source.cells if "exercise" in c.keys}
    for exercise, line in lines.items():
        hints = {answer.hint for answer in answers.pop(exercise, []) if answer.hint}
        if len(hints) < LEAST_WRONG:
            yield (
                line,
                (
                    f"exercise {exercise!r} has {len(hints)} wrong answers of different hints in "
                    f"{path}; write at least {LEAST_WRONG}, each with the hint that it must get"
                ),
            )
    for exercise in [*answers, *(right_answers(source.lab).keys() - lines.keys())]:
        yield 1, f"{path} has answers to {exercise!r}, which is no exercise of this lab"


def _about_rubric(source: Source) -> Iterator[tuple[int, str]]:
    path = _rubric(source.lab)
    told = {name: float(points) for name, points in _HEADING.findall(rubric(source.lab))}
    lines = {c.keys["reflect"]: c.line for c in source.cells if "reflect" in c.keys}
    for name, points in source.reflections.items():
        if told.pop(name, None) != points:
            yield (
                lines[name],
                (
                    f"written answer {name!r} has no rubric for {points:g} points in {path}; write "
                    f"'### `{name}` What it asks ({points:g} points)' and what earns them"
                ),
            )
    for name in told:
        yield 1, f"{path} has a rubric for {name!r}, which is no written answer of this lab"


def _wrong(lab: Lab) -> Path:
    return lab.path.with_name("wrong.py")


def _rubric(lab: Lab) -> Path:
    return lab.path.with_name("rubric.md")
