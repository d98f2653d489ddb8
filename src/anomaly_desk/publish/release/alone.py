"""What a self-study edition holds beside an ordinary release: worked solutions of its labs."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from anomaly_desk.labs import beside, rules
from anomaly_desk.labs.sources import Cell, Source
from anomaly_desk.submissions.edition import KEY, SELF_STUDY
from anomaly_labs import selfstudy
from anomaly_labs.selfstudy import Edition, Worked

_PLACEHOLDER: Final = re.compile(r"(?m)^(\w+) = None\b.*\n(?=(?:.*\n)*?\1 = )")


def worked_files(course: str, every: Iterable[Source]) -> dict[str, bytes]:
    """Return the files with worked solutions by their names in the release.

    An assessment has none, and a folder of assessments alone no file.

    Parameters
    ----------
    course
        What the course is called.
    every
        The labs of the release, assessments among them.
    """
    folders: dict[str, list[Source]] = {}
    for source in every:
        if source.lab.kind != "assessment":
            folders.setdefault(source.lab.released.parent.as_posix(), []).append(source)
    return {
        f"{folder}/{selfstudy.FILE}": selfstudy.packed(_edition(course, labs))
        for folder, labs in folders.items()
    }


def stamped(notebook: bytes) -> bytes:
    """Return a built notebook with the mark of a self-study edition in its metadata.

    Parameters
    ----------
    notebook
        As the build writes it.
    """
    content = json.loads(notebook)
    content["metadata"][KEY][SELF_STUDY] = True
    return f"{json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)}\n".encode()


def _edition(course: str, labs: Iterable[Source]) -> Edition:
    labs = list(labs)
    titles = {source.name: source.lab.title for source in labs}
    return Edition(course, titles, dict(pair for source in labs for pair in _worked(source)))


def _worked(source: Source) -> Iterator[tuple[str, Worked]]:
    criteria = beside.criteria(source.lab)
    for cell in source.cells:
        if "exercise" in cell.keys:
            yield cell.keys["exercise"], Worked(source.name, _code(cell))
        elif name := cell.keys.get("reflect"):
            yield name, Worked(source.name, cell.text.strip(), criteria[name])


def _code(cell: Cell) -> str:
    """Return the answer of an exercise without marks, and without what it takes the place of."""
    return _PLACEHOLDER.sub("", rules.MARKER.sub("", cell.text)).strip("\n")
