"""What the file of a saved autoencoder holds."""

from os import PathLike
from typing import Any

import numpy as np

from anomaly_labs import storage

FORM = "anomaly-labs autoencoder"
ARRAYS = ("residual_mean", "whitening", "row_mean", "row_whitening")


def write(
    path: str | PathLike[str], *, model: Any, state: dict[str, Any], arrays: dict[str, np.ndarray]
) -> None:
    """Write model, JSON state and arrays to one zip file.

    Parameters
    ----------
    path
        File to write.
    model
        Keras model.
    state
        Whatever JSON can hold.
    arrays
        Numeric arrays by name.
    """
    storage.write(path, storage.Parts({"model": model}, state, arrays), form=FORM)


def read(path: str | PathLike[str]) -> tuple[Any, dict[str, Any], dict[str, np.ndarray]]:
    """Return model, state and arrays that `write` put into a file.

    Parameters
    ----------
    path
        File that `write` made.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, something else, or of another version of the format.
    """
    parts = storage.read(path, form=FORM, detector="AutoencoderDetector", check=_check)
    return parts.models["model"], parts.state, parts.arrays


def _check(parts: storage.Parts) -> None:
    """Raise unless the parts belong together."""
    missing = {"params", "history"} - parts.state.keys()
    width = parts.models["model"].input_shape[-1]
    shapes = {name: array.shape for name, array in parts.arrays.items()}
    wanted = {name: (width,) if name.endswith("mean") else (width, width) for name in ARRAYS}
    if missing or shapes != wanted:
        raise ValueError(f"without {missing}, {width} columns, arrays of {shapes}")
