"""What the file of a saved autoencoder holds."""

from os import PathLike
from typing import Any

import numpy as np

from anomaly_labs import files

FORM = "anomaly-labs autoencoder"
ARRAYS = ("residual_mean", "whitening", "row_mean", "row_whitening")


def save(detector: Any, path: str | PathLike[str]) -> None:
    """Write a fitted detector to one zip file.

    Parameters
    ----------
    detector
        The autoencoder.
    path
        File to write.
    """
    state = {"params": detector.get_params(), "history": detector.history_}
    if hasattr(detector, "feature_names_in_"):
        state["columns"] = [str(name) for name in detector.feature_names_in_]
    arrays = {name: getattr(detector, f"{name}_") for name in ARRAYS}
    files.save_fitted(path, files.Parts({"model": detector.model_}, state, arrays), form=FORM)


def load(detector: Any, path: str | PathLike[str]) -> Any:
    """Set what `save` wrote on an unfitted detector, and return its Keras model.

    Parameters
    ----------
    detector
        An autoencoder; its options become those of the saved one.
    path
        File that `save` made.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, something else, or of another version of the format.
    """
    name = type(detector).__name__
    parts = files.load_fitted(path, form=FORM, detector=name, check=_check)
    params = parts.state["params"]
    detector.set_params(**params | {"hidden": tuple(params["hidden"])})
    detector.history_ = parts.state["history"]
    for array in ARRAYS:
        setattr(detector, f"{array}_", parts.arrays[array])
    detector.n_features_in_ = len(detector.residual_mean_)
    if "columns" in parts.state:
        detector.feature_names_in_ = np.asarray(parts.state["columns"], dtype=object)
    return parts.models["model"]


def _check(parts: files.Parts) -> None:
    """Raise unless the parts belong together."""
    missing = {"params", "history"} - parts.state.keys()
    width = parts.models["model"].input_shape[-1]
    shapes = {name: array.shape for name, array in parts.arrays.items()}
    wanted = {name: (width,) if name.endswith("mean") else (width, width) for name in ARRAYS}
    if missing or shapes != wanted:
        raise ValueError(f"without {missing}, {width} columns, arrays of {shapes}")
