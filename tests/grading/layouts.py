"""How each platform lays out what learners send, as `draw.Archive`s drawn by a seed."""

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import draw
from draw import BEFORE, DEADLINE, Archive, File, Learner, Maker, Work

HOURS_LATE = (-70, -20, -1, 1, 20, 25, 47, 50)
PLATFORMS = (
    "moodle", "moodle-flat", "moodle-groups", "moodle-blind", "canvas", "canvas-anonymous",
    "sakai", "exchange", "submitted", "hub", "flat",
)  # fmt: skip
CLAIMS = (
    "{id}_final.ipynb", "{name}_{number}_assignsubmission_file_final.ipynb",
    "x-{name}_{number}_assignsubmission_file_final.ipynb", "{word}_{number}_34_final.ipynb",
    "anon_{code}_34_final.ipynb",
)  # fmt: skip
CLAIMING_FOLDERS = (
    "{id}", "{name}", "{name}_{number}_assignsubmission_file_", "{name}({id})",
    "{id}+final+2026-11-01 10:00:00 UTC+zz", "submission attachment(s)", "final",
)  # fmt: skip
EXCHANGE_ZONES = tuple(zone for zone in draw.SURE_ZONES if "/" not in zone)  # of a folder's name


class Draw(NamedTuple):
    """What one learner hands in for one assignment, before a platform has it."""

    rng: random.Random
    archive: Archive
    learner: Learner
    assignment: str
    when: datetime
    maker: Maker

    def notebook(self) -> bytes:
        return self.maker(self.learner, self.assignment, self.when)

    def another(self) -> Learner:
        return self.rng.choice(self.archive.learners)

    def own(self, wish: str) -> str:
        """Return the name for a folder or file, or the id where another one has it."""
        others = {work.sender for work in self.archive.works if work.learner != self.learner}
        others |= set(draw.IDS)
        return self.learner.id if wish in others or wish in self.ids() else wish

    def ids(self) -> set[str]:
        return {other.id for other in self.archive.learners if other != self.learner}

    def file(self, *place: str, content: bytes | None = None) -> None:
        """Add a file, unless there is one at this place."""
        content = self.notebook() if content is None else content
        if all(file.place != place for file in self.archive.files):
            self.archive.files.append(File(place, content, self.when))

    def work(self, *place: str, sender: str, clock: str = "sure") -> None:
        """Hand in the notebook that counts."""
        if any(file.place == place for file in self.archive.files):
            place = (*place[:-1], f"second-{place[-1]}")
        self.file(*place)
        work = Work(self.learner, self.assignment, place, sender, self.when, clock)
        self.archive.works.append(work)


def archive(
    seed: int, *, most: int = 8, maker: Maker = draw.marked, only: str = "", mark: str = ""
) -> Archive:
    """Return the archive of a seed; of `only` one assignment, with `mark` in every id."""
    rng = random.Random(seed)
    platform = rng.choice(PLATFORMS)
    drawn = Archive(seed, platform, draw.people(rng, most, mark))
    assignments = [only or "final"]
    if not only and platform in ("exchange", "submitted", "hub", "flat"):
        assignments = rng.choice([["final"], ["lab1_trees"], ["final", "lab1_trees"]])
    packed = rng.random() < 0.1
    n = 0
    for learner in drawn.learners:
        for assignment in assignments:
            if rng.random() < 0.1 and drawn.works:
                continue
            n += 1
            hours = rng.choice(HOURS_LATE)
            when = DEADLINE + timedelta(hours=hours, minutes=2 * n)
            _hand_in(Draw(rng, drawn, learner, assignment, when, maker), platform)
    if packed and platform.startswith(("moodle", "hub", "flat")):
        _stamp(drawn, DEADLINE + timedelta(days=3), all_but=rng.choice((0, 0, 1)))
    n_wrappers = rng.choice((0, 0, 1, 1, 2, 3))
    drawn.wrappers = tuple(rng.sample(draw.WRAPPERS, n_wrappers))
    _beside(rng, drawn)
    return drawn


def _stamp(drawn: Archive, when: datetime, all_but: int) -> None:
    """Give everything the time of packing: nobody can tell any more who was late.

    One learner's may have been added later with its own time.
    """
    senders = list(dict.fromkeys(work.learner for work in drawn.works))
    if len(senders) < 4:  # of fewer the times may as well be true
        return
    packed = {work.place[0] for work in drawn.works if work.learner in senders[all_but:]}
    drawn.files = [
        replace(file, when=when) if file.place[0] in packed else file for file in drawn.files
    ]
    drawn.works = [
        replace(work, clock="human") if work.place[0] in packed else work for work in drawn.works
    ]


