"""The slow second look at a file that is not the official one: what it is instead, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from anomaly_labs.errors import DataFormatError

from .contract import DataSet, File
from .mistakes import near_miss
from .text import BROKEN, Text, open_text

MEND: Final = "get the official file again, or remove this one"


def _lines(text: Text) -> Iterator[tuple[bytes, Exception | None]]:
    """Yield each line, and with the last one the error that ended the stream, if any did."""
    rest, broken = b"", None
    while True:
        try:
            block = text.read(1 << 16)
        except BROKEN as error:
            block, broken = b"", error
        if not block:
            break
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line, None
    if rest or broken:
        yield rest, broken


def diagnose(
    paths: Sequence[Path], dataset: DataSet, files: Sequence[File], said: Exception
) -> DataFormatError:
    """Return an error that names file, line and column of the first fault.

    Parameters
    ----------
    paths
        The files of a split.
    dataset
        Knows what a line must look like.
    files
        What they are to be.
    said
        What the parser said.
    """
    for number, (path, file) in enumerate(zip(paths, files, strict=True)):
        fault = dataset.fault if number == 0 else None
        found = _first_fault(path, dataset, file, fault)
        if found is not None:
            return DataFormatError(f"{path}{found}; {MEND}")
    return DataFormatError(f"{' and '.join(map(str, paths))}: {said}; {MEND}")


def _first_fault(
    path: Path, dataset: DataSet, file: File, fault: Callable[[bytes], str | None] | None
) -> str | None:
    """Return the first fault of one file, to be put behind its name, or None."""
    columns = [*dataset.schema.columns]
    number = 0
    with ExitStack() as stack:
        try:
            text = open_text(path, file, stack).text
            for number, (line, broken) in enumerate(_lines(text), start=1):
                if broken is not None:
                    at = line.count(b",") + 1
                    return (
                        f", line {number}, column {at}: the compressed data ends or is damaged "
                        f"here ({broken})"
                    )
                near = near_miss(text.head, file, columns) if number == 1 else None
                if near is not None:
                    return f": {near}"
                header = number == 1 and file.header is not None
                wrong = None if fault is None or header else fault(line)
                if wrong is not None:
                    return f", line {number}, {wrong}"
        except BROKEN as error:
            return f", line 1, column 1: not readable ({error})"
    if number == 0:
        return f", line 1, column 1: found nothing, expected {dataset.width} fields"
    return None
