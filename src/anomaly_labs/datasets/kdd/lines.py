"""The lines of the official files: parsed all at once, or one by one to find a fault."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Final

from ..contract import LABEL
from ..table import Parsed, arrow_types
from .schema import BINARY, CATEGORICAL, DTYPES, FEATURES, INTEGER, RATES, SCHEMA

if TYPE_CHECKING:
    import pyarrow as pa

_LARGEST: Final = {"int8": 2**7 - 1, "int16": 2**15 - 1, "int32": 2**31 - 1}


def parse(texts: Sequence[IO[bytes]], split: str, *, fields: int) -> Parsed:
    """Return the checked rows of the one text of a split.

    Parameters
    ----------
    texts
        The text.
    split
        Of no meaning: all splits have the same form.
    fields
        Fields of a line: 42, or 43 where each line ends in a difficulty, which is not loaded.

    Raises
    ------
    ValueError
        If a value is not one that its column can have.
    """
    return Parsed(_checked(_arrow_csv(texts[0], fields)))


def _arrow_csv(text: IO[bytes], fields: int) -> pa.Table:
    """Parse the text; words become dictionaries, numbers the smallest exact types."""
    import pyarrow as pa
    from pyarrow import csv

    types = arrow_types(SCHEMA)
    words = pa.dictionary(pa.int32(), pa.string())
    return csv.read_csv(
        text,
        read_options=csv.ReadOptions(
            column_names=[*FEATURES, LABEL, "difficulty"][:fields], block_size=1 << 22
        ),
        parse_options=csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types={**types, **dict.fromkeys((*CATEGORICAL, LABEL), words)},
            include_columns=list(types),
            null_values=[],
        ),
    )


def _coded(column: pa.ChunkedArray, vocabulary: tuple[str, ...]) -> pa.ChunkedArray:
    """Return dictionary values as codes of the vocabulary."""
    import pyarrow as pa
    import pyarrow.compute as pc

    chunks = []
    for chunk in column.chunks:
        words = [word.removesuffix(".") for word in chunk.dictionary.to_pylist()]
        codes = pc.index_in(pa.array(words, pa.string()), value_set=pa.array(vocabulary))
        if codes.null_count:
            raise ValueError(f"unknown value {words[codes.is_null().index(True).as_py()]!r}")
        chunks.append(codes.cast(pa.int8()).take(chunk.indices))
    return pa.chunked_array(chunks, pa.int8())


def _checked(table: pa.Table) -> pa.Table:
    """Return the coded table; every number must lie in the range of its column."""
    import pyarrow.compute as pc

    upper = {**dict.fromkeys(BINARY, 1), **dict.fromkeys(RATES, 1.0)}
    for column in (*BINARY, *INTEGER, *RATES):
        values = table.column(column)
        legal = pc.greater_equal(values, 0)
        if column in upper:
            legal = pc.and_(legal, pc.less_equal(values, upper[column]))
        if not pc.all(legal).as_py():
            raise ValueError(f"{column} is out of range")
    for column, words in SCHEMA.words.items():
        codes = _coded(table.column(column), words)
        table = table.set_column(table.schema.get_field_index(column), column, codes)
    return table


def fault(line: bytes, *, fields: int) -> str | None:
    """Return the first fault of a line, with its column, or None.

    Parameters
    ----------
    line
        Without its end.
    fields
        How many it must have.
    """
    found = line.split(b",")
    for number, (heading, field) in enumerate(
        zip((*FEATURES, LABEL), found, strict=False), start=1
    ):
        value = field.decode("utf-8", "backslashreplace")
        expected = _expected(heading, value)
        if expected is not None:
            width = f" ({len(found)} fields, expected {fields})" if len(found) != fields else ""
            return f"column {number} ({heading}): found {value[:40]!r}, expected {expected}{width}"
    if len(found) != fields:
        at = min(len(found), fields) + 1
        return f"column {at}: found {len(found)} fields in the line, expected {fields}"
    return None


@lru_cache(maxsize=1 << 16)
def _expected(column: str, value: str) -> str | None:
    """Return what was expected instead of a value, or None where the value is legal."""
    words = SCHEMA.words.get(column)
    if words is not None:
        legal = value.removesuffix(".") in words
        return None if legal else f"one of {', '.join(words[:3])}, … ({len(words)} known values)"
    if column in RATES:
        try:
            legal = 0 <= float(value) <= 1
        except ValueError:
            legal = False
        return None if legal else "a number from 0 to 1"
    largest = 1 if column in BINARY else _LARGEST[DTYPES[column]]
    legal = value.isascii() and value.isdigit() and int(value) <= largest
    return None if legal else f"a whole number from 0 to {largest:,}"
