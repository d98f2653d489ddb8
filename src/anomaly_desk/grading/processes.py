"""A process for each submission: none can stop the others, and each ends with its parent."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from anomaly_desk.grading import ledger
from anomaly_desk.grading.ledger import Graded
from anomaly_desk.submissions.findings import Finding
from anomaly_desk.submissions.submission import Job, Submission

# What grading any submission imports, beside what its lab imports; once, before the process of
# each one forks.
PRELOADED = (
    "anomaly_desk.grading.one",
    "anomaly_desk.checking.execute",
    "anomaly_desk.sandbox.provisioner",
    "anomaly_desk.pages.feedback",
    "anomaly_desk.pages.sanitize",
    "anomaly_desk.execute",
    "nbconvert.exporters.html",
    "jinja2.ext",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sklearn.metrics",
    "pooch",
)
LIMIT_SECONDS = 3600  # for one submission; the limits of the kernel end it much earlier
GRACE_SECONDS = 10  # for a process to end after it has sent its result
ALONE = Finding(
    "graded-again",
    "",
    "A first result was left out: it ended in a time limit because it waited for a processor that "
    "others used. This is the result of grading it once more, alone.",
)


def failed(job: Job, trouble: str) -> Graded:
    """Return the result of a submission that could not be graded, and why."""
    one = job.submission
    return Graded(one.assignment, one.learner, {}, one.findings, job.unsafe, 0.0, trouble=trouble)


def _alone(job: Job) -> Job:
    """Return the job of grading a submission once more; until then it counts as not graded."""
    one = job.submission
    entry = ledger.read(job.root, one.assignment, one.learner)
    if entry is not None:
        ledger.write(job.root, one.assignment, one.learner, replace(entry, graded=None))
    return replace(job, submission=replace(one, findings=(*one.findings, ALONE)))


def results(
    waiting: list[Job],
    context: BaseContext,
    slots: int,
    hurried: list[Job],
    begun: Callable[[Submission], None],
) -> Iterator[Graded]:
    """Yield the results; those that others may have cut off are left out.

    Parameters
    ----------
    waiting
        What to grade.
    context
        What `context` gave.
    slots
        Submissions at a time.
    hurried
        It gets the jobs that ended in a time limit because others had the processor.
    begun
        Called with each submission when its grading begins.
    """
    beside: set[Job] = set()
    running: dict[Connection, tuple[BaseProcess, Job, float]] = {}
    todo = iter(waiting)
    try:
        while True:
            while len(running) < slots and (job := next(todo, None)) is not None:
                answer, process = _start(context, job)
                begun(job.submission)
                running[answer] = (process, job, time.monotonic() + LIMIT_SECONDS)
            if not running:
                return
            if len(running) > 1:
                beside.update(job for _, job, _ in running.values())
            ready = wait(list(running), timeout=1)
            for answer, (process, job, end) in list(running.items()):
                if answer in ready or time.monotonic() > end:
                    del running[answer]
                    graded = _result(answer, process, job)
                    if job in beside and any(f.kind == "waited" for f in graded.findings):
                        hurried.append(_alone(job))
                    else:
                        yield graded
    finally:
        for process, _, _ in running.values():
            process.kill()
            process.join()


def context(modules: list[str]) -> BaseContext:
    """Return how processes are made: forked from one that has imported nbgrader and these."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from anomaly_labs.inside.zygote import ONE_THREAD  # needs what only Unix has

    os.environ.update(ONE_THREAD)
    forked = multiprocessing.get_context("forkserver")
    forked.set_forkserver_preload([*PRELOADED, *modules])
    # Ctrl-C is ours: it must not stop the imports of the process that all others fork from. The
    # tracker would let the signal through again, so it starts before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return forked


def _work(job: Job, environment: Mapping[str, str], answer: Connection) -> None:
    from anomaly_desk.grading.one import work  # nbgrader: imported where it is needed only

    work(job, environment, answer)


def _start(context: BaseContext, job: Job) -> tuple[Connection, BaseProcess]:
    answer, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, dict(os.environ), sender), daemon=True)  # type: ignore[attr-defined]
    process.start()
    sender.close()
    return answer, process


def _result(answer: Connection, process: BaseProcess, job: Job) -> Graded:
    """Return what a process sent, or what becomes of a submission whose process did not."""
    from anomaly_desk.grading.one import give_up

    try:
        graded = answer.recv() if answer.poll() else None
    except EOFError:
        graded = None
    answer.close()
    process.join(timeout=GRACE_SECONDS)
    process.kill()
    process.join()
    if isinstance(graded, Graded):
        return graded
    reason = f"the process that graded it ended with code {process.exitcode}"
    if process.exitcode == -9:
        reason = f"the process that graded it was killed, or took over {LIMIT_SECONDS} seconds"
    try:
        return give_up(job, reason)
    except Exception as error:  # one learner's failure must not stop the others
        return failed(job, f"{reason}; and then {type(error).__name__}: {error}")
