"""Figures of the comparison of detectors, placed into texts by key: none is typed by hand."""

import re

from anomaly_desk.errors import CourseError
from anomaly_labs.teaching import comparison

_PLACE = re.compile(r"@comparison:([\w.]+)@")
_WRITTEN = re.compile(r"<!-- comparison: ([\w.]+) -->[^<]*<!-- / -->")


def placed(text: str) -> str:
    """Return a text with the figure in the place of each ``@comparison:KEY@``.

    Parameters
    ----------
    text
        A cell of a lab, or a rubric; a key is that of `comparison.figure`.

    Raises
    ------
    CourseError
        If there is no figure of a key.

    Examples
    --------
    >>> placed("of @comparison:nsl.new_types@ types")
    'of 18 types'
    """
    return _PLACE.sub(lambda found: _figure(found[1]), text)


def renewed(page: str) -> str:
    """Return a written page with the figures between its comments as they are measured now.

    Parameters
    ----------
    page
        Holds figures such as ``<!-- comparison: nsl.new_types -->18<!-- / -->``.

    Raises
    ------
    CourseError
        If there is no figure of a key.

    Examples
    --------
    >>> renewed("<!-- comparison: nsl.new_types -->17<!-- / -->")
    '<!-- comparison: nsl.new_types -->18<!-- / -->'
    """
    return _WRITTEN.sub(
        lambda found: f"<!-- comparison: {found[1]} -->{_figure(found[1])}<!-- / -->", page
    )


def _figure(key: str) -> str:
    try:
        return comparison.figure(key)
    except KeyError as error:
        raise CourseError(
            f"{error.args[0]}; look the key up in src/anomaly_labs/teaching/comparison.json"
        ) from None
