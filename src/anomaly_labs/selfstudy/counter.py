"""Count, in a learner's kernel, the runs of checks that fail."""

import sys
from pathlib import Path
from typing import Any

from anomaly_labs.errors import LabsError
from anomaly_labs.selfstudy.notes import ENOUGH, Tries, note, tries, unwritten
from anomaly_labs.selfstudy.texts import FILE, edition


def watch() -> None:
    """Count from now on, in this kernel, the failed checks of a self-study edition.

    Nothing is counted where the notebook does not lie beside the file of such an edition.
    """
    if "IPython" not in sys.modules or not Path(FILE).is_file():
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", _count)


def _count(result: Any) -> None:
    """Note how a check ended; after the last try say that there is a worked solution."""
    from anomaly_labs import notebooks

    name = notebooks.checked(result.info.raw_cell or "")
    error = result.error_before_exec or result.error_in_exec
    if not name or type(error).__name__ in ("NotAnswered", "KeyboardInterrupt"):
        return
    folder = Path.cwd()
    try:
        known = edition(folder)
        if known is None or name not in known.worked:
            return
        lab = known.worked[name].lab
        now = tries(folder, lab).get(name, Tries())
        if error is not None:
            now = note(folder, lab, name, failed=now.failed + 1)
        elif not (now.passed or now.shown):
            note(folder, lab, name, passed=True)
    except LabsError:
        return
    except OSError as why:
        print(unwritten(why))
        return
    if error is not None and now.failed >= ENOUGH and not (now.passed or now.shown):
        print(
            f'{now.failed} tries: checks.solution("{name}") in a new cell shows a worked solution, '
            "and takes its points."
        )
