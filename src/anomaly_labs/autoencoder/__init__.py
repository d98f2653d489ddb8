"""Anomaly detection by reconstruction: rows unlike the training rows come back changed."""

from anomaly_labs.autoencoder.detector import AutoencoderDetector

__all__ = ["AutoencoderDetector"]
