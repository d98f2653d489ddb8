"""Show a worked solution or a model answer, once its time has come."""

from pathlib import Path
from typing import Any, Final

from anomaly_labs.errors import LabsError
from anomaly_labs.selfstudy.notes import ENOUGH, Tries, note, tries, unwritten
from anomaly_labs.selfstudy.texts import Worked, edition

TEXT_STUB: Final = "YOUR ANSWER HERE"


def show(name: str, folder: Path) -> None:
    """Show the worked solution of an exercise, or say what comes before it.

    For an exercise of code these are three failed runs of its check; for a written answer it is
    an answer in the saved notebook.

    Parameters
    ----------
    name
        Such as ``lab2-q5`` or ``lab2-r1``.
    folder
        Where the notebook lies.
    """
    known = edition(folder)
    if known is None:
        print(
            "No worked solutions lie beside this notebook: a self-study edition of the course has "
            "them for its labs, and none for an assessment."
        )
    elif name not in known.worked:
        print(f"{name!r} is no exercise of these labs; its id looks like lab2-q5 or lab2-r1.")
    elif known.worked[name].rubric:
        _show_written(name, known.worked[name], folder)
    else:
        _show_code(name, known.worked[name], folder)


def _show_code(name: str, worked: Worked, folder: Path) -> None:
    now = tries(folder, worked.lab).get(name, Tries())
    left = ENOUGH - now.failed
    if left > 0 and not (now.passed or now.shown):
        print(
            f"{name}: its check has failed {_times(now.failed)}; a worked solution is shown after "
            f"{ENOUGH} failed tries, so {left} {'is' if left == 1 else 'are'} left."
        )
        return
    said = "Its check has passed, so its points stay."
    if not now.passed:
        try:
            note(folder, worked.lab, name, shown=True)
        except OSError as error:
            print(unwritten(error))
            return
        said = "Its points are gone: `anomaly-labs progress` counts 0 for it."
    _display(f"**A worked solution of {name}.** {said}\n\n```python\n{worked.answer}\n```")


def _show_written(name: str, worked: Worked, folder: Path) -> None:
    if not any(_is_written(path, name) for path in sorted(folder.glob("*.ipynb"))):
        print(
            f"{name}: write your own answer in its cell first, save the notebook (Ctrl-S), and run "
            "this again; then a model answer and the rubric are shown."
        )
        return
    _display(
        f"**A model answer to {name}.**\n\n{worked.answer}\n\n"
        f"**What earns its points.** Read your answer by it.\n\n{worked.rubric}"
    )


def _is_written(path: Path, name: str) -> bool:
    from anomaly_labs import notebooks

    try:
        cells = notebooks.read(path).cells
    except LabsError:
        return False
    return any(
        notebooks.grade_id(cell) == name and cell.source.strip() not in ("", TEXT_STUB)
        for cell in cells
    )


def _display(text: str) -> None:
    from IPython import display

    shown: Any = display
    shown.display(shown.Markdown(text))


def _times(n: int) -> str:
    return {0: "no time", 1: "once", 2: "twice"}.get(n, f"{n} times")
