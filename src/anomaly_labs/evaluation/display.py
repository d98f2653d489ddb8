"""The main figures of a lab, for its reader and for `make course`."""

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anomaly_labs.evaluation.comparison import Comparison

HEADLINE_MIME = "application/vnd.anomaly-labs.headline+json"

# What tells detectors apart only where they were cut by one rule.
_COMPARED = ("false_alarms", "recall_known", "recall_new", "recall_unseen", "unseen")

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


def headline(
    *, source: str = "real", comparison: Comparison | None = None, **figures: float
) -> Headline:
    """Return the main figures of a lab for the last expression of a notebook cell.

    Parameters
    ----------
    source
        "real", "excerpt" or "synthetic", as `Dataset.source` says.
    comparison
        Detectors under one rule: their false alarms and recalls come last, each with its
        detector. There is no other way to show these, so no headline compares two rules.
    **figures
        Finite numbers by name, in the order in which they are shown.

    Raises
    ------
    ValueError
        If `source` is another word, no figure is given, a figure is not finite, or is one that
        comes from a comparison.

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
    for name in figures:
        if name.startswith(_COMPARED):
            raise ValueError(
                f"{name} compares detectors, so it must come from one rule for all; give"
                " comparison=evaluation.Comparison(...)"
            )
    if comparison is not None:
        figures |= _compared(comparison)
    if not figures:
        raise ValueError("a headline needs at least one figure, for example auc=0.99")
    plain = {name: float(value) for name, value in figures.items()}
    for name, value in plain.items():
        if not math.isfinite(value):
            raise ValueError(f"{name}={value!r} must be a finite number; look how it came about")
    return Headline(source=source, figures=plain)


def _compared(comparison: Comparison) -> dict[str, float]:
    """Return false alarms and recalls by detector, where the test rows have such attacks."""
    table = comparison.table()[["false_alarms", "recall_known", "recall_new", "macro_recall"]]
    return {
        f"{figure}_{_word(detector)}": float(value)
        for detector, row in table.to_dict("index").items()
        for figure, value in row.items()
        if math.isfinite(value)
    }


def _word(detector: object) -> str:
    return "_".join(str(detector).lower().replace(",", " ").split())