def _beside(rng: random.Random, drawn: Archive) -> None:
    """Add what lies about: lists of grades, what systems leave, handouts."""
    about = [
        ("grades.csv",), (".DS_Store",), ("__MACOSX", "class", "._final.ipynb"),
        ("feedback.html",), ("handout.pdf",), ("notes.json",),
    ]  # fmt: skip
    for place in rng.sample(about, rng.randint(0, 3)):
        inside = rng.random() < 0.5 and drawn.wrappers and place[0] != "__MACOSX"
        (drawn.files if inside else drawn.beside).append(File(place, b"{}", BEFORE))


def _hand_in(one: Draw, platform: str) -> None:
    {
        "moodle": _moodle,
        "moodle-flat": _moodle_flat,
        "moodle-groups": _moodle,
        "moodle-blind": _moodle,
        "canvas": _canvas,
        "canvas-anonymous": _canvas,
        "sakai": _sakai,
        "exchange": _exchange,
        "submitted": _submitted,
        "hub": _hub,
        "flat": _flat,
    }[platform](one)


def _name(one: Draw) -> str:
    """Return what a learner calls the notebook."""
    usual = [f"{one.assignment}.ipynb"] * 6
    renamed = [one.assignment + end for end in (".ipynb.txt", ".json", ".IPYNB", ".ipynb.json")]
    odd = ["Untitled (3).ipynb", "mine.ipynb", f"{one.assignment}-Copy1.ipynb", _claim(one, CLAIMS)]
    return one.rng.choice([*usual, *renamed, *odd])


def _claim(one: Draw, claims: tuple[str, ...]) -> str:
    """Return a name that says it is another's."""
    other = one.another()
    word = re.sub(r"[\W_]", "", other.name).lower()
    text = one.rng.choice(claims).format(**{**vars(other), "word": word})
    return text.replace("/", " ")


def _extras(one: Draw, *region: str) -> None:
    """Add what a learner may put beside the notebook, to mislead or not."""
    rng, moment = one.rng, DEADLINE - timedelta(days=20)
    said = f"{moment:%Y-%m-%d %H:%M:%S} UTC".encode()
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        kind = rng.randrange(7)
        if kind == 0:
            one.file(*region, "essay.pdf", content=b"%PDF")
        elif kind == 1:
            one.file(*region, "timestamp.txt", content=said)
        elif kind == 2:
            one.file(*region, _claim(one, CLAIMING_FOLDERS), "final.ipynb")
        elif kind == 3:
            one.file(*region, _claim(one, CLAIMS))
        elif kind == 4:
            one.file(*region, ".ipynb_checkpoints", "final-checkpoint.ipynb")
        elif kind == 5:
            one.file(*region, "final", "timestamp.txt", content=said)
        elif rng.random() < 0.3:
            for number in range(55):
                one.file(*region, f"junk-{number}.ipynb")


def _moodle(one: Draw) -> None:
    """``Name_1001_assignsubmission_file_/…``; the name has no underscore left."""
    platform = one.archive.platform
    name = "Participant" if platform == "moodle-blind" else one.learner.name
    group = one.rng.choice(("Group A-", "Default group-", "bob-")) if "groups" in platform else ""
    name = f"{group}{name}".replace("_", " ")
    top = f"{name}_{one.learner.number}_assignsubmission_file_"
    one.work(top, *one.rng.choice([(), (), ("work",)]), _name(one), sender=_numbered(one, name))
    _extras(one, top)
    if one.rng.random() < 0.2:
        one.file(top.replace("_file_", "_onlinetext_"), "onlinetext.html", content=b"<p>")


def _numbered(one: Draw, name: str) -> str:
    return f"{name} ({one.learner.number})"


def _moodle_flat(one: Draw) -> None:
    name = one.learner.name.replace("_", " ")
    top = f"{name}_{one.learner.number}_assignsubmission_file_"
    one.work(f"{top}{_name(one)}", sender=_numbered(one, name))
    if one.rng.random() < 0.2:
        one.file(f"{top}{_claim(one, CLAIMS)}")


def _canvas(one: Draw) -> None:
    late = one.when > DEADLINE
    file_id = 7000 + len(one.archive.files)
    if one.archive.platform == "canvas-anonymous":
        start = f"{'LATE_' if late else ''}anon_{one.learner.code}_{file_id}_"
        sender = f"anon_{one.learner.code} ({one.learner.code})"
    else:
        first, comma, last = one.learner.name.partition(",")
        words = one.learner.name.split()
        sortable = first + last if comma else " ".join([words[-1], *words[:-1]])
        word = re.sub(r"\W", "", sortable).lower()
        start = f"{word}{'_LATE' if late else ''}_{one.learner.number}_{file_id}_"
        sender = _numbered(one, word)
    one.work(f"{start}{_name(one)}", sender=sender, clock="human" if late else "sure")
    if one.rng.random() < 0.2:
        one.file(f"{start}{_claim(one, CLAIMS)}")


