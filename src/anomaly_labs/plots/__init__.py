"""The figures of the course: every function takes `ax=None`, draws, and returns the axes."""

from anomaly_labs.plots.style import finish as finish
from anomaly_labs.plots.style import use_course_style as use_course_style
