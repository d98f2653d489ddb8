"""From sources to learners' notebooks, through nbgrader's own release step."""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

import nbformat

from anomaly_desk import course
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import beside, sources
from anomaly_labs import notebooks
from anomaly_labs.errors import LabsError
from anomaly_labs.files import write_aside

SETTINGS: Final = "nbgrader_config.py"
OWN_SETTINGS: Final = Path(__file__).parent / "labs" / "template" / "nbgrader_config.py.txt"


class BuildError(CourseError):
    """nbgrader refused a notebook; the message holds what it said."""


def project_folder() -> Path:
    """Return the folder of the course: the one around the current folder, else the checkout.

    Raises
    ------
    FileNotFoundError
        If the current folder lies in no course, and this package in no checkout.
    """
    checkout = Path(__file__).resolve().parents[2]
    found = course.find(Path.cwd())
    if found is None and (checkout / course.FILE).is_file():
        found = checkout
    if found is None:
        raise FileNotFoundError(
            f"no {course.FILE} in {Path.cwd()} or above it; go to the folder of a course, or make "
            "one: anomaly-labs new --course FOLDER"
        )
    return found


def open_course(root: Path, project: Path, *, unsafe: bool = False) -> Any:
    """Return nbgrader's API on the course folder `root`, with the settings of the course.

    Parameters
    ----------
    root
        nbgrader's course folder.
    project
        The folder of the course; its ``nbgrader_config.py`` counts where it has one.
    unsafe
        Whether learners' code runs without the sandbox.
    """
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import PyFileConfigLoader

    # nbgrader starts `alembic` by bare name
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    settings = project / SETTINGS
    if not settings.is_file():
        settings = OWN_SETTINGS
    try:
        with contextlib.chdir(project):  # by which they know of which course they are
            config = PyFileConfigLoader(settings.name, path=str(settings.parent)).load_config()
    except ImportError as error:
        raise CourseError(f"{settings}: {error}") from error
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    if unsafe:
        config.SafeExecute.unsafe = True
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def release(desk: Any, source: sources.Source) -> Path:
    """Write nbgrader's source and release notebooks of one lab; return the release."""
    root = Path(desk.coursedir.root)
    folder = root / "source" / source.name
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(source.assignment(), folder / f"{source.name}.ipynb")
    outcome = desk.generate_assignment(source.name)
    if not outcome["success"]:
        raise BuildError(f"{source.path}: {outcome.get('log', '')}{outcome.get('error', '')}")
    return root / "release" / source.name / f"{source.name}.ipynb"


def build(project: Path, labs: Iterable[sources.Source]) -> dict[Path, bytes]:
    """Return the learners' notebooks, each under the path where it belongs in the checkout.

    Parameters
    ----------
    project
        The checkout.
    labs
        The labs to build, from `sources.course`.

    Raises
    ------
    SourceError
        If a lab is not whole: an exercise without wrong answers, a written answer without rubric.
    BuildError
        If nbgrader refuses a notebook.
    """
    labs = list(labs)
    for lab in labs:
        beside.check(lab)
    with tempfile.TemporaryDirectory(prefix="anomaly-labs-") as root:
        desk = open_course(Path(root), project)
        return {project / lab.lab.released: _stamped(release(desk, lab)) for lab in labs}


def stale(built: dict[Path, bytes]) -> list[Path]:
    """Return the paths whose file differs from what was built, or is missing."""
    return [path for path, text in built.items() if not path.is_file() or path.read_bytes() != text]


def is_edited(path: Path) -> bool:
    """Return whether somebody has worked in a built notebook; outputs alone do not count."""
    if not path.is_file():
        return False
    try:
        notebook = notebooks.read(path)
    except LabsError:
        return True
    return bool(notebook.metadata.get("anomaly_labs", {}).get("text") != _digest(notebook))


def write(built: dict[Path, bytes], *, keep_edited: bool = False) -> dict[Path, str]:
    """Write what is stale, aside and then renamed; return what became of each notebook.

    A notebook that a learner has worked in is never lost: it stays as it is (`keep_edited`), or
    is kept beside the fresh one as ``<name>.yours-<time>.ipynb``.
    """
    fates = {}
    outdated = stale(built)
    for path, text in built.items():
        edited = path in outdated and is_edited(path)
        if path not in outdated:
            fates[path] = "up to date"
        elif edited and keep_edited:
            fates[path] = (
                "holds your work, left as it is (`anomaly-labs build` puts a fresh copy beside it)"
            )
        else:
            fates[path] = "rebuilt"
            if edited:
                yours = path.with_suffix(f".yours-{time.strftime('%Y%m%d-%H%M%S')}.ipynb")
                path.rename(yours)
                fates[path] = f"rebuilt; your work is kept as {yours.name}"
            write_aside(path, partial(Path.write_bytes, data=text))
    return fates


def write_pages(pages: dict[Path, bytes]) -> dict[Path, str]:
    """Write the pages with built blocks that are stale; return what became of each."""
    outdated = stale(pages)
    for path in outdated:
        write_aside(path, partial(Path.write_bytes, data=pages[path]))
    return {path: "rebuilt" if path in outdated else "up to date" for path in pages}


def _stamped(path: Path) -> bytes:
    """Return the notebook with a digest of its text, by which `is_edited` knows it again."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["anomaly_labs"]["text"] = _digest(notebook)
    return f"{nbformat.writes(notebook)}\n".encode()


def _digest(notebook: nbformat.NotebookNode) -> str:
    text = json.dumps([[cell.cell_type, cell.source] for cell in notebook.cells])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
