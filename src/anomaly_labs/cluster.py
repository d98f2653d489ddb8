"""The name of `anomaly_labs.scale` in the edition before; it stays for this one."""

from anomaly_labs.scale import local_cluster as local_cluster
from anomaly_labs.scale import read as read
from anomaly_labs.scale import spread as spread
from anomaly_labs.scale import survive as survive
from anomaly_labs.scale import workers as workers
