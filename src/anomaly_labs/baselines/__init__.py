"""Classical detectors with the contract of the course, to compare a network with.

They wrap scikit-learn; where there is a GPU, `runtime.prepare` puts cuml in its place.
"""

from anomaly_labs.baselines.forest import IsolationForestDetector
from anomaly_labs.baselines.mahalanobis import MahalanobisDetector
from anomaly_labs.baselines.neighbors import NeighborsDetector

__all__ = ["IsolationForestDetector", "MahalanobisDetector", "NeighborsDetector"]
