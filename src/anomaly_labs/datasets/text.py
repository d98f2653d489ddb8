"""Official files opened: unpacked, without what editors and version control change."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, NamedTuple, cast

from anomaly_labs.errors import DataFormatError

from .contract import File

# What reading a damaged compressed file raises.
BROKEN: Final = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)

_MARK: Final = b"\xef\xbb\xbf"
_ENDS: Final = b"\r\n"
_BLOCK: Final = 1 << 20


class Text(io.RawIOBase):
    """The normalised text of a file, with its SHA-256 as far as it was read.

    No byte order mark, lines end in a line feed, exactly one of them at the end: what Git for
    Windows or an editor changes in a text file does not change this.

    Attributes
    ----------
    sha256
        Of what went through.
    lines
        Line feeds in it.
    head
        Its first 4,096 bytes.
    """

    def __init__(self, stream: IO[bytes], *, binary: bool = False) -> None:
        self.sha256 = hashlib.sha256()
        self.lines = 0
        self.head = b""
        self._stream, self._binary = stream, binary
        self._held = b""  # line ends that may be the last ones
        self._rest = b""  # ready to be read
        self._over = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, all that is left where it is negative; b"" at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_BLOCK), b""))
        while not self._rest and not self._over:
            self._rest = self._next(max(size, len(_MARK)))
            self.sha256.update(self._rest)
            self.lines += self._rest.count(b"\n")
            self.head += self._rest[: 4096 - len(self.head)]
        block, self._rest = self._rest[:size], self._rest[size:]
        return block

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is text, return how far."""
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def _next(self, size: int) -> bytes:
        """Return the next normalised bytes, perhaps none; sets `_over` at the end."""
        block = self._stream.read(size)
        self._over = not block
        if self._binary:
            return block
        if self._over:
            return b"\n" if self.head else b""
        block = self._held + block
        if not self.head:
            block = block.removeprefix(_MARK)
        text = block.rstrip(_ENDS)
        self._held = block[len(text) :]
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


class Opened(NamedTuple):
    """A file that is being read.

    Attributes
    ----------
    packed
        Whether it is compressed.
    """

    text: Text
    packed: bool


def holds(path: Path, file: File) -> bool:
    """Return whether a zip file holds an official file under one of its names.

    Parameters
    ----------
    path
        The zip file.
    file
        What it may hold, packed once more or not.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _found(archive.namelist(), file) is not None
    except (OSError, zipfile.BadZipFile):
        return False


def _found(members: list[str], file: File) -> str | None:
    wanted = {one for name in file.names for one in (name, f"{name}.gz")}
    return next((one for one in members if PurePosixPath(one).name in wanted), None)


def _member(archive: zipfile.ZipFile, file: File, path: Path) -> str:
    """Return the name of the wanted file in a zip file."""
    members = [info.filename for info in archive.infolist() if not info.is_dir()]
    found = _found(members, file)
    if found is not None:
        return found
    if len(members) == 1:
        return members[0]
    raise DataFormatError(
        f"{path} holds {', '.join(members[:5]) or 'nothing'}, but not {file.names[0]}; "
        "put the official file there"
    )


def open_text(path: Path, file: File, stack: ExitStack) -> Opened:
    """Return the normalised text of a file.

    The first bytes tell the compression, because names lie: browsers unpack on the way.

    Parameters
    ----------
    path
        Where it lies.
    file
        Which file it is to be.
    stack
        Closes what is opened.

    Raises
    ------
    DataFormatError
        If a zip file does not hold it, or only with a password.
    """
    raw = stack.enter_context(path.open("rb"))
    magic = raw.read(4)
    raw.seek(0)
    stream: IO[bytes] = raw
    if magic == b"PK\x03\x04":
        archive = stack.enter_context(zipfile.ZipFile(raw))
        member = _member(archive, file, path)
        try:
            stream = stack.enter_context(archive.open(member))
            magic = cast(zipfile.ZipExtFile, stream).peek(2)
        except RuntimeError as error:  # a password, or a method that zipfile does not know
            raise DataFormatError(f"{path}: {error}; pack the file anew, or unpack it") from error
    if magic[:2] == b"\x1f\x8b":
        unpacked = gzip.GzipFile(fileobj=cast(io.BufferedReader, stream))
        stream = cast(IO[bytes], stack.enter_context(unpacked))
    return Opened(Text(stream, binary=file.binary), stream is not raw)
