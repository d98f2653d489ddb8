"""Worker processes on this machine."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from anomaly_labs import runtime

if TYPE_CHECKING:
    from distributed import Client

START_S = 120.0  # two seconds on an idle machine, twenty on a busy one
END_S = 30.0  # closing takes two seconds; what has not ended then is killed
# Dask looks again some time after a loss, and gives the worker up for good when it is just then
# being replaced a second time. Nannies replace workers here, so it need not look.
NEVER = "30 days"


@contextmanager
def local_cluster(n_workers: int = 2, *, memory_limit: str = "2GiB") -> Iterator["Client"]:
    """Yield the client of worker processes on this machine; afterwards nothing of them is left.

    With NVIDIA GPUs and dask-cuda each worker gets a GPU of its own, and there are no more workers
    than GPUs. ``client.dashboard_link`` is the address of a page that shows the workers at work;
    only this machine can open it.

    Parameters
    ----------
    n_workers
        Worker processes, each with one thread.
    memory_limit
        Memory per worker. One that comes near it writes data to a temporary folder; one that goes
        beyond is ended and replaced.

    Raises
    ------
    MissingExtra
        If Dask is not installed; the message holds the command.
    ValueError
        If `n_workers` is below 1.
    RuntimeError
        If the cluster does not start; the message ends with the reason.

    Examples
    --------
    >>> with local_cluster(2) as client:  # doctest: +SKIP
    ...     booster = boosting.train(X, y, client=client)
    """
    runtime.require("dask", "distributed", extra="scale")
    from distributed import Client

    if n_workers < 1:
        raise ValueError(f"n_workers={n_workers!r} must be at least 1; 2 are enough to see how")
    wish = {"n_workers": n_workers, "memory_limit": memory_limit}
    with (
        TemporaryDirectory(prefix="anomaly-labs-workers-", ignore_cleanup_errors=True) as folder,
        _host(wish, Path(folder)) as address,
        Client(address) as client,
    ):
        client.register_plugin(_prepared())
        yield client


def _prepared() -> Any:
    """Return what prepares each worker like the first cell of a notebook."""
    from distributed import WorkerPlugin

    class Prepared(WorkerPlugin):  # type: ignore[misc]
        name = "anomaly-labs"

        def setup(self, worker: Any) -> None:
            runtime.prepare()

    return Prepared()


@contextmanager
def _host(wish: dict[str, Any], folder: Path) -> Iterator[str]:
    """Yield the address of a cluster in a process of its own, which writes to a log in `folder`."""
    log = folder / "log.txt"
    with open(log, "wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "anomaly_labs.scale.host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
            env=os.environ
            | {
                "DASK_TEMPORARY_DIRECTORY": str(folder),
                "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": NEVER,
            },
        )
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(wish | {"folder": str(folder)}) + "\n")
        process.stdin.flush()
        # A worker that cannot start, for want of a working directory for example, is waited for.
        patience = threading.Timer(START_S, process.kill)
        patience.start()
        address = process.stdout.readline().strip()
        patience.cancel()
        if not address:
            reason = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise RuntimeError(f"the local cluster did not start: {''.join(reason)}")
        yield address
    finally:
        process.stdin.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()  # its workers see that and end themselves
            process.wait()
        process.stdout.close()
