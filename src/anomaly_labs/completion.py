"""What someone who learns alone has reached, and a page that says so: of one's own, not signed."""

import datetime
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from anomaly_labs import selfstudy
from anomaly_labs.certificates import OWN, tidy
from anomaly_labs.errors import LabsError
from anomaly_labs.files import write_aside
from anomaly_labs.progress import Exercise

SHOWN: Final = "its solution was shown: no points"
NAME: Final = "certificate-of-completion.html"
_DONE: Final = ("passed", "written")
_PAGE: Final = """<!DOCTYPE html>
<!-- {mark} -->
<html lang="en"><head><meta charset="utf-8"><title>Certificate of completion</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 44em; margin: 3em auto; padding: 0 1em;
  color: #222; background: #fff; }}
main {{ border: 2px solid #555; padding: 2em 3em; }}
th, td {{ text-align: left; padding: .2em 1.5em .2em 0; }}
footer {{ margin-top: 2em; border-top: 1px solid #999; padding-top: .5em; }}
</style></head>
<body><main>
<h1>Certificate of completion</h1>
<p><strong>{name}</strong> has worked through these labs of <strong>{course}</strong>, alone,
by {date}:</p>
<table><tr><th>lab</th><th>points of its checks</th><th>solutions read</th>
<th>answers written</th></tr>
{rows}
</table>
<footer>{name} made this page. Nobody has graded the answers or looked at who gave them. It has
no code and no signature, and <code>anomaly-labs verify</code> says so.</footer>
</main></body></html>
"""


@dataclass(frozen=True)
class Done:
    """A lab of a self-study edition in which every exercise is done."""

    title: str
    exercises: Sequence[Exercise]


def settled(found: Iterable[Exercise], folder: Path) -> list[Exercise]:
    """Return exercises without the points of those whose solution was shown.

    Parameters
    ----------
    found
        The exercises of a notebook.
    folder
        Where it lies.

    Raises
    ------
    LabsError
        If the file of the self-study edition there is broken.
    """
    found = list(found)
    known = selfstudy.edition(folder)
    if known is None:
        return found
    labs = {known.worked[one.name].lab for one in found if one.name in known.worked}
    tries = {name: one for lab in labs for name, one in selfstudy.tries(folder, lab).items()}
    return [_settled(one, tries.get(one.name), one.name in known.worked) for one in found]


def done(path: Path, found: Sequence[Exercise]) -> Done | None:
    """Return the lab in a notebook if each of its exercises is done, else None.

    An exercise is done when its check passes or its solution was shown, a written answer when
    something is written.

    Parameters
    ----------
    path
        The notebook.
    found
        What `settled` gave of it.
    """
    known = selfstudy.edition(path.parent)
    labs = (
        {known.worked[one.name].lab for one in found if one.name in known.worked} if known else ()
    )
    if known is None or len(labs) != 1 or not all(map(_is_done, found)):
        return None
    (lab,) = labs
    names = {name for name, one in known.worked.items() if one.lab == lab}
    return Done(known.titles[lab], found) if names <= {one.name for one in found} else None


def certificate(labs: Sequence[Done], name: str, *, course: str, today: datetime.date) -> str:
    """Return the page on which somebody says of oneself to have completed some labs.

    Parameters
    ----------
    labs
        What is completed, one lab at least.
    name
        The learner's name.
    course
        What the course is called.
    today
        The date.
    """
    rows = "\n".join(map(_row, labs))
    said = {"name": html.escape(tidy(name)), "course": html.escape(course)}
    return _PAGE.format(mark=OWN, date=today.isoformat(), rows=rows, **said)


def write(results: Mapping[Path, Sequence[Exercise]], name: str, *, today: datetime.date) -> Path:
    """Write the certificate of completion into the current folder, and return where it is.

    Parameters
    ----------
    results
        What `settled` gave of each notebook.
    name
        The learner's name.
    today
        The date.

    Raises
    ------
    LabsError
        If the notebooks are of no self-study edition, a name is missing, or no lab is completed.
    """
    if not tidy(name):
        raise LabsError("a certificate needs your name: --certificate 'Ada Lovelace'")
    courses, labs, open_ = [], [], []
    for path, found in results.items():
        known = selfstudy.edition(path.parent)
        if known is None:
            continue
        courses.append(known.course)
        one = done(path, found)
        labs += [one] if one else []
        open_ += [] if one else [f"{path.name}: {', '.join(_open(found)) or 'not a whole lab'}"]
    if not courses:
        raise LabsError(
            "a certificate of one's own belongs to a self-study edition, and these notebooks are "
            "of none; that of the course comes from whoever grades it"
        )
    if not labs:
        raise LabsError(f"no lab is completed yet; still open are {'; '.join(open_)}")
    page, target = certificate(labs, name, course=courses[0], today=today), Path(NAME)
    write_aside(target, partial(Path.write_text, data=page, encoding="utf-8"))
    return target


def _settled(one: Exercise, tries: selfstudy.Tries | None, worked: bool) -> Exercise:
    if tries is not None and tries.shown:
        note = f"{SHOWN}; {one.note}" if one.note else SHOWN
        return replace(one, note=note, shown=True)
    if worked and one.state == "written":
        return replace(one, note=f'{one.note}; compare with checks.solution("{one.name}")')
    return one


def _is_done(one: Exercise) -> bool:
    return one.shown or one.state in _DONE


def _open(found: Sequence[Exercise]) -> list[str]:
    return [one.name for one in found if not _is_done(one)]


def _row(lab: Done) -> str:
    checked = [one for one in lab.exercises if one.state != "written"]
    reached, total = sum(one.reached for one in checked), sum(one.points for one in checked)
    shown = sum(one.shown for one in checked)
    cells = (
        lab.title,
        f"{reached:g} of {total:g}",
        f"{shown}",
        f"{len(lab.exercises) - len(checked)}",
    )
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"
