"""What a data set is: the form that each module or folder of `sets` fills in.

A set is a module with a constant ``SET``, a `DataSet`: what it holds and how its texts become rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import IO, TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .fast import Fast
    from .generated import Generator
    from .table import Parsed

LABEL = "label"
CASE = "case"
NORMAL = "normal"

Source = Literal["real", "excerpt", "synthetic"]


def joined(keys: Sequence[str]) -> str:
    """Return one key of the keys of several files; a single one is its own."""
    return keys[0] if len(keys) == 1 else hashlib.sha256(" ".join(keys).encode()).hexdigest()


@dataclass(frozen=True)
class File:
    """One official file of a split.

    Attributes
    ----------
    names
        Names under which the file is found; the first is the official one. Each may also be
        compressed and end in ``.gz`` or ``.zip``.
    urls
        Pairs of address and the name under which its file is stored; none where the file cannot
        be downloaded.
    rows
        Official number of rows (lines but for the header), where a count says something.
    text_sha256
        Checksum of the normalised text (`text.Text`), where it is known.
    archive_sha256
        Checksum of the compressed file, used only where that of the text is not known.
    bundles
        Zip files that hold this file beside others.
    header
        The official first line; None where the rows begin at once.
    binary
        Whether the content is no text, so that it is verified as it stands.
    package
        An installed package and the folder in it where the file lies, as "sklearn/datasets/data";
        it is looked for there last.
    """

    names: tuple[str, ...]
    urls: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    text_sha256: str | None = None
    archive_sha256: str | None = None
    bundles: tuple[str, ...] = ()
    header: str | None = None
    binary: bool = False
    package: str = ""

    @property
    def sha256(self) -> str | None:
        """Official checksum: of the text where it is known, else of the compressed file."""
        return self.text_sha256 or self.archive_sha256


@dataclass(frozen=True)
class Split:
    """One part of a data set.

    Attributes
    ----------
    rows
        Number of rows: official, or as many as are generated where there is no official file.
    files
        The official files, in the order in which the parser gets them; none of a generated world.
    source
        "real" rows, or an "excerpt": real rows, but not in their true shares.
    on_request
        Whether the files are downloaded only when somebody asks for this set or split.
    schema
        Columns and labels of this split, where they are not those of the set.
    """

    rows: int
    files: tuple[File, ...]
    source: Literal["real", "excerpt"] = "real"
    on_request: bool = False
    schema: Schema | None = None

    @property
    def key(self) -> str | None:
        """What verified files of this split have as their key; None where a sum is not known."""
        keys = [file.sha256 for file in self.files]
        known = [key for key in keys if key is not None]
        return joined(known) if known and len(known) == len(keys) else None


@dataclass(frozen=True)
class Schema:
    """The columns of a set and what its labels mean.

    Attributes
    ----------
    columns
        NumPy type of each feature, in order; "category" for words of a fixed vocabulary, "string"
        for any words.
    vocabulary
        Words of each "category" column; codes mean the same in all splits.
    classes
        Class names of the labels; none where rows have no labels.
    normal
        The classes that are no attack; none where the classes say nothing of attacks.
    family
        Family of each attack; an attack that is not named is a family of its own.
    cases
        Whether each row also has the number of the case that it belongs to.
    """

    columns: Mapping[str, str]
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    normal: tuple[str, ...] = (NORMAL,)
    family: Mapping[str, str] = field(default_factory=dict)
    cases: bool = False

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """Vocabulary of each coded column, that of the labels too."""
        labels = {LABEL: self.classes} if self.classes else {}
        return {**self.vocabulary, **labels}

    @property
    def families(self) -> tuple[str, ...]:
        """The families, "normal" first; none where labels say nothing of attacks."""
        attacks = [name for name in self.classes if name not in self.normal]
        known = [family for name, family in self.family.items() if name in attacks]
        found = dict.fromkeys([*known, *(name for name in attacks if name not in self.family)])
        return (NORMAL, *found) if self.classes and self.normal else ()

    @cached_property
    def digest(self) -> str:
        """A checksum of all that decides how rows are stored."""
        text = repr((list(self.columns.items()), sorted(self.words.items())))
        text += CASE * self.cases
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class DataSet:
    """All that the rest of the package knows of a set.

    Attributes
    ----------
    name
        Name of the module.
    title, licence, citation
        For people.
    urls
        Official pages about the set.
    splits
        Parts of the set by name.
    default_split
        What `load` takes when no split is named.
    schema
        Columns and labels.
    parse
        Takes the normalised texts of the files of a split, opened, and the name of the split.
        A ValueError says what is wrong with the text.
    version
        Raised when the parser gives other rows for the same text.
    fields
        Fields of a line of the official file; None where they are the columns and the label.
    fault
        Takes a line of the first file, returns the first fault in it, with its column, or None.
    fast
        None where fast mode leaves the set whole, as it must a series.
    generator
        None where nothing can stand in for files that are not there.
    origin
        Where the files come from, one sentence in Markdown; "" where the citation says it.
    unverified
        Which address or sum nobody has compared with the official place, and what it is instead,
        one sentence in Markdown; "" where there is none.
    """

    name: str
    title: str
    licence: str
    citation: str
    urls: tuple[str, ...]
    splits: dict[str, Split]
    default_split: str
    schema: Schema
    parse: Callable[[Sequence[IO[bytes]], str], Parsed] | None = None
    version: int = 1
    fields: int | None = None
    fault: Callable[[bytes], str | None] | None = None
    fast: Fast | None = None
    generator: Generator | None = None
    origin: str = ""
    unverified: str = ""

    @property
    def width(self) -> int:
        """Fields of a line of the official file."""
        return self.fields or len(self.schema.columns) + bool(self.schema.classes)

    def of(self, split: str) -> DataSet:
        """Return the set as one of its splits has it, with the columns and labels of that.

        Parameters
        ----------
        split
            Name of a split.
        """
        schema = self.splits[split].schema
        return self if schema is None else replace(self, schema=schema)

    @property
    def layout(self) -> str:
        """What a stored table must have been made with to be read: schema and parser."""
        return f"{self.schema.digest}-{self.version}"
