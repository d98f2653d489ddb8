"""A look around from inside the sandbox, without a Jupyter kernel."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass

from anomaly_desk.errors import SandboxError
from anomaly_labs.inside.places import SOCKETS

from . import bubblewrap, variables
from .limits import Limits
from .private import PrivateFolder

SECONDS = 60
ROOM_MB = 8
SCRIPT = r"""
import json, os, socket, sys
def works(action, *arguments):
    try:
        action(*arguments)
    except OSError:
        return False
    return True
outside, port, sockets = sys.argv[1], int(sys.argv[2]), sys.argv[3]
print(json.dumps({
    "reads": works(os.stat, outside),
    "connects": works(socket.create_connection, ("127.0.0.1", port), 2),
    "writes": works(os.mkdir, sys.prefix + "/anomaly-labs-was-here"),
    "stores": works(os.mkdir, sockets + "/folder"),
    "unfiltered": "\nSeccomp:\t2" not in open("/proc/self/status").read(),
}))
"""


@dataclass(frozen=True)
class Holes:
    """What was possible from inside; all of it should be False.

    Attributes
    ----------
    reads, connects, writes
        A file of the grader's could be seen, a server on this machine reached, the environment
        of Python changed.
    stores
        Files could be put among the sockets; without Landlock that is so.
    unfiltered
        No filter of system calls was set; on a machine that `calls` does not know that is so.
    """

    reads: bool
    connects: bool
    writes: bool
    stores: bool
    unfiltered: bool


def look() -> Holes:
    """Start a sandbox and return what was possible from inside.

    Raises
    ------
    SandboxError
        If it does not start, or does not answer.

    Examples
    --------
    >>> from anomaly_desk.sandbox.diagnose import is_usable
    >>> not is_usable() or look().reads is False
    True
    """
    user = bubblewrap.throw_away_user()
    private = PrivateFolder(user)
    private.connection_file.touch()
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            outside = str(private.connection_file)
            argv = [sys.executable, "-I", "-c", SCRIPT, outside, port, SOCKETS]
            done = _run(bubblewrap.Box(private.path, user, ROOM_MB), argv)
    except subprocess.TimeoutExpired:
        raise SandboxError(f"it did not answer within {SECONDS} s") from None
    finally:
        private.remove()
    if done.returncode:
        raise SandboxError(done.stderr.strip() or f"it ended with status {done.returncode}")
    return Holes(**json.loads(done.stdout))


def _run(box: bubblewrap.Box, argv: list[str]) -> subprocess.CompletedProcess[str]:
    opened = box.open_files()
    command = box.command(argv, options=opened[0], settings=Limits().settings())
    try:
        return subprocess.run(
            command,
            env=variables.environment({}, {}),
            stdin=subprocess.DEVNULL,
            pass_fds=opened,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    finally:
        for fd in opened:
            os.close(fd)
