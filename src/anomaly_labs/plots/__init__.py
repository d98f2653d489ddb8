"""The figures of the course: every function takes `ax=None`, draws, and returns the axes."""

from anomaly_labs.plots.curves import precision_recall as precision_recall
from anomaly_labs.plots.curves import roc_curve as roc_curve
from anomaly_labs.plots.curves import roc_steps as roc_steps
from anomaly_labs.plots.data import class_counts as class_counts
from anomaly_labs.plots.data import lettered_points as lettered_points
from anomaly_labs.plots.ensembles import ensemble_schemes as ensemble_schemes
from anomaly_labs.plots.schemes import method_map as method_map
from anomaly_labs.plots.schemes import rotor_story as rotor_story
from anomaly_labs.plots.scores import confusion_matrix as confusion_matrix
from anomaly_labs.plots.scores import model_selection as model_selection
from anomaly_labs.plots.scores import score_ladder as score_ladder
from anomaly_labs.plots.scores import share_bars as share_bars
from anomaly_labs.plots.scores import vector_map as vector_map
from anomaly_labs.plots.series import hourly_series as hourly_series
from anomaly_labs.plots.series import hours_on_top as hours_on_top
from anomaly_labs.plots.series import windows as windows
from anomaly_labs.plots.style import finish as finish
from anomaly_labs.plots.style import use_course_style as use_course_style
from anomaly_labs.plots.trees import booster_tree as booster_tree
from anomaly_labs.plots.trees import decision_tree as decision_tree
from anomaly_labs.plots.trees import fitted_function as fitted_function
from anomaly_labs.plots.trees import split_residuals as split_residuals
