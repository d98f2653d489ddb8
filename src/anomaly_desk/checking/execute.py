"""The step of nbgrader that runs a submission: learners' cells in a sandbox, checks outside it."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer, List, Unicode, default

from anomaly_desk.checking.idle import idle
from anomaly_desk.checking.judge import failure, judge
from anomaly_desk.checking.kernel import Kernel
from anomaly_desk.checking.namespace import Namespace, Trusted
from anomaly_desk.checking.pictures import (
    Pictures,
    as_outputs,
    is_plain,
    place,
    put,
    shared_pictures,
    unchanged,
)
from anomaly_desk.checking.remote import AnswerError, Dialogue
from anomaly_desk.checking.replies import KIND_OF_DEATH, MessageLimits, NoReplyError, TooSlowError
from anomaly_desk.checking.waiting import MISSED, Moment, Waiting
from anomaly_desk.environment import FAST, LEARNER, PRIVATE_SEED
from anomaly_desk.grading.seed import private_seed, submission_seed
from anomaly_desk.submissions import findings
from anomaly_desk.submissions.findings import Finding
from anomaly_labs import runtime
from anomaly_labs.notebooks import grade_id, is_check


class SafeExecute(Execute):  # type: ignore[misc]
    """Run a learner's cells in the sandbox and the checks here, on plain data from there.

    Stands in the place of nbgrader's `Execute`; ``timeout`` and ``startup_timeout`` are its own.
    """

    unsafe = Bool(False, help="run learners' code without the sandbox").tag(config=True)
    fast = Bool(help="fewer rows and epochs; by default as ANOMALY_LABS_FAST says").tag(config=True)
    full = List(Unicode(), help="assignments that are never graded fast").tag(config=True)
    share_figures = Bool(True, help="draw the figures of the course's own cells once a run").tag(
        config=True
    )
    call_timeout = Float(30.0, help="seconds for one answer to a check").tag(config=True)
    total_timeout = Float(900.0, help="seconds for the whole notebook").tag(config=True)
    max_reply = Integer(32_000_000, help="bytes of one answer to a check").tag(config=True)
    max_output = Integer(2_000_000, help="characters of one cell's outputs").tag(config=True)
    total_output = Integer(10_000_000, help="characters of all outputs").tag(config=True)

    @default("fast")  # type: ignore[untyped-decorator]
    def _fast_default(self) -> bool:
        return runtime.is_fast()

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: KernelManager | None = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Fill in the outputs of every code cell; note what went wrong in the metadata."""
        submitted, directory = resources["nbgrader"], CourseDirectory(config=self.config)
        fast = self.fast and submitted["assignment"] not in self.full
        settings = {
            FAST: "1" if fast else "0",
            LEARNER: submitted["student"],
            PRIVATE_SEED: submission_seed(private_seed(Path(directory.root)), nb),
        }
        with _environment(**settings) as environment:
            release = self._release(resources)
            trusted = Trusted(release, fast=fast)
            trusted.settle()
            cwd = resources.get("metadata", {}).get("path") or None
            given = {k: v for k, v in environment.items() if k != PRIVATE_SEED}
            pictures: Pictures = {}
            # without fast mode each learner may have rows of their own
            if fast and self.share_figures and not self.unsafe:
                for_all = {k: v for k, v in given.items() if k != LEARNER}
                drawn = shared_pictures(
                    release,
                    lambda: self._started(Kernel(self._manager(), self._limits()), for_all, cwd),
                    timeout=self.call_timeout,
                )
                pictures = unchanged(drawn, release, nb)
            kernel = Kernel(km or self._manager(), self._limits())
            try:
                self._started(kernel, given, cwd)
                execution = Execution(
                    kernel, trusted, self.timeout, self.call_timeout, self.total_timeout, pictures
                )
                execution.idle = idle(pictures, nb)
                for cell in nb.cells:
                    if cell.cell_type == "code":
                        execution.take(cell)
            finally:
                kernel.stop()
        findings.write(nb, [*findings.read(nb), *execution.findings])
        return nb, resources

    def _limits(self) -> MessageLimits:
        return MessageLimits(self.max_reply, self.max_output, self.total_output)

    def _started(self, kernel: Kernel, env: dict[str, str], cwd: str | None) -> Kernel:
        arguments = self.extra_arguments if self.unsafe else []
        kernel.start(timeout=self.startup_timeout, arguments=arguments, env=env, cwd=cwd)
        return kernel

    def _release(self, resources: dict[str, Any]) -> NotebookNode:
        """Return the pristine notebook: names that checks trust come from there."""
        place, directory = resources["nbgrader"], CourseDirectory(config=self.config)
        folder = directory.format_path(directory.release_directory, ".", place["assignment"])
        return nbformat.read(Path(folder) / f"{place['notebook']}.ipynb", as_version=4)

    def _manager(self) -> KernelManager:
        if self.unsafe:
            return KernelManager(kernel_name="python3", config=self.config)
        from anomaly_desk.sandbox.kernels import NAME, SandboxKernels

        kernels = SandboxKernels(config=self.config)
        return KernelManager(kernel_name=NAME, kernel_spec_manager=kernels, config=self.config)