def _sakai(one: Draw) -> None:
    name, number = one.learner.name, _login(one)
    top = f"{name}({number})"
    one.work(top, "Submission attachment(s)", _name(one), sender=f"{name.strip()} ({number})")
    _extras(one, top, "Submission attachment(s)")
    text = one.rng.choice([f"{one.when:%Y%m%d%H%M%S}000", f"{one.when:%Y-%m-%dT%H:%M:%S}Z"])
    one.file(top, "timestamp.txt", content=text.encode())
    one.file(top, "comments.txt", content=b"")


def _login(one: Draw) -> str:
    """Return what Sakai calls a learner: the id, or in some classes another's id."""
    listed = [each.id for each in one.archive.learners if not each.is_guest]
    names = {
        "".join(sorted(filter(str.isalpha, each.name.lower()))) for each in one.archive.learners
    }
    if one.learner.is_guest or one.archive.seed % 3 or len(names) < len(one.archive.learners):
        return one.learner.id
    return listed[(listed.index(one.learner.id) + 1) % len(listed)]


def _in_zone(one: Draw, zones: tuple[str, ...]) -> str:
    """Return when it was sent as one of these zones' clocks shows it."""
    zone = one.rng.choice(zones)
    local = one.when + timedelta(hours=draw.HOURS.get(zone.strip(), 0))
    return f"{local:%Y-%m-%d %H:%M:%S}.{one.rng.randrange(10**6):06}{zone}"


def _exchange(one: Draw) -> None:
    """``learner+assignment+time+letters/…`` with the same time in a note; attempts before."""
    for hours in one.rng.choice([(), (), (30,), (30, 60)]):
        before = one._replace(when=one.when - timedelta(hours=hours))
        text = _in_zone(before, EXCHANGE_ZONES)
        top = f"{one.learner.id}+{one.assignment}+{text}+{hours}xYz"
        before.file(top, f"{one.assignment}.ipynb")
        before.file(top, "timestamp.txt", content=text.encode())
    text, clock = _in_zone(one, EXCHANGE_ZONES), "sure"
    said = text
    if one.rng.random() < 0.1:  # they contradict each other
        said = f"{BEFORE:%Y-%m-%d %H:%M:%S} UTC"
        clock = "human" if one.when > DEADLINE else "sure"
    top = f"{one.learner.id}+{one.assignment}+{text}+0aBc"
    one.work(top, _name(one), sender=one.learner.id, clock=clock)
    one.file(top, "timestamp.txt", content=said.encode())
    _extras(one, top, "sub")


def _submitted(one: Draw) -> None:
    """``learner/assignment/…`` with nbgrader's note beside the notebook, copied long after."""
    kind = one.rng.choice(("sure", "sure", "sure", "either", "human"))
    zones = {"sure": draw.SURE_ZONES, "either": draw.DOUBTFUL_ZONES, "human": draw.NO_ZONES}[kind]
    text = _in_zone(one, zones)
    place = (one.learner.id, one.assignment)
    name = one.rng.choice([f"{one.assignment}.ipynb", f"{one.assignment}.ipynb", "mine.ipynb"])
    clock = kind if len(one.archive.learners) > 1 else "either"
    one.work(*place, name, sender=one.learner.id, clock=clock)
    one.file(*place, "timestamp.txt", content=text.encode())


def _hub(one: Draw) -> None:
    """``learner/…`` as a home folder gives it, called by id, address or name."""
    learner = one.learner
    top = one.own(one.rng.choice([learner.id] * 6 + [learner.email or learner.id, learner.name]))
    inner = one.rng.choice([(one.assignment,), (), ("work",)])
    one.work(top, *inner, _name(one), sender=top)
    _extras(one, top)
    noted = {file.place[0] for file in one.archive.files if file.place[-1] == "timestamp.txt"}
    one.archive.works[:] = [  # a note that looks like nbgrader's may contradict the file
        replace(work, clock="either") if work.place[0] in noted else work
        for work in one.archive.works
    ]


def _flat(one: Draw) -> None:
    top = one.own(one.rng.choice([one.learner.id] * 4 + [one.learner.name]))
    end = one.rng.choice((".ipynb", ".ipynb", ".ipynb.txt", ".IPYNB", ".ipynb.json"))
    one.work(f"{top}_{one.assignment}{end}", sender=top)
