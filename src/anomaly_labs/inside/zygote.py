"""The process from which kernels are forked: it has imported the stack, and does nothing else.

`forkserver` starts it as ``python -m anomaly_labs.inside.zygote LISTENER FONTS CORES MODULES``. It
never reads what a request says: for each it forks a keeper, which does, joins the sandbox of that
request, and forks the kernel in it. So no kernel finds anything of another in its memory. The
keeper stays outside until the kernel has ended, and then ends the sandbox.

Kernels of one run share the addresses of the libraries and the seed of `hash`, which they would
have each for themselves otherwise; random numbers are seeded anew in each.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import random
import runpy
import select
import shutil
import signal
import socket
import sys
import traceback
from collections.abc import Iterable
from typing import Any

from . import entry
from .places import HOME

# What the kernel imports, and any notebook; the modules of the library come from the labs that are
# graded. No TensorFlow: it starts threads.
STACK = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "IPython.core.pylabtools",
    "pandas.io.formats.style",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "scipy.stats",
    "sklearn.metrics",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "PIL.PngImagePlugin",
    "matplotlib.figure",
    "anomaly_labs.inside.agent",
)
# Who forks has one thread: the allocator that comes with Arrow would start another at its import.
ONE_THREAD = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
LONGEST = 1 << 16  # bytes of a request
READY = b"ready "  # and how many bytes the kernel has inherited


def main(arguments: list[str]) -> None:
    """Serve until the one who started this process is gone.

    Parameters
    ----------
    arguments
        The listening socket, the folder of font lists, how many cores, and modules to import.
    """
    listener = socket.socket(fileno=int(arguments[0]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers that have ended leave nothing
    waiting = select.poll()
    waiting.register(0, select.POLLIN)  # its other end is closed when the grader ends
    waiting.register(listener, select.POLLIN)
    imported = False
    while 0 not in dict(waiting.poll()):
        caller, _ = listener.accept()
        if not imported:
            _import((*STACK, *arguments[3:]), arguments[1], cores=int(arguments[2]))
            imported = True
        if os.fork() == 0:
            listener.close()
            keep(caller)
        caller.close()
    # where the grader was killed its folder is gone already, and matplotlib may have made it anew
    shutil.rmtree(os.path.dirname(arguments[1]), ignore_errors=True)


def _import(modules: Iterable[str], fonts: str, cores: int) -> None:
    """Import the modules; matplotlib's list of fonts lies elsewhere than inside.

    Libraries count the processors when they are imported: as many as a kernel has.
    """
    mine = os.sched_getaffinity(0)
    if cores:
        os.sched_setaffinity(0, sorted(mine)[:cores])
    os.environ.update(ONE_THREAD)
    # libgomp reads it when it is loaded, and `runtime.prepare` comes too late here
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # the kernel sets it before anything imports matplotlib
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    inside, os.environ["MPLCONFIGDIR"] = os.environ["MPLCONFIGDIR"], fonts
    for name in modules:
        importlib.import_module(name)
    _draw_once()
    os.environ["MPLCONFIGDIR"] = inside
    os.sched_setaffinity(0, mine)
    gc.collect()
    gc.freeze()  # a collection would write to each page, and so copy it


def _draw_once() -> None:
    """Let matplotlib find its fonts and build its grammar of formulas, which takes .5 s."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    axes = figure.add_subplot(xscale="log", title="$10^2$")
    axes.plot([1, 100], [0, 1], marker="o", label="line")
    axes.legend()
    FigureCanvasAgg(figure).print_figure(io.BytesIO(), bbox_inches="tight")


def keep(caller: socket.socket) -> None:
    """Put a kernel into the sandbox that a request names; end the sandbox when it has ended.

    Parameters
    ----------
    caller
        The connection that brought the request.
    """
    # zygote does not wait for its children, and a keeper does
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        text, files, *_ = socket.recv_fds(caller, LONGEST, 2)
        request, (init, stderr) = json.loads(text), files
        entry.join(init, request["user"])
        kernel = os.fork()
        if kernel == 0:
            become(request, caller.detach(), stderr)
        caller.close()
        os.close(stderr)
        os.waitpid(kernel, 0)
        signal.pidfd_send_signal(init, signal.SIGKILL)
    except Exception as error:
        if caller.fileno() >= 0:
            caller.sendall(f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(0)


def become(request: dict[str, Any], caller: int, stderr: int) -> None:
    """Lock this process in, say so, and run the kernel; does not return.

    Parameters
    ----------
    request
        What the caller asked for.
    caller
        The open file through which the caller is told.
    stderr
        What becomes the standard error.
    """
    try:
        caller = entry.close_all_but(caller, stderr)
        entry.settle(request["user"], request["settings"])
        os.environ.clear()
        os.environ.update(request["environment"], PWD=HOME)
        _draw_anew()
        os.write(caller, READY + str(entry.resident()).encode())
    except BaseException as error:
        os.write(caller, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.close(caller)
    _, _, module, *rest = request["argv"]
    sys.path[0] = HOME
    # where nothing lay outside, as at the place of the course's modules, something may lie here
    for place in [place for place, finder in sys.path_importer_cache.items() if finder is None]:
        del sys.path_importer_cache[place]
    sys.argv = [module, *rest]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _draw_anew() -> None:
    import numpy as np

    random.seed()
    np.random.seed()  # noqa: NPY002 - all kernels would draw the same


if __name__ == "__main__":
    main(sys.argv[1:])
