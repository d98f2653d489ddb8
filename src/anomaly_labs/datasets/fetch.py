"""Download official files: two addresses each, retries, a progress bar, checked before use."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from anomaly_labs.errors import ChecksumError, DataFormatError, DownloadError

from .catalog import find_split
from .contract import File
from .files import REJECTED, download_folder, packaged
from .proof import verify_file
from .tree import find

# pooch reports after each such block, so `patience` seconds a block is the slowest that is borne.
_BLOCK = 4096


class _Unreachable(OSError):
    """An address that sent nothing at all."""


class _Watch:
    """The progress that pooch's downloader reports, as pooch wants it: total and four methods."""

    def __init__(self) -> None:
        self.total = 0
        self.received = 0
        self.cancelled = False
        self.moved = time.monotonic()

    def update(self, count: int) -> None:
        if self.cancelled:
            raise TimeoutError("given up")
        self.received += count
        self.moved = time.monotonic()

    def reset(self) -> None:
        self.received = 0

    def close(self) -> None:
        """Nothing to close: the bar is drawn by the thread that waits."""


def _transfer(url: str, part: Path, patience: float) -> None:
    """Store what an address sends.

    A thread of its own does it, because neither a name server that never answers nor a trickle of
    single bytes ends at the time limit of a socket.
    """
    import pooch
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    watch = _Watch()
    failures: list[Exception] = []
    answers: list[Any] = []  # pooch leaves the response open when something goes wrong

    def work() -> None:
        get = pooch.HTTPDownloader(
            progressbar=watch,
            chunk_size=_BLOCK,
            timeout=patience,
            hooks={"response": lambda answer, *_, **__: answers.append(answer)},
        )
        try:
            get(url, str(part), None)
        except Exception as error:
            failures.append(error)
        finally:
            for answer in answers:
                answer.close()

    thread = threading.Thread(target=work, daemon=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    shown = console.is_terminal or console.is_jupyter
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(url, total=None)
        thread.start()
        while thread.is_alive():
            thread.join(0.1)
            progress.update(task, completed=watch.received, total=watch.total or None)
            if time.monotonic() - watch.moved > patience:
                watch.cancelled = True
                failures.append(TimeoutError(f"nothing came for {patience:g} s"))
                break
    if failures:
        if answers:
            raise failures[0]
        raise _Unreachable(str(failures[0])) from failures[0]


def _try_address(url: str, target: Path, file: File, patience: float) -> None:
    """Put the file of one address in its place, or raise; a bad file is set aside."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    try:
        _transfer(url, part, patience)
        with part.open("rb") as start:
            if start.read(64).lstrip().startswith(b"<"):
                raise DownloadError("a web page came instead of the file")
        try:
            if not verify_file(part, file).verified and file.sha256 is not None:
                raise ChecksumError(f"{part} has not the official SHA-256 {file.sha256}")
        except (ChecksumError, DataFormatError) as error:
            aside = target.with_name(target.name + REJECTED)
            os.replace(part, aside)
            message = str(error).replace(str(part), f"{url} (set aside as {aside})")
            raise type(error)(message) from None
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def fetch(
    addresses: Sequence[tuple[str, str]],
    folder: Path,
    wanted: File,
    *,
    patience: float,
    rounds: int,
    silent_rounds: int,
) -> Path:
    """Return the downloaded and verified file, from the first address that gives it.

    Parameters
    ----------
    addresses
        Pairs of address and file name.
    folder
        Where the file goes.
    wanted
        Which file it is to be.
    patience
        Seconds without any progress after which an address is given up.
    rounds
        How often all addresses are tried, with a pause that doubles between.
    silent_rounds
        After how many rounds in which no address sent anything at all the network counts as down.

    Raises
    ------
    ChecksumError
        If a whole file came that is not the official one; it is set aside.
    DownloadError
        If no address gave the file.
    """
    left = list(addresses)
    reasons: dict[str, str] = {}
    last: Exception | None = None
    all_silent = 0
    for attempt in range(rounds):
        if attempt:
            time.sleep(2.0 ** (attempt - 1))
        silent = 0
        for address in tuple(left):
            url, file = address
            try:
                _try_address(url, folder / file, wanted, patience)
                return folder / file
            except _Unreachable as error:
                silent += 1
                reasons[url], last = "does not answer", error
            except (OSError, DataFormatError) as error:
                reasons[url], last = str(error)[:150], error
                if getattr(getattr(error, "response", None), "status_code", 0) in (404, 410):
                    left.remove(address)
        all_silent += silent == len(left)
        if not left or all_silent == silent_rounds:
            break
    tried = "; ".join(f"{urlsplit(url).hostname}: {reason}" for url, reason in reasons.items())
    raise DownloadError(f"{wanted.names[0]} could not be downloaded ({tried})") from last


def download(
    name: str,
    *,
    split: str | None = None,
    folder: Path | str | None = None,
    base_urls: Sequence[str] | None = None,
    force: bool = False,
) -> Path:
    """Return the official file of a split, downloaded where it is not there yet.

    Where a split has several files, all are downloaded and the first is returned.

    Parameters
    ----------
    name
        Data set, one of `names()`.
    split
        The default split where None.
    folder
        Where the file goes, into a sub-folder called `name`; the project's ``data/`` (or the
        cache, where there is no project) if None.
    base_urls
        Addresses of folders to ask instead of the official ones, such as a class-room server.
    force
        Download even if the file is there, and replace it.

    Raises
    ------
    ChecksumError
        If the file, or what came, is not the official one; what came is set aside as
        ``*.rejected``.
    DownloadError
        If no address gave the file, or it has none.

    Examples
    --------
    >>> download("kdd99", split="test")  # doctest: +SKIP
    PosixPath('data/kdd99/corrected.gz')
    """
    split, info = find_split(name, split)
    target = Path(folder or download_folder()) / name
    if not info.files:
        raise DownloadError(f"{name}/{split} has no official file: its rows are generated")
    paths = [_had(name, file, target, base_urls, force) for file in info.files]
    return paths[0]


def _had(name: str, file: File, target: Path, base_urls: Sequence[str] | None, force: bool) -> Path:
    """Return one file, which lies there or is downloaded."""
    there = find(target.parent, name, file) or packaged(file)
    if there is not None and not force:
        verify_file(there, file)
        return there
    addresses: Sequence[tuple[str, str]] = file.urls
    if base_urls is not None:
        stored = dict.fromkeys(name for _, name in file.urls) or {file.names[0]: None}
        addresses = [(f"{base.rstrip('/')}/{one}", one) for base in base_urls for one in stored]
    if not addresses:
        raise DownloadError(
            f"{file.names[0]} has no address from which it can be downloaded; data/README.md "
            "says where it comes from"
        )
    return fetch(addresses, target, file, patience=8, rounds=3, silent_rounds=2)
