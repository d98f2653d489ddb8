"""The slow second look at a file that did not parse: which line and column, and why."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from .catalog import describe
from .errors import DataFormatError
from .schema import BINARY, CLASSES, DTYPES, FEATURES, RATES, VOCABULARY
from .table import LABEL

_LARGEST = {"int8": 2**7 - 1, "int16": 2**15 - 1, "int32": 2**31 - 1}


def _expected(column: str, name: str, value: str) -> str | None:
    """Return what was expected instead of a value, or None where the value is legal."""
    words = {**VOCABULARY, LABEL: CLASSES[name]}.get(column)
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


def _lines(stream: IO[bytes]) -> Iterator[tuple[bytes, Exception | None]]:
    """Yield each line, and with the last one the error that ended the stream, if any did."""
    rest, broken = b"", None
    while True:
        try:
            block = stream.read(1 << 16)
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            block, broken = b"", error
        if not block:
            break
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line, None
    if rest or broken:
        yield rest, broken


def _fault(line: bytes, columns: int, name: str, good: set[tuple[int, bytes]]) -> str | None:
    """Return the first fault of a line, or None."""
    fields = line.removesuffix(b"\r").split(b",")
    headings = (*FEATURES, LABEL)
    for number, (heading, field) in enumerate(zip(headings, fields, strict=False), start=1):
        if (number, field) in good:
            continue
        value = field.decode("utf-8", "backslashreplace")
        expected = _expected(heading, name, value)
        if expected is not None:
            width = f" ({len(fields)} fields, expected {columns})" if len(fields) != columns else ""
            return f"column {number} ({heading}): found {value[:40]!r}, expected {expected}{width}"
        good.add((number, field))
    if len(fields) != columns:
        at = min(len(fields), columns) + 1
        return f"column {at}: found {len(fields)} fields in the line, expected {columns}"
    return None


def diagnose(path: Path, open_again: Callable[[], IO[bytes]], name: str) -> DataFormatError:
    """Return an error that names file, line and column of the first fault.

    Parameters
    ----------
    path
        The file, for the message.
    open_again
        Opens its uncompressed text once more.
    name
        Data set, for the number of columns and the class names.
    """
    columns = describe(name).columns
    mend = "get the official file again, or remove this one"
    good: set[tuple[int, bytes]] = set()
    number = 0
    try:
        for number, (line, broken) in enumerate(_lines(open_again()), start=1):
            if broken is not None:
                at = line.count(b",") + 1
                return DataFormatError(
                    f"{path}, line {number}, column {at}: the compressed data ends or is damaged "
                    f"here ({broken}); {mend}"
                )
            fault = _fault(line, columns, name, good)
            if fault is not None:
                return DataFormatError(f"{path}, line {number}, {fault}; {mend}")
    except (EOFError, zipfile.BadZipFile) as error:
        return DataFormatError(f"{path}, line 1, column 1: not readable ({error}); {mend}")
    if number == 0:
        return DataFormatError(
            f"{path}, line 1, column 1: found nothing, expected {columns} fields; {mend}"
        )
    return DataFormatError(f"{path}, line {number}: the text could not be parsed; {mend}")
