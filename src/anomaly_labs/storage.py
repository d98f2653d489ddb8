"""One file for a fitted detector: a zip of Keras models, arrays and JSON, without pickle."""

import io
import json
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

VERSION = 2
SUFFIX = ".keras"
# what zipfile, json, NumPy and Keras raise on content that is not theirs
BROKEN = (zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError, NotImplementedError)


class Parts(NamedTuple):
    """What a file holds: Keras models and numeric arrays by name, and what JSON can hold."""

    models: dict[str, Any]
    state: dict[str, Any]
    arrays: dict[str, np.ndarray]


def write(path: str | PathLike[str], parts: Parts, *, form: str) -> None:
    """Write the parts of a detector to one zip file.

    Parameters
    ----------
    path
        File to write.
    parts
        Models, state and arrays.
    form
        Name of the format; `read` asks for the same.
    """
    head = {"format": form, "version": VERSION, "keras": keras.__version__} | parts.state
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **parts.arrays)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path, "w") as archive:
        archive.writestr("detector.json", json.dumps(head, indent=1))
        archive.writestr("arrays.npz", packed.getvalue())
        for name, model in parts.models.items():
            network = Path(folder) / (name + SUFFIX)
            with warnings.catch_warnings():
                # Keras copies variables of TensorFlow in a way that NumPy 2 deprecates
                warnings.simplefilter("ignore", DeprecationWarning)
                model.save(network)
            archive.write(network, network.name)


def read(
    path: str | PathLike[str], *, form: str, detector: str, check: Callable[[Parts], None]
) -> Parts:
    """Return what `write` put into a file.

    Parameters
    ----------
    path
        File that `write` made.
    form
        Name of the format.
    detector
        Name of the class, for messages.
    check
        Raises a ValueError or KeyError where the parts do not belong together.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, something else, or of another version of the format.
    """
    complaint = f"{path} is damaged or not a saved {detector}; fit the detector and save again"
    try:
        with zipfile.ZipFile(path) as archive:  # reading a part checks its checksum
            files = {name: archive.read(name) for name in archive.namelist()}
        state = json.loads(files["detector.json"])
        if state["format"] != form:
            raise ValueError(f"the format is {state['format']!r}, not {form!r}")
        version = state["version"]
    except (*BROKEN, zlib.error) as error:
        raise ValueError(complaint) from error
    if version != VERSION:
        raise ValueError(
            f"{path} has version {version!r} of the format and this library reads version"
            f" {VERSION}; load it with the anomaly-labs that wrote it, or fit and save again"
        )
    try:
        with np.load(io.BytesIO(files["arrays.npz"]), allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
        parts = Parts(_models(files), state, arrays)
        check(parts)
    except BROKEN as error:
        raise ValueError(
            f"{complaint} (written with Keras {state.get('keras')}, this is {keras.__version__})"
        ) from error
    return parts


def _models(files: dict[str, bytes]) -> dict[str, Any]:
    models = {}
    with tempfile.TemporaryDirectory() as folder:
        for file, content in files.items():
            if file.endswith(SUFFIX):
                network = Path(folder) / "model.keras"
                network.write_bytes(content)
                model = keras.saving.load_model(network, compile=False, safe_mode=True)
                models[file.removesuffix(SUFFIX)] = model
    return models
