"""Files that are whole or absent, locks, and fitted objects without pickle.

`save_fitted` writes one zip of Keras models, arrays and JSON. Keras is imported by those who save
or load a model only.
"""

import io
import json
import os
import tempfile
import uuid
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

VERSION = 2
SUFFIX = ".keras"
# what zipfile, json, NumPy and Keras raise on content that is not theirs
BROKEN = (zipfile.BadZipFile, EOFError, KeyError, TypeError, ValueError, NotImplementedError)


def write_aside(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under a temporary name beside its place, then put it there at once.

    Two processes that write the same file each write a whole one, and the last one stays. When
    writing fails, an older file stays as it was.

    Parameters
    ----------
    path
        Where the file will be; missing folders are made.
    write
        Writes the whole file to the path that it is given.

    Raises
    ------
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_aside(Path(folder) / "a" / "b.txt", lambda aside: aside.write_text("done"))
    ...     sorted(path.name for path in Path(folder).rglob("*"))
    ['a', 'b.txt']
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _beside(path)
    try:
        write(aside)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_once(path: Path, content: bytes) -> None:
    """Write a secret that only its owner can read, unless another process was faster.

    Parameters
    ----------
    path
        Where the file will be; a file that is there already stays as it is.
    content
        What it holds.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = _beside(path)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.link(aside, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def lock(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of a folder or a file; yield whether it was free, which is so with `wait`.

    The system lets go of it when the process ends, however it ends.

    Parameters
    ----------
    path
        A folder, or a file, which is made where it is missing.
    wait
        Whether to wait until nobody else holds it.
    """
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT)
    try:
        yield _taken(handle, wait=wait)
    finally:
        os.close(handle)


def _taken(handle: int, *, wait: bool) -> bool:
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        pass  # a system or network folder without locks: no worse than without this one
    return True


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")


class Parts(NamedTuple):
    """What a file holds: Keras models and numeric arrays by name, and what JSON can hold."""

    models: dict[str, Any]
    state: dict[str, Any]
    arrays: dict[str, np.ndarray]


def save_fitted(path: str | os.PathLike[str], parts: Parts, *, form: str) -> None:
    """Write the parts of a fitted object to one zip file.

    Parameters
    ----------
    path
        File to write.
    parts
        Models, state and arrays.
    form
        Name of the format; `load_fitted` asks for the same.

    Raises
    ------
    OSError
        If the file cannot be written; an older one then stays as it was.
    """
    import keras

    head = {"format": form, "version": VERSION, "keras": keras.__version__} | parts.state
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **parts.arrays)

    def write(aside: Path) -> None:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(aside, "w") as archive:
            archive.writestr("detector.json", json.dumps(head, indent=1))
            archive.writestr("arrays.npz", packed.getvalue())
            for name, model in parts.models.items():
                network = Path(folder) / (name + SUFFIX)
                with warnings.catch_warnings():
                    # Keras copies variables of TensorFlow in a way that NumPy 2 deprecates
                    warnings.simplefilter("ignore", DeprecationWarning)
                    model.save(network)
                archive.write(network, network.name)

    write_aside(Path(path), write)


def load_fitted(
    path: str | os.PathLike[str], *, form: str, detector: str, check: Callable[[Parts], None]
) -> Parts:
    """Return what `save_fitted` put into a file.

    Parameters
    ----------
    path
        File that `save_fitted` made.
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
    import keras

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
    import keras

    models = {}
    with tempfile.TemporaryDirectory() as folder:
        for file, content in files.items():
            if file.endswith(SUFFIX):
                network = Path(folder) / "model.keras"
                network.write_bytes(content)
                model = keras.saving.load_model(network, compile=False, safe_mode=True)
                models[file.removesuffix(SUFFIX)] = model
    return models
