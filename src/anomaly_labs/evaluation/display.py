"""The main figures of a lab, for its reader and for `make course`."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HEADLINE_MIME = "application/vnd.anomaly-labs.headline+json"

_KINDS = {"real": "real data", "excerpt": "excerpt of real data", "synthetic": "generated data"}


@dataclass(frozen=True)
class Headline:
    """The main figures of a lab, shown in its notebook and read by `make course`."""

    source: str
    figures: Mapping[str, float]

    def __str__(self) -> str:
        """Return one line per figure under a title that names the kind of data."""
        width = max(len(name) for name in self.figures)
        lines = [f"{name:<{width}}  {text}" for name, text in self._texts().items()]
        return "\n".join([self._title(), *lines])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the figures for Jupyter as text, as a table, and for programs as JSON."""
        rows = "".join(
            f'<tr><th scope="row">{html.escape(name)}</th><td>{text}</td></tr>'
            for name, text in self._texts().items()
        )
        return {
            "text/plain": str(self),
            "text/html": f"<table><caption>{self._title()}</caption><tbody>{rows}</tbody></table>",
            HEADLINE_MIME: {"source": self.source, "figures": dict(self.figures)},
        }

    def _title(self) -> str:
        return f"Headline figures ({_KINDS[self.source]})"

    def _texts(self) -> dict[str, str]:
        return {name.replace("_", " "): figure_text(v) for name, v in self.figures.items()}


def figure_text(value: float) -> str:
    """Return a figure with five decimals, a count with none; what is not quite 1 never reads 1.

    Parameters
    ----------
    value
        The figure.

    Examples
    --------
    >>> figure_text(14.0), figure_text(0.954148), figure_text(0.99999989)
    ('14', '0.95415', 'above 0.99999')
    """
    if float(value).is_integer():
        return f"{value:,.0f}"
    text = f"{value:,.5f}"
    return "above 0.99999" if value < 1 and text == "1.00000" else text


def headline(*, source: str = "real", **figures: float) -> Headline:
    """Return the main figures of a lab for the last expression of a notebook cell.

    Parameters
    ----------
    source
        "real", "excerpt" or "synthetic", as `Dataset.source` says.
    **figures
        Finite numbers by name, in the order in which they are shown.

    Raises
    ------
    ValueError
        If `source` is another word, no figure is given, or a figure is not finite.

    Examples
    --------
    >>> print(headline(source="synthetic", auc=0.99991, errors=14))
    Headline figures (generated data)
    auc     0.99991
    errors  14
    """
    if source not in _KINDS:
        raise ValueError(
            f"source={source!r} must be 'real', 'excerpt' or 'synthetic'; pass data.source"
        )
    if not figures:
        raise ValueError("a headline needs at least one figure, for example auc=0.99")
    plain = {name: float(value) for name, value in figures.items()}
    for name, value in plain.items():
        if not math.isfinite(value):
            raise ValueError(f"{name}={value!r} must be a finite number; look how it came about")
    return Headline(source=source, figures=plain)
