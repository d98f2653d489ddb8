"""Generative adversarial networks as detectors."""

from importlib import import_module
from typing import Any

from anomaly_labs.gan.bigan import BiGANDetector
from anomaly_labs.gan.gan import GANDetector
from anomaly_labs.gan.wgan import WGANDetector

__all__ = ["BiGANDetector", "GANDetector", "WGANDetector"]


def __getattr__(name: str) -> Any:
    if name == "failures":  # moved; the name stays for one edition
        return import_module("anomaly_labs.teaching.lab3_gan.failures")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
