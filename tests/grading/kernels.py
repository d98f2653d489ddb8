"""Run cells in a sandboxed kernel, and look at what is left of it."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from anomaly_labs.course.sandbox.provisioner import kernel_manager

WHERE = "import os; print(os.readlink('/proc/self/ns/pid'))"


@dataclass(frozen=True)
class Ran:
    """What became of the cells."""

    texts: list[str]
    killed_for: str | None
    died: bool
    seconds: float
    namespace: str
    folder: Path

    def processes(self) -> list[str]:
        """Return the commands of the sandbox that still live."""
        found = []
        for link in Path("/proc").glob("[0-9]*/ns/pid"):
            with suppress(OSError):
                if os.readlink(link) == self.namespace:
                    found.append((link.parents[1] / "cmdline").read_text())
        return [command for command in found if command]  # a dead process has none


class Kernel(NotebookClient):
    """A client whose kernel is in the sandbox."""

    def create_kernel_manager(self):
        """Make the manager with the settings of this run."""
        self.km = self.manager = kernel_manager(**self.settings)
        return self.km


def run(*cells: str, timeout: int = 60, environment: dict | None = None, **settings) -> Ran:
    """Execute the cells one after the other; the text of each is what it printed or raised."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in (WHERE, *cells)])
    kernel = Kernel(notebook, timeout=timeout, startup_timeout=60, allow_errors=True)
    kernel.settings = settings
    died, started = False, time.monotonic()
    try:
        kernel.execute(env={**os.environ, **(environment or {})})
    except DeadKernelError:
        died = True
    except CellTimeoutError:
        pass
    texts = ["".join(map(_text, cell.outputs)).strip() for cell in notebook.cells]
    return Ran(
        texts[1:],
        kernel.manager.provisioner.killed_for,
        died,
        time.monotonic() - started,
        texts[0],
        Path(kernel.manager.connection_file).parent,
    )


def _text(output) -> str:
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}\n"
    return output.get("text") or output.get("data", {}).get("text/plain", "")
