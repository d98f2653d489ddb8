"""What stands in the sandbox where the instructor's desk is installed: a closed door."""

raise ModuleNotFoundError("No module named 'anomaly_desk'", name="anomaly_desk")
