"""What lies there instead of an official file, told from its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .contract import File

# First bytes of formats in which people keep such files, and that are not read.
_FORMATS: Final = {
    b"7z\xbc\xaf": "a 7z archive: unpack it",
    b"Rar!": "a RAR archive: unpack it",
    b"BZh": "packed with bzip2: unpack it",
    b"\xfd7zXZ": "packed with xz: unpack it",
    b"\x28\xb5\x2f\xfd": "packed with zstd: unpack it",
    b"PAR1": "a Parquet table, not the official text",
    b"\xd0\xcf\x11\xe0": "an Excel table, not the official text",
    b"\xff\xfe": "UTF-16 text, as Windows PowerShell writes it: save it as UTF-8",
    b"\xfe\xff": "UTF-16 text: save it as UTF-8",
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself",
}


def near_miss(head: bytes, file: File, columns: Sequence[str] = ()) -> str | None:
    """Return what a file is instead of the official one, as far as its beginning tells, or None.

    Parameters
    ----------
    head
        Beginning of its normalised text.
    file
        What it is to be.
    columns
        Names of the columns, by which a header is known.
    """
    for magic, what in _FORMATS.items():
        if head.startswith(magic) and not file.binary:
            return f"it is {what}"
    if head.lstrip().startswith(b"<"):
        return "it is a web page, not the file"
    if b"@relation" in head.lower() and b"@attribute" in head.lower():
        return f"it is in Weka's format ARFF; {file.names[0]} has the same rows as plain text"
    first = head.split(b"\n")[0].decode("utf-8", "replace")
    if file.header is not None:
        if first != file.header:
            return f"line 1 is {first[:60]!r}, expected the header {file.header[:60]!r}"
        return None
    fields = [field.strip(" \"'").lower() for field in first.replace(";", ",").split(",")]
    known = {column.lower() for column in columns}
    if len(fields) > 1 and sum(field in known for field in fields) * 2 > len(fields):
        return f"line 1 is a header ({first[:40]}…), which the official file has not: delete it"
    for mark, said in ((";", "semicolons"), ("\t", "tabs")):
        if columns and "," not in first and first.count(mark) + 1 >= len(columns):
            return f"the fields are divided by {said}, in the official file by commas"
    return None
