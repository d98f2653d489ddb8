"""Gradient-boosted trees: XGBoost on the CPU, on an NVIDIA GPU or on a Dask cluster."""

from anomaly_labs.boosting.parameters import default_params
from anomaly_labs.boosting.trees import effective_device, predict, train

__all__ = ["default_params", "effective_device", "predict", "train"]
