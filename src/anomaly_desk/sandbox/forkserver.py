"""Kernels from a process that has imported the stack once for all of a grading run.

`running` offers it to the processes of a run through an environment variable; the provisioner
takes it where it is there and was made for such a kernel, and starts one without it where that
does not work; ``c.BubblewrapProvisioner.fork_server = False`` switches it off.

bubblewrap builds the same sandbox for each kernel as ever, with a process inside that only sleeps.
Then a process that was forked from `zygote` joins it (`entry`), gives up what that one has given
up, and becomes the kernel: watchdog, limits and end are those of every sandbox.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from anomaly_desk.environment import FAST, LEARNER, RUN
from anomaly_labs.inside import zygote

from . import bubblewrap, variables
from .limits import Limits
from .private import PrivateFolder
from .shown import font_lists

DOOR, TERMS, BROKEN = "door", "terms.json", "broken"
PATIENCE_S, GRACE_S = 90, 20
ELF_64, ELF_HEAD, INTERPRETER = b"\x7fELF\x02", 16_384, 3  # elf(5): PT_INTERP
# What a kernel may have of its own without other imports than those of the server.
OWN = (FAST, LEARNER, "KERAS_BACKEND", "OMP_WAIT_POLICY")


class ForkError(RuntimeError):
    """The server could not put a kernel into its sandbox; the message says why."""


@contextlib.contextmanager
def running(modules: Iterable[str] = ()) -> Iterator[None]:
    """Offer a server to all kernels that this process and its children start meanwhile.

    It imports the stack when the first of them asks, and ends with this process at the latest.

    Parameters
    ----------
    modules
        Modules of the learners' library that it imports too.
    """
    if bubblewrap.program() is None or not hasattr(os, "pidfd_open"):
        yield
        return
    launcher = _launcher()
    if launcher is None:
        yield
        return
    private = PrivateFolder(None)
    server = _start(private.path, launcher, modules)
    before = os.environ.get(RUN)
    os.environ[RUN] = str(private.path)
    try:
        yield
    finally:
        del os.environ[RUN]
        if before is not None:
            os.environ[RUN] = before
        _stop(server)
        private.remove()


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Close its input, at which it ends; or end it."""
    try:
        server.communicate(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _start(folder: Path, launcher: list[str], modules: Iterable[str]) -> subprocess.Popen[bytes]:
    environment, cores = variables.environment(os.environ, {}), Limits().cores
    (folder / TERMS).write_text(json.dumps(_terms(environment, cores)))
    fonts = folder / "fonts"
    fonts.mkdir()
    for path in font_lists():
        shutil.copy(path, fonts)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / DOOR))
        listener.listen(128)
        number = str(listener.fileno())
        return subprocess.Popen(
            [
                *launcher,
                sys.executable,
                "-m",
                zygote.__name__,
                number,
                str(fonts),
                str(cores),
                *modules,
            ],
            env=environment,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )


def _launcher() -> list[str] | None:
    """Return what starts the interpreter, and what a kernel then sees as ``/proc/self/exe``.

    An ordinary user's kernel could change mode and attributes of the interpreter there, as the file
    may be its own and was opened outside, where it is not read-only. So the system's loader starts
    it, which belongs to root. Root's kernels run as a user to whom neither belongs. None where no
    such loader is found.
    """
    if bubblewrap.throw_away_user() is not None:
        return []
    with open(os.path.realpath(sys.executable), "rb") as file:
        head = file.read(ELF_HEAD)
    if not head.startswith(ELF_64):
        return None
    (start,), (size, count) = (
        struct.unpack_from("=Q", head, 32),
        struct.unpack_from("=HH", head, 54),
    )
    for place in range(start, min(start + size * count, len(head) - 56), size):
        kind, _, offset, _, _, length = struct.unpack_from("=IIQQQQ", head, place)
        if kind == INTERPRETER:
            loader = head[offset : offset + length - 1].decode()
            return [loader] if os.stat(loader).st_uid != os.getuid() else None
    return None


def _terms(environment: Mapping[str, str], cores: int) -> dict[str, object]:
    """Return what must be the same for the server and a kernel that is forked from it."""
    return {"cores": cores, "environment": {k: v for k, v in environment.items() if k not in OWN}}


def find(environment: Mapping[str, str], cores: int, argv: list[str]) -> Path | None:
    """Return the folder of the server if it can make this kernel, else None."""
    told = os.environ.get(RUN)
    if not told or argv[:2] != [sys.executable, "-m"]:
        return None
    folder = Path(told)
    if not (folder / TERMS).is_file() or (folder / BROKEN).exists():
        return None
    same = json.loads((folder / TERMS).read_text()) == _terms(environment, cores)
    return folder if same else None


def enter(
    folder: Path,
    argv: list[str],
    *,
    environment: Mapping[str, str],
    user: int | None,
    settings: str,
    init: int,
    stderr: int,
) -> int:
    """Put a kernel into a sandbox; returns when it is locked in and about to start.

    Parameters
    ----------
    folder
        The folder that `find` gave.
    argv
        The command of the kernel, ``python -m MODULE …``.
    environment
        The kernel's whole environment, from `variables.environment`.
    user
        The number that `bubblewrap.throw_away_user` gave.
    settings
        The text that `Limits.settings` gave.
    init, stderr
        Open files: the first process inside (``pidfd_open(2)``), and where the kernel complains.

    Returns
    -------
    int
        How many bytes of memory it has inherited.

    Raises
    ------
    ForkError
        If that does not work on this machine; the server is not asked again.
    """
    request = {
        "argv": argv,
        "environment": environment,
        "user": user,
        "settings": settings,
    }
    answer = b""
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.settimeout(PATIENCE_S)
            server.connect(str(folder / DOOR))
            socket.send_fds(server, [json.dumps(request).encode()], [init, stderr])
            while part := server.recv(4096):
                answer += part
    except OSError as error:
        answer = answer or str(error).encode()
    if not answer.startswith(zygote.READY):
        (folder / BROKEN).touch()
        raise ForkError(answer.decode(errors="replace") or "it gave no answer")
    return int(answer.removeprefix(zygote.READY))
