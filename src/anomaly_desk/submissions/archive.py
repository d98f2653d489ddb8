"""Zips as learning platforms export them, unpacked aside and defensively.

Nothing in a zip decides where a file lands: each notebook is written under a number of its own.
"""

import contextlib
import hashlib
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from anomaly_desk.errors import CourseError
from anomaly_desk.submissions import clocks, entries, naming, receive
from anomaly_desk.submissions.clocks import NOTE, Told
from anomaly_desk.submissions.entries import Entry
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.roster import write_private

MAX_ENTRIES = 20_000
MAX_DIRECTORY = 20_000_000  # bytes of the zip's list of contents, which is read into memory
MAX_TOTAL = 2_000_000_000  # bytes of all notebooks, unpacked

_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_FLAG_ENCRYPTED, _FLAG_UTF8 = 0x1, 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


class ArchiveError(CourseError):
    """A zip that cannot be used as a whole; the message says what came and what to do."""


def unpack(path: Path, aside: Path, zone: tzinfo | None = None) -> list[Entry]:
    """Return the files in a zip; its notebooks are unpacked below the folder `aside`.

    Parameters
    ----------
    path
        The zip.
    aside
        Gets a folder for this zip; its name is a digest of the zip.
    zone
        The zone of times that the zip gives without one; this machine's when left out.

    Raises
    ------
    ArchiveError
        If it is no zip, or a broken or too large one.
    """
    try:
        with path.open("rb") as file:
            _demand_sound_directory(path, file)
            file.seek(0)
            folder = aside / hashlib.file_digest(file, "sha256").hexdigest()[:16]
            with zipfile.ZipFile(file) as archive:
                for made in (*reversed(folder.parents[:2]), folder):
                    made.mkdir(mode=0o700, exist_ok=True)
                return list(_entries(archive, path, folder, zone))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise ArchiveError(
            f"{path.name}: this zip cannot be read ({error}); download it again, or unpack it "
            "yourself and name the folder"
        ) from None


def _demand_sound_directory(path: Path, file: BinaryIO) -> None:
    """Raise before a list of contents is read that would fill the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0:
        raise zipfile.BadZipFile("it is no zip file, or its end is missing")
    count, listed = struct.unpack_from("<HI", tail, at + 10)
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR_64:
        (place,) = struct.unpack_from("<Q", tail, at - 12)
        file.seek(min(place, size))
        record = file.read(56)
        if record[:4] != _END_64:
            raise zipfile.BadZipFile("its list of contents is missing")
        count, listed = struct.unpack_from("<QQ", record, 32)
    if count > MAX_ENTRIES or listed > MAX_DIRECTORY:
        raise ArchiveError(
            f"{path.name}: this zip lists {count:,} files in {listed:,} bytes; up to "
            f"{MAX_ENTRIES:,} files in {MAX_DIRECTORY:,} bytes are read. Unpack it yourself and "
            "name the folder"
        )


def _entries(
    archive: zipfile.ZipFile, path: Path, folder: Path, zone: tzinfo | None
) -> Iterator[Entry]:
    """Yield the files of an open zip."""
    if len(archive.infolist()) > MAX_ENTRIES:
        raise ArchiveError(f"{path.name}: this zip holds over {MAX_ENTRIES:,} files; unpack it")
    room, folders = MAX_TOTAL, set[tuple[str, ...]]()
    for number, info in enumerate(archive.infolist()):
        name = _name(info)
        parts = PurePosixPath(name).parts
        if not parts or any(entries.is_hidden(part) and part != ".." for part in parts):
            continue
        yield from _folders(parts if info.is_dir() else parts[:-1], path, folders)
        if info.is_dir() or len(parts) > entries.DEEPEST:
            continue
        refused = _refusal(info, name, parts)
        entry = Entry(parts, path, _written(info, zone), refused)
        if refused:
            pass
        elif parts[-1] == NOTE:
            entry = _noted(archive, info, entry)
        elif naming.may_be_notebook(parts[-1]):
            limit = min(room, receive.MAX_BYTES)
            entry = _unpacked(archive, info, entry, folder / f"{number}.ipynb", limit)
            room -= 0 if entry.refused else entry.path.stat().st_size
        yield entry


def _folders(parts: tuple[str, ...], path: Path, listed: set[tuple[str, ...]]) -> Iterator[Entry]:
    """Yield the folders of a path that are new: a zip need not list them."""
    for n in range(1, min(len(parts), entries.DEEPEST) + 1):
        if parts[:n] not in listed:
            listed.add(parts[:n])
            deep = entries.DEEP if n == entries.DEEPEST else ""
            yield Entry(parts[:n], path, refused=deep, is_folder=True)


def _noted(archive: zipfile.ZipFile, info: zipfile.ZipInfo, entry: Entry) -> Entry:
    """Return the entry of a note with what stands in it."""
    try:
        content = _content(archive, info, clocks.MAX_NOTE)
    except _BROKEN:
        content = b"(broken inside the zip)"
    return replace(entry, note=content.decode("utf-8", "replace"))


def _unpacked(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, entry: Entry, target: Path, limit: int
) -> Entry:
    try:
        content = _content(archive, info, limit)
    except _BROKEN as error:
        return replace(entry, refused=f"it is broken inside the zip ({error}); ask for it again")
    if len(content) > limit:
        return replace(entry, refused=f"unpacked it is larger than {limit / 1e6:g} MB")
    if not target.is_file():
        write_private(target, content)
    return replace(entry, path=target)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """Return at most one byte more than `limit`, whatever size the zip claims."""
    with archive.open(info) as file:
        return file.read(limit + 1)


def _refusal(info: zipfile.ZipInfo, name: str, parts: tuple[str, ...]) -> str:
    """Return why an entry is not unpacked, or an empty text."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if ".." in parts or name.startswith("/") or ":" in parts[0][1:2]:
        return f"its path {quote(name)} leads out of the zip"
    if info.flag_bits & _FLAG_ENCRYPTED:
        return "it is encrypted; ask for it without a password"
    if info.create_system == 3 and kind not in (0, stat.S_IFREG):
        return "it is no regular file but a link or a device"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"it is packed in an unusual way (method {info.compress_type})"
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name with / between folders; macOS writes UTF-8 and does not say so."""
    name = info.filename.removesuffix("/")
    if not info.flag_bits & _FLAG_UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _written(info: zipfile.ZipInfo, zone: tzinfo | None) -> Told:
    """Return an entry's time: in UTC where the zip says so, else as the clock of `zone`."""
    extra, at, seconds = info.extra, 0, None
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == 0x5455 and size >= 5 and at + 9 <= len(extra) and extra[at + 4] & 1:
            (seconds,) = struct.unpack_from("<i", extra, at + 5)
            break
        at += 4 + size
    return clocks.of_zip(seconds, info.date_time, zone)
