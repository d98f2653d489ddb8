"""One HTML file with reveal.js, the styles and all pictures inside."""

from functools import partial
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from nbformat import NotebookNode

from anomaly_desk.errors import CourseError
from anomaly_desk.labs.sources import Source
from anomaly_desk.publish.site import leaks
from anomaly_desk.publish.site.shown import shown
from anomaly_desk.publish.slides.deck import Slide, stacks
from anomaly_desk.publish.slides.render import colours_css
from anomaly_labs.files import write_aside


def write_slides(source: Source, notebook: NotebookNode, folder: Path) -> Path:
    """Write the slides of one lab, from its executed solution; return the file.

    Raises
    ------
    CourseError
        If the lab has no slides, the notebook is of another source, or what no learner may read
        stands on a slide.
    """
    page = slides_page(source, notebook)
    told = leaks.found(leaks.secrets(source.path.parents[2]), page)
    if told:
        raise CourseError(f"{source.path}: what no learner may read stands on a slide: {told[0]}")
    path = folder / f"{source.name}.html"
    write_aside(path, partial(Path.write_text, data=page, encoding="utf-8"))
    return path


def slides_page(source: Source, notebook: NotebookNode) -> str:
    """Return the slides of one lab as a page that loads nothing."""
    deck = stacks(shown(source, notebook))
    if not deck:
        raise CourseError(f'{source.path}: no cell has the key slide="slide", so it has no slides')
    return Template(_own("deck.html")).substitute(
        title=escape(source.lab.title),
        styles="\n".join([_reveal("dist/reveal.css"), colours_css(), _own("deck.css")]),
        slides="\n".join(map(_stack_html, deck)),
        scripts=_script(_reveal("dist/reveal.js"), _reveal("plugin/notes/notes.js")),
        start=_own("deck.js"),
    )


def _stack_html(stack: list[Slide]) -> str:
    inside = "\n".join(slide.html() for slide in stack)
    return inside if len(stack) == 1 else f"<section>\n{inside}\n</section>"


def _own(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _reveal(name: str) -> str:
    """Return a file of reveal.js, which the package sphinx-revealjs carries."""
    folder = resources.files("sphinx_revealjs").joinpath("_static", "revealjs")
    return folder.joinpath(name).read_text(encoding="utf-8")


def _script(*texts: str) -> str:
    """Return scripts for one element: nothing in them ends it."""
    return "\n".join(text.replace("</script", r"<\/script") for text in texts)
