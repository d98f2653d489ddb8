"""Parts of pages that are made from the code; they stand between two markers."""

from collections.abc import Callable, Mapping
from pathlib import Path

from anomaly_labs.course import CourseError, data

Blocks = Mapping[str, Callable[[], str]]

# Pages of a checkout, and what makes each of their blocks.
PAGES: dict[str, Blocks] = {"data/README.md": {"sets": data.sets_block}}


def replaced(text: str, name: str, content: str) -> str:
    r"""Return a page with the content between the markers of a block replaced.

    Parameters
    ----------
    text
        The page.
    name
        Of the block, as the markers have it.
    content
        What is to stand there.

    Raises
    ------
    CourseError
        If the page has not exactly one such pair of markers.

    Examples
    --------
    >>> page = "# Data\n<!-- BEGIN BUILT: sets -->\nold\n<!-- END BUILT: sets -->\n"
    >>> print(replaced(page, "sets", "new"))
    # Data
    <!-- BEGIN BUILT: sets -->
    <BLANKLINE>
    new
    <BLANKLINE>
    <!-- END BUILT: sets -->
    <BLANKLINE>
    """
    begin, end = (f"<!-- {word} BUILT: {name} -->" for word in ("BEGIN", "END"))
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    if text.count(begin) != 1 or text.count(end) != 1 or not before + after or end in before:
        raise CourseError(
            f"a page must have the lines {begin} and {end} once each, in this order; put them back"
        )
    return f"{before}{begin}\n\n{content.strip()}\n\n{end}{after}"


def pages(project: Path, wanted: Mapping[str, Blocks] = PAGES) -> dict[Path, bytes]:
    """Return the pages of a checkout that have blocks, with fresh ones.

    Parameters
    ----------
    project
        The checkout; a page that it does not have is left out.
    wanted
        Blocks by page.

    Raises
    ------
    CourseError
        If a page lacks its markers; it is named.
    """
    made = {}
    for name, blocks in wanted.items():
        path = project / name
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        for block, content in blocks.items():
            try:
                text = replaced(text, block, content())
            except CourseError as error:
                raise CourseError(f"{path}: {error}") from None
        made[path] = text.encode()
    return made
