"""Classes, rosters and archives as platforms export them, each drawn by one seed.

Every notebook carries the mark of who truly sent it, so whose work it is never depends on a name.
"""

import json
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from os import utime
from pathlib import Path

from anomaly_desk.submissions import roster
from anomaly_desk.submissions.people import Roster

IDS = {"final": {"final-q1"}, "lab1_trees": {"lab1-q1", "lab1-q2"}}
DEADLINE = datetime(2026, 12, 1, 17, tzinfo=UTC)
BEFORE = DEADLINE - timedelta(days=9)

NAMES = (
    "Zoë O'Hara", "Zoe OHara", "O'Hara, Zoë", "Li Wei", "Wei Li", "Li, Wei", "李 伟", "李伟",
    "محمد علي", "\u200fمحمد علي", "Anne-Marie Dubois", "Marie Dubois", "Anne Marie Dubois",
    "Jane Doe", "Doe, Jane", "Jane\u200b Doe", "Ja\u200bne Doe", "Jane M. Doe", "Madonna", "Ivan",
    "x1", "x2", "ann", "bob.b", "Ann", "final", "José García Márquez", "Jose Garcia Marquez",
    "Łukasz Żak", "Group A", "Group A-Ivan", "Ann_B Lee", 'Jo "JJ" O\'Neil', "Lee | Ann",
    "Ångström", "김 민수", "Nguyễn Văn A", "van der Berg, Jan", "Jan van der Berg",
    "Dr. Ann Lee (guest)",
)  # fmt: skip
LEARNER_IDS = ("x1", "x2", "ann", "bob.b", "ivan", "madonna", "4711", "a_1_2", "a", "zoe-h",
               "a@b.org", "li+wei", "group-a", "Lee", "x_y", "x__y", "1001", "1002")  # fmt: skip
GUESTS = ("Otto Fremd", "Xaver Niemand", "Uta-Ida Fremd")
WRAPPERS = ("submitted", "Course-Lab 0-77", "collected", "export (1)", "Übung 3", "a b c")
SURE_ZONES = (
    " UTC",
    "",
    " +0200",
    " CEST",
    " EDT",
    " -08",
    " +0530",
    " Europe/Berlin",
    "Z",
    " -03",
)
DOUBTFUL_ZONES = (" IST", " CST", " PST")
NO_ZONES = (" Etc/GMT-14", " XYZT", " +9900", " soon")
HOURS = {"UTC": 0, "": 0, "+0200": 2, "CEST": 2, "EDT": -4, "-08": -8, "+0530": 5.5, "Z": 0,
         "Europe/Berlin": 1, "-03": -3, "IST": 5.5, "CST": -6, "PST": -8}  # fmt: skip


@dataclass(frozen=True)
class Learner:
    """Somebody who may send; a guest stands on no roster."""

    key: int
    id: str
    name: str
    email: str
    number: str
    code: str
    is_guest: bool = False


@dataclass(frozen=True)
class File:
    place: tuple[str, ...]
    content: bytes
    when: datetime


@dataclass(frozen=True)
class Work:
    """What a learner sent for an assignment: at `place`, shown as of `sender`.

    `clock` is "sure" where the evidence gives the right days, "human" where nobody can tell, and
    "either" where both answers are right.
    """

    learner: Learner
    assignment: str
    place: tuple[str, ...]
    sender: str
    when: datetime
    clock: str = "sure"


@dataclass
class Archive:
    """A class's work as a platform gives it; files lie in `wrappers`, `beside` lies above them."""

    seed: int
    platform: str
    learners: list[Learner]
    files: list[File] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    wrappers: tuple[str, ...] = ()
    beside: list[File] = field(default_factory=list)

    def placed(self) -> list[File]:
        inside = [replace(file, place=(*self.wrappers, *file.place)) for file in self.files]
        return [*inside, *self.beside]

    def pack(self, path: Path) -> Path:
        """Write it as a zip, its entries in any order."""
        files = self.placed()
        random.Random(self.seed).shuffle(files)
        with zipfile.ZipFile(path, "w") as target:
            for file in files:
                info = zipfile.ZipInfo("/".join(file.place), (2026, 1, 1, 0, 0, 0))
                info.extra = struct.pack("<HHBi", 0x5455, 5, 1, int(file.when.timestamp()))
                target.writestr(info, file.content)
        return path

    def unpack(self, folder: Path) -> Path:
        """Write it as a folder with the same times."""
        for file in self.placed():
            path = folder.joinpath(*file.place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
            utime(path, (file.when.timestamp(),) * 2)
        return folder


Maker = Callable[[Learner, str, datetime], bytes]


def mark(learner: Learner, when: datetime) -> str:
    """Return what tells a notebook's sender and time, whatever names and clocks say."""
    return f"mark-{learner.key}-{when.timestamp():.0f}-"


def marked(learner: Learner, assignment: str, when: datetime) -> bytes:
    """Return a small notebook for an assignment that says whose it is."""
    text = mark(learner, when)
    cells = [
        {"cell_type": "code", "source": text, "metadata": {"nbgrader": {"grade_id": each}}}
        for each in sorted(IDS[assignment])
    ]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


def people(rng: random.Random, most: int, mark: str) -> list[Learner]:
    """Draw a class: namesakes, names like ids, ids like other people's addresses."""
    n = rng.randint(1, most)
    ids = [f"{id_}{mark}" for id_ in rng.sample(LEARNER_IDS, n)]
    names = rng.choices(rng.sample(NAMES, min(len(NAMES), n + 2)), k=n)
    learners = []
    for key, (id_, name) in enumerate(zip(ids, names, strict=True)):
        local = rng.choice([id_, *LEARNER_IDS[:6], f"mail{key}"]).replace("@", "")
        email = f"{local}@h{key}.example" if rng.random() < 0.7 else ""
        code = "".join(rng.choices("abcXYZ0123", k=5))
        learners.append(Learner(key, id_, name, email, str(1001 + key), code))
    if n > 1 and rng.random() < 0.2:
        guest = replace(learners[-1], name=rng.choice(GUESTS), id=f"guest-77{mark}", email="")
        learners[-1] = replace(guest, is_guest=True)
    return learners


def rows(rng: random.Random, learners: list[Learner], platform: str) -> list[dict[str, str]]:
    """Draw a roster: with or without addresses, numbers and further names."""
    with_numbers = rng.random() < 0.3
    found = []
    for one in learners:
        if one.is_guest:
            continue
        nick, whole = f"nick {one.key}", f"{one.name} ({one.number})".replace("|", " ")
        also = rng.choice(["", "", nick, whole if platform.startswith("moodle") else nick])
        number = one.number if with_numbers and platform.startswith(("moodle", "canvas")) else ""
        row = {"id": one.id, "name": one.name, "email": one.email, "also": also, "number": number}
        found.append(row)
    return found


def csv(lines: list[dict[str, str]]) -> bytes:
    """Return a roster's file."""
    columns = ("id", "name", "email", "also")
    body = [",".join('"' + row[c].replace('"', '""') + '"' for c in columns) for row in lines]
    return "\n".join([",".join(columns), *body, ""]).encode()


def read(lines: list[dict[str, str]]) -> Roster:
    """Return the roster as its file is read, with the platforms' numbers."""
    numbers = {row["id"]: (row["number"],) if row["number"] else () for row in lines}
    class_ = roster.parse(csv(lines)).people
    return Roster(tuple(replace(one, numbers=numbers[one.id]) for one in class_))
