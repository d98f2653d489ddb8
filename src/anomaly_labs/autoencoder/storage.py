"""One file for a fitted detector: a zip of a Keras model, arrays and JSON, without pickle."""

import io
import json
import tempfile
import warnings
import zipfile
import zlib
from os import PathLike
from pathlib import Path
from typing import Any

import keras
import numpy as np

FORMAT = "anomaly-labs autoencoder"
VERSION = 2
ARRAYS = ("residual_mean", "whitening", "row_mean", "row_whitening")
# what zipfile, json, NumPy and Keras raise on content that is not theirs
BROKEN = (zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError, NotImplementedError)


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
    head = {"format": FORMAT, "version": VERSION, "keras": keras.__version__} | state
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "model.keras"
        with warnings.catch_warnings():
            # Keras copies variables of TensorFlow in a way that NumPy 2 deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            model.save(network)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("detector.json", json.dumps(head, indent=1))
            archive.writestr("arrays.npz", packed.getvalue())
            archive.write(network, "model.keras")


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
    try:
        with zipfile.ZipFile(path) as archive:  # reading a part checks its checksum
            parts = {name: archive.read(name) for name in archive.namelist()}
        state = json.loads(parts["detector.json"])
        if state["format"] != FORMAT:
            raise ValueError(f"the format is {state['format']!r}, not {FORMAT!r}")
        version = state["version"]
    except (*BROKEN, zlib.error) as error:
        raise ValueError(_complaint(path)) from error
    if version != VERSION:
        raise ValueError(
            f"{path} has version {version!r} of the format and this library reads version"
            f" {VERSION}; load it with the anomaly-labs that wrote it, or fit and save again"
        )
    try:
        with np.load(io.BytesIO(parts["arrays.npz"]), allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
        with tempfile.TemporaryDirectory() as folder:
            network = Path(folder) / "model.keras"
            network.write_bytes(parts["model.keras"])
            model = keras.saving.load_model(network, compile=False, safe_mode=True)
        _check(model, state, arrays)
    except BROKEN as error:
        raise ValueError(
            f"{_complaint(path)} (written with Keras {state.get('keras')}, this is"
            f" {keras.__version__})"
        ) from error
    return model, state, arrays


def _check(model: Any, state: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Raise unless the parts belong together."""
    missing = {"params", "history"} - state.keys()
    width = model.input_shape[-1]
    shapes = {name: array.shape for name, array in arrays.items()}
    wanted = {name: (width,) if name.endswith("mean") else (width, width) for name in ARRAYS}
    if missing or shapes != wanted:
        raise ValueError(f"without {missing}, {width} columns, arrays of {shapes}")


def _complaint(path: str | PathLike[str]) -> str:
    return f"{path} is damaged or not a saved AutoencoderDetector; fit the detector and save again"
