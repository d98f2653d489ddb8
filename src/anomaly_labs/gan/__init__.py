"""Generative adversarial networks as detectors, and what goes wrong with them."""

from anomaly_labs.gan.bigan import BiGANDetector
from anomaly_labs.gan.gan import GANDetector
from anomaly_labs.gan.wgan import WGANDetector

__all__ = ["BiGANDetector", "GANDetector", "WGANDetector"]
