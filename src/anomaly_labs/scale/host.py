"""The process of a local cluster: ``python -m anomaly_labs.scale.host``.

Scheduler and worker processes belong to it, not to the notebook. XGBoost's rendezvous runs beside
the scheduler and may end the process when a worker dies at the wrong moment; a notebook then gets
an error and lives on. And when the notebook is killed, its end of the pipe closes and all this
goes as well.
"""

import importlib
import importlib.util
import json
import logging
import shutil
import sys

from distributed import LocalCluster

from anomaly_labs import runtime


def start(n_workers: int, memory_limit: str, folder: str) -> LocalCluster:
    """Return a running cluster of single-threaded workers, one GPU each where there are GPUs.

    Parameters
    ----------
    n_workers, memory_limit
        Worker processes and the memory of each, as for `local_cluster`.
    folder
        Where workers put data that do not fit into their memory.
    """
    options = {
        "threads_per_worker": 1,
        "memory_limit": memory_limit,
        "dashboard_address": "127.0.0.1:0",
        "local_directory": folder,
        "silence_logs": logging.ERROR,
    }
    if runtime.gpu_available() and importlib.util.find_spec("dask_cuda"):
        n_gpus = importlib.import_module("dask_cuda.utils").get_n_gpus()
        start_on = importlib.import_module("dask_cuda").LocalCUDACluster
        return start_on(n_workers=min(n_workers, n_gpus), **options)
    return LocalCluster(n_workers=n_workers, processes=True, **options)


def main() -> None:
    """Start the cluster that the first line asks for, print its address, end with the input.

    The folder goes as well: the process that made it may have been killed.
    """
    wish = json.loads(sys.stdin.readline())
    with start(**wish) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
    shutil.rmtree(wish["folder"], ignore_errors=True)


if __name__ == "__main__":
    main()
