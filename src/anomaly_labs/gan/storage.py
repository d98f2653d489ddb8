"""What the file of a saved GAN holds."""

from os import PathLike
from typing import Any

import numpy as np

from anomaly_labs import files

FITTED = ("history_", "sanity_", "scale_")
ARRAYS = ("mean_", "whitening_")


def save(detector: Any, path: str | PathLike[str]) -> None:
    """Write a fitted detector to one zip file.

    Parameters
    ----------
    detector
        One of the three.
    path
        File to write.
    """
    state = {"params": detector.get_params()}
    state |= {name: getattr(detector, name) for name in FITTED}
    if hasattr(detector, "feature_names_in_"):
        state["columns"] = [str(name) for name in detector.feature_names_in_]
    arrays = {name: getattr(detector, name) for name in ARRAYS}
    parts = files.Parts(detector.networks_, state, arrays)
    files.save_fitted(path, parts, form=_form(detector))


def load(detector: Any, path: str | PathLike[str]) -> dict[str, Any]:
    """Set what `save` wrote on an unfitted detector, and return its networks.

    Parameters
    ----------
    detector
        An unfitted detector of the same class.
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
    parts = files.load_fitted(path, form=_form(detector), detector=name, check=_check)
    params = parts.state["params"]
    detector.set_params(**params | {key: tuple(params[key]) for key in ("hidden", "judge_hidden")})
    for fitted in FITTED:
        setattr(detector, fitted, parts.state[fitted])
    for array in ARRAYS:
        setattr(detector, array, parts.arrays[array])
    detector.n_features_in_ = parts.models["generator"].output_shape[-1]
    if "columns" in parts.state:
        detector.feature_names_in_ = np.asarray(parts.state["columns"], dtype=object)
    return parts.models


def _form(detector: Any) -> str:
    return f"anomaly-labs {type(detector).__name__}"


def _check(parts: files.Parts) -> None:
    """Raise unless the parts belong together."""
    missing = {"params", *FITTED} - parts.state.keys()
    missing |= {"generator", "judge"} - parts.models.keys()
    shapes = {name: array.shape for name, array in parts.arrays.items()}
    size = shapes["mean_"][0]
    if missing or shapes != {"mean_": (size,), "whitening_": (size, size)}:
        raise ValueError(f"without {missing}, arrays of {shapes}")
