"""The learners of a class, and how to tell whose work it is that a platform calls by a name."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from anomaly_desk.submissions.naming import CANVAS, MOODLE, NBGRADER, SAKAI, Label
from anomaly_desk.submissions.spreadsheet import fold

LEARNER_ID = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,63}")
_NEAR = 0.6  # of 1: how much alike a name must be to be suggested


@dataclass(frozen=True)
class Person:
    """One learner of the roster.

    Attributes
    ----------
    id
        The learner's id in the gradebook, in `LEARNER_ID`'s letters; what a learner types in the
        first cell of the assessment.
    extension
        How much later the deadline is for this learner, or until when; a time without a zone is
        one of the deadline's zone.
    late_days
        Days after the deadline that cost nothing, for each assignment.
    also
        Other names under which a platform may deliver this learner's work.
    others
        Further columns of the roster by their heading.
    numbers
        The numbers under which platforms know this learner: Canvas's id, Moodle's participant.
    """

    id: str
    name: str
    email: str = ""
    extension: timedelta | datetime | None = None
    late_days: int = 0
    also: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict, hash=False)
    numbers: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return name and id, as messages show a learner."""
        return f"{self.name} ({self.id})"


@dataclass(frozen=True)
class Roster:
    """The learners of a class, in the order of the file."""

    people: tuple[Person, ...]

    def get(self, learner: str) -> Person | None:
        """Return the learner with this id, or None."""
        return next((person for person in self.people if person.id == learner), None)

    def find(self, sender: str) -> Person | None:
        """Return whose work a platform calls so; None for nobody's, and for more than one's.

        Examples
        --------
        >>> class_ = Roster((Person("ab1", "Zoë O'Hara", "z.ohara@example.org"),))
        >>> {class_.find(name).id for name in ("AB1", "O'Hara, Zoë", "z.ohara", "oharazoë")}
        {'ab1'}
        >>> class_.find("Zoe Smith") is None
        True
        """
        fitting = self.whose(Label(sender))
        return fitting[0] if len(fitting) == 1 else None

    def whose(self, label: Label) -> list[Person]:
        """Return everybody whose work it may be; it is certain where that is one.

        The platform's number decides where `also` holds it; so does one in the roster's columns
        of numbers, unless the name is another's. Otherwise everybody counts whom one of these may
        mean: another name, an e-mail, the words of the full name in any order and without
        accents, the name as one word, as Canvas writes it, in Moodle what follows the name of a
        group, and where no platform gives names the id and the e-mail's part before the @; an id
        that its learner's `also` repeats decides. Capitals never count.

        Parameters
        ----------
        label
            What a folder or file says of its sender.
        """
        if label.number and (told := self._at("also", str(label), label.number)):
            return self._people(told)
        also = self._at("also", label.sender)
        named = also | self._at("email", label.sender) | self._named(label.sender)
        if label.platform in ("", NBGRADER):
            its_id = self._at("id", label.sender)
            named |= its_id | self._at("local", label.sender)
            return self._people(its_id if also and also == its_id else named)
        if label.platform == MOODLE:  # behind the name of a group
            parts = label.sender.split("-")
            named = named.union(*(self._named("-".join(parts[n:])) for n in range(1, len(parts))))
        by_number = self._at("id" if label.platform == SAKAI else "number", label.number)
        by_number |= self._at("id", *label.otherwise).union(*map(self._named, label.otherwise))
        if len(by_number) == 1 and (by_number <= named or not named):
            return self._people(by_number)
        people = self._people(by_number | named)
        is_strange = not by_number and all(self._is_another(person, label) for person in people)
        return [] if is_strange else people

    def _people(self, ids: set[str]) -> list[Person]:
        return [person for person in self.people if person.id in ids]

    def _at(self, way: str, *keys: str) -> set[str]:
        """Return whom one of the keys means."""
        form = tidy if way == "also" else _exact
        found = (self._indexes[way].get(form(key), set()) for key in keys if key.strip())
        return set().union(*found)

    def _named(self, name: str) -> set[str]:
        """Return whom a name may mean."""
        keys = {"words": _words(name), "squashed": _squashed(name)}
        found = (self._indexes[way].get(key, set()) for way, key in keys.items() if key)
        return set().union(*found)

    def _is_another(self, person: Person, label: Label) -> bool:
        """Return whether the roster knows a number of this learner, and it is not the label's."""
        if not label.number:
            return False
        told = (text.rstrip(")").rpartition(" (") for text in person.also if text.endswith(")"))
        known = {number for name, _, number in told if _words(name) == _words(label.sender)}
        if label.platform == CANVAS:
            known |= set(person.numbers)
        return bool(known) and _exact(label.number) not in map(_exact, known)

    def nearest(self, sender: str, n: int = 3) -> list[Person]:
        """Return up to `n` learners whose id or name looks most like what a platform sent."""
        matcher = difflib.SequenceMatcher(b=tidy(sender))
        alike: dict[str, float] = {}
        for person, forms in zip(self.people, self._forms, strict=True):
            for form in forms:
                matcher.set_seq1(form)
                # cheap bounds first: a wrong roster would make a large class wait
                if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR:
                    alike[person.id] = max(alike.get(person.id, 0.0), matcher.ratio())
        near = [person for person in self.people if alike.get(person.id, 0.0) >= _NEAR]
        return sorted(near, key=lambda person: -alike[person.id])[:n]

    @cached_property
    def _forms(self) -> list[set[str]]:
        """Return what each learner's name may look like."""
        return [
            {tidy(person.id), *map(tidy, _turned(person.name)), _squashed(person.name)}
            for person in self.people
        ]

    @cached_property
    def _indexes(self) -> dict[str, dict[str, set[str]]]:
        """Return for each kind of key which ids it leads to."""
        ways: dict[str, dict[str, set[str]]] = defaultdict(dict)
        for person in self.people:
            keys: dict[str, Iterable[str]] = {
                "id": [_exact(person.id)],
                "email": [_exact(person.email)],
                "number": map(_exact, person.numbers),
                "also": map(tidy, person.also),
                "local": [_exact(person.email).partition("@")[0]],
                "words": [_words(person.name)],
                "squashed": map(_squashed, _rotated(person.name)),
            }
            for way, found in keys.items():
                for key in found:
                    ways[way].setdefault(key, set()).add(person.id)
        return ways


def tidy(text: str) -> str:
    """Return a text without what nobody sees: capitals, spaces, invisible characters.

    Moodle writes a space for each underscore.
    """
    return " ".join(_exact(text).replace("_", " ").split())


def _exact(text: str) -> str:
    """Return a text in small letters, and as a roster is read: without invisible characters."""
    return fold(text).casefold()


def _turned(name: str) -> list[str]:
    """Return a name as it is, and "Last, First" as "First Last"."""
    last, comma, first = name.partition(",")
    return [name, f"{first.strip()} {last.strip()}"] if comma else [name]


def _rotated(name: str) -> list[str]:
    """Return the name with its last words in front, however many they are."""
    words = _turned(name)[-1].split()
    return [" ".join(words[at:] + words[:at]) for at in range(len(words))]


def _words(name: str) -> str:
    """Return the words of a name in the alphabet's order, without accents and marks."""
    parted = unicodedata.normalize("NFKD", tidy(name))
    kept_ = "".join(c for c in parted if not unicodedata.combining(c) and c not in "'`-\u2019")
    return " ".join(sorted(re.findall(r"\w+", kept_.replace("_", " "))))


def _squashed(name: str) -> str:
    """Return a name as Canvas writes it: letters and digits only."""
    return re.sub(r"[\W_]", "", tidy(name))
