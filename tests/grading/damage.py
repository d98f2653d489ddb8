"""Damage notebooks at random: their bytes, their JSON, their cells, their metadata."""

import copy
import json
import random
from collections.abc import Iterator

MARKDOWN = (
    "<img src=x>",
    "![a](x)",
    "# quiz-q1-check",
    "[a](data:x)",
    "````",
    "[[[",
    "$\\href{a}$",
    "### BEGIN HIDDEN TESTS",
    "# END HIDDEN TESTS",
)
ODD = (
    None, True, -1, 10**30, float("nan"), float("-inf"), "", "\x00\x1b[2J", "\ud800", "é" * 90,
    [], [None, [[]]], {}, {"": {}}, "quiz-q1", "quiz-q1-check", "quiz-r1", ["skip-execution"],
    {"grade_id": "quiz-q2", "points": "many"}, {"grade_id": ["quiz-q2"]}, *MARKDOWN,
)  # fmt: skip


def damaged(notebook: dict, seed: int) -> bytes:
    """Return the file of a notebook after one to eight random accidents of one sort."""
    rng = random.Random(seed)
    broken = copy.deepcopy(notebook)
    sort = seed % 4
    for _ in range(rng.randint(1, 8)):
        (_cells, _metadata, _anywhere, lambda *_: None)[sort](broken, rng)
    file = bytearray(json.dumps(broken, indent=rng.choice([None, 1])).encode())
    if sort == 3:
        for _ in range(rng.randint(1, 8)):
            _bytes(file, rng)
    return bytes(file)


def _cells(notebook: dict, rng: random.Random) -> None:
    cells = notebook["cells"]
    if not cells:
        return
    at, to = rng.randrange(len(cells)), rng.randrange(len(cells))
    accident = rng.randrange(7)
    if accident == 0:
        del cells[at]
    elif accident == 1:
        cells.insert(to, copy.deepcopy(cells[at]))
    elif accident == 2:
        cells[at], cells[to] = cells[to], cells[at]
    elif accident == 3:
        cells.insert(at, copy.deepcopy(rng.choice(ODD)))
    elif not isinstance(cells[at], dict):
        cells[at] = copy.deepcopy(rng.choice(ODD))
    elif accident == 4:
        cells[at]["cell_type"] = rng.choice(["code", "markdown", "raw", "heading", 7])
    elif accident == 5:
        cells[at]["source"] = rng.choice([["x = 1\r\n", 3, "y\x00"], "1 / 0", *MARKDOWN])
    else:
        cells[at].pop(rng.choice(["id", "source", "metadata", "cell_type"]), None)


def _metadata(notebook: dict, rng: random.Random) -> None:
    cell = rng.choice(notebook["cells"])
    metadata = rng.choice([notebook["metadata"], cell["metadata"]])
    marks = metadata.get("nbgrader")
    if isinstance(marks, dict) and rng.random() < 0.7:
        name = rng.choice([*marks, "schema_version", "points", "grade_id"])
        marks[name] = copy.deepcopy(rng.choice(ODD))
    else:
        name = rng.choice(["nbgrader", "tags", "slideshow", "kernelspec", "anomaly_labs_findings"])
        metadata[name] = copy.deepcopy(rng.choice(ODD))


def _anywhere(notebook: dict, rng: random.Random) -> None:
    holder, key = rng.choice(list(_places(notebook)))
    if rng.random() < 0.3:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(rng.choice(ODD))


def _places(node: object) -> Iterator[tuple[dict | list, str | int]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(inner):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _bytes(file: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(file)) if file else 0
    end = at + rng.randint(1, 40)
    accident = rng.randrange(5)
    if accident == 0:
        file[at:end] = b""
    elif accident == 1:
        file[at:at] = file[at:end]
    elif accident == 2:
        file[at:at] = rng.randbytes(3)
    elif accident == 3:
        del file[len(file) - rng.randint(0, 30) :]
    elif file:
        file[at] ^= 1 << rng.randrange(8)
