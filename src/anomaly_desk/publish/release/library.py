"""The wheel for learners: the package `anomaly_labs`, whole, and nothing of the desk."""

import copy
from pathlib import Path
from typing import Any, Final

from anomaly_desk.errors import CourseError
from anomaly_desk.publish.release.locked import INSTRUCTORS, read_settings

PACKAGE: Final = "src/anomaly_labs"


def build_wheel(kit: Path, folder: Path) -> Path:
    """Build the learners' wheel into `folder` and return it; the same sources, the same bytes.

    Nothing is downloaded: hatchling, which is in the lock, runs in this process.

    Parameters
    ----------
    kit
        The checkout that holds the library.
    folder
        Gets the wheel.

    Raises
    ------
    CourseError
        If hatchling is not installed.
    """
    try:
        from hatchling.builders.wheel import WheelBuilder
    except ModuleNotFoundError as error:
        raise CourseError(
            f"{error.name} is not installed; delete .venv, run any make target, then this again"
        ) from None

    builder = WheelBuilder(str(kit), config=_settings(kit))
    return Path(next(builder.build(directory=str(folder), versions=["standard"])))


def module_source(kit: Path, name: str) -> Path:
    """Return which file of the kit stands in the wheel under `name`."""
    return kit / "src" / name


def _settings(kit: Path) -> dict[str, Any]:
    """Return the settings of ``pyproject.toml``, cut to what learners get."""
    settings = copy.deepcopy(read_settings(kit))
    about = settings["project"]
    extras = about["optional-dependencies"]
    about["optional-dependencies"] = {n: extras[n] for n in extras if n not in INSTRUCTORS}
    about["readme"] = {
        "text": "The library of the course anomaly-labs, as learners get it.",
        "content-type": "text/plain",
    }
    about.pop("entry-points", None)
    settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] = [PACKAGE]
    return settings
