"""Texts within texts: what stands in a file as base64 or hexadecimal digits, compressed or not."""

import base64
import bz2
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import Final

MOST: Final = 50_000_000  # bytes of one decompressed text
DEPTH: Final = 4  # of texts within texts within texts
LEGIBLE: Final = 0.8  # of the characters of a text; of random bytes two in five are
_LETTERS: Final = r"[A-Za-z0-9+/_-]"
_BETWEEN: Final = r"""[\s"',\\]++"""  # the lines of a wrapped text, in a module too
_RUN: Final = re.compile(
    rf"{_LETTERS}{{28,}}+(?:{_BETWEEN}{_LETTERS}{{40,}}+)*+(?:{_BETWEEN}{_LETTERS}{{4,}}+)?"
)
_NO_LETTER: Final = re.compile(r"[^A-Za-z0-9+/]")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){20,}")


def decoded(text: str, depth: int = DEPTH) -> Iterator[str]:
    """Yield each legible text that can be decoded from a part of `text`, and from those again.

    Parameters
    ----------
    text
        The text of a file.
    depth
        How often what is found is looked at again.
    """
    if depth == 0:
        return
    for data in _candidates(text):
        for plain in (data, _unpacked(data)):
            found = _legible(plain)
            if found:
                yield found
                yield from decoded(found, depth - 1)


def _candidates(text: str) -> Iterator[bytes]:
    for run in _RUN.finditer(text):
        letters = _NO_LETTER.sub("", run[0].replace("-", "+").replace("_", "/"))
        for start in range(4):  # a letter before the run may belong to a name
            part = letters[start:]
            part = part[: len(part) - (len(part) % 4 == 1)]
            yield base64.b64decode(part + "=" * (-len(part) % 4))
    for run in _HEX.finditer(text):
        yield bytes.fromhex(run[0])


def _unpacked(data: bytes) -> bytes:
    """Return what was compressed, as far as it can be had; nothing where nothing was."""
    try:
        if data[:1] == b"\x78" or data[:2] == b"\x1f\x8b":
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(data, MOST)
        if data[:3] == b"BZh":
            return bz2.BZ2Decompressor().decompress(data, MOST)
        if data[:6] == b"\xfd7zXZ\0":
            return lzma.LZMADecompressor().decompress(data, MOST)
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        pass
    return b""


def _legible(data: bytes) -> str:
    """Return the text in some bytes if most of it can be read, else an empty one."""
    text = data.decode("utf-8", "replace")
    read = sum(one.isprintable() or one.isspace() for one in text) - text.count("\ufffd")
    return text if read >= LEGIBLE * len(text) else ""
