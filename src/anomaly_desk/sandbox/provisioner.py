"""Jupyter kernels in the sandbox: the extension point of jupyter_client, a kernel provisioner."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict, List, Unicode

from anomaly_desk.errors import SandboxError
from anomaly_labs.inside import places

from . import bubblewrap, forkserver, variables
from .limits import Limits, Watchdog
from .private import PrivateFolder

TAIL = 4096
HOLDER = ["/bin/sh", "-c", "echo; exec sleep 999999999"]  # keeps a sandbox, and says that it stands
BUILD_S = 60  # seconds until a sandbox stands, on a busy machine
PATIENCE_MS = 5_000  # a process that writes to a disk dies when that is done


class BubblewrapProvisioner(Limits, LocalProvisioner):  # type: ignore[misc]
    """Starts a kernel in the sandbox, watches it, and leaves nothing behind.

    It ends with the thread that started it, even if that is killed: bubblewrap asks the operating
    system for that, and a second small process then removes the folder of the sockets.

    Attributes
    ----------
    killed_for
        Which limit it went beyond: "memory", "time", "files" or "processes"; None while there
        was no reason.
    last_words
        The end of what the kernel wrote to its real stderr, past Jupyter; says why it did not
        start.
    """

    read_only = List(Unicode(), help="further files and folders shown inside").tag(config=True)
    hidden = List(Unicode(), help="folders that stay empty where a shown one holds them").tag(
        config=True
    )
    fork_server = Bool(True, help="fork it from a process that has imported the stack").tag(
        config=True
    )
    environment = Dict(help="further environment variables").tag(config=True)

    killed_for: str | None = None
    last_words = ""

    _box: bubblewrap.Box
    _private: PrivateFolder | None = None
    _watchdog: Watchdog | None = None
    _stderr: int | None = None
    _first: int | None = None  # open file that stands for the first process inside

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Return what starts the kernel: bubblewrap, its files, the environment inside."""
        if bubblewrap.program() is None:
            raise SandboxError("bubblewrap is not installed; run `anomaly-labs doctor`")
        missing = [path for path in self.read_only if not os.path.exists(path)]
        if missing:
            raise SandboxError(f"read_only names {missing[0]}, which is not there")
        user = bubblewrap.throw_away_user()
        if self._private is None:
            self._private = self._settle(user)
        given = kwargs.get("env", os.environ)
        # A kernel does not start if it is told the same thing twice.
        told = self.kernel_spec.argv
        more = [word for word in kwargs.pop("extra_arguments", []) if word not in told]
        kwargs = await super().pre_launch(**kwargs, extra_arguments=more)
        self._private.write_inside()
        outside = os.path.realpath(self._private.connection_file)
        argv = [places.CONNECTION if word == outside else word for word in kwargs["cmd"]]
        self._box = bubblewrap.Box(
            self._private.path,
            user,
            self.work_mb,
            tuple(map(Path, self.read_only)),
            tuple(map(Path, self.hidden)),
        )
        kwargs["cmd"] = argv
        kwargs["env"] = variables.environment(given, self.environment)
        kwargs["cwd"] = "/"
        return kwargs

    def _settle(self, user: int | None) -> PrivateFolder:
        """Return the folder of this kernel's sockets; the manager connects to them there."""
        private = PrivateFolder(user)
        manager = self.parent
        manager.transport = "ipc"
        manager.connection_file = str(private.connection_file)
        manager.ip = str(private.sockets / "k")
        return private

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel and its watchdog; fork it from a server where there is one."""
        environment = kwargs["env"]
        server = forkserver.find(environment, self.cores, cmd) if self.fork_server else None
        if server is not None:
            try:
                return await self._fork(server, cmd, **kwargs)
            except forkserver.ForkError as error:
                self.log.warning("this kernel is not forked: %s", error)
                await self.kill()
                await self.wait()
                self._forget()
        connection, stderr = await self._launch(cmd, subprocess.DEVNULL, **kwargs)
        os.close(stderr)
        return connection

    async def _fork(self, server: Path, cmd: list[str], **kwargs: Any) -> Any:
        """Build a sandbox in which nothing happens, and have the kernel put into it."""
        ready, told = os.pipe()
        with open(ready, "rb", buffering=0) as answer:
            try:
                connection, stderr = await self._launch(HOLDER, told, **kwargs)
            finally:
                os.close(told)
            try:
                # before it stands, who joins it would find himself among the machine's own files
                stands = select.select([answer], [], [], BUILD_S)[0] and answer.read(1)
                if not stands or self._first is None:
                    raise forkserver.ForkError("bubblewrap did not start")
                inherited = forkserver.enter(
                    server,
                    cmd,
                    environment=kwargs["env"],
                    user=self._box.user,
                    settings=self.settings(),
                    init=self._first,
                    stderr=stderr,
                )
                if self._watchdog is not None:
                    self._watchdog.inherited = inherited
            finally:
                os.close(stderr)
        return connection

    async def _launch(self, cmd: list[str], stdout: int, **kwargs: Any) -> tuple[Any, int]:
        """Start bubblewrap with a command, and the watchdog; return its standard error, too."""
        self.killed_for, self.last_words = None, ""
        self._stderr, stderr = os.pipe()
        os.set_blocking(self._stderr, False)
        info, info_fd = os.pipe()
        given = [*self._box.open_files(), info_fd]
        with open(info) as answer:
            try:
                command = self._box.command(
                    cmd, options=given[0], settings=self.settings(), info_fd=info_fd
                )
                connection = await super().launch_kernel(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=stderr,
                    independent=True,  # bubblewrap sees to it; process numbers differ inside
                    pass_fds=given,
                    **kwargs,
                )
            finally:
                for fd in given:
                    os.close(fd)
            self._watch(answer.read())
        return connection, stderr

    def _watch(self, told: str) -> None:
        """Start the watchdog on the process that bubblewrap told of.

        There is none where bubblewrap could not start; then `last_words` has its reason.
        """
        if told and self._private is not None:
            first = json.loads(told)["child-pid"]
            with contextlib.suppress(ProcessLookupError):
                self._first = os.pidfd_open(first)
                sockets = self._private.sockets
                self._watchdog = Watchdog(first, self, sockets, self._end, self._listen)
                self._watchdog.start()

    def _end(self, reason: str) -> None:
        self.killed_for = reason
        self._kill_all()

    def _listen(self) -> None:
        """Take what stderr holds; called at each look of the watchdog, so a flood ends slowly."""
        if self._stderr is not None:
            with contextlib.suppress(BlockingIOError):
                self.last_words = (
                    self.last_words + os.read(self._stderr, 1 << 16).decode(errors="replace")
                )[-TAIL:]

    def _kill_all(self) -> None:
        """Kill the first process inside; it is gone when the system has killed all others."""
        if self._first is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            gone = select.poll()
            gone.register(self._first, select.POLLIN)
            gone.poll(PATIENCE_MS)

    async def kill(self, restart: bool = False) -> None:
        """Kill everything in the sandbox, and bubblewrap outside."""
        self._kill_all()
        await super().kill(restart)

    async def terminate(self, restart: bool = False) -> None:
        """Kill; nothing in the sandbox is worth a farewell."""
        await self.kill(restart)

    def get_shutdown_wait_time(self, recommended: float = 5.0) -> float:
        """Return how long a kernel may take to end by itself, in seconds."""
        return min(recommended, 1.0)

    async def cleanup(self, restart: bool = False) -> None:
        """End what is left, and remove the folder of the sockets."""
        self._kill_all()
        self._forget()
        if not restart and self._private is not None:
            self._private.remove()
            self._private = None
        await super().cleanup(restart)

    def _forget(self) -> None:
        """Watch no more, keep the last words, close what was open for a sandbox that has ended."""
        if self._watchdog is not None:
            self._watchdog.stop()
            self._watchdog = None
        self._listen()
        for fd in (self._first, self._stderr):
            if fd is not None:
                os.close(fd)
        self._first = self._stderr = None
