"""The sockets of one kernel, which take no message above the limits, and queue few of them."""

from collections.abc import Iterator
from typing import Any

import zmq
from jupyter_client.manager import KernelManager

from anomaly_desk.checking.replies import MessageLimits


class Channels:
    """Where a kernel is asked (`shell`), and where it shows its outputs (`outputs`).

    Attributes
    ----------
    lost
        Whether the outputs have ended: ZeroMQ gives a connection up for one message that is too
        large, and does not connect anew.
    """

    def __init__(self, manager: KernelManager, limits: MessageLimits, *, patience: float) -> None:
        self._manager = manager
        self._limits = limits
        self.lost = False
        context = manager.context
        context.setsockopt(zmq.SNDTIMEO, int(1000 * patience))
        context.setsockopt(zmq.MAXMSGSIZE, 2 * limits.answer + 1_000_000)
        context.setsockopt(zmq.RCVHWM, 8)
        self.shell = manager.connect_shell(identity=manager.session.bsession)
        self._poller = zmq.Poller()
        self._poller.register(self.shell, zmq.POLLIN)
        self._open_outputs()

    def _open_outputs(self) -> None:
        context = self._manager.context
        context.setsockopt(zmq.MAXMSGSIZE, 8 * self._limits.output + 1_000_000)
        context.setsockopt(zmq.RCVHWM, 200)
        self.outputs = self._manager.connect_iopub()
        self._ends = self.outputs.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        for socket in (self.outputs, self._ends):
            self._poller.register(socket, zmq.POLLIN)

    def _close_outputs(self) -> None:
        for socket in (self.outputs, self._ends):
            self._poller.unregister(socket)
        self.outputs.disable_monitor()
        self._ends.close(linger=0)
        self.outputs.close(linger=0)

    def listen_anew(self) -> None:
        """Connect to the outputs again; what was shown meanwhile is lost."""
        self._close_outputs()
        self._open_outputs()
        self.lost = False

    def ask(self, kind: str, content: dict[str, Any] | None = None) -> str:
        """Send a request and return its number.

        Raises
        ------
        zmq.Again
            If the kernel takes none.
        """
        sent = self._manager.session.send(self.shell, kind, content)
        return str(sent["header"]["msg_id"])

    def poll(self, seconds: float) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Yield socket and message for what is there, after a wait for the first."""
        for socket, _ in self._poller.poll(int(seconds * 1000)):
            if socket is self._ends:
                socket.recv_multipart()
                self.lost = True
            elif socket in (self.shell, self.outputs):
                yield socket, self._receive(socket)

    def _receive(self, socket: Any) -> dict[str, Any]:
        """Return one message, or an empty one for what is none."""
        try:
            _, message = self._manager.session.recv(socket)
        except zmq.ZMQError:
            raise
        except Exception:  # signature, JSON, encoding, nesting: a hostile kernel may break any
            return {}
        return message or {}

    def close(self) -> None:
        """Close all sockets, if they are open."""
        if self.shell.closed:
            return
        self._close_outputs()
        self.shell.close(linger=0)
