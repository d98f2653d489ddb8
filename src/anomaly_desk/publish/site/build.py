"""From executed labs and written pages to a folder of HTML that needs no server."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import nbformat

from anomaly_desk import course
from anomaly_desk.course import Course
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import manifest, sources
from anomaly_desk.labs.sources import Source
from anomaly_desk.publish.site import leaks, require_extra
from anomaly_desk.publish.site.labs import lab_notebook
from anomaly_desk.publish.site.pages import pages

MARK = ".anomaly-labs-site"  # lies in every folder that this module made, and may replace


def build_site(
    project: Path,
    executed: Iterable[tuple[Source, nbformat.NotebookNode]],
    folder: Path,
) -> int:
    """Write the site into `folder`, in place of an earlier one; return its size in bytes.

    Parameters
    ----------
    project
        The folder of the course.
    executed
        The labs to show, each with its executed solution.
    folder
        Where the site comes to stand.

    Raises
    ------
    CourseError
        If `folder` holds something else, Sphinx is not installed or warns of anything, a page
        loads something from the web, or an answer stands in a page.
    """
    require_extra()
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise CourseError(f"{folder} holds files that are no site; name an empty or new folder")
    with tempfile.TemporaryDirectory(prefix="anomaly-labs-site-") as temporary:
        written, made = Path(temporary, "source"), Path(temporary, "site")
        _write_sources(project, executed, written)
        _run_sphinx(course.read(project), written, made)
        _inspect(project, made)
        (made / MARK).touch()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _write_sources(
    project: Path,
    executed: Iterable[tuple[Source, nbformat.NotebookNode]],
    folder: Path,
) -> None:
    with resources.as_file(resources.files(__package__).joinpath("sphinx")) as own:
        shutil.copytree(own, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "labs").mkdir()
    shown = []
    for source, notebook in executed:
        nbformat.write(lab_notebook(source, notebook), folder / "labs" / f"{source.name}.ipynb")
        shown.append(source)
    shown += map(sources.of_lab, manifest.papers(manifest.published(manifest.labs(project))))
    for name, text in pages(project, shown).items():
        (folder / name).write_text(text, encoding="utf-8")


def _run_sphinx(about: Course, source: Path, made: Path) -> None:
    """Run Sphinx in a process of its own: it changes docutils for all that run with it."""
    doctrees = made.with_name("doctrees")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    told = {
        "project": about.title,
        "html_title": about.title,
        "author": about.authors,
        "project_copyright": f"{about.authors}, {about.licence}",
    }
    command += [word for key, value in told.items() for word in ("-D", f"{key}={value}")]
    run = subprocess.run(
        [*command, "-d", doctrees, source, made], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise CourseError(f"Sphinx refused the site:\n{run.stderr.strip()}")
    (made / ".buildinfo").unlink(missing_ok=True)


def _inspect(project: Path, folder: Path) -> None:
    """Refuse a site that loads from the web, or in which something secret stands."""
    secret = leaks.secrets(project)
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".html", ".css", ".js")):
        text = path.read_text(encoding="utf-8")
        where = path.relative_to(folder)
        if addresses := leaks.loaded(text):
            raise CourseError(f"{where} would load {addresses[0]}; a site works without network")
        if told := leaks.found(secret, text):
            raise CourseError(f"{where} shows what only instructors may see: {told[0]}")
