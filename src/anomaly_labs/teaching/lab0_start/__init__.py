"""Figures of Lab 0."""

from anomaly_labs.teaching.lab0_start.schemes import learning_fields as learning_fields
from anomaly_labs.teaching.lab0_start.schemes import method_map as method_map
from anomaly_labs.teaching.lab0_start.schemes import rotor_story as rotor_story
from anomaly_labs.teaching.lab0_start.series import hourly_series as hourly_series
from anomaly_labs.teaching.lab0_start.series import hours_on_top as hours_on_top
from anomaly_labs.teaching.lab0_start.series import lettered_points as lettered_points
from anomaly_labs.teaching.lab0_start.series import windows as windows
