"""The learners of a class, and how to tell whose work it is that a platform calls by a name."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

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
    numbers
        The numbers under which platforms know this learner: Canvas's id, Moodle's participant.
    others
        Further columns of the roster by their heading.
    """

    id: str
    name: str
    email: str = ""
    extension: timedelta | datetime | None = None
    late_days: int = 0
    also: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict, hash=False)

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

        Looked for in this order: id, other names, e-mail, its part before the @, full name, the
        words of the name in any order and without accents, and the name as one word, as Canvas
        writes it. Capitals never count.

        Examples
        --------
        >>> class_ = Roster((Person("ab1", "Zoë O'Hara", "z.ohara@example.org"),))
        >>> {class_.find(name).id for name in ("AB1", "O'Hara, Zoë", "z.ohara", "oharazoë")}
        {'ab1'}
        >>> class_.find("Zoe Smith") is None
        True
        """
        for index, key in zip(self._indexes, _keys(sender), strict=True):
            fitting = index.get(key, set()) if key else set()
            if fitting:
                return self.get(next(iter(fitting))) if len(fitting) == 1 else None
        return None

    def nearest(self, sender: str, n: int = 3) -> list[Person]:
        """Return up to `n` learners whose id or name looks most like what a platform sent."""
        matcher = difflib.SequenceMatcher(b=_tidy(sender))
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
            {_tidy(person.id), *map(_tidy, _turned(person.name)), _squashed(person.name)}
            for person in self.people
        ]

    @cached_property
    def _indexes(self) -> list[dict[str, set[str]]]:
        """Return for each way of `find` which ids a key leads to."""
        ways: list[dict[str, set[str]]] = [{} for _ in range(7)]
        for person in self.people:
            address = _tidy(person.email)
            keys: list[Iterable[str]] = [
                [_tidy(person.id)],
                map(_tidy, person.also),
                [address],
                [address.partition("@")[0]],
                map(_tidy, _turned(person.name)),
                [_words(person.name)],
                map(_squashed, _rotated(person.name)),
            ]
            for index, found in zip(ways, keys, strict=True):
                for key in found:
                    index.setdefault(key, set()).add(person.id)
        return ways


def _keys(sender: str) -> list[str]:
    """Return what to look for in each of `Roster._indexes`."""
    tidy = _tidy(sender)
    return [tidy, tidy, tidy, tidy, tidy, _words(sender), _squashed(sender)]


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("_", " ").split()).casefold()


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
    parted = unicodedata.normalize("NFKD", name.casefold())
    kept_ = "".join(c for c in parted if not unicodedata.combining(c) and c not in "'`-\u2019")
    return " ".join(sorted(re.findall(r"\w+", kept_.replace("_", " "))))


def _squashed(name: str) -> str:
    """Return a name as Canvas writes it: letters and digits only."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name)).casefold()
