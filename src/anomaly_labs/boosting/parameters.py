"""Parameters of XGBoost that suit network traffic and this machine."""

from typing import Any

from anomaly_labs import runtime

Params = dict[str, Any]


def default_params(*, n_classes: int = 2, device: str | None = None, seed: int = 0) -> Params:
    """Return XGBoost parameters that suit network traffic and this machine.

    Parameters
    ----------
    n_classes
        2 gives a binary objective, more give class probabilities; early stopping watches log loss.
    device
        ``"cuda"``, ``"cpu"``, or None for ``"cuda"`` where there is an NVIDIA device and RAPIDS.
    seed
        Only matters once rows or columns are sampled (``subsample``, ``colsample_bytree``).

    Returns
    -------
    A new dictionary; the number of threads is left to XGBoost.

    Raises
    ------
    ValueError
        If `n_classes` is below 2.

    Notes
    -----
    `min_child_weight` is .1, not XGBoost's 1: a leaf may then hold two or three rows, which the
    rare attacks need. On KDD99's 23 classes without duplicates, some of which have fewer than
    ten rows, the macro-F1 rises from about .6 to above .8.

    Examples
    --------
    >>> default_params(n_classes=23, device="cpu")["objective"]
    'multi:softprob'
    """
    if n_classes < 2:
        raise ValueError(f"n_classes={n_classes!r} must be 2 or more; 2 means normal or attack")
    params: Params = {
        "tree_method": "hist",
        "device": device or ("cuda" if runtime.gpu_available() else "cpu"),
        "max_depth": 6,
        "eta": 0.3,
        "min_child_weight": 0.1,
        "max_bin": 256,
        "seed": seed,
    }
    if n_classes == 2:
        return params | {"objective": "binary:logistic", "eval_metric": ["auc", "logloss"]}
    return params | {
        "objective": "multi:softprob",
        "eval_metric": "mlogloss",
        "num_class": n_classes,
    }


def complete(given: Params, n_classes: int, seed: int) -> Params:
    """Return the default parameters of a model with `n_classes`, with those given put over them.

    Parameters
    ----------
    given
        Parameters of the caller, which win.
    n_classes
        How many classes there are.
    seed
        Seed of the model.
    """
    if n_classes == 2 and "objective" not in given:
        given = {name: value for name, value in given.items() if name != "num_class"}
    return default_params(n_classes=n_classes, device=given.get("device"), seed=seed) | given
