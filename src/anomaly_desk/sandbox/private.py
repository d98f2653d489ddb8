"""The grader's folder for one kernel: its connection file and its sockets."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from anomaly_labs.inside.places import HOME, SOCKETS

LONGEST = 107 - len("/al-12345678/sockets/k-12345")  # the path of a socket has 107 bytes at most

# What ends beside it may have begun to remove the folder.
REMOVE = 'read -r _; chmod -R u+rwx -- "$0" 2>/dev/null; exec rm -rf -- "$0"'


class PrivateFolder:
    """A folder that nobody else can enter, and that goes away with the process that made it.

    A shell waits for the end of a pipe to remove it: `remove` closes the pipe, and so does the
    operating system when this process is killed. A kernel can close its folder of sockets to
    everybody; as it has the same owner, the shell opens it again.

    Attributes
    ----------
    path
        Holds ``kernel.json`` for the grader's side, ``inside.json`` and ``passwd`` to be shown
        inside, and ``sockets``.
    """

    def __init__(self, user: int | None) -> None:
        places = (tempfile.gettempdir(), "/tmp", "/var/tmp")
        base = next(place for place in places if len(os.fsencode(place)) <= LONGEST)
        self._user = user
        self.path = Path(tempfile.mkdtemp(prefix="al-", dir=base))
        reading, self._pipe = os.pipe()
        self._janitor = subprocess.Popen(
            ["/bin/sh", "-c", REMOVE, str(self.path)],
            stdin=reading,
            start_new_session=True,
            cwd="/",
        )
        os.close(reading)
        self.sockets.mkdir(mode=0o700)
        if user is not None:
            os.chown(self.sockets, user, user)

    @property
    def sockets(self) -> Path:
        """The one folder of the machine that the sandbox writes to."""
        return self.path / "sockets"

    @property
    def connection_file(self) -> Path:
        """The grader's own connection file."""
        return self.path / "kernel.json"

    def write_inside(self) -> None:
        """Write the connection file as it reads inside, and who the learner is there."""
        info = json.loads(self.connection_file.read_text())
        info["ip"] = f"{SOCKETS}/k"
        number = 1000 if self._user is None else self._user
        passwd = f"learner:x:{number}:{number}::{HOME}:/bin/sh\n"
        for name, text in (("inside.json", json.dumps(info)), ("passwd", passwd)):
            path = self.path / name
            path.write_text(text)
            path.chmod(0o644)  # the folder around it is closed to others

    def remove(self) -> None:
        """Remove the folder with all that lies in it."""
        os.close(self._pipe)
        self._janitor.wait()
