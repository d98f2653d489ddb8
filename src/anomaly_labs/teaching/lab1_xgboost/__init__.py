"""Figures of Lab 1."""

from anomaly_labs.teaching.lab1_xgboost.ensembles import ensemble_schemes as ensemble_schemes
from anomaly_labs.teaching.lab1_xgboost.scores import f1_by_rows as f1_by_rows
from anomaly_labs.teaching.lab1_xgboost.scores import model_selection as model_selection
from anomaly_labs.teaching.lab1_xgboost.scores import roc_steps as roc_steps
from anomaly_labs.teaching.lab1_xgboost.scores import score_ladder as score_ladder
from anomaly_labs.teaching.lab1_xgboost.scores import vector_map as vector_map
from anomaly_labs.teaching.lab1_xgboost.trees import booster_tree as booster_tree
from anomaly_labs.teaching.lab1_xgboost.trees import decision_tree as decision_tree
from anomaly_labs.teaching.lab1_xgboost.trees import fitted_function as fitted_function
from anomaly_labs.teaching.lab1_xgboost.trees import split_residuals as split_residuals
