"""Run cells in a sandboxed kernel, and look at what is left of it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from anomaly_desk.sandbox import shown
from anomaly_desk.sandbox.kernels import kernel_manager

HERE = Path(__file__).parent
ORDINARY = 12_345  # a user without rights
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


def as_ordinary_user(script: str, *, own_interpreter: bool = False) -> Any:
    """Run a script as a user without rights; return the JSON that it prints last.

    With `own_interpreter` the file of the interpreter belongs to that user, as in a home folder.
    """
    drop = ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        os.chown(home, ORDINARY, ORDINARY)
        mine = _own_interpreter(home) if own_interpreter else []
        done = subprocess.run(
            [
                "bwrap",
                "--dev-bind",
                "/",
                "/",
                *_opened(),
                *mine,
                *drop,
                sys.executable,
                "-c",
                script,
            ],
            env={"HOME": home, "PATH": os.environ["PATH"], "PYTHONPATH": str(HERE)},
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _own_interpreter(home: str) -> list[str]:
    """Put a copy that belongs to the ordinary user in the place of the interpreter."""
    interpreter = os.path.realpath(sys.executable)
    copy = shutil.copy(interpreter, home)
    os.chown(copy, ORDINARY, ORDINARY)
    return ["--bind", str(copy), interpreter]


def _opened() -> Iterator[str]:
    """Show Python and this project to everybody, also where they lie in root's own home."""
    paths = sorted({*shown.needed(), HERE.parents[1]}, key=lambda path: len(path.parts))
    closed = {outer for path in paths for outer in path.parents if not outer.stat().st_mode & 0o1}
    made = set()
    for path in paths:
        below = [p for p in reversed(path.parents) if closed & {p, *p.parents}]
        for outer in (p for p in below if p not in made):
            as_new = "--dir" if outer.parent in made else "--tmpfs"
            yield from ("--perms", "0755", as_new, str(outer))
            made.add(outer)
        if below:
            yield from ("--ro-bind", str(path), str(path))
