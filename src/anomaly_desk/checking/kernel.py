"""Talk to a kernel that may be hostile: every wait ends, and every message is only data."""

import time
from collections.abc import Iterator
from typing import Any, NoReturn

import zmq
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode

from anomaly_desk.checking.channels import Channels
from anomaly_desk.checking.fresh import expression
from anomaly_desk.checking.outputs import Outputs
from anomaly_desk.checking.replies import (
    KernelGoneError,
    KernelStartError,
    MessageLimits,
    NoReplyError,
    TooSlowError,
    answers,
    resident_memory,
)
from anomaly_desk.errors import SandboxError

AGENT = "anomaly_labs.inside.agent"
POLL = 0.25  # seconds between two looks at whether the kernel lives
GRACE = 10.0  # seconds in which an interrupted kernel must come back, and last outputs arrive


class Kernel:
    """A running kernel, its sockets, and the two things asked of it: run a cell, answer a check."""

    def __init__(self, manager: KernelManager, limits: MessageLimits) -> None:
        self.manager = manager
        self.limits = limits
        self.gone = ""  # why there is no kernel any more, for the learner
        self.cause = ""  # which limit it went beyond: memory, time, files, output
        self._displays: dict[str, NotebookNode] = {}
        self.is_full = False  # whether all cells together showed as much as they may
        self._shown = 0
        self._draws = True
        self._channels: Channels
        self._is_heard = True  # whether its outputs still arrive

    def start(self, *, timeout: float, arguments: list[str], **launch: Any) -> None:
        """Start the process and load the agent, before any code of the learner runs.

        Raises
        ------
        KernelStartError
            If it does not answer within `timeout` seconds.
        """
        started = time.monotonic()
        self._memory_at_start = resident_memory()
        try:
            self.manager.start_kernel(extra_arguments=arguments, **launch)
            self._channels = Channels(self.manager, self.limits, patience=GRACE)
            self._wait_until_ready(started + timeout)
            begin = f"__import__({AGENT!r}, fromlist=['begin']).begin({self.limits.output})"
            ready = self._evaluate(begin, timeout)
        except (NoReplyError, SandboxError, OSError, RuntimeError) as error:
            raise KernelStartError(f"the kernel for the notebook did not start: {error}") from error
        if ready != AGENT:
            raise KernelStartError(f"the grader's agent did not load in the kernel: {ready[:300]}")

    def _wait_until_ready(self, deadline: float) -> None:
        """Ask until both sockets have brought something; a subscription takes a moment to work."""
        seen: set[int] = set()
        while len(seen) < 2:
            if time.monotonic() > deadline:
                raise TooSlowError("it does not answer")
            self._channels.ask("kernel_info_request")
            asked = time.monotonic()
            for socket, _ in self._messages():
                seen |= {id(socket)} if socket is not None else set()
                if len(seen) == 2 or time.monotonic() > asked + 2 * POLL:
                    break

    def run(self, source: str, *, timeout: float) -> Outputs:
        """Run a learner's cell and return what it shows, an error included.

        Raises
        ------
        TooSlowError, KernelGoneError
            Also then the outputs so far are in its ``outputs`` attribute.
        """
        left = self.limits.outputs - self._shown
        outputs = Outputs(min(self.limits.output, left), self._displays)
        try:
            reply = self._request(source, {}, timeout, outputs)
        except NoReplyError as error:
            error.outputs = outputs
            raise
        finally:
            self._shown += outputs.size
            self.is_full |= outputs.truncated and left < self.limits.output
        if self._channels.lost:
            self._listen_anew()
        shown = any(output.output_type == "error" for output in outputs.cells)
        if reply.get("status") == "error" and not shown:
            outputs.take("error", reply)
        return outputs

    def _listen_anew(self) -> None:
        """Connect to the outputs again; of a kernel that shows nothing more only replies count."""
        self._channels.listen_anew()
        try:
            self._wait_until_ready(time.monotonic() + GRACE)
        except (TooSlowError, zmq.Again):
            self._is_heard = False

    def ask(self, question: str, *, timeout: float, afresh: bool = False) -> str:
        """Return the agent's answer to a question of `remote.Dialogue`, `afresh` by a new copy.

        Raises
        ------
        TooSlowError
            If it takes longer than `timeout` seconds.
        KernelGoneError
            If the kernel died, or could not be interrupted.
        """
        return self._evaluate(expression(question, self.limits.answer, afresh), timeout)

    def draw(self, wanted: bool, *, timeout: float) -> None:
        """Have the agent turn pictures of figures on or off, unless they are so.

        Raises
        ------
        TooSlowError, KernelGoneError
            As for `ask`.
        """
        if wanted != self._draws:
            self._draws = wanted
            self._evaluate(f"__import__('sys').modules[{AGENT!r}].draw({wanted})", timeout)

    def _evaluate(self, expression: str, timeout: float) -> str:
        value: Any = self._request("", {"answer": expression}, timeout, None)
        for key in ("user_expressions", "answer", "data", "text/plain"):
            value = value.get(key) if type(value) is dict else None
        if type(value) is not str:
            return ""
        return value[1:-1]  # the quotes of its repr; base64 holds nothing that is escaped

    def _request(
        self, code: str, expressions: dict[str, str], timeout: float, outputs: Outputs | None
    ) -> dict[str, Any]:
        """Send code or expressions and return the reply; outputs of other requests are dropped."""
        if self.gone:
            raise KernelGoneError(self.gone)
        content = {
            "code": code,
            "silent": outputs is None,
            "store_history": outputs is not None,
            "user_expressions": expressions,
            "allow_stdin": False,
            "stop_on_error": False,
        }
        try:
            number = self._channels.ask("execute_request", content)
        except zmq.Again:
            self._kill("time", "it takes no questions any more")
        try:
            return self._reply(number, time.monotonic() + timeout, outputs)
        except TooSlowError:
            self._interrupt(number)
            raise

    def _reply(self, number: str, deadline: float, outputs: Outputs | None) -> dict[str, Any]:
        reply: dict[str, Any] | None = None
        idle = outputs is None
        for socket, message in self._messages():
            content = message.get("content") if answers(message, number) else None
            kind = message["header"].get("msg_type") if content is not None else ""
            if socket is self._channels.shell and kind == "execute_reply" and reply is None:
                reply = content
                deadline = min(deadline, time.monotonic() + GRACE)
            elif socket is self._channels.outputs and outputs is not None and content is not None:
                idle |= kind == "status" and content.get("execution_state") == "idle"
                outputs.take(kind, content)
            late = time.monotonic() > deadline
            deaf = not self._is_heard or (self._channels.lost and socket is None)
            if reply is not None and outputs is not None and not idle and (deaf or late):
                outputs.cut()
                self._channels.lost = self._is_heard
                idle = True
            if reply is not None and idle:
                return reply
            if late:
                break
        raise TooSlowError("it did not end in time")

    def _messages(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Yield socket and message for what comes in, and ``(None, {})`` now and then.

        The caller stops; a kernel may send without end.
        """
        checked = time.monotonic()
        while True:
            yield from self._channels.poll(POLL)
            if time.monotonic() > checked + POLL:
                checked = time.monotonic()
                yield None, {}
                self._look_after()

    def _look_after(self) -> None:
        """Notice that the kernel has died, or sends one message without an end."""
        if not self.manager.is_alive():
            self.cause = getattr(self.manager.provisioner, "killed_for", None) or ""
            self._die(f"it used more {self.cause} than allowed" if self.cause else "it died")
        # MAXMSGSIZE holds for each part of a message, and nothing limits the number of parts
        if resident_memory() > self._memory_at_start + self.limits.memory:
            self._kill("output", "it sent too much")

    def _interrupt(self, number: str) -> None:
        """Stop what runs; kill the kernel if it does not stop."""
        self.manager.interrupt_kernel()
        interrupted = time.monotonic()
        for socket, message in self._messages():
            if socket is self._channels.shell and answers(message, number):
                return
            if time.monotonic() > interrupted + GRACE:
                break
        self._kill("time", "it reached a time limit and could not be interrupted")

    def _kill(self, cause: str, why: str) -> NoReturn:
        self.stop()
        self.cause = cause
        self._die(why)

    def _die(self, why: str) -> NoReturn:
        self.gone = why
        raise KernelGoneError(why)

    def stop(self, why: str = "it was stopped") -> None:
        """Kill the kernel and all its processes, close the sockets."""
        self.gone = self.gone or why
        if hasattr(self, "_channels"):
            self._channels.close()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
