"""The form in which a learner meets a source: hints that open, points beside a verdict."""

import html
import re

_OPENS = re.compile(r"(<details>\s*<summary>.*?</summary>)\s*(.*?)\s*</details>\s*", re.DOTALL)
_CODE = re.compile(r"`[^`]+`")
_LAST = re.compile(r'checks\.passed\("([^"]+)"\)\s*\Z')


def opened(text: str) -> str:
    r"""Return a text whose `<details>` hold Markdown: blank lines stand around what they say.

    Without them Markdown takes all of it for HTML, and shows the marks of code as they are.

    Parameters
    ----------
    text
        The Markdown of a cell.

    Examples
    --------
    >>> opened("<details><summary>Hint</summary>`a &lt; b` tells.</details>")
    '<details><summary>Hint</summary>\n\n`a < b` tells.\n\n</details>'
    """

    def spaced(found: re.Match[str]) -> str:
        says = _CODE.sub(lambda code: html.unescape(code[0]), found[2])
        return f"{found[1]}\n\n{says}\n\n</details>\n\n"

    return _OPENS.sub(spaced, text).rstrip() if "<details>" in text else text


def check(text: str, name: str, points: float) -> str:
    r"""Return a check whose first line tells what it is: all that is seen of it when it is folded.

    When it passes it tells its points; one that ends in a number of points shows that instead.

    Parameters
    ----------
    text
        The code of a check.
    name
        Id of its exercise.
    points
        What it gives.

    Examples
    --------
    >>> print(check('checks.passed("lab1-q2")', "lab1-q2", 2))
    # Check of lab1-q2, 2 points
    checks.passed("lab1-q2", 2)
    >>> check('checks.passed("lab1-q2")\n1.5 if slow else 2.0', "lab1-q2", 2).splitlines()[1]
    'checks.passed("lab1-q2")'
    """
    gives = f"{points:g} point{'' if points == 1 else 's'}"
    told = _LAST.sub(lambda found: f'checks.passed("{found[1]}", {points:g})', text)
    return f"# Check of {name}, {gives}\n{told}"