@dataclass
class Execution:
    """One notebook on its way through the cells; times in seconds."""

    kernel: Kernel
    trusted: Trusted
    cell_timeout: float | None
    call_timeout: float
    total_timeout: float
    pictures: Pictures = field(default_factory=dict)
    idle: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    n_executed: int = 0
    waiting: Waiting = field(init=False)

    def __post_init__(self) -> None:
        """Begin to look at the kernel's threads."""
        self.waiting = Waiting(self.kernel.manager)
        self.waiting.start()

    def take(self, cell: NotebookNode) -> None:
        """Run a learner's cell in the kernel, or a check here."""
        cell.outputs = []
        cell.execution_count = None
        if not cell.source.strip():
            return
        if self.left() <= 0 and not self.kernel.gone:
            self.kernel.stop("the time for the whole notebook was over")
            self.find("limit-time", cell, f"it took more than {self.total_timeout:.0f} s")
            self.note_waiting(cell, self.waiting.begun)
        if self.kernel.gone:
            cell.outputs = [
                failure(
                    "NotRun", f"Not run: an earlier cell stopped the kernel ({self.kernel.gone})."
                )
            ]
        elif is_check(cell):
            dialogue = Dialogue(partial(self.ask, cell))
            points = float(cell.metadata.nbgrader.points)
            names = Namespace(self.trusted, dialogue)
            cell.outputs = judge(cell.source, points, names, seconds=self.left())
        else:
            self.n_executed += 1
            cell.execution_count = self.n_executed
            if place(cell) in self.idle:
                cell.outputs = as_outputs(self.pictures[place(cell)])
            else:
                self.run(cell)

    def left(self) -> float:
        """Return how long the notebook may still take."""
        return self.total_timeout - (time.monotonic() - self.waiting.begun.clock)

    def run(self, cell: NotebookNode) -> None:
        """Run one cell of learner or release in the kernel."""
        timeout = min(self.cell_timeout or self.total_timeout, self.left())
        began = self.waiting.now()
        drawn = self.pictures.get(place(cell), []) if is_plain(cell) else []
        try:
            with contextlib.suppress(TooSlowError):  # at worst its figures are not drawn
                self.kernel.draw(not drawn, timeout=min(self.call_timeout, timeout))
            outputs = self.kernel.run(cell.source, timeout=timeout)
            cell.outputs = outputs.cells
            put(cell, drawn)
        except NoReplyError as error:
            outputs = error.outputs
            stopped = failure("Stopped", self.told(error, cell, timeout, began))
            cell.outputs = [*outputs.cells, stopped]
        if outputs.truncated:
            who = "the notebook" if self.kernel.is_full else "a cell"
            self.find("limit-output", cell, f"{who} printed too much; the rest is left out")

    def ask(self, cell: NotebookNode, question: str, *, afresh: bool = False) -> str:
        """Return the agent's answer; whatever keeps it away becomes a sentence."""
        timeout = min(self.call_timeout, max(self.left(), 0.0))
        began = self.waiting.now()
        try:
            return self.kernel.ask(question, timeout=timeout, afresh=afresh)
        except NoReplyError as error:
            raise AnswerError(self.told(error, cell, timeout, began)) from None

    def told(self, error: Exception, cell: NotebookNode, timeout: float, began: Moment) -> str:
        """Note why what began then did not end well; return it as a sentence."""
        if isinstance(error, TooSlowError):
            kind, text = "limit-time", f"your code took longer than {timeout:.0f} s"
        else:
            kind = KIND_OF_DEATH.get(self.kernel.cause, "kernel-died")
            text = f"the kernel stopped: {error}"
        self.find(kind, cell, text)
        if kind == "limit-time":
            self.note_waiting(cell, began if self.left() > 0 else self.waiting.begun)
        return text

    def note_waiting(self, cell: NotebookNode, since: Moment) -> None:
        """Note that a time limit was reached by waiting for a processor, where it was."""
        if (missed := self.waiting.missed(since)) >= MISSED:
            text = f"its processes waited for a processor for {missed:.0%} of that time"
            self.find("waited", cell, text)

    def find(self, kind: str, cell: NotebookNode, text: str) -> None:
        """Note a finding about a cell, once."""
        finding = Finding(kind, grade_id(cell), text)
        if finding not in self.findings:
            self.findings.append(finding)


@contextlib.contextmanager
def _environment(**settings: str) -> Iterator[dict[str, str]]:
    """Set environment variables for a while."""
    kept = {key: os.environ.get(key) for key in settings}
    os.environ.update(settings)
    try:
        yield dict(os.environ)
    finally:
        for key, value in kept.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value
