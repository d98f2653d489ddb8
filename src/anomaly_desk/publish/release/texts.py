"""The pages and programs of the zip for learners, made from the templates in ``files/``."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from anomaly_desk.course import Course, kit
from anomaly_desk.environment import PYTHONPATH, SETS
from anomaly_desk.labs.manifest import Lab
from anomaly_desk.labs.sources import Cell, Source
from anomaly_desk.publish.release.targets import PYTHONS, Target
from anomaly_labs import datasets

FILES = Path(__file__).parent / "files"

_ONLINE = "The first start needs a network: it downloads the packages (0.5 to 0.6 GB)."
_OFFLINE = "No network is needed: the packages lie in `wheels/`."
_WITH_DATA = (
    "The official files lie in `data/`, with their licences. Where they are used, a table says\n"
    "`real`."
)
_WITHOUT_DATA = (
    "No data file lies in this zip. With a network, the notebooks download the official files\n"
    "(about 7 MB). Without one, they generate rows from a statistical profile, and every table\n"
    "and figure says so. Your own copies belong into `data/`."
)
_WITHOUT_DATA_OWN = (
    "No data file lies in this zip. What can be downloaded or generated, the notebooks get, and\n"
    "every table and figure says what it is. Your own copies belong into `data/`."
)
_LEAD = "A course in notebooks."
_CONDA = "`conda activate anomaly-labs` and `jupyter lab`."
_CONDA_OWN = (
    "`conda activate anomaly-labs` and\n"
    "`PYTHONPATH=$PWD/lib ANOMALY_LABS_SETS=$PWD/sets ANOMALY_LABS_DATA=$PWD/data jupyter lab`."
)
_LICENCE = "The library is free software (LICENSE: Apache 2.0)."
_LICENCE_OWN = (
    "The course: {}. The library anomaly-labs is free software (Apache 2.0; its wheel holds the\n"
    "licence)."
)
_OWN = {PYTHONPATH: "lib", SETS: "sets"}
_SET = {".sh": 'export {}="$here/{}"\n', ".bat": 'set "{}=%here%{}"\n'}


def filled(name: str, **values: str) -> str:
    """Return the template `name` with each ``@KEY@`` replaced by its value."""
    text = (FILES / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key.upper()}@", value)
    return text


def paths(own: Iterable[str], suffix: str) -> str:
    """Return the lines of a program that let Python find what the course has of its own.

    Parameters
    ----------
    own
        Names of files in the zip.
    suffix
        Of the program: ``.sh`` or ``.bat``; any other sets nothing.
    """
    folders = {name.partition("/")[0] for name in own}
    found = [(key, name) for key, name in _OWN.items() if name in folders]
    return "".join(_SET.get(suffix, "").format(key, name) for key, name in found)


def first_page(
    course: Course,
    labs: Iterable[Lab],
    *,
    data: bool,
    own: bool,
    wheels: Target | None,
    self_study: bool,
) -> str:
    """Return the README of one page.

    Parameters
    ----------
    course
        The course.
    labs
        The labs in the zip, in teaching order.
    data
        Whether the official files are in the zip.
    own
        Whether the course has modules or data sets of its own.
    wheels
        For which computers the packages' wheels are in it.
    self_study
        Whether worked solutions are in it.
    """
    ours = f"Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}"
    lent = kit(course.root)
    lead = f"A course in notebooks on {course.subject}." if course.subject else _LEAD
    return filled(
        "README.md",
        title=course.title,
        lead=lead,
        conda=_CONDA_OWN if own else _CONDA,
        licence=_LICENCE if lent == course.root else _LICENCE_OWN.format(course.licence),
        pythons=ours if wheels is None else f"Python {wheels.python} on {wheels.platform}",
        network=_ONLINE if wheels is None else _OFFLINE,
        disk="3 GB" if wheels is None else "4 GB",
        notebooks="\n".join(f"- `{lab.released.as_posix()}`" for lab in labs),
        alone=filled("alone.md") if self_study else "",
        data=_WITH_DATA if data else _WITHOUT_DATA_OWN if own else _WITHOUT_DATA,
    )


def data_page(files: Mapping[tuple[str, str], tuple[Path, ...]]) -> str:
    """Return the page in ``data/``: for each file its data set, licence and citation."""
    page = [filled("data.md")]
    for name in sorted({name for name, _ in files}):
        about = datasets.describe(name)
        place = f" From <{about.urls[0]}>." if about.urls else ""
        page.append(f"## {about.title}\n\nLicence: {about.licence}.{place}\n")
        page.append(f"Cite: {about.citation}\n")
        page += [
            f"- `{name}/{path.name}`: split `{split}`, {about.splits[split]:,} rows, not changed"
            for (other, split), paths in sorted(files.items())
            if other == name
            for path in paths
        ]
        page.append("")
    return "\n".join(page).rstrip("\n") + "\n"


def assessment_page(papers: Iterable[Source]) -> str:
    """Return the page beside the assessments: the tasks of each and their points.

    Parameters
    ----------
    papers
        The assessments of the release.
    """
    return "\n".join(map(_about_paper, papers))


def _about_paper(paper: Source) -> str:
    graded = paper.points | paper.reflections
    tasks = [name for cell in paper.cells if (name := _graded(cell)) is not None]
    return filled(
        "assessment.md",
        title=paper.lab.title,
        notebook=paper.lab.released.name,
        rows="\n".join(f"| `{name}` | {graded[name]:g} |" for name in tasks),
        total=f"{sum(graded.values()):g}",
    )


def _graded(cell: Cell) -> str | None:
    return cell.keys.get("check") or cell.keys.get("reflect")
