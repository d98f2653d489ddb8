"""Several worker processes by Dask: start them, give them tables, survive their loss.

Each function with a `client` argument takes the client that `local_cluster` yields, or the client
of a cluster that runs elsewhere: ``distributed.Client("tcp://scheduler:8786")``.
"""

from anomaly_labs.cluster.local import local_cluster
from anomaly_labs.cluster.recovery import survive
from anomaly_labs.cluster.tables import read, spread, workers

__all__ = ["local_cluster", "read", "spread", "survive", "workers"]
