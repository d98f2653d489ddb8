"""Built blocks in written pages: what stands between two markers is made, the rest is not."""

import re
from typing import Final

from anomaly_desk.errors import CourseError

MARK: Final = "<!-- built: "


def filled(text: str, name: str, built: str) -> str:
    r"""Return a page with `built` between ``<!-- built: NAME -->`` and ``<!-- /built -->``.

    Parameters
    ----------
    text
        The page.
    name
        The name in its marker.
    built
        What belongs between the markers.

    Raises
    ------
    CourseError
        If the page has not exactly one such pair of markers.

    Examples
    --------
    >>> filled("# A\n<!-- built: labs -->\nold\n<!-- /built -->\nB", "labs", "new").split("\n")
    ['# A', '<!-- built: labs -->', 'new', '<!-- /built -->', 'B']
    """
    start, end = f"{MARK}{name} -->", "<!-- /built -->"
    pattern = re.compile(rf"{re.escape(start)}\n(?:(?!{MARK}).*\n)*?{re.escape(end)}")
    found = pattern.findall(text)
    if len(found) != 1:
        raise CourseError(
            f"{len(found)} blocks {start} ... {end} were found; write these two lines once, each "
            "by itself"
        )
    return pattern.sub(lambda _: f"{start}\n{built}\n{end}", text)
