"""A zip whose bytes depend on what is in it only."""

import uuid
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

_PACKED: Final = (".gz", ".whl", ".xz", ".zip")
_PROGRAMS: Final = (".sh",)
_UNIX: Final = 3
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # of a zip; a fixed time, whichever


def write_zip(
    path: Path, files: Mapping[str, bytes | Path], *, folder: str, accept: Callable[[Path], bool]
) -> None:
    """Write `files` into a zip beside its place, and put it there when `accept` says yes to it.

    Parameters
    ----------
    path
        The zip.
    files
        Names below `folder`, and their bytes or the files that hold them.
    folder
        Unpacked, all lies in one folder of this name.
    accept
        Says whether the zip, given to it under another name, may stand in its place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with zipfile.ZipFile(aside, "x") as archive:
            for name in sorted(files):
                content = files[name]
                data = content if isinstance(content, bytes) else content.read_bytes()
                archive.writestr(_info(f"{folder}/{name}"), data)
        if accept(aside):
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EARLIEST)
    info.create_system = _UNIX
    info.external_attr = (0o100755 if name.endswith(_PROGRAMS) else 0o100644) << 16
    packed = name.endswith(_PACKED)
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    return info
