"""Raw columns to a numeric matrix; a time series to windows."""

from anomaly_labs.features.encoder import UNKNOWN, FeatureEncoder, make_encoder
from anomaly_labs.features.windows import sliding_windows

__all__ = ["UNKNOWN", "FeatureEncoder", "make_encoder", "sliding_windows"]
