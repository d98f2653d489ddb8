"""Official text files, plain or compressed, to checked Arrow tables."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from .catalog import Split, describe
from .diagnose import diagnose
from .errors import ChecksumError, DataFormatError
from .schema import BINARY, CATEGORICAL, CLASSES, FEATURES, INTEGER, RATES, VOCABULARY
from .table import LABEL, arrow_types

if TYPE_CHECKING:
    import pyarrow as pa

# What reading a damaged compressed file raises.
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


class _Hashed(io.RawIOBase):
    """A readable stream that keeps the SHA-256 of what went through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.sha256.update(block)
        return block


def _member(archive: zipfile.ZipFile, files: tuple[str, ...], path: Path) -> str:
    """Return the name of the wanted file in a zip file."""
    members = [info.filename for info in archive.infolist() if not info.is_dir()]
    for member in members:
        if PurePosixPath(member).name in files:
            return member
    if len(members) == 1:
        return members[0]
    raise DataFormatError(
        f"{path} holds {', '.join(members[:5]) or 'nothing'}, but not {files[0]}; "
        "put the official file there"
    )


def open_text(path: Path, files: tuple[str, ...], stack: ExitStack) -> tuple[IO[bytes], _Hashed]:
    """Return the uncompressed text of a file, and the hash of the bytes on disk.

    The first bytes tell the compression, because names lie: browsers unpack on the way.
    """
    raw = stack.enter_context(path.open("rb"))
    magic = raw.read(4)
    raw.seek(0)
    if magic == b"PK\x03\x04":
        archive = stack.enter_context(zipfile.ZipFile(raw))
        member = _member(archive, files, path)
        try:
            return stack.enter_context(archive.open(member)), _Hashed(raw)
        except RuntimeError as error:  # a password, or a method that zipfile does not know
            raise DataFormatError(f"{path}: {error}; pack the file anew, or unpack it") from error
    hashed = _Hashed(raw)
    if magic[:2] == b"\x1f\x8b":
        return stack.enter_context(gzip.GzipFile(fileobj=hashed)), hashed  # type: ignore[arg-type]
    return raw, hashed


def verify_file(path: Path, info: Split) -> None:
    """Raise unless a file is the official one; its content is hashed, not parsed.

    Raises
    ------
    DataFormatError
        If the compressed data is damaged.
    ChecksumError
        If it is another file.
    """
    lines = 0
    with ExitStack() as stack:
        try:
            text, raw = open_text(path, info.files, stack)
            digest = _Hashed(text)
            while block := digest.read(1 << 20):
                lines += block.count(b"\n")
        except _BROKEN as error:
            raise DataFormatError(
                f"{path}: the compressed data ends or is damaged ({error}); get the file again"
            ) from error
    compressed = text is not raw.stream
    of_archive = info.text_sha256 is None and compressed
    found = (raw if of_archive else digest).sha256.hexdigest()
    check_official(path, info, found, rows=lines, compressed=compressed)


def _arrow_csv(text: Any, columns: int) -> pa.Table:
    """Parse the text; words become dictionaries, numbers the smallest exact types."""
    import pyarrow as pa
    from pyarrow import csv

    types = arrow_types()
    words = pa.dictionary(pa.int32(), pa.string())
    return csv.read_csv(
        text,
        read_options=csv.ReadOptions(
            column_names=[*FEATURES, LABEL, "difficulty"][:columns], block_size=1 << 22
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


def _checked(table: pa.Table, name: str) -> pa.Table:
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
    for column, words in {**VOCABULARY, LABEL: CLASSES[name]}.items():
        codes = _coded(table.column(column), words)
        table = table.set_column(table.schema.get_field_index(column), column, codes)
    return table


def read_official(path: Path, name: str, info: Split) -> tuple[pa.Table, str]:
    """Return the checked table of an official file, and its checksum.

    The file is read once: hashed, uncompressed and parsed as it streams by. Only when that fails
    is it read a second time, slowly, to find the line.

    Raises
    ------
    DataFormatError
        If the content is not what the format promises, with file, line and column.
    ChecksumError
        If the content is well-formed but not the official one.
    """
    import pyarrow as pa

    columns = describe(name).columns
    with ExitStack() as stack:
        try:
            text, raw = open_text(path, info.files, stack)
            compressed = text is not raw.stream
            hashed = raw if info.text_sha256 is None and compressed else _Hashed(text)
            source = hashed if hashed is not raw else text
            table = _checked(_arrow_csv(source, columns), name)
        except (*_BROKEN, pa.ArrowInvalid, ValueError) as error:
            if isinstance(error, DataFormatError):
                raise
            with ExitStack() as again:
                raise diagnose(path, lambda: open_text(path, info.files, again)[0], name) from error
    found = hashed.sha256.hexdigest()
    check_official(path, info, found, rows=table.num_rows, compressed=compressed)
    return table, found


def check_official(path: Path, info: Split, found: str, *, rows: int, compressed: bool) -> None:
    """Raise ChecksumError unless a file is the official one.

    Where only the checksum of the compressed file is known, an uncompressed one is known by its
    number of rows.
    """
    if info.text_sha256 is None and not compressed:
        if rows == info.rows:
            return
        raise ChecksumError(f"{path} holds {rows:,} rows, the official file {info.rows:,}")
    if found != info.sha256:
        kind = "uncompressed text" if info.text_sha256 else "compressed file"
        raise ChecksumError(
            f"{path}: the SHA-256 of the {kind} is {found}, that of the official file is "
            f"{info.sha256} (rows: {rows:,} here, {info.rows:,} there); "
            "put the official file there, or remove this one"
        )
