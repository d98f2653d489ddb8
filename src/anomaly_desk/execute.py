"""Execute solution notebooks and keep what they show: the notebook, a page, the figures."""

import base64
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat

from anomaly_desk import course, imports
from anomaly_desk.environment import PREFIX
from anomaly_desk.errors import CourseError
from anomaly_desk.imports import LIBRARY
from anomaly_desk.labs.sources import Source
from anomaly_labs import runtime

CELL_TIMEOUT = 900  # seconds
# The kernel listens on this machine only; it warns of unencrypted messages at every start.
QUIET_KERNEL = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"]
WIDGET = "application/vnd.jupyter.widget-view+json"


class ExecutionError(CourseError):
    """A solution notebook that stopped with an error; the message names file, line and error."""


@dataclass(frozen=True)
class Executed:
    """What one run of a notebook gave."""

    name: str
    seconds: float
    figures: int
    source: str
    headline: dict[str, float]
    again: bool = False


def fingerprint(project: Path, source: Source, *, env: Mapping[str, str], data: str) -> str:
    """Return a digest of all that decides a notebook's output.

    That is its text, the modules that it imports, one through another, and this one, its data and
    the course's own data sets among them, the settings of the course and of nbgrader, the lock,
    the Python, the device.

    Parameters
    ----------
    project
        The folder of the course.
    source
        The lab.
    env
        The environment; what starts with ``ANOMALY_LABS_`` counts.
    data
        Which data there are, from `data.told`.
    """
    cells = source.solution().cells
    digest = hashlib.sha256(json.dumps([[cell.cell_type, cell.source] for cell in cells]).encode())
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    modules = imports.files(code, LIBRARY, course.lib(project))
    for path in [*modules, Path(__file__), *course.set_files(project, source.lab.data)]:
        digest.update(path.read_bytes())
    lock = "requirements.lock"
    for path in (project / lock, LIBRARY.parent / lock, project / "nbgrader_config.py"):
        digest.update(path.read_bytes() if path.is_file() else b"")
    digest.update(f"{sys.version} {runtime.gpu_available()} {data}\n".encode())
    for key in sorted(k for k in env if k.startswith(PREFIX)):
        digest.update(f"{key}={env[key]}\n".encode())
    return digest.hexdigest()


def execute(
    source: Source,
    folder: Path,
    *,
    key: str,
    env: Mapping[str, str],
    on_cell: Callable[[int], None] = lambda n: None,
) -> Executed:
    """Run the solution notebook, or return the kept run of the same `key`.

    Parameters
    ----------
    source
        The lab.
    folder
        Gets ``<name>.ipynb``, ``<name>.html``, ``figures/`` and ``run.json``; it appears under
        this name only when the run has ended well.
    key
        From `fingerprint`.
    env
        What its kernel gets besides this process's environment.
    on_cell
        Called before each cell with the number of cells that are done.

    Raises
    ------
    ExecutionError
        If a cell raises, does not end, or takes the kernel with it.
    """
    kept = folder / "run.json"
    if kept.is_file():
        run = json.loads(kept.read_text(encoding="utf-8"))
        if run.pop("key") == key:
            return Executed(**{**run, "again": True})

    aside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    started = time.monotonic()
    notebook = _run_to_the_end(source, aside, env, on_cell)
    seconds = time.monotonic() - started
    _raise_first_error(source, notebook)

    nbformat.write(notebook, aside / f"{source.name}.ipynb")
    (aside / f"{source.name}.html").write_text(_page(notebook, source.name), encoding="utf-8")
    data_source, headline = _headline(notebook)
    done = Executed(
        source.name, seconds, _write_figures(notebook, aside / "figures"), data_source, headline
    )
    (aside / "run.json").write_text(json.dumps({**asdict(done), "key": key}, indent=1))
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return done


def _run_to_the_end(
    source: Source, folder: Path, env: Mapping[str, str], on_cell: Callable[[int], None]
) -> nbformat.NotebookNode:
    """Return the executed solution; say at which cell the kernel stopped answering, if it did."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    at = 0

    def note(n: int) -> None:
        nonlocal at
        at = n
        on_cell(n)

    try:
        env = {**env, runtime.TRACEBACKS: "1"}
        return run_notebook(source.solution(), folder=folder, env=env, on_cell=note)
    except (CellTimeoutError, DeadKernelError) as error:
        name, line = type(error).__name__, source.cells[at].line
        raise ExecutionError(f"{source.path}:{line}: {name}: {error}") from error
    except AssertionError as error:
        # At Ctrl-C nbclient shuts the kernel down twice, and stumbles over its own assertion.
        raise KeyboardInterrupt from error


def run_notebook(
    notebook: nbformat.NotebookNode,
    *,
    folder: Path,
    env: Mapping[str, str],
    on_cell: Callable[[int], None] = lambda n: None,
) -> nbformat.NotebookNode:
    """Execute every cell in a fresh kernel that works in `folder`; errors stay in the outputs.

    Of a control the still figure is kept, of a progress bar nothing: no widget runs in a page.
    """
    from nbclient import NotebookClient

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        startup_timeout=120,
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=QUIET_KERNEL,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: on_cell(cell_index),
    )
    done = client.execute(env={**os.environ, **env})
    done.metadata.pop("widgets", None)
    for cell in (cell for cell in done.cells if cell.cell_type == "code"):
        cell.outputs = [o for o in cell.outputs if set(o.get("data", ())) != {WIDGET, "text/plain"}]
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET, None)
    return done


def _raise_first_error(source: Source, notebook: nbformat.NotebookNode) -> None:
    for written, cell in zip(source.cells, notebook.cells, strict=True):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                trace = "\n".join(output.traceback)
                raise ExecutionError(f"{source.path}:{written.line}: {output.ename}\n{trace}")


def _page(notebook: nbformat.NotebookNode, title: str) -> str:
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_notebook_node(notebook, resources={"metadata": {"name": title}})
    return str(page)


def _write_figures(notebook: nbformat.NotebookNode, folder: Path) -> int:
    pictures = [
        output.data["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    folder.mkdir()
    for number, picture in enumerate(pictures, 1):
        (folder / f"{number:02d}.png").write_bytes(base64.b64decode(picture))
    return len(pictures)


def _headline(notebook: nbformat.NotebookNode) -> tuple[str, dict[str, float]]:
    from anomaly_labs.evaluation import HEADLINE_MIME  # with scikit-learn, which takes 2 s

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(HEADLINE_MIME)
            if found is not None:
                return found["source"], dict(found["figures"])
    return "none", {}
