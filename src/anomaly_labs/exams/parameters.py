"""Parameters of trees that `xgb.train` knows.

It only warns of another name, and trains without it.
"""

import difflib
from collections.abc import Iterable
from typing import Final

_NAMES: Final = """
    booster device validate_parameters nthread n_jobs seed random_state seed_per_iteration verbosity
    disable_default_eval_metric use_rmm
    objective base_score eval_metric scale_pos_weight num_class
    eta learning_rate gamma min_split_loss max_depth max_leaves grow_policy min_child_weight
    max_delta_step subsample sampling_method colsample_bytree colsample_bylevel colsample_bynode
    lambda reg_lambda alpha reg_alpha tree_method max_bin updater refresh_leaf process_type
    num_parallel_tree monotone_constraints interaction_constraints max_cat_to_onehot
    max_cat_threshold max_cached_hist_node multi_strategy
    sample_type normalize_type rate_drop one_drop skip_drop
"""
KNOWN: Final = frozenset(_NAMES.split())
ELSEWHERE: Final = {
    "n_estimators": "n_rounds is the number of trees",
    "num_boost_round": "n_rounds is the number of trees",
    "num_rounds": "n_rounds is the number of trees",
    "n_rounds": "n_rounds is the number of trees, a name beside the dictionary",
    "early_stopping_rounds": "it is an argument of xgb.train",
    "silent": "XGBoost has dropped it",
}


def unknown(names: Iterable[str]) -> str:
    """Return what is wrong with the first name that is no parameter of `xgb.train`; "" if none is.

    Parameters
    ----------
    names
        Keys of a dictionary of parameters.

    Examples
    --------
    >>> unknown(["eta", "max_dept"])
    "'max_dept'; do you mean 'max_depth'?"
    >>> unknown(["eta", "n_estimators"])
    "'n_estimators'; n_rounds is the number of trees"
    >>> unknown(["eta", "max_depth"])
    ''
    """
    for name in map(str, names):
        if name not in KNOWN:
            near = difflib.get_close_matches(name.lower(), sorted(KNOWN), n=1)
            meant = f"do you mean {near[0]!r}?" if near else "leave it out"
            return f"{name!r}; {ELSEWHERE.get(name, meant)}"
    return ""
