"""Whether a file is the official one: by the sum of its text, of its archive, or by its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from anomaly_labs.errors import ChecksumError, DataFormatError

from .contract import File
from .mistakes import near_miss
from .text import BROKEN, Opened, open_text

_BLOCK: Final = 1 << 20


class Proof(NamedTuple):
    """What reading a file has shown.

    Attributes
    ----------
    key
        The official checksum that was found, else that of the normalised text.
    verified
        Whether it is the official content; else only the number of rows agrees.
    """

    key: str
    verified: bool


def prove(path: Path, file: File, opened: Opened, columns: Sequence[str] = ()) -> Proof:
    """Return what a file, read to its end, turned out to be.

    Where no sum of the text is known, and that of the compressed file is another or there is
    none, the file is known by its number of rows and counts as not verified.

    Parameters
    ----------
    path
        Where it lies.
    file
        Which file it is to be.
    opened
        Its text; what is left of it is read.
    columns
        Names of its columns, by which a header is known.

    Raises
    ------
    ChecksumError
        If it is another file.
    """
    text = opened.text
    while text.read(_BLOCK):
        pass
    rows = text.lines - (file.header is not None)
    found = text.sha256.hexdigest()
    if found == file.text_sha256:
        return Proof(found, True)
    near = near_miss(text.head, file, columns)
    said = f"; {near}" if near else ""
    official = "?" if file.rows is None else f"{file.rows:,}"
    if file.text_sha256 is not None:
        mend = "put the official file there, or remove this one"
        if not file.urls:
            mend += ", or, if this file is right and the set your own, write its sum there"
        raise ChecksumError(
            f"{path}: the SHA-256 of the uncompressed text is {found}, that of the official file "
            f"is {file.text_sha256} (rows: {rows:,} here, {official} there); {mend}{said}"
        )
    if opened.packed and file.archive_sha256 is not None:
        with path.open("rb") as raw:
            if hashlib.file_digest(raw, "sha256").hexdigest() == file.archive_sha256:
                return Proof(file.archive_sha256, True)
    if file.rows is not None and rows != file.rows:
        raise ChecksumError(f"{path} holds {rows:,} rows, the official file {official}{said}")
    return Proof(found, False)


def verify_file(path: Path, file: File) -> Proof:
    """Return what a file is; its content is hashed, not parsed.

    Parameters
    ----------
    path
        Where it lies.
    file
        Which file it is to be.

    Raises
    ------
    DataFormatError
        If the compressed data is damaged.
    ChecksumError
        If it is another file.
    """
    with ExitStack() as stack:
        try:
            return prove(path, file, open_text(path, file, stack))
        except BROKEN as error:
            raise DataFormatError(
                f"{path}: the compressed data ends or is damaged ({error}); get the file again"
            ) from error
