"""Work that survives the loss of a worker."""

import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from anomaly_labs.scale.tables import workers

if TYPE_CHECKING:
    from distributed import Client

Found = TypeVar("Found")

NOTICE_S = 1.0  # the scheduler sees a closed connection at once, unless it is busy
GRACE_S = 5.0  # Dask mends what it can, and XGBoost stops, within this time
REPLACE_S = 60.0  # another process starts in the place of a lost one; on a busy machine it takes 20


def survive(task: Callable[[], Found], client: "Client", doing: str) -> Found:
    """Return what `task` returns; if workers are lost and it fails, do it once more.

    The second time it runs on the workers that are left or have been replaced, and a warning says
    so. On a cluster of this machine, those that are left are restarted: they could wait for the
    lost ones without end.

    Parameters
    ----------
    task
        Work on the cluster that leaves nothing behind when it fails.
    client
        Client of the cluster.
    doing
        What the task does, for messages: "training".

    Raises
    ------
    RuntimeError
        If workers are lost and none is left, or the second time fails as well. The error of a
        task whose workers are all alive comes through as it is.
    """
    before = workers(client)
    try:
        with _watched(before, client):
            return task()
    except Exception as error:
        lost = _lost(before, client)
        if not lost:
            raise
        left = _renew(before, client)
        event = f"{doing}: {len(lost)} of {len(before)} workers lost ({', '.join(lost)})"
        if not left:
            raise RuntimeError(f"{event}; none is left. Start workers and try again") from error
    warnings.warn(f"{event}; it starts again on {left}", RuntimeWarning, stacklevel=4)
    try:
        with _watched(workers(client), client):
            return task()
    except Exception as error:
        raise RuntimeError(
            f"{event}, and the second try on {left} failed ({error}). Data that the lost workers "
            "held may be gone: make the collections again, or pass tables of this process"
        ) from error


@contextmanager
def _watched(before: list[str], client: "Client") -> Iterator[None]:
    """Restart the others if a worker is lost and the block does not end by itself."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            if set(before) - set(_present(client)):
                if not ended.wait(GRACE_S):
                    _restart(before, client)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _present(client: "Client") -> list[str]:
    """Return the workers; none where the scheduler does not answer."""
    try:
        return workers(client)
    except (OSError, RuntimeError):
        return []


def _lost(before: list[str], client: "Client") -> list[str]:
    """Return which workers have gone, after a moment in which the scheduler can notice."""
    deadline = time.monotonic() + NOTICE_S
    while True:
        lost = sorted(set(before) - set(_present(client)))
        if lost or time.monotonic() > deadline:
            return lost
        time.sleep(0.1)


def _restart(before: list[str], client: "Client") -> None:
    """Restart what is left of a cluster of this machine; others may be in use by somebody."""
    from distributed.comm import get_address_host

    left = sorted(set(before) & set(_present(client)))
    if left and get_address_host(client.scheduler.address) == "127.0.0.1":
        with suppress(ValueError, TimeoutError):  # without a nanny, none is restarted
            client.restart_workers(left, timeout=REPLACE_S, raise_for_error=False)


def _renew(before: list[str], client: "Client") -> int:
    """Return how many workers there are, after a time in which lost ones can be replaced."""
    _restart(before, client)
    deadline = time.monotonic() + REPLACE_S
    while client.status == "running" and time.monotonic() < deadline:
        if len(_present(client)) >= len(before):
            break
        time.sleep(0.2)
    return len(_present(client))
