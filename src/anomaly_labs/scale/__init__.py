"""More than one process, by Dask: start workers, give them tables, survive their loss.

Each function with a `client` argument takes the client that `local_cluster` yields, or the client
of a cluster that runs elsewhere: ``distributed.Client("tcp://scheduler:8786")``. Dask comes with
the extra ``scale`` and is imported by those who use it only.
"""

from anomaly_labs.scale.local import local_cluster
from anomaly_labs.scale.recovery import survive
from anomaly_labs.scale.tables import read, spread, workers

__all__ = ["local_cluster", "read", "spread", "survive", "workers"]
