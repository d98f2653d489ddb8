"""The wheel of the library as learners get it: without the grader and the builder."""

import copy
from pathlib import Path
from typing import Any, Final

from anomaly_desk.errors import CourseError
from anomaly_desk.publish.release.locked import dependencies, read_settings

PACKAGE: Final = "src/anomaly_labs"
# Of these folders, learners get only the files below.
KEPT_BACK: Final = ("course", "cli")
GIVEN: Final = {
    "cli/learner.py": "cli/__init__.py",
    **{
        path: path
        for path in (
            "cli/data.py", "cli/doctor.py", "cli/progress.py", "cli/terminal.py", "cli/verify.py",
            "course/__init__.py", "course/doctor.py", "course/progress.py",
            "course/results/__init__.py", "course/results/signing.py",
        )
    },
}  # fmt: skip


def build_wheel(project: Path, folder: Path) -> Path:
    """Build the learners' wheel into `folder` and return it; the same sources, the same bytes.

    Nothing is downloaded: hatchling, which is in the lock, runs in this process.

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

    builder = WheelBuilder(str(project), config=_settings(project))
    return Path(next(builder.build(directory=str(folder), versions=["standard"])))


def module_source(project: Path, name: str) -> Path:
    """Return which file of the checkout stands in the wheel under `name`."""
    given = {there: here for here, there in GIVEN.items()}
    inner = name.removeprefix("anomaly_labs/")
    return project / PACKAGE / given.get(inner, inner)


def _settings(project: Path) -> dict[str, Any]:
    """Return the settings of ``pyproject.toml``, cut to what learners get."""
    settings = copy.deepcopy(read_settings(project))
    about = settings["project"]
    about["dependencies"] = dependencies(project)
    about["optional-dependencies"] = {"cpu": about["optional-dependencies"]["cpu"]}
    about["readme"] = {
        "text": "The library of the course anomaly-labs, as learners get it.",
        "content-type": "text/plain",
    }
    about.pop("entry-points", None)
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    wheel["exclude"] = [f"/{PACKAGE}/{folder}" for folder in KEPT_BACK]
    wheel["force-include"] = {
        f"{PACKAGE}/{here}": f"anomaly_labs/{there}" for here, there in GIVEN.items()
    }
    return settings
