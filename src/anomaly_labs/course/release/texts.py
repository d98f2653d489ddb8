"""The pages and programs of the zip for learners, made from the templates in ``files/``."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat

from anomaly_labs import datasets
from anomaly_labs.course.release.targets import PYTHONS, Target

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


def filled(name: str, **values: str) -> str:
    """Return the template `name` with each ``@KEY@`` replaced by its value."""
    text = (FILES / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key.upper()}@", value)
    return text


def first_page(notebooks: Iterable[str], *, data: bool, wheels: Target | None) -> str:
    """Return the README of one page.

    Parameters
    ----------
    notebooks
        Their names in the zip.
    data
        Whether the official files are in the zip.
    wheels
        For which computers the packages' wheels are in it.
    """
    ours = f"Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}"
    return filled(
        "README.md",
        pythons=ours if wheels is None else f"Python {wheels.python} on {wheels.platform}",
        network=_ONLINE if wheels is None else _OFFLINE,
        disk="3 GB" if wheels is None else "4 GB",
        notebooks="\n".join(f"- `{name}`" for name in _in_order(notebooks)),
        data=_WITH_DATA if data else _WITHOUT_DATA,
    )


def _in_order(notebooks: Iterable[str]) -> list[str]:
    return sorted(notebooks, key=lambda name: (not name.startswith("labs/"), name))


def data_page(files: Mapping[tuple[str, str], tuple[Path, ...]]) -> str:
    """Return the page in ``data/``: for each file its data set, licence and citation."""
    page = [filled("data.md")]
    for name in sorted({name for name, _ in files}):
        about = datasets.describe(name)
        page.append(f"## {about.title}\n\nLicence: {about.licence}. From <{about.urls[0]}>.\n")
        page.append(f"Cite: {about.citation}\n")
        page += [
            f"- `{name}/{path.name}`: split `{split}`, {about.splits[split]:,} rows, not changed"
            for (other, split), paths in sorted(files.items())
            if other == name
            for path in paths
        ]
        page.append("")
    return "\n".join(page).rstrip("\n") + "\n"


def assessment_page(notebook: nbformat.NotebookNode) -> str:
    """Return the page beside the assessment: its tasks and their points."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    graded = [mark for mark in marks if mark.get("grade")]
    rows = [f"| `{mark.grade_id.removesuffix('-check')}` | {mark.points:g} |" for mark in graded]
    total = sum(mark.points for mark in graded)
    return filled("assessment.md", rows="\n".join(rows), total=f"{total:g}")
