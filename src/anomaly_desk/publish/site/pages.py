"""The pages of the site that are no lab: start, assessment, data, results, instructors."""

import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from string import Template

from anomaly_desk import course
from anomaly_desk.course import Course
from anomaly_desk.errors import CourseError
from anomaly_desk.labs.sources import Source
from anomaly_desk.tables import table
from anomaly_labs import datasets

_START = (
    "Unpack the zip that your instructor gave you. In a terminal of its folder, type "
    "`sh start.sh`; on Windows, double-click `start.bat`. The first start sets up the packages, "
    "and then the notebooks open in your browser."
)
PAGE_OF = {"data/README.md": "data.md"}

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_TASK = re.compile(r"## (?P<title>.+)\n\*\*(?P<minutes>\d+) min · (?P<points>[\d.]+) points?\.")


def pages(project: Path, sources: Iterable[Source]) -> dict[str, str]:
    """Return the text of each page under its file name, in Markdown.

    A README.md that says how to start is for everybody, and the site takes its sections. One that
    does not is the instructor's own, and the site has none of it.

    Parameters
    ----------
    project
        The folder of the course.
    sources
        The labs and assessments that it shows.

    Raises
    ------
    CourseError
        If README.md lacks a section that the site takes from it.
    """
    sources = list(sources)
    about, readme = course.read(project), _read(project / "README.md")
    made = {}
    for source in sources:
        if source.lab.kind == "assessment":
            made[f"{source.name}.md"] = _description(source)
    made["data.md"] = _read(project / "data" / "README.md") or f"# Data\n\n{_sets(sources)}\n"
    if re.search(r"(?m)^## Start$", readme):
        made |= _written(project, readme)
        lead, start = re.sub(r"\s+", " ", readme.split("\n\n")[1]), section(readme, "Start")
    else:
        lead, start = f"A course in notebooks: {about.name}.", _START
    made["index.md"] = _first(about, lead, start, sources, list(made))
    return made


def _written(project: Path, readme: str) -> dict[str, str]:
    """Return the pages that are taken from README.md and INSTRUCTORS.md."""
    results = "# Measured and not tried\n" + "".join(
        f"\n## {title}\n\n{section(readme, title)}\n"
        for title in ("What it has measured", "What could not be tried")
    )
    desk = _read(project / "INSTRUCTORS.md")
    if not desk:
        desk = f"# For instructors\n\n{_raised(section(readme, 'For instructors'))}\n"
    return {"results.md": results, "instructors.md": desk}


def section(text: str, title: str) -> str:
    r"""Return what stands under a heading of the second level.

    Examples
    --------
    >>> section("# A\n\n## B\none\n### C\ntwo\n## D\nthree", "B")
    'one\n### C\ntwo'
    """
    found = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text)
    if found is None:
        raise CourseError(f"README.md has no section '## {title}', which the site shows; add it")
    return found[1].strip()


def relinked(text: str) -> str:
    """Return Markdown whose links lead to the web or to pages of the site; others become text.

    Examples
    --------
    >>> relinked("[a](data/README.md), [b](LICENSE), [c](https://c.org)")
    '[a](data.md), b, [c](https://c.org)'
    """

    def link(found: re.Match[str]) -> str:
        label, target = found.groups()
        kept = target if re.match("https?://", target) else PAGE_OF.get(target)
        return f"[{label}]({kept})" if kept else label

    return LINK.sub(link, text)


def _sets(sources: list[Source]) -> str:
    """Return a line for each data set: those of the kit, or those that the labs load."""
    loaded = {name for source in sources for name in source.lab.data}
    known = [name for name in datasets.names() if name in loaded] or datasets.names()
    described = [datasets.describe(name) for name in known]
    return "\n".join(f"- **{d.title}** ({d.licence}): {d.citation}" for d in described)


def _first(about: Course, lead: str, start: str, sources: list[Source], others: list[str]) -> str:
    labs = [source.lab for source in sources if source.lab.kind != "assessment"]
    papers = [source.lab for source in sources if source.lab.kind == "assessment"]
    places = {lab.name: f"labs/{lab.name}.ipynb" for lab in labs}
    places |= {lab.name: f"{lab.name}.md" for lab in papers}
    rows = [
        (f"[{lab.title}]({places[lab.name]})", f"{lab.minutes}", lab.holds)
        for lab in [*labs, *papers]
    ]
    return Template(_own("index.md")).substitute(
        title=about.title,
        licence=f"the {about.licence}" if "licen" in about.licence.lower() else about.licence,
        audience=about.audience,
        lead=lead,
        labs=table(["lab", "minutes", "what it holds"], rows),
        start=start,
        data=_sets(sources),
        lab_pages="\n".join(f"labs/{lab.name}" for lab in labs),
        other_pages="\n".join(name.removesuffix(".md") for name in others),
    )


def _description(source: Source) -> str:
    """Return what learners may know of the assessment beforehand: never a task's cells."""
    tasks = [_TASK.search(c.text) for c in source.cells if c.kind == "markdown"]
    rows = [(t["title"], t["minutes"], t["points"]) for t in tasks if t]
    return f"{source.cells[0].text}\n\n## Tasks\n\n{table(['task', 'minutes', 'points'], rows)}\n"


def _raised(text: str) -> str:
    """Return text whose headings stand one level higher."""
    return re.sub(r"(?m)^#(#+ )", r"\1", text)


def _read(path: Path) -> str:
    return relinked(path.read_text(encoding="utf-8")) if path.is_file() else ""


def _own(name: str) -> str:
    return resources.files(__package__).joinpath("sphinx", name).read_text(encoding="utf-8")
