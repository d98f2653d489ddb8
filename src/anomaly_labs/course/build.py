"""From sources to learners' notebooks, through nbgrader's own release step."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from anomaly_labs.course import CourseError, sources


class BuildError(CourseError):
    """nbgrader refused a notebook; the message holds what it said."""


def project_folder() -> Path:
    """Return the folder of the checkout, which holds `solutions/`.

    Raises
    ------
    FileNotFoundError
        If neither the current folder nor this package belongs to a checkout.
    """
    for folder in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if (folder / "solutions").is_dir() and (folder / "nbgrader_config.py").is_file():
            return folder
    raise FileNotFoundError(
        f"no solutions/ in {Path.cwd()}: the course is built from a checkout of anomaly-labs; "
        "clone it, and run this command in its folder"
    )


def source_paths(project: Path) -> list[Path]:
    """Return the notebook sources in teaching order."""
    return sorted((project / "solutions").glob("*.py"))


def released_path(project: Path, name: str) -> Path:
    """Return where the learners' notebook `name` stands in the checkout."""
    folder = "assessment" if name == "assessment" else "labs"
    return project / folder / f"{name}.ipynb"


def open_course(root: Path, project: Path) -> Any:
    """Return nbgrader's API on the course folder `root`, with the project's settings."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    # nbgrader starts `alembic` by bare name
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    config = PyFileConfigLoader("nbgrader_config.py", path=str(project)).load_config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def release(course: Any, source: sources.Source) -> Path:
    """Write nbgrader's source and release notebooks of one lab; return the release."""
    root = Path(course.coursedir.root)
    folder = root / "source" / source.name
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(source.assignment(), folder / f"{source.name}.ipynb")
    outcome = course.generate_assignment(source.name)
    if not outcome["success"]:
        raise BuildError(f"{source.path}: {outcome.get('log', '')}{outcome.get('error', '')}")
    return root / "release" / source.name / f"{source.name}.ipynb"


def build(project: Path, paths: Iterable[Path]) -> dict[Path, bytes]:
    """Return the learners' notebooks, each under the path where it belongs in the checkout.

    Raises
    ------
    SourceError
        If a source must not be released; the message names file and line.
    BuildError
        If nbgrader refuses a notebook.
    """
    checked = [sources.read(path) for path in paths]
    with tempfile.TemporaryDirectory(prefix="anomaly-labs-") as root:
        course = open_course(Path(root), project)
        return {
            released_path(project, source.name): release(course, source).read_bytes()
            for source in checked
        }


def stale(built: dict[Path, bytes]) -> list[Path]:
    """Return the paths whose file differs from what was built, or is missing."""
    return [path for path, text in built.items() if not path.is_file() or path.read_bytes() != text]


def write(built: dict[Path, bytes]) -> list[Path]:
    """Write what is stale, aside and then renamed; return the paths written."""
    changed = stale(built)
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_bytes(built[path])
        aside.replace(path)
    return changed
