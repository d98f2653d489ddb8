"""anomaly-labs: a course and assessment kit on anomaly detection."""

__version__ = "0.2.0"
