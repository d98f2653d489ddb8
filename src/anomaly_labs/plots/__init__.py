"""The general figures: every function takes `ax=None`, draws, and returns the axes.

What one lab draws is in `anomaly_labs.teaching`.
"""

from importlib import import_module
from typing import Any

from anomaly_labs.plots.alarms import recall_over_alarms as recall_over_alarms
from anomaly_labs.plots.curves import precision_recall as precision_recall
from anomaly_labs.plots.curves import roc_curve as roc_curve
from anomaly_labs.plots.data import class_counts as class_counts
from anomaly_labs.plots.scores import confusion_matrix as confusion_matrix
from anomaly_labs.plots.scores import score_curves as score_curves
from anomaly_labs.plots.scores import share_bars as share_bars
from anomaly_labs.plots.scores import training_curves as training_curves
from anomaly_labs.plots.style import finish as finish
from anomaly_labs.plots.style import use_course_style as use_course_style

score_histograms = score_curves  # the former name, for one edition

# Where the figures went that learners may have typed under this name; for one edition.
FORMER = {
    "lab0_start": "hourly_series hours_on_top lettered_points method_map rotor_story windows",
    "lab1_xgboost": "booster_tree decision_tree ensemble_schemes fitted_function model_selection "
    "roc_steps score_ladder split_residuals vector_map",
    "lab2_autoencoder": "autoencoder_scheme contamination_curve latent_map residual_cloud "
    "window_errors",
    "lab3_gan": "game_moments player_paths rarity_curves",
    "lab4_adversarial": "detection_curves projections",
}


def __getattr__(name: str) -> Any:
    for lab, names in FORMER.items():
        if name in names.split():
            return getattr(import_module(f"anomaly_labs.teaching.{lab}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
