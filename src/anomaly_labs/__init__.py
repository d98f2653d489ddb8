"""anomaly-labs: a course and assessment kit on anomaly detection."""

__version__ = "0.1.0"
